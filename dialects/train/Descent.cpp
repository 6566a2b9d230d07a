//===- Descent.cpp - Gradient descent, with momentum ----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/Math.h"
#include "dialects/train/Problems.h"
#include "dialects/train/Train.h"

using namespace mlir;
using namespace mlcc::train;
using mlcc::nn::Math;

/// parameter - rate * direction
static Value stepAlong(const StepContext &context, Value parameter,
                       Value direction) {
  Math math(context.builder, context.location);
  return math.sub(parameter,
                  math.mul(math.castLike(context.rate, parameter), direction));
}

Value mlcc::train::buildWeightDecay(const StepContext &context,
                                    OptimizerAttrInterface optimizer,
                                    Value parameter, double decay) {
  if (decay == 0)
    return parameter;
  Math math(context.builder, context.location);
  Value rate = context.rate;
  if (!optimizer.scalesWeightDecay())
    rate = math.div(rate, context.baseRate);
  Value kept = math.sub(1, math.mul(rate, decay));
  return math.mul(parameter, math.castLike(kept, parameter));
}

//===----------------------------------------------------------------------===//
// Plain
//===----------------------------------------------------------------------===//

SmallVector<Slot> SgdAttr::slots(RankedTensorType parameter) const {
  return {};
}

Update SgdAttr::buildUpdate(const StepContext &context, Value parameter,
                            Value gradient, ValueRange slots) const {
  return {stepAlong(context, parameter, gradient), {}};
}

std::string SgdAttr::problem() const { return notNegative("lr", getLr()); }

//===----------------------------------------------------------------------===//
// Momentum
//===----------------------------------------------------------------------===//

SmallVector<Slot> MomentumAttr::slots(RankedTensorType parameter) const {
  return {{"velocity", parameter}};
}

Update MomentumAttr::buildUpdate(const StepContext &context, Value parameter,
                                 Value gradient, ValueRange slots) const {
  Math math(context.builder, context.location);
  Value kept = math.mul(slots[0], getMomentum());
  Value dampened =
      getDampening() == 0 ? gradient : math.mul(gradient, 1 - getDampening());
  if (getVariant() == Variant::Textbook) {
    Value rate = math.castLike(context.rate, parameter);
    Value velocity = math.sub(kept, math.mul(rate, dampened));
    return {math.add(parameter, velocity), {velocity}};
  }
  if (getDampening() != 0) {
    Value isFirst =
        math.lessEqual(context.number, math.scalarLike(1, context.number));
    dampened = math.where(isFirst, gradient, dampened);
  }
  Value velocity = math.add(kept, dampened);
  return {stepAlong(context, parameter, velocity), {velocity}};
}

std::string MomentumAttr::problem() const {
  return firstOf({notNegative("lr", getLr()),
                  fraction("momentum", getMomentum()),
                  fraction("dampening", getDampening())});
}

//===----------------------------------------------------------------------===//
// Nesterov
//===----------------------------------------------------------------------===//

SmallVector<Slot> NesterovAttr::slots(RankedTensorType parameter) const {
  return {{"velocity", parameter}};
}

Value NesterovAttr::buildLookAhead(const StepContext &context, Value parameter,
                                   ValueRange slots) const {
  if (getVariant() == Variant::Framework)
    return parameter;
  Math math(context.builder, context.location);
  return math.add(parameter, math.mul(slots[0], getMomentum()));
}

Update NesterovAttr::buildUpdate(const StepContext &context, Value parameter,
                                 Value gradient, ValueRange slots) const {
  Math math(context.builder, context.location);
  Value kept = math.mul(slots[0], getMomentum());
  if (getVariant() == Variant::Textbook) {
    Value rate = math.castLike(context.rate, parameter);
    Value velocity = math.sub(kept, math.mul(rate, gradient));
    return {math.add(parameter, velocity), {velocity}};
  }
  Value velocity = math.add(kept, gradient);
  Value ahead = math.add(gradient, math.mul(velocity, getMomentum()));
  return {stepAlong(context, parameter, ahead), {velocity}};
}

std::string NesterovAttr::problem() const {
  return firstOf(
      {notNegative("lr", getLr()), fraction("momentum", getMomentum())});
}
