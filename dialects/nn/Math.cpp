//===- Math.cpp - Formulas as nn operations -------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/Math.h"

#include "dialects/nn/NN.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;
using namespace mlcc::nn;

Value Math::scalar(double value, Type elementType) {
  auto type = RankedTensorType::get({}, elementType);
  Attribute element =
      isa<FloatType>(elementType)
          ? Attribute(builder.getFloatAttr(elementType, value))
          : Attribute(builder.getIntegerAttr(elementType, int64_t(value)));
  return ConstantOp::create(builder, location,
                            DenseElementsAttr::get(type, element));
}
Value Math::scalarLike(double value, Value like) {
  return scalar(value, getElementTypeOrSelf(like));
}
Value Math::cast(Value value, Type elementType) {
  if (getElementTypeOrSelf(value) == elementType)
    return value;
  return CastOp::create(builder, location, value, elementType);
}
Value Math::castLike(Value value, Value like) {
  return cast(value, getElementTypeOrSelf(like));
}

Value Math::add(Value lhs, Value rhs) {
  return AddOp::create(builder, location, lhs, rhs);
}
Value Math::sub(Value lhs, Value rhs) {
  return SubOp::create(builder, location, lhs, rhs);
}
Value Math::mul(Value lhs, Value rhs) {
  return MulOp::create(builder, location, lhs, rhs);
}
Value Math::div(Value lhs, Value rhs) {
  return DivOp::create(builder, location, lhs, rhs);
}
Value Math::min(Value lhs, Value rhs) {
  return MinOp::create(builder, location, lhs, rhs);
}
Value Math::max(Value lhs, Value rhs) {
  return MaxOp::create(builder, location, lhs, rhs);
}
Value Math::pow(Value base, Value exponent) {
  return PowOp::create(builder, location, base, exponent);
}
Value Math::add(Value lhs, double rhs) {
  return add(lhs, scalarLike(rhs, lhs));
}
Value Math::mul(Value lhs, double rhs) {
  return mul(lhs, scalarLike(rhs, lhs));
}
Value Math::div(Value lhs, double rhs) {
  return div(lhs, scalarLike(rhs, lhs));
}
Value Math::sub(double lhs, Value rhs) {
  return sub(scalarLike(lhs, rhs), rhs);
}
Value Math::pow(double base, Value exponent) {
  return pow(scalarLike(base, exponent), exponent);
}
Value Math::sqrt(Value input) {
  return SqrtOp::create(builder, location, input);
}
Value Math::cos(Value input) { return CosOp::create(builder, location, input); }
Value Math::floor(Value input) {
  return FloorOp::create(builder, location, input);
}
Value Math::sign(Value input) {
  return SignOp::create(builder, location, input);
}
Value Math::lessEqual(Value lhs, Value rhs) {
  return LessEqualOp::create(builder, location, lhs, rhs);
}
Value Math::where(Value condition, Value onTrue, Value onFalse) {
  return WhereOp::create(builder, location, condition, onTrue, onFalse);
}
Value Math::average(Value average, Value value, double decay) {
  return add(mul(average, decay), mul(value, 1 - decay));
}
Value Math::abs(Value input) { return AbsOp::create(builder, location, input); }
Value Math::neg(Value input) { return NegOp::create(builder, location, input); }
Value Math::exp(Value input) { return ExpOp::create(builder, location, input); }
Value Math::log(Value input) { return LogOp::create(builder, location, input); }
Value Math::softplus(Value input) {
  return SoftplusOp::create(builder, location, input);
}
Value Math::logicalNot(Value input) {
  return NotOp::create(builder, location, input);
}
Value Math::equal(Value lhs, Value rhs) {
  return EqualOp::create(builder, location, lhs, rhs);
}
Value Math::less(Value lhs, Value rhs) {
  return LessOp::create(builder, location, lhs, rhs);
}

static SmallVector<int64_t> allAxes(Value input) {
  return llvm::to_vector(llvm::seq<int64_t>(
      0, mlir::cast<RankedTensorType>(input.getType()).getRank()));
}
Value Math::sum(Value input) {
  return ReduceSumOp::create(builder, location, input, allAxes(input),
                             /*keepdims=*/false);
}
Value Math::mean(Value input) {
  return ReduceMeanOp::create(builder, location, input, allAxes(input),
                              /*keepdims=*/false);
}
Value Math::sum(Value input, int64_t axis) {
  return ReduceSumOp::create(builder, location, input, ArrayRef<int64_t>{axis},
                             /*keepdims=*/false);
}
Value Math::reshape(Value input, ArrayRef<int64_t> shape) {
  if (mlir::cast<RankedTensorType>(input.getType()).getShape() == shape)
    return input;
  return ReshapeOp::create(builder, location, input, shape);
}
Value Math::broadcast(Value input, ArrayRef<int64_t> shape) {
  if (mlir::cast<RankedTensorType>(input.getType()).getShape() == shape)
    return input;
  return BroadcastOp::create(builder, location, input, shape);
}
Value Math::clamp(Value value, double low, double high) {
  return max(min(value, scalarLike(high, value)), scalarLike(low, value));
}
Value Math::rowsBefore(Value count, int64_t rows) {
  SmallVector<int64_t> numbers = llvm::to_vector(llvm::seq<int64_t>(0, rows));
  Value row = ConstantOp::create(
      builder, location,
      DenseElementsAttr::get(RankedTensorType::get(rows, builder.getI64Type()),
                             ArrayRef<int64_t>(numbers)));
  return less(row, cast(count, builder.getI64Type()));
}
