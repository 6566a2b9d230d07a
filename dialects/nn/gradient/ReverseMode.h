//===- ReverseMode.h - Gradients of a graph of nn ops ------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_GRADIENT_REVERSEMODE_H
#define MLCC_DIALECTS_NN_GRADIENT_REVERSEMODE_H

#include "mlir/IR/Builders.h"

namespace mlcc::nn {

/// Emits, at the builder's place in a block, the gradients of
/// `sum of outputs * cotangents` by the values `inputs`, for which the ops of
/// the block from `first` up to that place are walked backwards. A cotangent
/// has its output's type; a null one is zero. A value that the outputs do not
/// depend on has the gradient zero. Takes time linear in the number of ops;
/// leaves no op behind that the gradients do not need. The forward ops stay as
/// they are.
///
/// Emits NoGradient for every op between inputs and outputs that has no
/// gradient rule, with the path, and fails.
mlir::FailureOr<llvm::SmallVector<mlir::Value>>
pullBack(mlir::OpBuilder &builder, mlir::Block::iterator first,
         llvm::ArrayRef<mlir::Value> outputs,
         llvm::ArrayRef<mlir::Value> cotangents,
         llvm::ArrayRef<mlir::Value> inputs);

} // namespace mlcc::nn

#endif // MLCC_DIALECTS_NN_GRADIENT_REVERSEMODE_H
