//===- PostOps.cpp - Element-wise ops as post-ops of a primitive ----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fuse/PostOps.h"

#include "compiler/graph/Constants.h"
#include "llvm/ADT/TypeSwitch.h"

#include <limits>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::fuse;
using graph::reshapeTo;
using graph::typeOf;
using graph::uniformOf;

static constexpr float infinity = std::numeric_limits<float>::infinity();

static float boundOf(Attribute bound, float absent) {
  auto number = dyn_cast_or_null<FloatAttr>(bound);
  return number ? static_cast<float>(number.getValueAsDouble()) : absent;
}

/// oneDNN's pow with a constant exponent.
static dnn::EltwiseAttr asPower(nn::PowOp op) {
  std::optional<double> exponent = uniformOf(op.getRhs());
  if (!exponent || op.getLhs().getType() != op.getType())
    return nullptr;
  return dnn::EltwiseAttr::get(op.getContext(), dnn::EltwiseKind::pow, 1,
                               static_cast<float>(*exponent));
}

dnn::EltwiseAttr fuse::asEltwise(Operation *op) {
  using Kind = dnn::EltwiseKind;
  auto make = [&](Kind kind, double alpha = 0, double beta = 0) {
    return dnn::EltwiseAttr::get(op->getContext(), kind,
                                 static_cast<float>(alpha),
                                 static_cast<float>(beta));
  };
  auto number = [](const APFloat &value) { return value.convertToDouble(); };
  return llvm::TypeSwitch<Operation *, dnn::EltwiseAttr>(op)
      .Case([&](nn::ReluOp) { return make(Kind::relu); })
      .Case([&](nn::LeakyReluOp relu) {
        return make(Kind::relu, number(relu.getAlpha()));
      })
      .Case([&](nn::EluOp elu) {
        return make(Kind::elu, number(elu.getAlpha()));
      })
      .Case([&](nn::TanhOp) { return make(Kind::tanh); })
      .Case([&](nn::SigmoidOp) { return make(Kind::logistic); })
      .Case([&](nn::GeluOp gelu) {
        return make(gelu.getForm() == nn::GeluForm::exact ? Kind::gelu_erf
                                                          : Kind::gelu_tanh);
      })
      .Case([&](nn::SwishOp swish) {
        return make(Kind::swish, number(swish.getAlpha()));
      })
      .Case(
          [&](nn::HardSwishOp) { return make(Kind::hardswish, 1.0 / 6, 0.5); })
      .Case([&](nn::HardSigmoidOp hard) {
        return make(Kind::hardsigmoid, number(hard.getAlpha()),
                    number(hard.getBeta()));
      })
      .Case([&](nn::ClipOp clip) {
        float low = boundOf(clip.getMinAttr(), -infinity);
        float high = boundOf(clip.getMaxAttr(), infinity);
        return low <= high ? make(Kind::clip, low, high) : dnn::EltwiseAttr();
      })
      .Case([&](nn::MishOp) { return make(Kind::mish); })
      .Case([&](nn::SoftplusOp) { return make(Kind::soft_relu, 1); })
      .Case([&](nn::AbsOp) { return make(Kind::abs); })
      .Case([&](nn::SqrtOp) { return make(Kind::sqrt); })
      .Case([&](nn::ExpOp) { return make(Kind::exp); })
      .Case([&](nn::LogOp) { return make(Kind::log); })
      .Case([&](nn::RoundOp) { return make(Kind::round); })
      .Case([&](nn::NegOp) { return make(Kind::linear, -1, 0); })
      .Case([&](nn::PowOp power) { return asPower(power); })
      .Default([](Operation *) { return dnn::EltwiseAttr(); });
}

/// The binary function `f(result, operand)` of an op whose fused operand is the
/// left one, or either of a commutative op.
static std::optional<dnn::BinaryKind> asBinary(Operation *op, bool isLeft) {
  if (!isLeft && !op->hasTrait<OpTrait::IsCommutative>())
    return std::nullopt;
  return llvm::TypeSwitch<Operation *, std::optional<dnn::BinaryKind>>(op)
      .Case<nn::AddOp>([](auto) { return dnn::BinaryKind::add; })
      .Case<nn::SubOp>([](auto) { return dnn::BinaryKind::sub; })
      .Case<nn::MulOp>([](auto) { return dnn::BinaryKind::mul; })
      .Case<nn::DivOp>([](auto) { return dnn::BinaryKind::div; })
      .Case<nn::MaxOp>([](auto) { return dnn::BinaryKind::max; })
      .Case<nn::MinOp>([](auto) { return dnn::BinaryKind::min; })
      .Default([](Operation *) { return std::nullopt; });
}

