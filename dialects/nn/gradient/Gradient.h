//===- Gradient.h - How nn ops are differentiated ----------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_GRADIENT_GRADIENT_H
#define MLCC_DIALECTS_NN_GRADIENT_GRADIENT_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"
#include "llvm/ADT/BitVector.h"

namespace mlir {
class DialectRegistry;
} // namespace mlir

#include "dialects/nn/gradient/GradientInterface.h.inc"

namespace mlcc::nn {

/// Gives the ops of nn their gradients when the dialect is loaded.
void registerGradientModels(mlir::DialectRegistry &registry);

} // namespace mlcc::nn

#endif // MLCC_DIALECTS_NN_GRADIENT_GRADIENT_H
