//===- FusePasses.h - Passes of the fuse stage ------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_FUSE_FUSEPASSES_H
#define MLCC_COMPILER_FUSE_FUSEPASSES_H

#include "dialects/dnn/DNN.h"
#include "dialects/nn/NN.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace mlcc {
#define GEN_PASS_DECL
#include "compiler/fuse/FusePasses.h.inc"
} // namespace mlcc

#endif // MLCC_COMPILER_FUSE_FUSEPASSES_H
