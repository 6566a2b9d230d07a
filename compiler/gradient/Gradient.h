//===- Gradient.h - The gradient stage: training to nn ----------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_GRADIENT_GRADIENT_H
#define MLCC_COMPILER_GRADIENT_GRADIENT_H

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace mlcc {

struct GradientOptions {};

/// Adds the passes of the gradient stage. In: functions of nn ops on plain
/// tensors, variables, and train.steps. Out: the same without train.steps,
/// which have become functions, and without barriers to differentiation.
void buildGradientPipeline(mlir::OpPassManager &manager,
                           const GradientOptions &options = {});

/// Registers the passes for mlcc-opt, and the pipeline as `mlcc-gradient`.
void registerGradientPasses();

} // namespace mlcc

#endif // MLCC_COMPILER_GRADIENT_GRADIENT_H
