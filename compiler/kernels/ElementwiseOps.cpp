//===- ElementwiseOps.cpp - Scalar bodies of element-wise ops -------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/Conversions.h"
#include "compiler/kernels/LoopEmitter.h"
#include "compiler/kernels/OpModels.h"
#include "compiler/kernels/ScalarMath.h"
#include "dialects/nn/NN.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

namespace mlcc::kernels {
namespace {

/// The scalars of the operands of one element, and where code goes.
struct Scalars {
  ImplicitLocOpBuilder &b;
  Operation *op;
  SmallVector<Value> values;

  Type elementType(unsigned operand) const {
    return getElementTypeOrSelf(op->getOperand(operand).getType());
  }
  Type resultType() const {
    return getElementTypeOrSelf(op->getResult(0).getType());
  }
  bool isFloat() const { return isa<FloatType>(elementType(0)); }
  bool isUnsigned() const {
    return elementType(0).isInteger(1) || elementType(0).isUnsignedInteger();
  }
  Value integer(const llvm::APInt &value) const {
    return arith::ConstantOp::create(
        b, b.getIntegerAttr(values.front().getType(), value));
  }
  Value integer(int64_t value) const {
    return arith::ConstantOp::create(
        b, b.getIntegerAttr(values.front().getType(), value));
  }
  unsigned width() const {
    return values.front().getType().getIntOrFloatBitWidth();
  }
  Value compare(CmpIPredicate isSigned, CmpIPredicate unsignedForm, Value x,
                Value y) const {
    return arith::CmpIOp::create(b, isUnsigned() ? unsignedForm : isSigned, x,
                                 y);
  }
  Value select(Value condition, Value x, Value y) const {
    return arith::SelectOp::create(b, condition, x, y);
  }
};

using ScalarBody = Value (*)(Scalars &);

/// Pulls the operands at the broadcast place and applies the body.
template <ScalarBody body>
Value elementwise(LoopEmitter &emitter, OpResult result,
                  ArrayRef<IndexExpr> index) {
  Scalars scalars{emitter.builder(), result.getOwner(), {}};
  for (Value operand : result.getOwner()->getOperands()) {
    size_t rank = cast<RankedTensorType>(operand.getType()).getRank();
    scalars.values.push_back(emitter.element(operand, index.take_back(rank)));
  }
  return body(scalars);
}

//===----------------------------------------------------------------------===//
// Floating-point functions of one operand
//===----------------------------------------------------------------------===//

using FloatFunction = Value (*)(ScalarMath &, Value, Operation *);

template <FloatFunction function> Value floatUnary(Scalars &s) {
  Value x = widen(s.b, s.values[0]);
  ScalarMath math(s.b, x.getType());
  return narrow(s.b, function(math, x, s.op), s.resultType());
}

/// A function of the math dialect, computed by the C library or an instruction.
template <typename MathOp>
Value mathFunction(ScalarMath &m, Value x, Operation *) {
  return MathOp::create(m.builder(), x);
}

/// alpha * (e^(x / scale) - 1) for negative x, else x.
Value exponentialUnit(ScalarMath &m, Value x, double alpha, double scale) {
  Value scaled = scale == 1.0 ? x : m.div(x, m.constant(scale));
  Value negative = m.mul(m.expm1(scaled), alpha);
  return m.select(m.compare(CmpFPredicate::OGT, x, 0.0), x, negative);
}

Value clampUnit(ScalarMath &m, Value x) {
  return m.atLeast(m.atMost(x, 1.0), 0.0);
}

Value gelu(ScalarMath &m, Value x, Operation *op) {
  Value half = m.mul(x, 0.5);
  if (cast<nn::GeluOp>(op).getForm() == nn::GeluForm::exact)
    return m.mul(half, m.add(m.erf(m.mul(x, 0.70710678118654752)), 1.0));
  Value cubic = m.mul(m.mul(x, x), x);
  Value inner = m.mul(m.add(m.mul(cubic, 0.044715), x), 0.79788456080286536);
  return m.mul(half, m.add(m.tanh(inner), 1.0));
}

Value shrink(ScalarMath &m, Value x, Operation *op) {
  double bias = cast<nn::ShrinkOp>(op).getBias().convertToDouble();
  double lambd = cast<nn::ShrinkOp>(op).getLambd().convertToDouble();
  Value above = m.select(m.compare(CmpFPredicate::OGT, x, lambd),
                         m.sub(x, bias), m.constant(0.0));
  return m.select(m.compare(CmpFPredicate::OLT, x, -lambd), m.add(x, bias),
                  above);
}

//===----------------------------------------------------------------------===//
// Ops of one operand of any type
//===----------------------------------------------------------------------===//

Value emitAbs(Scalars &s) {
  if (s.isFloat())
    return math::AbsFOp::create(s.b, s.values[0]);
  return s.isUnsigned() ? s.values[0]
                        : Value(math::AbsIOp::create(s.b, s.values[0]));
}

Value emitNeg(Scalars &s) {
  if (s.isFloat())
    return arith::NegFOp::create(s.b, s.values[0]);
  return arith::SubIOp::create(s.b, s.integer(0), s.values[0]);
}

Value emitSign(Scalars &s) {
  if (!s.isFloat()) {
    Value zero = s.integer(0), x = s.values[0];
    Value positive = s.compare(CmpIPredicate::sgt, CmpIPredicate::ugt, x, zero);
    Value sign = s.select(positive, s.integer(1), zero);
    if (s.isUnsigned())
      return sign;
    Value negative = arith::CmpIOp::create(s.b, CmpIPredicate::slt, x, zero);
    return s.select(negative, s.integer(-1), sign);
  }
  Value x = widen(s.b, s.values[0]);
  ScalarMath m(s.b, x.getType());
  // Neither comparison holds for zero and NaN, which stay.
  Value sign =
      m.select(m.compare(CmpFPredicate::OGT, x, 0.0), m.constant(1.0), x);
  sign =
      m.select(m.compare(CmpFPredicate::OLT, x, 0.0), m.constant(-1.0), sign);
  return narrow(s.b, sign, s.resultType());
}

Value emitNot(Scalars &s) {
  return arith::XOrIOp::create(s.b, s.values[0],
                               s.integer(llvm::APInt::getAllOnes(s.width())));
}

Value emitRelu(Scalars &s) {
  if (s.isFloat()) {
    Value x = widen(s.b, s.values[0]);
    return narrow(s.b, ScalarMath(s.b, x.getType()).atLeast(x, 0.0),
                  s.resultType());
  }
  if (s.isUnsigned())
    return s.values[0];
  return arith::MaxSIOp::create(s.b, s.values[0], s.integer(0));
}

double boundOf(Attribute attr) {
  if (auto floating = dyn_cast<FloatAttr>(attr))
    return floating.getValueAsDouble();
  return cast<IntegerAttr>(attr).getValue().getSExtValue();
}

Value emitClip(Scalars &s) {
  auto op = cast<nn::ClipOp>(s.op);
  Attribute low = op->getAttr("min"), high = op->getAttr("max");
  Value x = s.values[0];
  if (s.isFloat()) {
    x = widen(s.b, x);
    ScalarMath m(s.b, x.getType());
    if (high)
      x = m.atMost(x, boundOf(high));
    if (low)
      x = m.atLeast(x, boundOf(low));
    return narrow(s.b, x, s.resultType());
  }
  auto bound = [&](Attribute attr) {
    return s.integer(cast<IntegerAttr>(attr).getValue().sextOrTrunc(s.width()));
  };
  if (high)
    x = s.isUnsigned() ? Value(arith::MinUIOp::create(s.b, x, bound(high)))
                       : Value(arith::MinSIOp::create(s.b, x, bound(high)));
  if (low)
    x = s.isUnsigned() ? Value(arith::MaxUIOp::create(s.b, x, bound(low)))
                       : Value(arith::MaxSIOp::create(s.b, x, bound(low)));
  return x;
}

Value emitIsNan(Scalars &s) {
  Value x = widen(s.b, s.values[0]);
  return arith::CmpFOp::create(s.b, CmpFPredicate::UNO, x, x);
}

Value emitIsInf(Scalars &s) {
  auto op = cast<nn::IsInfOp>(s.op);
  Value x = widen(s.b, s.values[0]);
  ScalarMath m(s.b, x.getType());
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Value result = arith::ConstantIntOp::create(s.b, 0, 1);
  if (op.getDetectPositive())
    result = arith::OrIOp::create(s.b, result,
                                  m.compare(CmpFPredicate::OEQ, x, infinity));
  if (op.getDetectNegative())
    result = arith::OrIOp::create(s.b, result,
                                  m.compare(CmpFPredicate::OEQ, x, -infinity));
  return result;
}

Value emitCast(Scalars &s) {
  return convert(s.b, s.values[0], s.elementType(0), s.resultType());
}

//===----------------------------------------------------------------------===//
// Ops of two and three operands
//===----------------------------------------------------------------------===//

using FloatBinary = Value (*)(ScalarMath &, Value, Value);

template <FloatBinary function> Value floatBinary(Scalars &s) {
  Value x = widen(s.b, s.values[0]), y = widen(s.b, s.values[1]);
  ScalarMath math(s.b, x.getType());
  return narrow(s.b, function(math, x, y), s.resultType());
}

/// A float form and an integer op; booleans count as unsigned.
template <FloatBinary function, typename SignedOp, typename UnsignedOp>
Value anyBinary(Scalars &s) {
  if (s.isFloat())
    return floatBinary<function>(s);
  if (s.isUnsigned())
    return UnsignedOp::create(s.b, s.values[0], s.values[1]);
  return SignedOp::create(s.b, s.values[0], s.values[1]);
}

template <typename Op> Value integerBinary(Scalars &s) {
  return Op::create(s.b, s.values[0], s.values[1]);
}

/// The divisor, replaced where the machine's division is undefined: by zero,
/// and of the least number by -1, whose quotient wraps to itself as it does
/// by 1.
Value safeDivisor(Scalars &s) {
  Value y = s.values[1], zero = s.integer(0);
  Value unsafe = arith::CmpIOp::create(s.b, CmpIPredicate::eq, y, zero);
  if (!s.isUnsigned()) {
    Value isLeast = arith::CmpIOp::create(
        s.b, CmpIPredicate::eq, s.values[0],
        s.integer(llvm::APInt::getSignedMinValue(s.width())));
    Value isMinusOne =
        arith::CmpIOp::create(s.b, CmpIPredicate::eq, y, s.integer(-1));
    unsafe = arith::OrIOp::create(
        s.b, unsafe, arith::AndIOp::create(s.b, isLeast, isMinusOne));
  }
  return s.select(unsafe, s.integer(1), y);
}

Value zeroWhereDivisorIsZero(Scalars &s, Value value) {
  Value isZero =
      arith::CmpIOp::create(s.b, CmpIPredicate::eq, s.values[1], s.integer(0));
  return s.select(isZero, s.integer(0), value);
}

Value emitDiv(Scalars &s) {
  if (s.isFloat())
    return floatBinary<[](ScalarMath &m, Value x, Value y) {
      return m.div(x, y);
    }>(s);
  Value divisor = safeDivisor(s);
  Value quotient =
      s.isUnsigned() ? Value(arith::DivUIOp::create(s.b, s.values[0], divisor))
                     : Value(arith::DivSIOp::create(s.b, s.values[0], divisor));
  return zeroWhereDivisorIsZero(s, quotient);
}

Value floatRemainder(Scalars &s, bool fmod) {
  Value x = widen(s.b, s.values[0]), y = widen(s.b, s.values[1]);
  ScalarMath m(s.b, x.getType());
  Value remainder = arith::RemFOp::create(s.b, x, y);
  if (!fmod) {
    // Python's %: a remainder of the wrong sign is moved by one divisor.
    Value differs = arith::XOrIOp::create(
        s.b, m.compare(CmpFPredicate::OLT, remainder, 0.0),
        m.compare(CmpFPredicate::OLT, y, 0.0));
    Value moves = arith::AndIOp::create(
        s.b, differs, m.compare(CmpFPredicate::ONE, remainder, 0.0));
    remainder = m.select(moves, m.add(remainder, y), remainder);
  }
  return narrow(s.b, remainder, s.resultType());
}

Value emitMod(Scalars &s) {
  bool fmod = cast<nn::ModOp>(s.op).getFmod();
  if (s.isFloat())
    return floatRemainder(s, fmod);
  Value divisor = safeDivisor(s);
  if (s.isUnsigned())
    return zeroWhereDivisorIsZero(
        s, arith::RemUIOp::create(s.b, s.values[0], divisor));
  Value remainder = arith::RemSIOp::create(s.b, s.values[0], divisor);
  if (!fmod) {
    Value zero = s.integer(0);
    auto negative = [&](Value x) {
      return arith::CmpIOp::create(s.b, CmpIPredicate::slt, x, zero);
    };
    Value differs =
        arith::XOrIOp::create(s.b, negative(remainder), negative(s.values[1]));
    Value nonzero =
        arith::CmpIOp::create(s.b, CmpIPredicate::ne, remainder, zero);
    Value moves = arith::AndIOp::create(s.b, differs, nonzero);
    remainder = s.select(
        moves, arith::AddIOp::create(s.b, remainder, s.values[1]), remainder);
  }
  return zeroWhereDivisorIsZero(s, remainder);
}

/// Integer powers are computed in f64, as ONNX Runtime does.
Value emitPow(Scalars &s) {
  bool viaDouble = !s.isFloat() || s.elementType(0).isF64();
  Type wide = viaDouble ? Type(s.b.getF64Type()) : Type(s.b.getF32Type());
  Value x = convert(s.b, s.values[0], s.elementType(0), wide);
  Value y = convert(s.b, s.values[1], s.elementType(1), wide);
  ScalarMath m(s.b, wide);
  return convert(s.b, m.pow(x, y), wide, s.resultType());
}

template <typename ShiftOp> Value emitShift(Scalars &s) {
  // A shift by the width or more leaves no bit; the machine's is undefined.
  Value width = s.integer(s.width());
  Value fits =
      arith::CmpIOp::create(s.b, CmpIPredicate::ult, s.values[1], width);
  Value amount = s.select(fits, s.values[1], s.integer(0));
  return s.select(fits, ShiftOp::create(s.b, s.values[0], amount),
                  s.integer(0));
}

template <CmpFPredicate floating, CmpIPredicate isSigned,
          CmpIPredicate unsignedForm>
Value emitCompare(Scalars &s) {
  if (s.isFloat())
    return arith::CmpFOp::create(s.b, floating, widen(s.b, s.values[0]),
                                 widen(s.b, s.values[1]));
  return s.compare(isSigned, unsignedForm, s.values[0], s.values[1]);
}

Value emitPRelu(Scalars &s) {
  return floatBinary<[](ScalarMath &m, Value x, Value slope) {
    return m.select(m.compare(CmpFPredicate::OLT, x, 0.0), m.mul(x, slope), x);
  }>(s);
}

Value emitWhere(Scalars &s) {
  return s.select(s.values[0], s.values[1], s.values[2]);
}

/// A constant that the kernel holds itself: one element.
Value emitConstant(LoopEmitter &emitter, OpResult result, ArrayRef<IndexExpr>) {
  auto op = cast<nn::ConstantOp>(result.getOwner());
  ImplicitLocOpBuilder &b = emitter.builder();
  Type element = op.getType().getElementType();
  nn::HostTensor value = *nn::HostTensor::fromAttribute(op.getValue());
  if (isa<FloatType>(element))
    return arith::ConstantOp::create(
        b, b.getFloatAttr(element, value.getAsDouble(0)));
  Type type = scalarType(element);
  llvm::APInt bits(64, static_cast<uint64_t>(value.getAsInt(0)));
  return arith::ConstantOp::create(
      b, b.getIntegerAttr(type, bits.trunc(type.getIntOrFloatBitWidth())));
}

} // namespace

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

namespace {

template <ScalarBody body> OpModel row(unsigned cost = 1) {
  return {OpRole::elementwise, cost, elementwise<body>};
}
template <FloatFunction function> OpModel unary(unsigned cost = 1) {
  return row<floatUnary<function>>(cost);
}
template <typename MathOp> OpModel library(unsigned cost) {
  return unary<mathFunction<MathOp>>(cost);
}

} // namespace

static void registerUnary(OpModelTable &table) {
  using M = ScalarMath;
  table["nn.abs"] = row<emitAbs>();
  table["nn.neg"] = row<emitNeg>();
  table["nn.sign"] = row<emitSign>(2);
  table["nn.not"] = row<emitNot>();
  table["nn.relu"] = row<emitRelu>();
  table["nn.clip"] = row<emitClip>(2);
  table["nn.is_nan"] = row<emitIsNan>();
  table["nn.is_inf"] = row<emitIsInf>(2);
  table["nn.cast"] = row<emitCast>();

  table["nn.exp"] =
      unary<[](M &m, Value x, Operation *) { return m.exp(x); }>(16);
  table["nn.log"] =
      unary<[](M &m, Value x, Operation *) { return m.log(x); }>(24);
  table["nn.tanh"] =
      unary<[](M &m, Value x, Operation *) { return m.tanh(x); }>(32);
  table["nn.erf"] =
      unary<[](M &m, Value x, Operation *) { return m.erf(x); }>(36);
  table["nn.sqrt"] =
      unary<[](M &m, Value x, Operation *) { return m.sqrt(x); }>(8);
  table["nn.rsqrt"] = unary<[](M &m, Value x, Operation *) {
    return m.div(m.constant(1.0), m.sqrt(x));
  }>(16);
  table["nn.reciprocal"] = unary<[](M &m, Value x, Operation *) {
    return m.div(m.constant(1.0), x);
  }>(8);
  table["nn.floor"] =
      unary<[](M &m, Value x, Operation *) { return m.floor(x); }>();
  table["nn.ceil"] =
      unary<[](M &m, Value x, Operation *) { return m.ceil(x); }>();
  table["nn.round"] =
      unary<[](M &m, Value x, Operation *) { return m.roundEven(x); }>();

  table["nn.sin"] = library<math::SinOp>(64);
  table["nn.cos"] = library<math::CosOp>(64);
  table["nn.tan"] = library<math::TanOp>(64);
  table["nn.asin"] = library<math::AsinOp>(64);
  table["nn.acos"] = library<math::AcosOp>(64);
  table["nn.atan"] = library<math::AtanOp>(64);
  table["nn.sinh"] = library<math::SinhOp>(64);
  table["nn.cosh"] = library<math::CoshOp>(64);
  table["nn.asinh"] = library<math::AsinhOp>(64);
  table["nn.acosh"] = library<math::AcoshOp>(64);
  table["nn.atanh"] = library<math::AtanhOp>(64);
}

static void registerActivations(OpModelTable &table) {
  using M = ScalarMath;
  table["nn.sigmoid"] =
      unary<[](M &m, Value x, Operation *) { return m.sigmoid(x); }>(24);
  table["nn.softplus"] =
      unary<[](M &m, Value x, Operation *) { return m.softplus(x); }>(56);
  table["nn.softsign"] = unary<[](M &m, Value x, Operation *) {
    return m.div(x, m.add(m.abs(x), 1.0));
  }>(8);
  table["nn.hard_swish"] = unary<[](M &m, Value x, Operation *) {
    return m.mul(x, clampUnit(m, m.add(m.mul(x, 1.0 / 6.0), 0.5)));
  }>(5);
  table["nn.mish"] = unary<[](M &m, Value x, Operation *) {
    return m.mul(x, m.tanh(m.softplus(x)));
  }>(90);
  table["nn.leaky_relu"] = unary<[](M &m, Value x, Operation *op) {
    double alpha = cast<nn::LeakyReluOp>(op).getAlpha().convertToDouble();
    return m.select(m.compare(CmpFPredicate::OLT, x, 0.0), m.mul(x, alpha), x);
  }>(2);
  table["nn.elu"] = unary<[](M &m, Value x, Operation *op) {
    return exponentialUnit(
        m, x, cast<nn::EluOp>(op).getAlpha().convertToDouble(), 1.0);
  }>(20);
  table["nn.celu"] = unary<[](M &m, Value x, Operation *op) {
    double alpha = cast<nn::CeluOp>(op).getAlpha().convertToDouble();
    return exponentialUnit(m, x, alpha, alpha);
  }>(28);
  table["nn.selu"] = unary<[](M &m, Value x, Operation *op) {
    auto selu = cast<nn::SeluOp>(op);
    Value unit = exponentialUnit(m, x, selu.getAlpha().convertToDouble(), 1.0);
    return m.mul(unit, selu.getGamma().convertToDouble());
  }>(21);
  table["nn.hard_sigmoid"] = unary<[](M &m, Value x, Operation *op) {
    auto sigmoid = cast<nn::HardSigmoidOp>(op);
    return clampUnit(m, m.add(m.mul(x, sigmoid.getAlpha().convertToDouble()),
                              sigmoid.getBeta().convertToDouble()));
  }>(4);
  table["nn.thresholded_relu"] = unary<[](M &m, Value x, Operation *op) {
    double alpha = cast<nn::ThresholdedReluOp>(op).getAlpha().convertToDouble();
    return m.select(m.compare(CmpFPredicate::OGT, x, alpha), x,
                    m.constant(0.0));
  }>(2);
  table["nn.shrink"] = unary<shrink>(5);
  table["nn.swish"] = unary<[](M &m, Value x, Operation *op) {
    double alpha = cast<nn::SwishOp>(op).getAlpha().convertToDouble();
    return m.mul(x, m.sigmoid(m.mul(x, alpha)));
  }>(26);
  table["nn.gelu"] = unary<gelu>(42);
}

static void registerBinary(OpModelTable &table) {
  using M = ScalarMath;
  constexpr auto add = [](M &m, Value x, Value y) { return m.add(x, y); };
  constexpr auto sub = [](M &m, Value x, Value y) { return m.sub(x, y); };
  constexpr auto mul = [](M &m, Value x, Value y) { return m.mul(x, y); };
  constexpr auto max = [](M &m, Value x, Value y) { return m.max(x, y); };
  constexpr auto min = [](M &m, Value x, Value y) { return m.min(x, y); };
  table["nn.add"] = row<anyBinary<add, arith::AddIOp, arith::AddIOp>>();
  table["nn.sub"] = row<anyBinary<sub, arith::SubIOp, arith::SubIOp>>();
  table["nn.mul"] = row<anyBinary<mul, arith::MulIOp, arith::MulIOp>>();
  table["nn.max"] = row<anyBinary<max, arith::MaxSIOp, arith::MaxUIOp>>(2);
  table["nn.min"] = row<anyBinary<min, arith::MinSIOp, arith::MinUIOp>>(2);
  table["nn.div"] = row<emitDiv>(8);
  table["nn.mod"] = row<emitMod>(16);
  table["nn.pow"] = row<emitPow>(64);
  table["nn.prelu"] = row<emitPRelu>(2);
  table["nn.and"] = row<integerBinary<arith::AndIOp>>();
  table["nn.or"] = row<integerBinary<arith::OrIOp>>();
  table["nn.xor"] = row<integerBinary<arith::XOrIOp>>();
  table["nn.shift_left"] = row<emitShift<arith::ShLIOp>>(3);
  table["nn.shift_right"] = row<emitShift<arith::ShRUIOp>>(3);
  table["nn.equal"] = row<
      emitCompare<CmpFPredicate::OEQ, CmpIPredicate::eq, CmpIPredicate::eq>>();
  table["nn.less"] = row<emitCompare<CmpFPredicate::OLT, CmpIPredicate::slt,
                                     CmpIPredicate::ult>>();
  table["nn.less_equal"] =
      row<emitCompare<CmpFPredicate::OLE, CmpIPredicate::sle,
                      CmpIPredicate::ule>>();
  table["nn.where"] = row<emitWhere>();
}

void registerElementwise(OpModelTable &table) {
  registerUnary(table);
  registerActivations(table);
  registerBinary(table);
  table["nn.constant"] = {OpRole::elementwise, 0, emitConstant};
}

} // namespace mlcc::kernels