PostOpChain::PostOpChain(Value start, ArrayRef<int64_t> shape,
                         int64_t channelAxis)
    : shape(shape), channelAxis(channelAxis), result(start) {
  // oneDNN takes 32 post-ops.
  constexpr size_t limit = 32;
  SmallVector<Operation *> reshapes;
  for (Value at = start; at.hasOneUse() && postOps.size() < limit;) {
    Operation *user = *at.getUsers().begin();
    if (isa<nn::ReshapeOp>(user)) {
      reshapes.push_back(user);
    } else if (user->getNumResults() == 1 && append(user, at)) {
      ops.append(reshapes);
      ops.push_back(user);
      reshapes.clear();
      result = user->getResult(0);
    } else {
      break;
    }
    at = user->getResult(0);
  }
}

bool PostOpChain::append(Operation *op, Value input) {
  // The chain goes on with the same elements, in the same order.
  if (op->getResult(0).getType() != input.getType() ||
      !graph::isElementwise(op))
    return false;
  if (op->getNumOperands() == 1 || isa<nn::PowOp>(op)) {
    dnn::EltwiseAttr eltwise =
        op->getOperand(0) == input ? asEltwise(op) : nullptr;
    if (eltwise)
      postOps.push_back(eltwise);
    return eltwise != nullptr;
  }
  return op->getNumOperands() == 2 && appendBinary(op, input);
}

bool PostOpChain::appendBinary(Operation *op, Value input) {
  bool isLeft = op->getOperand(0) == input;
  Value other = op->getOperand(isLeft ? 1 : 0);
  if (std::optional<double> number = uniformOf(other))
    if (appendScalar(op, *number, isLeft))
      return true;
  std::optional<dnn::BinaryKind> kind = asBinary(op, isLeft);
  std::optional<SmallVector<int64_t>> otherShape = operandShape(other, input);
  if (!kind || !otherShape)
    return false;
  postOps.push_back(dnn::BinaryAttr::get(op->getContext(), *kind));
  operands.push_back({other, std::move(*otherShape)});
  return true;
}

/// Arithmetic with one number is oneDNN's linear function, and needs no memory.
bool PostOpChain::appendScalar(Operation *op, double number, bool isLeft) {
  auto linear = [&](double alpha, double beta) {
    postOps.push_back(dnn::EltwiseAttr::get(
        op->getContext(), dnn::EltwiseKind::linear, static_cast<float>(alpha),
        static_cast<float>(beta)));
    return true;
  };
  if (isa<nn::AddOp>(op))
    return linear(1, number);
  if (isa<nn::MulOp>(op))
    return linear(number, 0);
  if (isa<nn::SubOp>(op))
    return isLeft ? linear(1, -number) : linear(-1, number);
  if (isa<nn::DivOp>(op) && isLeft && number != 0)
    return linear(1 / number, 0);
  return false;
}

/// The shape, of the primitive's rank, in which `operand` goes with the
/// primitive's result: full, one value per channel, or one value. Others have
/// only oneDNN's reference implementation.
std::optional<SmallVector<int64_t>> PostOpChain::operandShape(Value operand,
                                                              Value input) {
  auto type = typeOf(operand), inputType = typeOf(input);
  if (type.getElementType() != inputType.getElementType())
    return std::nullopt;
  if (type.getShape() == inputType.getShape())
    return shape;
  SmallVector<int64_t> channels(shape.size(), 1);
  int64_t elements = type.getNumElements();
  if (elements == 1)
    return channels;
  channels[channelAxis] = shape[channelAxis];
  // Where, in the chain's present shape, the channels are.
  bool isReshaped = inputType.getShape() != ArrayRef(shape);
  int64_t rank = inputType.getRank();
  int64_t axis = channelAxis;
  if (isReshaped) {
    if (channelAxis != static_cast<int64_t>(shape.size()) - 1 ||
        inputType.getShape().back() != shape.back())
      return std::nullopt;
    axis = rank - 1;
  }
  int64_t at = axis - (rank - type.getRank());
  if (at < 0 || elements != inputType.getDimSize(axis) ||
      type.getDimSize(at) != elements)
    return std::nullopt;
  return channels;
}

ArrayAttr PostOpChain::getPostOps(MLIRContext *context) const {
  return ArrayAttr::get(context, postOps);
}

SmallVector<Value> PostOpChain::makeOperands(OpBuilder &builder) const {
  SmallVector<Value> values;
  for (const Operand &operand : operands)
    values.push_back(reshapeTo(builder, operand.value.getLoc(), operand.value,
                               operand.shape));
  return values;
}

void PostOpChain::replaceBy(OpBuilder &builder, Value primitive) {
  Value replacement = reshapeTo(builder, primitive.getLoc(), primitive,
                                typeOf(result).getShape());
  result.replaceAllUsesWith(replacement);
  for (Operation *op : llvm::reverse(ops))
    op->erase();
}
