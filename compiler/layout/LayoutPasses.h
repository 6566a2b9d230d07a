//===- LayoutPasses.h - Passes of the layout stage --------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_LAYOUT_LAYOUTPASSES_H
#define MLCC_COMPILER_LAYOUT_LAYOUTPASSES_H

#include "dialects/dnn/DNN.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace mlcc {
#define GEN_PASS_DECL
#include "compiler/layout/LayoutPasses.h.inc"
} // namespace mlcc

#endif // MLCC_COMPILER_LAYOUT_LAYOUTPASSES_H
