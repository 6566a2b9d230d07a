//===- Reduction.cpp - Reference evaluation of reductions -----------------===//
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

/// Folds the elements of each block, in order, into one: as doubles if they are
/// floats, as integers else. `finish` makes the result of what was accumulated
/// and the number of elements.
template <typename Start, typename Step, typename Finish>
static LogicalResult reduceAs(HostTensor &result, const HostTensor &input,
                              const Blocks &blocks, Start start, Step step,
                              Finish finish) {
  for (auto [position, base] : llvm::enumerate(blocks.bases)) {
    Start accumulated = start;
    for (int64_t offset : blocks.inner) {
      if constexpr (std::is_same_v<Start, double>)
        accumulated = step(accumulated, input.getAsDouble(base + offset));
      else
        accumulated = step(accumulated, input.getAsInt(base + offset));
    }
    if constexpr (std::is_same_v<Start, double>)
      result.setDouble(position, finish(accumulated, blocks.inner.size()));
    else
      result.setInt(position, finish(accumulated, blocks.inner.size()));
  }
  return success();
}

/// Defines the evaluation of a reduction of numbers. In the step expressions,
/// `a` is what was accumulated and `x` the element; in the results `n` is the
/// number of elements.
#define EVALUATE_REDUCTION(OpClass, floatStart, floatStep, floatResult,        \
                           integerStart, integerStep, integerResult)           \
  LogicalResult OpClass::evaluate(Operands operands, Results &results) {       \
    const HostTensor &input = operands[0];                                     \
    HostTensor &result = results.emplace_back(getType());                      \
    Blocks blocks(input.getShape(), getAxes());                                \
    [[maybe_unused]] bool asUnsigned = isUnsigned(input);                      \
    if (isFloat(input))                                                        \
      return reduceAs(                                                         \
          result, input, blocks, static_cast<double>(floatStart),              \
          [](double a, double x) -> double { return floatStep; },              \
          [](double a, int64_t n) -> double { return floatResult; });          \
    return reduceAs(                                                           \
        result, input, blocks, static_cast<int64_t>(integerStart),             \
        [=](int64_t a, int64_t x) -> int64_t { return integerStep; },          \
        [=](int64_t a, int64_t n) -> int64_t { return integerResult; });       \
  }

/// Where the maximum (or minimum) of integers of the tensor's type starts.
static int64_t leastInteger(const HostTensor &tensor) {
  return isUnsigned(tensor) ? 0 : std::numeric_limits<int64_t>::min();
}
static int64_t greatestInteger(const HostTensor &tensor) {
  return isUnsigned(tensor) ? -1 : std::numeric_limits<int64_t>::max();
}

EVALUATE_REDUCTION(ReduceSumOp, 0, a + x, a, 0, wrappingAdd(a, x), a)
EVALUATE_REDUCTION(ReduceMeanOp, 0, a + x, a / n, 0, wrappingAdd(a, x),
                   divideIntegers(a, n, asUnsigned))
EVALUATE_REDUCTION(ReduceMaxOp, -INFINITY, maxOrNaN(a, x), a,
                   leastInteger(input), isLess(a, x, asUnsigned) ? x : a, a)
EVALUATE_REDUCTION(ReduceMinOp, INFINITY, minOrNaN(a, x), a,
                   greatestInteger(input), isLess(x, a, asUnsigned) ? x : a, a)
EVALUATE_REDUCTION(ReduceProdOp, 1, a *x, a, 1, wrappingMul(a, x), a)
EVALUATE_REDUCTION(ReduceL1Op, 0, a + std::abs(x), a, 0,
                   wrappingAdd(a, x < 0 && !asUnsigned ? wrappingSub(0, x) : x),
                   a)
EVALUATE_REDUCTION(ReduceL2Op, 0, a + x * x, std::sqrt(a), 0,
                   wrappingAdd(a, wrappingMul(x, x)), std::sqrt(a))
EVALUATE_REDUCTION(ReduceSumSquareOp, 0, a + x * x, a, 0,
                   wrappingAdd(a, wrappingMul(x, x)), a)
EVALUATE_REDUCTION(ReduceLogSumOp, 0, a + x, std::log(a), 0, a, a)

#undef EVALUATE_REDUCTION

LogicalResult ReduceLogSumExpOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0];
  HostTensor &result = results.emplace_back(getType());
  Blocks blocks(input.getShape(), getAxes());
  for (auto [position, base] : llvm::enumerate(blocks.bases)) {
    double max = -INFINITY, sum = 0;
    for (int64_t offset : blocks.inner)
      max = maxOrNaN(max, input.getAsDouble(base + offset));
    // An infinite maximum is the result; its difference to itself is not 0.
    double shift = std::isinf(max) ? 0 : max;
    for (int64_t offset : blocks.inner)
      sum += std::exp(input.getAsDouble(base + offset) - shift);
    result.setDouble(position, shift + std::log(sum));
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Positions and running sums
//===----------------------------------------------------------------------===//

/// The position along `axis` of the element that `isBetter` prefers to all
/// others; of equal ones the first or the last.
template <typename IsBetter>
static LogicalResult selectAlong(RankedTensorType type, Operands operands,
                                 int64_t axis, bool last, Results &results,
                                 IsBetter isBetter) {
  const HostTensor &input = operands[0];
  HostTensor &result = results.emplace_back(type);
  Blocks blocks(input.getShape(), {axis});
  for (auto [position, base] : llvm::enumerate(blocks.bases)) {
    int64_t best = 0;
    for (int64_t i = 1, e = blocks.inner.size(); i < e; ++i) {
      int64_t candidate = base + blocks.inner[i];
      int64_t incumbent = base + blocks.inner[best];
      if (last ? !isBetter(input, incumbent, candidate)
               : isBetter(input, candidate, incumbent))
        best = i;
    }
    result.setInt(position, best);
  }
  return success();
}

/// Whether element `i` is less than element `j`.
static bool isElementLess(const HostTensor &tensor, int64_t i, int64_t j) {
  if (isFloat(tensor))
    return tensor.getAsDouble(i) < tensor.getAsDouble(j);
  return isLess(tensor.getAsInt(i), tensor.getAsInt(j), isUnsigned(tensor));
}

LogicalResult ArgMaxOp::evaluate(Operands operands, Results &results) {
  return selectAlong(getType(), operands, getAxis(), getSelectLastIndex(),
                     results,
                     [](const HostTensor &tensor, int64_t i, int64_t j) {
                       return isElementLess(tensor, j, i);
                     });
}

LogicalResult ArgMinOp::evaluate(Operands operands, Results &results) {
  return selectAlong(getType(), operands, getAxis(), getSelectLastIndex(),
                     results, isElementLess);
}

LogicalResult CumSumOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0];
  HostTensor &result = results.emplace_back(getType());
  Blocks blocks(input.getShape(), {static_cast<int64_t>(getAxis())});
  if (getReverse())
    std::reverse(blocks.inner.begin(), blocks.inner.end());
  for (int64_t base : blocks.bases) {
    double sum = 0;
    int64_t integerSum = 0;
    for (int64_t offset : blocks.inner) {
      int64_t i = base + offset;
      double before = sum;
      int64_t integerBefore = integerSum;
      sum += input.getAsDouble(i);
      integerSum = wrappingAdd(integerSum, input.getAsInt(i));
      if (isFloat(input))
        result.setDouble(i, getExclusive() ? before : sum);
      else
        result.setInt(i, getExclusive() ? integerBefore : integerSum);
    }
  }
  return success();
}
