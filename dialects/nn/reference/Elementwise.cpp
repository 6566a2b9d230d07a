//===- Elementwise.cpp - Reference evaluation of element-wise ops ---------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/reference/Reference.h"

#include <cmath>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

//===----------------------------------------------------------------------===//
// Unary
//===----------------------------------------------------------------------===//

/// Applies `function` to each element as a double.
template <typename Function>
static LogicalResult mapFloats(RankedTensorType type, Operands operands,
                               Results &results, Function function) {
  HostTensor &result = results.emplace_back(type);
  for (int64_t i = 0, e = result.getNumElements(); i < e; ++i)
    result.setDouble(i, function(operands[0].getAsDouble(i)));
  return success();
}

/// Applies one of two functions to each element: as a double to floats, as an
/// `int64_t` to integers.
template <typename FloatFunction, typename IntegerFunction>
static LogicalResult mapNumbers(RankedTensorType type, Operands operands,
                                Results &results, FloatFunction onFloat,
                                IntegerFunction onInteger) {
  if (isFloat(operands[0]))
    return mapFloats(type, operands, results, onFloat);
  HostTensor &result = results.emplace_back(type);
  for (int64_t i = 0, e = result.getNumElements(); i < e; ++i)
    result.setInt(i, onInteger(operands[0].getAsInt(i)));
  return success();
}

static double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

static double softplus(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

/// Defines the evaluation of a unary op of floats. In `expression`, `x` is the
/// element and attributes are read by their getters.
#define EVALUATE_UNARY(OpClass, expression)                                    \
  LogicalResult OpClass::evaluate(Operands operands, Results &results) {       \
    return mapFloats(getType(), operands, results,                             \
                     [&](double x) -> double { return expression; });          \
  }

EVALUATE_UNARY(ExpOp, std::exp(x))
EVALUATE_UNARY(LogOp, std::log(x))
EVALUATE_UNARY(SqrtOp, std::sqrt(x))
EVALUATE_UNARY(RsqrtOp, 1 / std::sqrt(x))
EVALUATE_UNARY(ReciprocalOp, 1 / x)
EVALUATE_UNARY(SinOp, std::sin(x))
EVALUATE_UNARY(CosOp, std::cos(x))
EVALUATE_UNARY(TanOp, std::tan(x))
EVALUATE_UNARY(AsinOp, std::asin(x))
EVALUATE_UNARY(AcosOp, std::acos(x))
EVALUATE_UNARY(AtanOp, std::atan(x))
EVALUATE_UNARY(SinhOp, std::sinh(x))
EVALUATE_UNARY(CoshOp, std::cosh(x))
EVALUATE_UNARY(AsinhOp, std::asinh(x))
EVALUATE_UNARY(AcoshOp, std::acosh(x))
EVALUATE_UNARY(AtanhOp, std::atanh(x))
EVALUATE_UNARY(TanhOp, std::tanh(x))
EVALUATE_UNARY(ErfOp, std::erf(x))
EVALUATE_UNARY(FloorOp, std::floor(x))
EVALUATE_UNARY(CeilOp, std::ceil(x))
// The default rounding mode takes halves to even.
EVALUATE_UNARY(RoundOp, std::nearbyint(x))
EVALUATE_UNARY(SigmoidOp, sigmoid(x))
EVALUATE_UNARY(SoftplusOp, softplus(x))
EVALUATE_UNARY(SoftsignOp, x / (1 + std::abs(x)))
EVALUATE_UNARY(HardSwishOp, x *std::max(0.0, std::min(1.0, x / 6 + 0.5)))
EVALUATE_UNARY(MishOp, x *std::tanh(softplus(x)))
EVALUATE_UNARY(IsNanOp, std::isnan(x))
EVALUATE_UNARY(IsInfOp, std::isinf(x) &&
                            (x < 0 ? getDetectNegative() : getDetectPositive()))

#undef EVALUATE_UNARY

/// The same for ops with attributes of type f64, which are read once.
#define EVALUATE_UNARY_WITH(OpClass, Attribute, expression)                    \
  LogicalResult OpClass::evaluate(Operands operands, Results &results) {       \
    double a = get##Attribute().convertToDouble();                             \
    return mapFloats(getType(), operands, results,                             \
                     [=](double x) -> double { return expression; });          \
  }

EVALUATE_UNARY_WITH(LeakyReluOp, Alpha, x < 0 ? a * x : x)
EVALUATE_UNARY_WITH(EluOp, Alpha, x > 0 ? x : a * std::expm1(x))
EVALUATE_UNARY_WITH(CeluOp, Alpha, x > 0 ? x : a * std::expm1(x / a))
EVALUATE_UNARY_WITH(ThresholdedReluOp, Alpha, x > a ? x : 0)
EVALUATE_UNARY_WITH(SwishOp, Alpha, x *sigmoid(a *x))

#undef EVALUATE_UNARY_WITH

LogicalResult SeluOp::evaluate(Operands operands, Results &results) {
  double alpha = getAlpha().convertToDouble();
  double gamma = getGamma().convertToDouble();
  return mapFloats(getType(), operands, results, [=](double x) {
    return gamma * (x > 0 ? x : alpha * std::expm1(x));
  });
}

LogicalResult HardSigmoidOp::evaluate(Operands operands, Results &results) {
  double alpha = getAlpha().convertToDouble();
  double beta = getBeta().convertToDouble();
  return mapFloats(getType(), operands, results, [=](double x) {
    // Written so that NaN stays NaN.
    return std::max(std::min(alpha * x + beta, 1.0), 0.0);
  });
}

LogicalResult ShrinkOp::evaluate(Operands operands, Results &results) {
  double bias = getBias().convertToDouble();
  double lambd = getLambd().convertToDouble();
  return mapFloats(getType(), operands, results, [=](double x) {
    return x < -lambd ? x + bias : x > lambd ? x - bias : 0;
  });
}

LogicalResult GeluOp::evaluate(Operands operands, Results &results) {
  if (getForm() == GeluForm::exact)
    return mapFloats(getType(), operands, results, [](double x) {
      return x / 2 * (1 + std::erf(x * std::sqrt(0.5)));
    });
  return mapFloats(getType(), operands, results, [](double x) {
    double inner = std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x);
    return x / 2 * (1 + std::tanh(inner));
  });
}

