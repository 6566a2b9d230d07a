//===- ScalarMath.cpp - Floating-point functions in arith -----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/ScalarMath.h"

#include "mlir/Dialect/Math/IR/Math.h"

#include <cmath>
#include <limits>

using namespace mlir;
using arith::CmpFPredicate;

namespace mlcc::kernels {

/// Multiplications and additions may become one rounding.
static constexpr arith::FastMathFlags contract = arith::FastMathFlags::contract;

Value ScalarMath::constant(double value) {
  return arith::ConstantOp::create(b, b.getFloatAttr(type, value));
}
Value ScalarMath::integer(int64_t value) {
  return arith::ConstantIntOp::create(b, value, type.getIntOrFloatBitWidth());
}
Value ScalarMath::add(Value x, Value y) {
  return arith::AddFOp::create(b, x, y, contract);
}
Value ScalarMath::sub(Value x, Value y) {
  return arith::SubFOp::create(b, x, y, contract);
}
Value ScalarMath::mul(Value x, Value y) {
  return arith::MulFOp::create(b, x, y, contract);
}
Value ScalarMath::div(Value x, Value y) {
  return arith::DivFOp::create(b, x, y);
}
Value ScalarMath::neg(Value x) { return arith::NegFOp::create(b, x); }
Value ScalarMath::abs(Value x) { return math::AbsFOp::create(b, x); }
Value ScalarMath::sqrt(Value x) { return math::SqrtOp::create(b, x); }
Value ScalarMath::floor(Value x) { return math::FloorOp::create(b, x); }
Value ScalarMath::ceil(Value x) { return math::CeilOp::create(b, x); }
Value ScalarMath::roundEven(Value x) { return math::RoundEvenOp::create(b, x); }
Value ScalarMath::copysign(Value magnitude, Value sign) {
  return math::CopySignOp::create(b, magnitude, sign);
}
Value ScalarMath::compare(CmpFPredicate predicate, Value x, Value y) {
  return arith::CmpFOp::create(b, predicate, x, y);
}
Value ScalarMath::select(Value condition, Value x, Value y) {
  return arith::SelectOp::create(b, condition, x, y);
}
// "x unordered or greater ? x : bound" is a single maxps.
Value ScalarMath::atLeast(Value x, double bound) {
  Value limit = constant(bound);
  return select(compare(CmpFPredicate::UGT, x, limit), x, limit);
}
Value ScalarMath::atMost(Value x, double bound) {
  Value limit = constant(bound);
  return select(compare(CmpFPredicate::ULT, x, limit), x, limit);
}
Value ScalarMath::max(Value x, Value y) {
  return arith::MaximumFOp::create(b, x, y, arith::FastMathFlags::nsz);
}
Value ScalarMath::min(Value x, Value y) {
  return arith::MinimumFOp::create(b, x, y, arith::FastMathFlags::nsz);
}

/// Horner's scheme.
Value ScalarMath::polynomial(Value x, ArrayRef<double> highestFirst) {
  Value sum = constant(highestFirst.front());
  for (double coefficient : highestFirst.drop_front())
    sum = add(mul(sum, x), coefficient);
  return sum;
}

/// e^x = 2^n * (1 + r + r^2 P(r)) with n = round(x / ln 2) and |r| <= ln 2 / 2;
/// P and the splitting of ln 2 are those of expf in Moshier's Cephes.
ScalarMath::Exponential ScalarMath::expParts(Value x) {
  // Beyond these bounds the result is 0 or infinity anyway. NaN stays.
  Value bounded = atMost(atLeast(x, -104.0), 89.0);
  // Adding 1.5 * 2^23 leaves n in the low bits, without a conversion that is
  // undefined for NaN.
  Value shift = constant(12582912.0);
  Value shifted = add(mul(bounded, 1.44269504088896341), shift);
  Value n = sub(shifted, shift);
  Value r = add(mul(n, -0.693359375), bounded);
  r = add(mul(n, 2.12194440e-4), r);
  Value p = polynomial(r, {1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3,
                           4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1});
  Value minusOne = add(mul(mul(r, r), p), r);
  // 2^n in two factors, each of which is a normal number: results overflow to
  // infinity and underflow to denormals as they should.
  Type bits = b.getI32Type();
  Value power =
      arith::SubIOp::create(b, arith::BitcastOp::create(b, bits, shifted),
                            arith::BitcastOp::create(b, bits, shift));
  Value half = arith::ShRSIOp::create(b, power, integer(1));
  auto powerOfTwo = [&](Value exponent) -> Value {
    Value biased = arith::AddIOp::create(b, exponent, integer(127));
    Value placed = arith::ShLIOp::create(b, biased, integer(23));
    return arith::BitcastOp::create(b, type, placed);
  };
  Value result = mul(add(minusOne, 1.0), powerOfTwo(half));
  result = mul(result, powerOfTwo(arith::SubIOp::create(b, power, half)));
  return {minusOne, result, compare(CmpFPredicate::OEQ, n, 0.0)};
}

Value ScalarMath::exp(Value x) {
  if (!isF32())
    return math::ExpOp::create(b, x);
  return expParts(x).result;
}

Value ScalarMath::expm1(Value x) {
  if (!isF32()) {
    // Kahan's correction of the rounding in e^x, where both lost the same.
    Value power = exp(x);
    Value minusOne = sub(power, 1.0);
    Value corrected = mul(minusOne, div(x, log(power)));
    Value isTiny = compare(CmpFPredicate::OEQ, minusOne, 0.0);
    Value isLarge = compare(CmpFPredicate::UGT, abs(x), 1.0);
    return select(isTiny, x, select(isLarge, minusOne, corrected));
  }
  Exponential parts = expParts(x);
  return select(parts.isSmall, parts.minusOne, sub(parts.result, 1.0));
}

/// log x = log m + e ln 2 with m in [sqrt(1/2), sqrt(2)); the polynomial is
/// that of logf in Moshier's Cephes.
Value ScalarMath::log(Value x) {
  if (!isF32())
    return math::LogOp::create(b, x);
  Type bits = b.getI32Type();
  // Denormal numbers are scaled into the normal range.
  Value isTiny = compare(CmpFPredicate::OLT, x, 1.17549435e-38);
  Value scaled = select(isTiny, mul(x, 8388608.0), x);
  Value raw = arith::BitcastOp::create(b, bits, scaled);
  // Relative to sqrt(1/2), the exponent field counts whole powers of two.
  Value offset = arith::SubIOp::create(b, raw, integer(0x3f3504f3));
  Value e = arith::ShRSIOp::create(b, offset, integer(23));
  Value m = arith::BitcastOp::create(
      b, type,
      arith::SubIOp::create(b, raw, arith::ShLIOp::create(b, e, integer(23))));
  Value exponent = arith::SIToFPOp::create(b, type, e);
  exponent = sub(exponent, select(isTiny, constant(23.0), constant(0.0)));

  Value f = sub(m, 1.0);
  Value square = mul(f, f);
  Value p = polynomial(f, {7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1,
                           -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
                           2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1});
  Value tail = mul(mul(p, f), square);
  tail = add(mul(exponent, -2.12194440e-4), tail);
  tail = add(mul(square, -0.5), tail);
  Value result = add(mul(exponent, 0.693359375), add(f, tail));

  // log 0 = -inf, log inf = inf, log NaN = NaN, and NaN below zero.
  constexpr double infinity = std::numeric_limits<double>::infinity();
  result =
      select(compare(CmpFPredicate::OEQ, x, 0.0), constant(-infinity), result);
  result = select(compare(CmpFPredicate::OLT, x, 0.0),
                  constant(std::numeric_limits<double>::quiet_NaN()), result);
  return select(compare(CmpFPredicate::OLT, x, infinity), result,
                // +inf and NaN are their own logarithms.
                x);
}

/// Kahan's correction of the rounding in 1 + x.
Value ScalarMath::log1p(Value x) {
  Value sum = add(x, 1.0);
  Value rounded = sub(sum, 1.0);
  Value corrected = mul(log(sum), div(x, rounded));
  Value exact = compare(CmpFPredicate::OEQ, rounded, 0.0);
  // An infinite x would give inf * (inf / inf).
  Value isHuge = compare(CmpFPredicate::UGT, x, 1e30);
  return select(exact, x, select(isHuge, log(x), corrected));
}

/// A polynomial near zero (Cephes' tanhf), 1 - 2 / (e^2|x| + 1) elsewhere.
Value ScalarMath::tanh(Value x) {
  if (!isF32())
    return math::TanhOp::create(b, x);
  Value magnitude = abs(x);
  Value square = mul(x, x);
  Value p = polynomial(square,
                       {-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2,
                        1.33314422036e-1, -3.33332819422e-1});
  Value small = add(mul(mul(p, square), x), x);
  Value big = add(exp(add(magnitude, magnitude)), 1.0);
  big = copysign(sub(1.0, div(constant(2.0), big)), x);
  return select(compare(CmpFPredicate::OLT, magnitude, 0.625), small, big);
}

/// x P(x^2) near zero, 1 - e^Q(|x|) elsewhere; P and Q are minimax fits of
/// relative error 6e-9 on [0, 0.85] and absolute error 1.3e-10 on [0.84, 4].
Value ScalarMath::erf(Value x) {
  if (!isF32())
    return math::ErfOp::create(b, x);
  Value magnitude = abs(x);
  Value square = mul(x, x);
  Value p = polynomial(square, {-0.000631512945, 0.00505109485, -0.0268025478,
                                0.112827174, -0.376125718, 1.12837916 - 1.0});
  Value small = add(mul(p, x), x);
  Value bounded = atMost(magnitude, 4.0);
  Value q = polynomial(bounded, {-1.98268824e-05, 0.000420035009,
                                 -0.00410240143, 0.0249421628, -0.108011814,
                                 -0.633585073, -1.1294, 0.000151407294});
  Value big = copysign(sub(1.0, exp(q)), x);
  return select(compare(CmpFPredicate::OLT, magnitude, 0.85), small, big);
}

Value ScalarMath::sigmoid(Value x) {
  return div(constant(1.0), add(exp(neg(x)), 1.0));
}

Value ScalarMath::softplus(Value x) {
  return add(atLeast(x, 0.0), log1p(exp(neg(abs(x)))));
}

/// Exponents that are compile-time constants are usually small powers.
Value ScalarMath::pow(Value x, Value y) {
  FloatAttr exponent;
  if (auto known = y.getDefiningOp<arith::ConstantOp>())
    exponent = dyn_cast<FloatAttr>(known.getValue());
  if (exponent) {
    double value = exponent.getValueAsDouble();
    if (value == 1.0)
      return x;
    if (value == 2.0)
      return mul(x, x);
    if (value == 3.0)
      return mul(mul(x, x), x);
    if (value == 4.0)
      return mul(mul(x, x), mul(x, x));
    if (value == -1.0)
      return div(constant(1.0), x);
    // pow(-inf, 0.5) is inf and pow(-0.0, 0.5) is 0.0, unlike sqrt.
    if (value == 0.5) {
      constexpr double infinity = std::numeric_limits<double>::infinity();
      Value root = add(sqrt(x), 0.0);
      return select(compare(CmpFPredicate::OEQ, x, -infinity),
                    constant(infinity), root);
    }
  }
  return math::PowFOp::create(b, x, y);
}

} // namespace mlcc::kernels
