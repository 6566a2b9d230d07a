//===- Schedules.cpp - Learning rates over time ---------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/Math.h"
#include "dialects/nn/NN.h"
#include "dialects/train/Problems.h"
#include "dialects/train/Train.h"

#include <numbers>

using namespace mlir;
using namespace mlcc::train;
using mlcc::nn::Math;
namespace nn = mlcc::nn;

/// The share of `steps` that has passed after `count` steps, at most 1.
static Value progress(Math &math, Value count, int64_t steps) {
  return math.min(math.div(count, double(steps)), math.scalarLike(1, count));
}

/// base * (start + (end - start) * share)
static Value between(Math &math, Value base, double start, double end,
                     Value share) {
  return math.mul(base, math.add(math.mul(share, end - start), start));
}

Value ConstantAttr::buildRate(OpBuilder &builder, Location location, Value base,
                              Value count) const {
  return base;
}
std::string ConstantAttr::problem() const { return ""; }

Value StaircaseAttr::buildRate(OpBuilder &builder, Location location,
                               Value base, Value count) const {
  Math math(builder, location);
  Value stairs = math.floor(math.div(count, double(getEvery())));
  return math.mul(base, math.pow(getFactor(), stairs));
}
std::string StaircaseAttr::problem() const {
  return firstOf(
      {positive("every", getEvery()), positive("factor", getFactor())});
}

Value ExponentialAttr::buildRate(OpBuilder &builder, Location location,
                                 Value base, Value count) const {
  Math math(builder, location);
  Value exponent = math.div(count, double(getEvery()));
  return math.mul(base, math.pow(getFactor(), exponent));
}
std::string ExponentialAttr::problem() const {
  return firstOf(
      {positive("every", getEvery()), positive("factor", getFactor())});
}

Value InverseAttr::buildRate(OpBuilder &builder, Location location, Value base,
                             Value count) const {
  Math math(builder, location);
  Value divisor = math.add(math.mul(count, getDecay()), 1);
  if (getPower() != 1)
    divisor = math.pow(divisor, math.scalarLike(getPower(), divisor));
  return math.div(base, divisor);
}
std::string InverseAttr::problem() const {
  return firstOf(
      {notNegative("decay", getDecay()), finite("power", getPower())});
}

Value LinearAttr::buildRate(OpBuilder &builder, Location location, Value base,
                            Value count) const {
  Math math(builder, location);
  return between(math, base, getStart(), getEnd(),
                 progress(math, count, getSteps()));
}
std::string LinearAttr::problem() const {
  return firstOf({positive("steps", getSteps()),
                  notNegative("start", getStart()),
                  notNegative("end", getEnd())});
}

//===----------------------------------------------------------------------===//
// Cosine
//===----------------------------------------------------------------------===//

namespace {
/// The period that a step is in: its first step and its length.
struct Period {
  Value start, length;
};
} // namespace

/// The period after growing restarts, looked up in a table of all of them: a
/// logarithm would be off by one at the restarts. Counts are exact up to 2^53.
static Period growingPeriod(OpBuilder &builder, Location location, Value count,
                            int64_t period, int64_t growth) {
  Math math(builder, location);
  SmallVector<double> starts, lengths;
  double start = 0, length = period;
  while (start < 0x1p53) {
    starts.push_back(start);
    lengths.push_back(length);
    start += length;
    length *= growth;
  }
  auto type = RankedTensorType::get(starts.size(), builder.getF64Type());
  auto table = [&](ArrayRef<double> values) -> Value {
    return nn::ConstantOp::create(builder, location,
                                  DenseElementsAttr::get(type, values));
  };
  Value startTable = table(starts);
  Value begun = math.lessEqual(startTable, count);
  auto last = [&](Value values) -> Value {
    Value reached = math.where(begun, values, math.scalarLike(0, values));
    return nn::ReduceMaxOp::create(builder, location, reached,
                                   ArrayRef<int64_t>{0}, /*keepdims=*/false);
  };
  return {last(startTable), last(table(lengths))};
}

Value CosineAttr::buildRate(OpBuilder &builder, Location location, Value base,
                            Value count) const {
  Math math(builder, location);
  Value share;
  if (!getRestarts()) {
    share = progress(math, count, getPeriod());
  } else if (getGrowth() == 1) {
    Value passed = math.div(count, double(getPeriod()));
    Value periods = math.mul(math.floor(passed), double(getPeriod()));
    share = math.div(math.sub(count, periods), double(getPeriod()));
  } else {
    Period period =
        growingPeriod(builder, location, count, getPeriod(), getGrowth());
    share = math.div(math.sub(count, period.start), period.length);
  }
  Value wave = math.add(math.cos(math.mul(share, std::numbers::pi)), 1);
  Value minimum = math.scalarLike(getMinimum(), base);
  return math.add(minimum,
                  math.mul(math.mul(math.sub(base, minimum), 0.5), wave));
}
std::string CosineAttr::problem() const {
  return firstOf({positive("period", getPeriod()),
                  notNegative("minimum", getMinimum()),
                  positive("growth", getGrowth())});
}

//===----------------------------------------------------------------------===//
// Schedules of schedules
//===----------------------------------------------------------------------===//

/// The rate by another schedule, which has been verified to be one; without
/// one, `base`.
static Value rateBy(Attribute schedule, OpBuilder &builder, Location location,
                    Value base, Value count) {
  if (!schedule)
    return base;
  return cast<ScheduleAttrInterface>(schedule).buildRate(builder, location,
                                                         base, count);
}

static std::string problemOf(Attribute schedule) {
  if (!schedule)
    return "";
  auto interface = dyn_cast<ScheduleAttrInterface>(schedule);
  return interface ? interface.problem()
                   : "it holds something else than a schedule";
}

Value WarmupAttr::buildRate(OpBuilder &builder, Location location, Value base,
                            Value count) const {
  Math math(builder, location);
  Value rising =
      between(math, base, getStart(), 1, progress(math, count, getSteps()));
  Value steps = math.scalarLike(getSteps(), count);
  Value after = math.max(math.sub(count, steps), math.scalarLike(0, count));
  return math.where(math.lessEqual(steps, count),
                    rateBy(getThen(), builder, location, base, after), rising);
}
std::string WarmupAttr::problem() const {
  return firstOf({positive("steps", getSteps()),
                  notNegative("start", getStart()), problemOf(getThen())});
}

Value EpochsAttr::buildRate(OpBuilder &builder, Location location, Value base,
                            Value count) const {
  Math math(builder, location);
  Value epochs = math.floor(math.div(count, double(getSteps())));
  return rateBy(getOf(), builder, location, base, epochs);
}
std::string EpochsAttr::problem() const {
  return firstOf({positive("steps", getSteps()), problemOf(getOf())});
}