LogicalResult AbsOp::evaluate(Operands operands, Results &results) {
  bool asUnsigned = isUnsigned(operands[0]);
  return mapNumbers(
      getType(), operands, results, [](double x) { return std::abs(x); },
      [=](int64_t x) { return x < 0 && !asUnsigned ? wrappingSub(0, x) : x; });
}

LogicalResult NegOp::evaluate(Operands operands, Results &results) {
  return mapNumbers(
      getType(), operands, results, [](double x) { return -x; },
      [](int64_t x) { return wrappingSub(0, x); });
}

LogicalResult SignOp::evaluate(Operands operands, Results &results) {
  bool asUnsigned = isUnsigned(operands[0]);
  return mapNumbers(
      getType(), operands, results,
      [](double x) { return std::isnan(x) ? x : (x > 0) - (x < 0); },
      [=](int64_t x) -> int64_t {
        return asUnsigned ? x != 0 : (x > 0) - (x < 0);
      });
}

LogicalResult NotOp::evaluate(Operands operands, Results &results) {
  bool logical = operands[0].getFormat() == ElementFormat::Bool;
  return mapNumbers(
      getType(), operands, results, [](double x) { return x; },
      [=](int64_t x) -> int64_t { return logical ? !x : ~x; });
}

LogicalResult ReluOp::evaluate(Operands operands, Results &results) {
  bool asUnsigned = isUnsigned(operands[0]);
  return mapNumbers(
      getType(), operands, results, [](double x) { return x < 0 ? 0 : x; },
      [=](int64_t x) { return x < 0 && !asUnsigned ? 0 : x; });
}

