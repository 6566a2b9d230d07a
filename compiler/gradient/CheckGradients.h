//===- CheckGradients.h - Gradients against finite differences --*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_GRADIENT_CHECKGRADIENTS_H
#define MLCC_COMPILER_GRADIENT_CHECKGRADIENTS_H

#include "dialects/nn/HostTensor.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <functional>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace mlcc {

/// Computes the results, of the given types, of a function of a module.
using FunctionEvaluator =
    std::function<mlir::FailureOr<llvm::SmallVector<nn::HostTensor>>(
        llvm::StringRef function, llvm::ArrayRef<nn::HostTensor> arguments,
        mlir::TypeRange results)>;

struct CheckGradientsOptions {
  /// Of the parameters' first values and the inputs.
  uint64_t seed = 0;
  /// Elements of each parameter to look at: that of the largest gradient, and
  /// random ones.
  int64_t elements = 12;
  /// Largest difference, relative to the larger of the element and the
  /// parameter's largest gradient.
  double tolerance = 1e-6;
  /// Compiles a module of functions of tensors. Where there is much to compute,
  /// loss and gradients are compiled, else interpreted; always interpreted if
  /// null.
  std::function<mlir::FailureOr<FunctionEvaluator>(
      mlir::OwningOpRef<mlir::ModuleOp>)>
      compile;
};

/// For each train.step of an imported module whose numbers are f64, compares
/// the gradients of its objective by its parameters with central differences,
/// both by the reference evaluation or compiled: parameters are initialized and
/// moved a little off, inputs are random (floats in [0, 1), integers in their
/// range, or 0 and 1). Barriers (nn.stop_gradient) keep their values where
/// parameters move. Writes a line for each parameter: the worst element, the op
/// that uses the parameter first, and its place in the user's model.
///
/// Fails, after an error, if a gradient differs (StageFailed), if there is
/// nothing to train (InvalidTraining) or an op has no gradient (NoGradient).
mlir::LogicalResult checkGradients(mlir::ModuleOp module,
                                   const CheckGradientsOptions &options,
                                   llvm::raw_ostream &stream);

} // namespace mlcc

#endif // MLCC_COMPILER_GRADIENT_CHECKGRADIENTS_H
