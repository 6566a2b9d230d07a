//===- Adaptive.cpp - Rates of their own for each element -----------------===//
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

/// The root of `square` and epsilon, which stands under the root in textbooks.
static Value rootOf(Math &math, Value square, double epsilon, Variant variant) {
  return variant == Variant::Textbook ? math.sqrt(math.add(square, epsilon))
                                      : math.add(math.sqrt(square), epsilon);
}

//===----------------------------------------------------------------------===//
// AdaGrad
//===----------------------------------------------------------------------===//

SmallVector<Slot> AdagradAttr::slots(RankedTensorType parameter) const {
  return {{"square_sum", parameter, getInitial()}};
}

Update AdagradAttr::buildUpdate(const StepContext &context, Value parameter,
                                Value gradient, ValueRange slots) const {
  Math math(context.builder, context.location);
  Value rate = context.rate;
  if (getDecay() != 0)
    rate = math.div(
        rate, math.add(math.mul(math.add(context.number, -1), getDecay()), 1));
  Value sum = math.add(slots[0], math.square(gradient));
  Value root = rootOf(math, sum, getEpsilon(), getVariant());
  Value step =
      math.mul(math.castLike(rate, parameter), math.div(gradient, root));
  return {math.sub(parameter, step), {sum}};
}

std::string AdagradAttr::problem() const {
  return firstOf(
      {notNegative("lr", getLr()), notNegative("epsilon", getEpsilon()),
       notNegative("decay", getDecay()), notNegative("initial", getInitial())});
}

//===----------------------------------------------------------------------===//
// AdaDelta
//===----------------------------------------------------------------------===//

SmallVector<Slot> AdadeltaAttr::slots(RankedTensorType parameter) const {
  return {{"square_average", parameter}, {"step_average", parameter}};
}

Update AdadeltaAttr::buildUpdate(const StepContext &context, Value parameter,
                                 Value gradient, ValueRange slots) const {
  Math math(context.builder, context.location);
  Value square = math.average(slots[0], math.square(gradient), getRho());
  Value scale = math.div(math.sqrt(math.add(slots[1], getEpsilon())),
                         math.sqrt(math.add(square, getEpsilon())));
  Value step = math.mul(scale, gradient);
  Value steps = math.average(slots[1], math.square(step), getRho());
  Value rate = math.castLike(context.rate, parameter);
  return {math.sub(parameter, math.mul(rate, step)), {square, steps}};
}

std::string AdadeltaAttr::problem() const {
  return firstOf({notNegative("lr", getLr()), fraction("rho", getRho()),
                  positive("epsilon", getEpsilon())});
}

//===----------------------------------------------------------------------===//
// RMSProp
//===----------------------------------------------------------------------===//

SmallVector<Slot> RmspropAttr::slots(RankedTensorType parameter) const {
  SmallVector<Slot> slots = {{"square_average", parameter}};
  if (getCentered())
    slots.push_back({"gradient_average", parameter});
  if (getMomentum() != 0)
    slots.push_back({"velocity", parameter});
  return slots;
}

Update RmspropAttr::buildUpdate(const StepContext &context, Value parameter,
                                Value gradient, ValueRange slots) const {
  Math math(context.builder, context.location);
  Value square = math.average(slots[0], math.square(gradient), getAlpha());
  SmallVector<Value> updated = {square};
  Value spread = square;
  if (getCentered()) {
    Value mean = math.average(slots[1], gradient, getAlpha());
    updated.push_back(mean);
    spread = math.sub(square, math.square(mean));
  }
  Value step =
      math.div(gradient, rootOf(math, spread, getEpsilon(), getVariant()));
  if (getMomentum() != 0) {
    step = math.add(math.mul(slots.back(), getMomentum()), step);
    updated.push_back(step);
  }
  Value rate = math.castLike(context.rate, parameter);
  return {math.sub(parameter, math.mul(rate, step)), updated};
}

std::string RmspropAttr::problem() const {
  return firstOf({notNegative("lr", getLr()), fraction("alpha", getAlpha()),
                  notNegative("epsilon", getEpsilon()),
                  fraction("momentum", getMomentum())});
}
