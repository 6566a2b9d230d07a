//===- GraphPasses.h - Passes of the graph stage ----------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_GRAPH_GRAPHPASSES_H
#define MLCC_COMPILER_GRAPH_GRAPHPASSES_H

#include "dialects/nn/NN.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace mlcc {
#define GEN_PASS_DECL
#include "compiler/graph/GraphPasses.h.inc"
} // namespace mlcc

#endif // MLCC_COMPILER_GRAPH_GRAPHPASSES_H
