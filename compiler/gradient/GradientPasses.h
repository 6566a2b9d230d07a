//===- GradientPasses.h - Passes of the gradient stage ----------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_GRADIENT_GRADIENTPASSES_H
#define MLCC_COMPILER_GRADIENT_GRADIENTPASSES_H

#include "dialects/nn/NN.h"
#include "dialects/rt/RT.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace mlcc {
#define GEN_PASS_DECL
#include "compiler/gradient/GradientPasses.h.inc"
} // namespace mlcc

#endif // MLCC_COMPILER_GRADIENT_GRADIENTPASSES_H
