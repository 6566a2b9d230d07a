//===- Adam.cpp - Adam and its kin ----------------------------------------===//
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

namespace {
/// The running averages that all of the family keep. The factors that correct
/// their start at zero, 1 / (1 - beta^t), are computed in double: in f32,
/// 1 - 0.999 has four digits.
struct Moments {
  Value first, second;
  Value firstFactor, secondFactor; ///< Of the parameter's type.
};
} // namespace

static Moments buildMoments(const StepContext &context, Value gradient,
                            ValueRange slots, double beta1, double beta2) {
  Math math(context.builder, context.location);
  auto factor = [&](double beta) {
    Value share = math.sub(1, math.pow(beta, context.number));
    return math.castLike(math.div(math.scalarLike(1, share), share), gradient);
  };
  return {math.average(slots[0], gradient, beta1),
          math.average(slots[1], math.square(gradient), beta2), factor(beta1),
          factor(beta2)};
}

/// parameter - rate * first / divisor
static Value step(const StepContext &context, Value parameter, Value first,
                  Value divisor) {
  Math math(context.builder, context.location);
  return math.sub(parameter, math.mul(math.castLike(context.rate, parameter),
                                      math.div(first, divisor)));
}

static Update buildAdam(const StepContext &context, Value parameter,
                        Value gradient, ValueRange slots, double beta1,
                        double beta2, double epsilon, bool epsilonUnderRoot) {
  Math math(context.builder, context.location);
  Moments moments = buildMoments(context, gradient, slots, beta1, beta2);
  Value first = math.mul(moments.first, moments.firstFactor);
  Value second = math.mul(moments.second, moments.secondFactor);
  Value divisor = epsilonUnderRoot ? math.sqrt(math.add(second, epsilon))
                                   : math.add(math.sqrt(second), epsilon);
  return {step(context, parameter, first, divisor),
          {moments.first, moments.second}};
}

static SmallVector<Slot> momentSlots(RankedTensorType parameter) {
  return {{"first_moment", parameter}, {"second_moment", parameter}};
}

static std::string problemOf(double lr, double beta1, double beta2,
                             double epsilon) {
  return firstOf({notNegative("lr", lr), fraction("beta1", beta1),
                  fraction("beta2", beta2), notNegative("epsilon", epsilon)});
}

//===----------------------------------------------------------------------===//
// Adam
//===----------------------------------------------------------------------===//

SmallVector<Slot> AdamAttr::slots(RankedTensorType parameter) const {
  return momentSlots(parameter);
}

Update AdamAttr::buildUpdate(const StepContext &context, Value parameter,
                             Value gradient, ValueRange slots) const {
  return buildAdam(context, parameter, gradient, slots, getBeta1(), getBeta2(),
                   getEpsilon(), getVariant() == Variant::Textbook);
}

std::string AdamAttr::problem() const {
  return problemOf(getLr(), getBeta1(), getBeta2(), getEpsilon());
}

//===----------------------------------------------------------------------===//
// AdamW
//===----------------------------------------------------------------------===//

SmallVector<Slot> AdamwAttr::slots(RankedTensorType parameter) const {
  return momentSlots(parameter);
}

Update AdamwAttr::buildUpdate(const StepContext &context, Value parameter,
                              Value gradient, ValueRange slots) const {
  return buildAdam(context, parameter, gradient, slots, getBeta1(), getBeta2(),
                   getEpsilon(), /*epsilonUnderRoot=*/false);
}

std::string AdamwAttr::problem() const {
  return firstOf({problemOf(getLr(), getBeta1(), getBeta2(), getEpsilon()),
                  notNegative("decay", getDecay())});
}

//===----------------------------------------------------------------------===//
// AMSGrad
//===----------------------------------------------------------------------===//

SmallVector<Slot> AmsgradAttr::slots(RankedTensorType parameter) const {
  SmallVector<Slot> slots = momentSlots(parameter);
  slots.push_back({"largest_second_moment", parameter});
  return slots;
}

Update AmsgradAttr::buildUpdate(const StepContext &context, Value parameter,
                                Value gradient, ValueRange slots) const {
  Math math(context.builder, context.location);
  Moments moments =
      buildMoments(context, gradient, slots, getBeta1(), getBeta2());
  Value largest = math.max(slots[2], moments.second);
  Value first = moments.first, second = largest;
  if (getVariant() == Variant::Framework) {
    first = math.mul(first, moments.firstFactor);
    second = math.mul(second, moments.secondFactor);
  }
  Value divisor = math.add(math.sqrt(second), getEpsilon());
  return {step(context, parameter, first, divisor),
          {moments.first, moments.second, largest}};
}

std::string AmsgradAttr::problem() const {
  return problemOf(getLr(), getBeta1(), getBeta2(), getEpsilon());
}
