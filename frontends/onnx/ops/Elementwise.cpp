//===- Elementwise.cpp - Import of element-wise operators -----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/NodeContext.h"

using namespace mlir;

namespace mlcc::onnx_frontend {

using Real = llvm::APFloat;

//===----------------------------------------------------------------------===//
// Unary
//===----------------------------------------------------------------------===//

template <typename Op> static void importUnary(NodeContext &node) {
  node.setResult(0, node.create<Op>(node.operand(0)));
}

/// An op with the attribute `alpha`, of which `Default` gives the thousandth.
template <typename Op, int Default> static void importAlpha(NodeContext &node) {
  double alpha = node.number("alpha", Default / 1000.0);
  node.setResult(0, node.create<Op>(node.operand(0), Real(alpha)));
}

static void importSelu(NodeContext &node) {
  Real alpha(node.number("alpha", 1.67326319217681884765625));
  Real gamma(node.number("gamma", 1.05070102214813232421875));
  node.setResult(0, node.create<nn::SeluOp>(node.operand(0), alpha, gamma));
}

static void importHardSigmoid(NodeContext &node) {
  Real alpha(node.number("alpha", 0.2)), beta(node.number("beta", 0.5));
  node.setResult(0,
                 node.create<nn::HardSigmoidOp>(node.operand(0), alpha, beta));
}

static void importShrink(NodeContext &node) {
  Real bias(node.number("bias", 0)), lambda(node.number("lambd", 0.5));
  Type type = node.elementType(node.operand(0));
  // The formula is in real numbers, also for integers.
  Value real = isa<IntegerType>(type)
                   ? node.cast(node.operand(0), node.getBuilder().getF64Type())
                   : node.operand(0);
  node.setResult(
      0, node.cast(node.create<nn::ShrinkOp>(real, bias, lambda), type));
}

static void importGelu(NodeContext &node) {
  StringRef form = node.string("approximate", "none");
  if (form != "none" && form != "tanh")
    node.error(ErrorCode::InvalidAttribute)
        << "'approximate' is " << quoted(form)
        << "; it must be 'none' or 'tanh'";
  node.setResult(0, node.create<nn::GeluOp>(
                        node.operand(0), form == "tanh" ? nn::GeluForm::tanh
                                                        : nn::GeluForm::exact));
}

static void importIsInf(NodeContext &node) {
  node.setResult(0, node.create<nn::IsInfOp>(
                        node.operand(0), node.flag("detect_negative", true),
                        node.flag("detect_positive", true)));
}

/// A bound of Clip: an attribute of older versions, else an operand.
static Value clipBound(NodeContext &node, StringRef name, unsigned index) {
  if (node.hasAttribute(name))
    return node.scalarLike(node.operand(0), node.number(name, 0));
  return node.operand(index);
}

/// The attribute of nn.clip for a bound known now; null if it is not.
static TypedAttr constantBound(NodeContext &node, Value bound) {
  std::optional<nn::HostTensor> value = node.constantOf(bound);
  if (!value || value->getNumElements() != 1)
    return nullptr;
  if (isa<FloatType>(value->getElementType()))
    return node.getBuilder().getF64FloatAttr(value->getAsDouble(0));
  // Large values of this type are negative as i64.
  if (value->getElementType().isUnsignedInteger(64))
    return nullptr;
  return node.getBuilder().getI64IntegerAttr(value->getAsInt(0));
}

static void importClip(NodeContext &node) {
  Value input = node.operand(0);
  Value min = clipBound(node, "min", 1), max = clipBound(node, "max", 2);
  for (Value bound : {min, max})
    if (bound && !node.failed() &&
        node.elementType(bound) != node.elementType(input))
      node.error(ErrorCode::TypeMismatch)
          << "the bounds and the input have different element types";
  TypedAttr minAttr = constantBound(node, min),
            maxAttr = constantBound(node, max);
  if ((!min || minAttr) && (!max || maxAttr)) {
    node.setResult(0, node.create<nn::ClipOp>(input, minAttr, maxAttr));
    return;
  }
  if (min)
    input = node.create<nn::MaxOp>(input, min);
  if (max)
    input = node.create<nn::MinOp>(input, max);
  node.setResult(0, input);
}

static void importCast(NodeContext &node) {
  Type type = node.typeAttribute(node.requiredInteger("to"));
  node.setResult(0, node.cast(node.operand(0), type));
}

static void importCastLike(NodeContext &node) {
  node.setResult(0,
                 node.cast(node.operand(0), node.elementType(node.operand(1))));
}

static void importIdentity(NodeContext &node) {
  node.setResult(0, node.operand(0));
}

/// At inference, the identity.
static void importDropout(NodeContext &node) {
  bool training = !node.flag("is_test", true);
  if (node.has(2))
    if (std::optional<double> mode = node.requireNumber(2, "training_mode"))
      training = *mode != 0;
  if (training)
    node.error(ErrorCode::UnsupportedForm)
        << "dropout in training mode; export the model for inference";
  if (node.opset() < 10)
    node.refuseOutput(1, "mask");
  node.setResult(0, node.operand(0));
  if (node.wants(1) && !node.failed())
    node.setResult(
        1, node.splat(RankedTensorType::get(node.shape(node.operand(0)),
                                            node.getBuilder().getI1Type()),
                      1));
}

//===----------------------------------------------------------------------===//
// Binary
//===----------------------------------------------------------------------===//

/// The second operand, aligned with the first by the attributes `broadcast` and
/// `axis` that the first versions of binary operators had: its dimensions are
/// those of the first from `axis` on.
static Value alignedRhs(NodeContext &node) {
  Value lhs = node.operand(0), rhs = node.operand(1);
  if (!node.hasAttribute("axis") || !node.flag("broadcast", false))
    return rhs;
  int64_t axis = node.normalizeAxis(node.integer("axis", 0), node.rank(lhs));
  int64_t missing = node.rank(lhs) - axis - node.rank(rhs);
  if (node.failed() || missing <= 0)
    return rhs;
  SmallVector<int64_t> shape(node.shape(rhs));
  shape.append(missing, 1);
  return node.reshape(rhs, shape);
}

template <typename Op> static void importBinary(NodeContext &node) {
  node.setResult(0, node.create<Op>(node.operand(0), alignedRhs(node)));
}

/// A comparison in the other direction.
template <typename Op> static void importSwapped(NodeContext &node) {
  node.setResult(0, node.create<Op>(alignedRhs(node), node.operand(0)));
}

static void importMod(NodeContext &node) {
  node.setResult(0, node.create<nn::ModOp>(node.operand(0), node.operand(1),
                                           node.flag("fmod", false)));
}

static void importPRelu(NodeContext &node) {
  Value input = node.operand(0), slope = node.operand(1);
  // Before broadcasting, a vector of slopes went along the channels.
  if (node.opset() < 7 && node.rank(slope) == 1 && node.rank(input) > 2) {
    SmallVector<int64_t> shape(node.rank(input) - 1, 1);
    shape[0] = node.shape(slope)[0];
    slope = node.reshape(slope, shape);
  }
  node.setResult(0, node.create<nn::PReluOp>(input, slope));
}

static void importBitShift(NodeContext &node) {
  StringRef direction = node.string("direction", "");
  if (direction == "LEFT")
    return importBinary<nn::ShiftLeftOp>(node);
  if (direction == "RIGHT")
    return importBinary<nn::ShiftRightOp>(node);
  node.error(ErrorCode::InvalidAttribute)
      << "'direction' is " << quoted(direction)
      << "; it must be 'LEFT' or 'RIGHT'";
}

//===----------------------------------------------------------------------===//
// More operands
//===----------------------------------------------------------------------===//

template <typename Op> static Value foldOperands(NodeContext &node) {
  Value result = node.operand(0);
  for (unsigned i = 1; i < node.operandCount(); ++i) {
    if (!node.has(i)) {
      node.error(ErrorCode::InvalidGraph) << "the input " << i << " is missing";
      return nullptr;
    }
    result = node.create<Op>(result, node.operand(i));
  }
  return result;
}

template <typename Op> static void importVariadic(NodeContext &node) {
  node.setResult(0, foldOperands<Op>(node));
}

static void importMean(NodeContext &node) {
  Value sum = foldOperands<nn::AddOp>(node);
  Value count = node.scalarLike(sum, node.operandCount());
  node.setResult(0, node.create<nn::DivOp>(sum, count));
}

static void importWhere(NodeContext &node) {
  node.setResult(0, node.create<nn::WhereOp>(node.operand(0), node.operand(1),
                                             node.operand(2)));
}

//===----------------------------------------------------------------------===//
// Registry
//===----------------------------------------------------------------------===//

static constexpr llvm::StringLiteral noAttributes = "";
static constexpr llvm::StringLiteral legacyBroadcast = "broadcast:i axis:i";
static constexpr llvm::StringLiteral noFloat8 = "8-bit floats, strings";

static const Operator table[] = {
    {"Abs", 6, 13, 1, 1, 1, noAttributes, importUnary<nn::AbsOp>},
    {"Acos", 7, 22, 1, 1, 1, noAttributes, importUnary<nn::AcosOp>},
    {"Acosh", 9, 22, 1, 1, 1, noAttributes, importUnary<nn::AcoshOp>},
    {"Asin", 7, 22, 1, 1, 1, noAttributes, importUnary<nn::AsinOp>},
    {"Asinh", 9, 22, 1, 1, 1, noAttributes, importUnary<nn::AsinhOp>},
    {"Atan", 7, 22, 1, 1, 1, noAttributes, importUnary<nn::AtanOp>},
    {"Atanh", 9, 22, 1, 1, 1, noAttributes, importUnary<nn::AtanhOp>},
    {"BitwiseNot", 18, 18, 1, 1, 1, noAttributes, importUnary<nn::NotOp>},
    {"Ceil", 6, 13, 1, 1, 1, noAttributes, importUnary<nn::CeilOp>},
    {"Celu", 12, 12, 1, 1, 1, "alpha:f", importAlpha<nn::CeluOp, 1000>},
    {"Cos", 7, 22, 1, 1, 1, noAttributes, importUnary<nn::CosOp>},
    {"Cosh", 9, 22, 1, 1, 1, noAttributes, importUnary<nn::CoshOp>},
    {"Elu", 6, 22, 1, 1, 1, "alpha:f", importAlpha<nn::EluOp, 1000>},
    {"Erf", 9, 13, 1, 1, 1, noAttributes, importUnary<nn::ErfOp>},
    {"Exp", 6, 13, 1, 1, 1, noAttributes, importUnary<nn::ExpOp>},
    {"Floor", 6, 13, 1, 1, 1, noAttributes, importUnary<nn::FloorOp>},
    {"Gelu", 20, 20, 1, 1, 1, "approximate:s", importGelu},
    {"HardSigmoid", 6, 22, 1, 1, 1, "alpha:f beta:f", importHardSigmoid},
    {"HardSwish", 14, 22, 1, 1, 1, noAttributes, importUnary<nn::HardSwishOp>},
    {"Identity", 1, 25, 1, 1, 1, noAttributes, importIdentity,
     "sequences, optionals"},
    {"IsInf", 10, 20, 1, 1, 1, "detect_negative:i detect_positive:i",
     importIsInf},
    {"IsNaN", 9, 20, 1, 1, 1, noAttributes, importUnary<nn::IsNanOp>},
    {"LeakyRelu", 6, 16, 1, 1, 1, "alpha:f", importAlpha<nn::LeakyReluOp, 10>},
    {"Log", 6, 13, 1, 1, 1, noAttributes, importUnary<nn::LogOp>},
    {"Mish", 18, 22, 1, 1, 1, noAttributes, importUnary<nn::MishOp>},
    {"Neg", 6, 13, 1, 1, 1, noAttributes, importUnary<nn::NegOp>},
    {"Not", 1, 1, 1, 1, 1, noAttributes, importUnary<nn::NotOp>},
    {"Reciprocal", 6, 13, 1, 1, 1, noAttributes, importUnary<nn::ReciprocalOp>},
    {"Relu", 6, 14, 1, 1, 1, noAttributes, importUnary<nn::ReluOp>},
    {"Round", 11, 22, 1, 1, 1, noAttributes, importUnary<nn::RoundOp>},
    {"Selu", 6, 22, 1, 1, 1, "alpha:f gamma:f", importSelu},
    {"Shrink", 9, 9, 1, 1, 1, "bias:f lambd:f", importShrink},
    {"Sigmoid", 6, 13, 1, 1, 1, noAttributes, importUnary<nn::SigmoidOp>},
    {"Sign", 9, 13, 1, 1, 1, noAttributes, importUnary<nn::SignOp>},
    {"Sin", 7, 22, 1, 1, 1, noAttributes, importUnary<nn::SinOp>},
    {"Sinh", 9, 22, 1, 1, 1, noAttributes, importUnary<nn::SinhOp>},
    {"Softplus", 1, 22, 1, 1, 1, noAttributes, importUnary<nn::SoftplusOp>},
    {"Softsign", 1, 22, 1, 1, 1, noAttributes, importUnary<nn::SoftsignOp>},
    {"Sqrt", 6, 13, 1, 1, 1, noAttributes, importUnary<nn::SqrtOp>},
    {"Swish", 24, 24, 1, 1, 1, "alpha:f", importAlpha<nn::SwishOp, 1000>},
    {"Tan", 7, 22, 1, 1, 1, noAttributes, importUnary<nn::TanOp>},
    {"Tanh", 6, 13, 1, 1, 1, noAttributes, importUnary<nn::TanhOp>},
    {"ThresholdedRelu", 10, 22, 1, 1, 1, "alpha:f",
     importAlpha<nn::ThresholdedReluOp, 1000>},
    {"Clip", 6, 13, 1, 3, 1, "min:f max:f", importClip},
    {"Cast", 6, 25, 1, 1, 1, "to:i saturate:i round_mode:s", importCast,
     noFloat8},
    {"CastLike", 15, 25, 2, 2, 1, "saturate:i round_mode:s", importCastLike,
     noFloat8},
    {"Dropout", 6, 22, 1, 3, 2, "ratio:f is_test:i seed:i", importDropout,
     "training mode"},

    {"Add", 6, 14, 2, 2, 1, legacyBroadcast, importBinary<nn::AddOp>},
    {"And", 1, 7, 2, 2, 1, legacyBroadcast, importBinary<nn::AndOp>},
    {"BitShift", 11, 11, 2, 2, 1, "direction:s", importBitShift},
    {"BitwiseAnd", 18, 18, 2, 2, 1, noAttributes, importBinary<nn::AndOp>},
    {"BitwiseOr", 18, 18, 2, 2, 1, noAttributes, importBinary<nn::OrOp>},
    {"BitwiseXor", 18, 18, 2, 2, 1, noAttributes, importBinary<nn::XorOp>},
    {"Div", 6, 14, 2, 2, 1, legacyBroadcast, importBinary<nn::DivOp>},
    {"Equal", 1, 19, 2, 2, 1, legacyBroadcast, importBinary<nn::EqualOp>,
     "strings"},
    {"Greater", 1, 13, 2, 2, 1, legacyBroadcast, importSwapped<nn::LessOp>},
    {"GreaterOrEqual", 12, 16, 2, 2, 1, noAttributes,
     importSwapped<nn::LessEqualOp>},
    {"Less", 1, 13, 2, 2, 1, legacyBroadcast, importBinary<nn::LessOp>},
    {"LessOrEqual", 12, 16, 2, 2, 1, noAttributes,
     importBinary<nn::LessEqualOp>},
    {"Mod", 10, 13, 2, 2, 1, "fmod:i", importMod},
    {"Mul", 6, 14, 2, 2, 1, legacyBroadcast, importBinary<nn::MulOp>},
    {"Or", 1, 7, 2, 2, 1, legacyBroadcast, importBinary<nn::OrOp>},
    {"Pow", 1, 15, 2, 2, 1, legacyBroadcast, importBinary<nn::PowOp>},
    {"PRelu", 6, 16, 2, 2, 1, noAttributes, importPRelu},
    {"Sub", 6, 14, 2, 2, 1, legacyBroadcast, importBinary<nn::SubOp>},
    {"Xor", 1, 7, 2, 2, 1, legacyBroadcast, importBinary<nn::XorOp>},

    {"Max", 6, 13, 1, variadic, 1, noAttributes, importVariadic<nn::MaxOp>},
    {"Mean", 6, 13, 1, variadic, 1, noAttributes, importMean},
    {"Min", 6, 13, 1, variadic, 1, noAttributes, importVariadic<nn::MinOp>},
    {"Sum", 6, 13, 1, variadic, 1, noAttributes, importVariadic<nn::AddOp>},
    {"Where", 9, 16, 3, 3, 1, noAttributes, importWhere},
};

llvm::ArrayRef<Operator> elementwiseOperators() { return table; }

} // namespace mlcc::onnx_frontend
