//===- Gradient.h - The gradient stage: training to nn ----------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_GRADIENT_GRADIENT_H
#define MLCC_COMPILER_GRADIENT_GRADIENT_H

namespace mlcc {

/// Registers the passes for mlcc-opt.
void registerGradientPasses();

} // namespace mlcc

#endif // MLCC_COMPILER_GRADIENT_GRADIENT_H