LogicalResult ClipOp::evaluate(Operands operands, Results &results) {
  auto floatBound = [](std::optional<TypedAttr> bound, double absent) {
    return bound ? cast<FloatAttr>(*bound).getValueAsDouble() : absent;
  };
  if (isFloat(operands[0])) {
    double min = floatBound(getMin(), -INFINITY);
    double max = floatBound(getMax(), INFINITY);
    return mapFloats(getType(), operands, results, [=](double x) {
      x = x < min ? min : x;
      return x > max ? max : x;
    });
  }
  bool asUnsigned = isUnsigned(operands[0]);
  std::optional<int64_t> min, max;
  if (getMin())
    min = cast<IntegerAttr>(*getMin()).getInt();
  if (getMax())
    max = cast<IntegerAttr>(*getMax()).getInt();
  return mapNumbers(
      getType(), operands, results, [](double x) { return x; },
      [=](int64_t x) {
        if (min && isLess(x, *min, asUnsigned))
          x = *min;
        return max && isLess(*max, x, asUnsigned) ? *max : x;
      });
}

LogicalResult StopGradientOp::evaluate(Operands operands, Results &results) {
  results.push_back(operands[0]);
  return success();
}

LogicalResult CastOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0];
  HostTensor &result = results.emplace_back(getType());
  bool byDouble = isFloat(input) || (isUnsigned(input) && isFloat(result));
  for (int64_t i = 0, e = result.getNumElements(); i < e; ++i) {
    if (byDouble)
      result.setDouble(i, input.getAsDouble(i));
    else
      result.setInt(i, input.getAsInt(i));
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Binary and ternary
//===----------------------------------------------------------------------===//

/// Calls `body(i, left, right)` for each position of the result, and the
/// operands' offsets there.
template <typename Body>
static void forEachPair(ArrayRef<int64_t> shape, Operands operands, Body body) {
  for (Walk walk(shape, {broadcastStrides(operands[0].getShape(), shape),
                         broadcastStrides(operands[1].getShape(), shape)});
       walk; walk.next())
    body(walk.position(), walk.offset(0), walk.offset(1));
}

/// Applies one of two functions to each pair: to doubles if the operands are
/// floats, to `int64_t` if they are integers.
template <typename FloatFunction, typename IntegerFunction>
static LogicalResult mapPairs(RankedTensorType type, Operands operands,
                              Results &results, FloatFunction onFloats,
                              IntegerFunction onIntegers) {
  HostTensor result(type);
  const HostTensor &lhs = operands[0], &rhs = operands[1];
  if (isFloat(lhs))
    forEachPair(type.getShape(), operands,
                [&](int64_t i, int64_t left, int64_t right) {
                  result.setDouble(i, onFloats(lhs.getAsDouble(left),
                                               rhs.getAsDouble(right)));
                });
  else
    forEachPair(
        type.getShape(), operands, [&](int64_t i, int64_t left, int64_t right) {
          result.setInt(i, onIntegers(lhs.getAsInt(left), rhs.getAsInt(right)));
        });
  results.push_back(result);
  return success();
}

/// Defines the evaluation of a binary op. In the expressions, `x` and `y` are
/// the elements, and `asUnsigned` says whether integers are unsigned.
#define EVALUATE_BINARY(OpClass, floatExpression, integerExpression)           \
  LogicalResult OpClass::evaluate(Operands operands, Results &results) {       \
    [[maybe_unused]] bool asUnsigned = isUnsigned(operands[0]);                \
    return mapPairs(                                                           \
        getType(), operands, results,                                          \
        [](double x, double y) -> double { return floatExpression; },          \
        [=](int64_t x, int64_t y) -> int64_t { return integerExpression; });   \
  }

EVALUATE_BINARY(AddOp, x + y, wrappingAdd(x, y))
EVALUATE_BINARY(SubOp, x - y, wrappingSub(x, y))
EVALUATE_BINARY(MulOp, x *y, wrappingMul(x, y))
EVALUATE_BINARY(DivOp, x / y, divideIntegers(x, y, asUnsigned))
EVALUATE_BINARY(MaxOp, maxOrNaN(x, y), isLess(x, y, asUnsigned) ? y : x)
EVALUATE_BINARY(MinOp, minOrNaN(x, y), isLess(y, x, asUnsigned) ? y : x)
EVALUATE_BINARY(PReluOp, x < 0 ? y * x : x, x < 0 ? wrappingMul(y, x) : x)
EVALUATE_BINARY(EqualOp, x == y, x == y)
EVALUATE_BINARY(LessOp, x < y, isLess(x, y, asUnsigned))
EVALUATE_BINARY(LessEqualOp, x <= y, !isLess(y, x, asUnsigned))

#undef EVALUATE_BINARY

/// The same for integers only; `bits` is the elements' width.
#define EVALUATE_INTEGERS(OpClass, expression)                                 \
  LogicalResult OpClass::evaluate(Operands operands, Results &results) {       \
    [[maybe_unused]] int64_t bits =                                            \
        getType().getElementType().getIntOrFloatBitWidth();                    \
    return mapPairs(                                                           \
        getType(), operands, results, [](double x, double) { return x; },      \
        [=](int64_t x, int64_t y) -> int64_t { return expression; });          \
  }

/// The low bits of x as a non-negative number.
static uint64_t lowBits(int64_t x, int64_t bits) {
  return bits == 64 ? x : x & ((uint64_t(1) << bits) - 1);
}

EVALUATE_INTEGERS(AndOp, x &y)
EVALUATE_INTEGERS(OrOp, x | y)
EVALUATE_INTEGERS(XorOp, x ^ y)
// A shift by the width or more leaves nothing.
EVALUATE_INTEGERS(ShiftLeftOp,
                  y < 0 || y >= bits ? 0 : static_cast<uint64_t>(x) << y)
EVALUATE_INTEGERS(ShiftRightOp, y < 0 || y >= bits ? 0 : lowBits(x, bits) >> y)

#undef EVALUATE_INTEGERS

LogicalResult ModOp::evaluate(Operands operands, Results &results) {
  bool asUnsigned = isUnsigned(operands[0]);
  bool signOfLhs = getFmod();
  return mapPairs(
      getType(), operands, results,
      [=](double x, double y) {
        double rest = std::fmod(x, y);
        bool wrongSign = rest != 0 && (rest < 0) != (y < 0);
        return wrongSign && !signOfLhs ? rest + y : rest;
      },
      [=](int64_t x, int64_t y) {
        int64_t rest = remainderOfIntegers(x, y, asUnsigned);
        bool wrongSign = !asUnsigned && rest != 0 && (rest < 0) != (y < 0);
        return wrongSign && !signOfLhs ? rest + y : rest;
      });
}

/// base^exponent modulo 2^64, exponent not negative.
static int64_t integerPower(int64_t base, uint64_t exponent) {
  int64_t result = 1;
  for (; exponent; exponent >>= 1) {
    if (exponent & 1)
      result = wrappingMul(result, base);
    base = wrappingMul(base, base);
  }
  return result;
}

LogicalResult PowOp::evaluate(Operands operands, Results &results) {
  const HostTensor &lhs = operands[0], &rhs = operands[1];
  HostTensor result(getType());
  bool integers = !isFloat(lhs) && !isFloat(rhs);
  forEachPair(getType().getShape(), operands,
              [&](int64_t i, int64_t left, int64_t right) {
                if (integers && (rhs.getAsInt(right) >= 0 || isUnsigned(rhs)))
                  result.setInt(
                      i, integerPower(lhs.getAsInt(left), rhs.getAsInt(right)));
                else
                  result.setDouble(i, std::pow(lhs.getAsDouble(left),
                                               rhs.getAsDouble(right)));
              });
  results.push_back(result);
  return success();
}

LogicalResult WhereOp::evaluate(Operands operands, Results &results) {
  HostTensor result(getType());
  SmallVector<Extents> strides;
  for (const HostTensor &operand : operands)
    strides.push_back(
        broadcastStrides(operand.getShape(), getType().getShape()));
  for (Walk walk(getType().getShape(), strides); walk; walk.next()) {
    unsigned chosen = operands[0].getAsInt(walk.offset(0)) ? 1 : 2;
    copyElement(result, walk.position(), operands[chosen], walk.offset(chosen));
  }
  results.push_back(result);
  return success();
}
