//===- Differentiate.h - Gradients of a loss --------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_GRADIENT_DIFFERENTIATE_H
#define MLCC_COMPILER_GRADIENT_DIFFERENTIATE_H

#include "mlir/IR/Builders.h"

namespace mlcc {

/// Emits the gradients of `loss`, a single float, by the values `wrt`, behind
/// everything that it is computed of: `atEnd` stands behind it in the same
/// block. Gradients have their values' types; those that the loss does not
/// depend on are zeros. They are nn ops and can be differentiated again,
/// together with the forward ops. Linear in the number of ops before `atEnd`.
///
/// Fails with NoGradient for each op on a path from `wrt` to the loss that has
/// no rule (it names the path), and with TypeMismatch for a loss that is no
/// single float.
mlir::FailureOr<llvm::SmallVector<mlir::Value>>
differentiate(mlir::OpBuilder &atEnd, mlir::Value loss,
              llvm::ArrayRef<mlir::Value> wrt);

/// The same for the sum of products of `outputs` of any shape with `cotangents`
/// of the same types (a vector-Jacobian product).
mlir::FailureOr<llvm::SmallVector<mlir::Value>>
differentiate(mlir::OpBuilder &atEnd, llvm::ArrayRef<mlir::Value> outputs,
              llvm::ArrayRef<mlir::Value> cotangents,
              llvm::ArrayRef<mlir::Value> wrt);

} // namespace mlcc

#endif // MLCC_COMPILER_GRADIENT_DIFFERENTIATE_H
