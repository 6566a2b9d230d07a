//===- Math.h - Formulas as nn operations --------------------- -*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_MATH_H
#define MLCC_DIALECTS_NN_MATH_H

#include "mlir/IR/Builders.h"

namespace mlcc::nn {

/// Writes formulas as nn ops. Shapes are broadcast; numbers become scalars of
/// the other operand's element type.
class Math {
public:
  Math(mlir::OpBuilder &builder, mlir::Location location)
      : builder(builder), location(location) {}

  mlir::Value scalar(double value, mlir::Type elementType);
  /// A number of the element type of `like`.
  mlir::Value scalarLike(double value, mlir::Value like);
  mlir::Value cast(mlir::Value value, mlir::Type elementType);
  /// The value in the element type of `like`.
  mlir::Value castLike(mlir::Value value, mlir::Value like);

  mlir::Value add(mlir::Value lhs, mlir::Value rhs);
  mlir::Value sub(mlir::Value lhs, mlir::Value rhs);
  mlir::Value mul(mlir::Value lhs, mlir::Value rhs);
  mlir::Value div(mlir::Value lhs, mlir::Value rhs);
  mlir::Value min(mlir::Value lhs, mlir::Value rhs);
  mlir::Value max(mlir::Value lhs, mlir::Value rhs);
  mlir::Value pow(mlir::Value base, mlir::Value exponent);
  mlir::Value add(mlir::Value lhs, double rhs);
  mlir::Value mul(mlir::Value lhs, double rhs);
  mlir::Value div(mlir::Value lhs, double rhs);
  /// lhs - rhs
  mlir::Value sub(double lhs, mlir::Value rhs);
  /// base to the power exponent
  mlir::Value pow(double base, mlir::Value exponent);
  mlir::Value abs(mlir::Value input);
  mlir::Value neg(mlir::Value input);
  mlir::Value exp(mlir::Value input);
  mlir::Value log(mlir::Value input);
  mlir::Value softplus(mlir::Value input);
  mlir::Value sqrt(mlir::Value input);
  mlir::Value cos(mlir::Value input);
  mlir::Value floor(mlir::Value input);
  mlir::Value sign(mlir::Value input);
  mlir::Value square(mlir::Value input) { return mul(input, input); }
  /// lhs <= rhs, a boolean.
  mlir::Value lessEqual(mlir::Value lhs, mlir::Value rhs);
  mlir::Value where(mlir::Value condition, mlir::Value onTrue,
                    mlir::Value onFalse);
  /// decay * average + (1 - decay) * value
  mlir::Value average(mlir::Value average, mlir::Value value, double decay);
  mlir::Value equal(mlir::Value lhs, mlir::Value rhs);
  mlir::Value less(mlir::Value lhs, mlir::Value rhs);
  mlir::Value logicalNot(mlir::Value input);
  /// The sum of all elements, a scalar.
  mlir::Value sum(mlir::Value input);
  mlir::Value mean(mlir::Value input);
  /// The sum along one dimension, which goes.
  mlir::Value sum(mlir::Value input, int64_t axis);
  mlir::Value reshape(mlir::Value input, llvm::ArrayRef<int64_t> shape);
  /// Itself if it has the shape.
  mlir::Value broadcast(mlir::Value input, llvm::ArrayRef<int64_t> shape);
  /// Which of `rows` rows come before row number `count`, an integer scalar:
  /// booleans [rows].
  mlir::Value rowsBefore(mlir::Value count, int64_t rows);
  /// The number from `low` to `high` that is nearest to `value`.
  mlir::Value clamp(mlir::Value value, double low, double high);

private:
  mlir::OpBuilder &builder;
  mlir::Location location;
};

} // namespace mlcc::nn

#endif // MLCC_DIALECTS_NN_MATH_H
