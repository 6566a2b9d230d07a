//===- ScalarMath.h - Floating-point functions in arith ----------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Functions on one f32 or f64 scalar. The f32 forms of the functions that
// networks use in bulk are straight-line arithmetic, so that the loop around
// them is vectorized; they are accurate to about 2 ulp over the whole range and
// keep infinities, NaN and denormal results. The others call the C library.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_KERNELS_SCALARMATH_H
#define MLCC_COMPILER_KERNELS_SCALARMATH_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlcc::kernels {

/// Of sums and products that may be taken in any order, so that they are
/// vectorized.
inline constexpr mlir::arith::FastMathFlags anyOrder =
    mlir::arith::FastMathFlags::reassoc | mlir::arith::FastMathFlags::contract;

/// Emits arithmetic of one floating-point type, f32 or f64.
class ScalarMath {
public:
  ScalarMath(mlir::ImplicitLocOpBuilder &builder, mlir::Type type)
      : b(builder), type(type) {}

  using Value = mlir::Value;
  Value constant(double value);
  Value add(Value x, Value y);
  Value add(Value x, double y) { return add(x, constant(y)); }
  Value sub(Value x, Value y);
  Value sub(Value x, double y) { return sub(x, constant(y)); }
  Value sub(double x, Value y) { return sub(constant(x), y); }
  Value mul(Value x, Value y);
  Value mul(Value x, double y) { return mul(x, constant(y)); }
  Value div(Value x, Value y);
  Value neg(Value x);
  Value abs(Value x);
  Value sqrt(Value x);
  Value copysign(Value magnitude, Value sign);
  Value compare(mlir::arith::CmpFPredicate predicate, Value x, Value y);
  Value compare(mlir::arith::CmpFPredicate predicate, Value x, double y) {
    return compare(predicate, x, constant(y));
  }
  Value select(Value condition, Value x, Value y);
  /// max(x, bound) and min(x, bound) that keep a NaN x; bound is no NaN.
  Value atLeast(Value x, double bound);
  Value atMost(Value x, double bound);
  /// NaN if either is; a positive zero is not told from a negative one.
  Value max(Value x, Value y);
  Value min(Value x, Value y);

  Value exp(Value x);
  /// e^x - 1, accurate near zero.
  Value expm1(Value x);
  Value log(Value x);
  /// log(1 + x) for x >= 0, accurate near zero.
  Value log1p(Value x);
  Value tanh(Value x);
  Value erf(Value x);
  Value sigmoid(Value x);
  Value softplus(Value x);
  Value pow(Value x, Value y);
  Value floor(Value x);
  Value ceil(Value x);
  Value roundEven(Value x);

  mlir::ImplicitLocOpBuilder &builder() { return b; }
  mlir::Type getType() const { return type; }

private:
  struct Exponential {
    Value minusOne;
    Value result;
    Value isSmall;
  };
  Exponential expParts(Value x);
  /// Horner's scheme, for f32.
  Value polynomial(Value x, llvm::ArrayRef<double> highestFirst);
  Value integer(int64_t value);
  bool isF32() const { return type.isF32(); }

  mlir::ImplicitLocOpBuilder &b;
  mlir::Type type;
};

} // namespace mlcc::kernels

#endif // MLCC_COMPILER_KERNELS_SCALARMATH_H
