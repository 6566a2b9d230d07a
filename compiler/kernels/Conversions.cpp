//===- Conversions.cpp - Conversions between scalars of nn types ----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/Conversions.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <cmath>

using namespace mlir;

namespace mlcc::kernels {

static bool isUnsigned(Type element) {
  return element.isInteger(1) || element.isUnsignedInteger();
}

Type computeType(Type type) {
  return type.isF64() ? type : Float32Type::get(type.getContext());
}

Value widen(ImplicitLocOpBuilder &b, Value value) {
  Type wide = computeType(value.getType());
  return wide == value.getType() ? value
                                 : arith::ExtFOp::create(b, wide, value);
}

Value narrow(ImplicitLocOpBuilder &b, Value value, Type element) {
  return element == value.getType()
             ? value
             : arith::TruncFOp::create(b, element, value);
}

Value scalarConstant(ImplicitLocOpBuilder &b, Type element, double value) {
  Type type = scalarType(element);
  if (isa<FloatType>(type))
    return arith::ConstantOp::create(b, b.getFloatAttr(type, value));
  return arith::ConstantOp::create(
      b, b.getIntegerAttr(type, static_cast<int64_t>(value)));
}

Value saturate(ImplicitLocOpBuilder &b, Value value, Type to) {
  auto type = cast<IntegerType>(scalarType(to));
  unsigned bits = type.getWidth();
  bool isSigned = !isUnsigned(to);
  // The least value and the first value above the range are powers of two, so
  // they are exact in any floating-point type.
  double least = isSigned ? -std::ldexp(1.0, bits - 1) : 0.0;
  double above = std::ldexp(1.0, isSigned ? bits - 1 : bits);
  auto floating = [&](double x) -> Value {
    return arith::ConstantOp::create(b, b.getFloatAttr(value.getType(), x));
  };
  auto compare = [&](arith::CmpFPredicate predicate, Value bound) -> Value {
    return arith::CmpFOp::create(b, predicate, value, bound);
  };
  // The conversion is undefined out of range: such values are replaced before,
  // and the results of those that overflow after it.
  Value inside = arith::AndIOp::create(
      b, compare(arith::CmpFPredicate::OGE, floating(least)),
      compare(arith::CmpFPredicate::OLT, floating(above)));
  Value safe = arith::SelectOp::create(b, inside, value, floating(0.0));
  // Narrow integers are converted through i32, for which there are vector
  // instructions.
  auto wide = b.getIntegerType(std::max(bits, 32u));
  Value integer = isSigned || bits < 32
                      ? Value(arith::FPToSIOp::create(b, wide, safe))
                      : Value(arith::FPToUIOp::create(b, wide, safe));
  if (bits < 32)
    integer = arith::TruncIOp::create(b, type, integer);
  auto extreme = [&](llvm::APInt bound) -> Value {
    return arith::ConstantOp::create(b, b.getIntegerAttr(type, bound));
  };
  Value top = extreme(isSigned ? llvm::APInt::getSignedMaxValue(bits)
                               : llvm::APInt::getMaxValue(bits));
  Value bottom = extreme(isSigned ? llvm::APInt::getSignedMinValue(bits)
                                  : llvm::APInt::getZero(bits));
  Value isAbove = compare(arith::CmpFPredicate::OGE, floating(above));
  Value isBelow = compare(arith::CmpFPredicate::OLT, floating(least));
  integer = arith::SelectOp::create(b, isAbove, top, integer);
  return arith::SelectOp::create(b, isBelow, bottom, integer);
}

/// f64 to f16 or bf16 with a single rounding: the step to f32 rounds to odd, so
/// that the next step sees whether anything was lost. (A conversion instruction
/// exists on few CPUs, and a library function not for bf16.)
static Value narrowDouble(ImplicitLocOpBuilder &b, Value value, Type to) {
  Type f32 = b.getF32Type(), i32 = b.getI32Type();
  Value nearest = arith::TruncFOp::create(b, f32, value);
  Value back = arith::ExtFOp::create(b, value.getType(), nearest);
  Value inexact =
      arith::CmpFOp::create(b, arith::CmpFPredicate::ONE, back, value);
  Value tooLarge = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT,
                                         math::AbsFOp::create(b, back),
                                         math::AbsFOp::create(b, value));
  // One unit towards zero where it was rounded away, then the odd bit.
  Value bits = arith::BitcastOp::create(b, i32, nearest);
  bits =
      arith::SubIOp::create(b, bits, arith::ExtUIOp::create(b, i32, tooLarge));
  bits = arith::OrIOp::create(b, bits, arith::ExtUIOp::create(b, i32, inexact));
  Value odd = arith::BitcastOp::create(b, f32, bits);
  return arith::TruncFOp::create(b, to, odd);
}

Value convert(ImplicitLocOpBuilder &b, Value value, Type from, Type to) {
  if (from == to)
    return value;
  Type type = scalarType(to);
  if (isa<FloatType>(from)) {
    if (isa<FloatType>(to)) {
      if (from.isF64() && !to.isF32())
        return narrowDouble(b, value, to);
      unsigned have = from.getIntOrFloatBitWidth();
      unsigned want = to.getIntOrFloatBitWidth();
      if (have == want)
        return arith::TruncFOp::create(b, to, widen(b, value));
      return have < want ? Value(arith::ExtFOp::create(b, to, value))
                         : Value(arith::TruncFOp::create(b, to, value));
    }
    Value wide = widen(b, value);
    if (to.isInteger(1)) {
      Value zero =
          arith::ConstantOp::create(b, b.getFloatAttr(wide.getType(), 0));
      return arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, wide, zero);
    }
    return saturate(b, wide, to);
  }
  if (isa<FloatType>(to)) {
    Type wide = computeType(to);
    Value result = isUnsigned(from)
                       ? Value(arith::UIToFPOp::create(b, wide, value))
                       : Value(arith::SIToFPOp::create(b, wide, value));
    return narrow(b, result, to);
  }
  if (to.isInteger(1)) {
    Value zero =
        arith::ConstantOp::create(b, b.getIntegerAttr(value.getType(), 0));
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, value, zero);
  }
  unsigned have = value.getType().getIntOrFloatBitWidth();
  unsigned want = type.getIntOrFloatBitWidth();
  if (have == want)
    return value;
  if (have > want)
    return arith::TruncIOp::create(b, type, value);
  return isUnsigned(from) ? Value(arith::ExtUIOp::create(b, type, value))
                          : Value(arith::ExtSIOp::create(b, type, value));
}

} // namespace mlcc::kernels
