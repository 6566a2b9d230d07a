//===- Pooling.cpp - Reference evaluation of pooling and resampling -------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/ResizeTaps.h"
#include "dialects/nn/reference/Reference.h"

#include <cmath>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

namespace {
/// What one window of a pooling op holds.
struct PoolWindow {
  /// Offsets in the input of the elements, without the padding.
  Extents offsets;
  /// Positions within the input and its padding.
  int64_t paddedCount;
};
} // namespace

/// Calls `body(position, window)` for each element of the shape `pooled` that a
/// pooling op with these attributes gives for an input of shape `shape`.
template <typename PoolOp, typename Body>
static void forEachWindow(PoolOp op, ArrayRef<int64_t> shape,
                          ArrayRef<int64_t> pooled, Body body) {
  ArrayRef<int64_t> extents = shape.drop_front(2);
  int64_t spatialSize = 1;
  for (int64_t extent : extents)
    spatialSize *= extent;
  for (Walk walk(pooled); walk; walk.next()) {
    ArrayRef<int64_t> index = walk.index();
    int64_t plane = index[0] * shape[1] + index[1];
    PoolWindow window{{}, 0};
    for (Walk tap(op.getKernel()); tap; tap.next()) {
      int64_t offset = 0;
      bool inInput = true, inPadding = true;
      for (size_t i = 0; i < extents.size(); ++i) {
        int64_t position = index[2 + i] * op.getStrides()[i] +
                           tap.index()[i] * op.getDilations()[i] -
                           op.getPadsBegin()[i];
        inInput &= position >= 0 && position < extents[i];
        inPadding &= position < extents[i] + op.getPadsEnd()[i];
        offset = offset * extents[i] + position;
      }
      if (inInput)
        window.offsets.push_back(plane * spatialSize + offset);
      window.paddedCount += inPadding;
    }
    body(walk.position(), window);
  }
}

/// The same for the windows of a pooling op's own result.
template <typename PoolOp, typename Body>
static void forEachWindow(PoolOp op, const HostTensor &input, Body body) {
  forEachWindow(op, input.getShape(), op.getType().getShape(), body);
}

LogicalResult MaxPoolOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0];
  HostTensor &result = results.emplace_back(getType());
  bool asUnsigned = isUnsigned(input);
  forEachWindow(*this, input, [&](int64_t i, const PoolWindow &window) {
    if (isFloat(input)) {
      double max = -INFINITY;
      for (int64_t offset : window.offsets)
        max = maxOrNaN(max, input.getAsDouble(offset));
      return result.setDouble(i, max);
    }
    int64_t max = asUnsigned ? 0 : std::numeric_limits<int64_t>::min();
    for (int64_t offset : window.offsets)
      if (isLess(max, input.getAsInt(offset), asUnsigned))
        max = input.getAsInt(offset);
    result.setInt(i, max);
  });
  return success();
}

LogicalResult AvgPoolOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0];
  HostTensor &result = results.emplace_back(getType());
  forEachWindow(*this, input, [&](int64_t i, const PoolWindow &window) {
    double sum = 0;
    for (int64_t offset : window.offsets)
      sum += input.getAsDouble(offset);
    int64_t count =
        getCountIncludePad() ? window.paddedCount : window.offsets.size();
    result.setDouble(i, sum / count);
  });
  return success();
}

LogicalResult LpPoolOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0];
  HostTensor &result = results.emplace_back(getType());
  double p = getP();
  forEachWindow(*this, input, [&](int64_t i, const PoolWindow &window) {
    double sum = 0;
    for (int64_t offset : window.offsets)
      sum += std::pow(std::abs(input.getAsDouble(offset)), p);
    result.setDouble(i, std::pow(sum, 1 / p));
  });
  return success();
}

/// The offset of the first maximum of a window; NaN is the largest.
static int64_t firstMaximum(const HostTensor &input,
                            ArrayRef<int64_t> offsets) {
  int64_t best = offsets.front();
  double max = input.getAsDouble(best);
  for (int64_t offset : offsets.drop_front()) {
    double x = input.getAsDouble(offset);
    if (x > max || (std::isnan(x) && !std::isnan(max))) {
      best = offset;
      max = x;
    }
  }
  return best;
}

LogicalResult MaxPoolGradientOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0], &gradient = operands[1];
  HostTensor &result = results.emplace_back(getType());
  std::vector<double> sums(input.getNumElements(), 0);
  forEachWindow(*this, input.getShape(), gradient.getShape(),
                [&](int64_t i, const PoolWindow &window) {
                  if (!window.offsets.empty())
                    sums[firstMaximum(input, window.offsets)] +=
                        gradient.getAsDouble(i);
                });
  for (auto [i, sum] : llvm::enumerate(sums))
    result.setDouble(i, sum);
  return success();
}

LogicalResult AvgPoolGradientOp::evaluate(Operands operands, Results &results) {
  const HostTensor &gradient = operands[0];
  HostTensor &result = results.emplace_back(getType());
  std::vector<double> sums(result.getNumElements(), 0);
  forEachWindow(*this, getShape(), gradient.getShape(),
                [&](int64_t i, const PoolWindow &window) {
                  int64_t count = getCountIncludePad() ? window.paddedCount
                                                       : window.offsets.size();
                  for (int64_t offset : window.offsets)
                    sums[offset] += gradient.getAsDouble(i) / count;
                });
  for (auto [i, sum] : llvm::enumerate(sums))
    result.setDouble(i, sum);
  return success();
}

/// Each pooled element, of which there are `pooled`, looks at the whole window.
template <typename PoolOp>
static double poolWork(PoolOp op, RankedTensorType pooled) {
  double work = pooled.getNumElements();
  for (int64_t extent : op.getKernel())
    work *= extent;
  return work;
}

double MaxPoolOp::evaluationWork() { return poolWork(*this, getType()); }
double AvgPoolOp::evaluationWork() { return poolWork(*this, getType()); }
double LpPoolOp::evaluationWork() { return poolWork(*this, getType()); }
double MaxPoolGradientOp::evaluationWork() {
  return poolWork(*this, getOutputGradient().getType());
}
double AvgPoolGradientOp::evaluationWork() {
  return poolWork(*this, getOutputGradient().getType());
}

//===----------------------------------------------------------------------===//
// Resize
//===----------------------------------------------------------------------===//

LogicalResult ResizeOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0];
  HostTensor &result = results.emplace_back(getType());
  Extents strides = rowMajorStrides(input.getShape());
  int64_t rank = strides.size();
  // taps[dimension][output position]
  SmallVector<std::vector<ResizeTaps>> taps(rank);
  for (int64_t d = 0; d < rank; ++d)
    for (int64_t x = 0; x < getSizes()[d]; ++x)
      taps[d].push_back(resizeTaps(*this, d, x));
  for (Walk walk(result.getShape()); walk; walk.next()) {
    // The weights of dimensions multiply: sum over all combinations of taps.
    Extents counts;
    for (int64_t d = 0; d < rank; ++d)
      counts.push_back(taps[d][walk.index()[d]].size());
    double sum = 0;
    int64_t combinations = 0, offset = 0;
    for (Walk choice(counts); choice; choice.next()) {
      double weight = 1;
      offset = 0;
      for (int64_t d = 0; d < rank; ++d) {
        const ResizeTap &tap = taps[d][walk.index()[d]][choice.index()[d]];
        weight *= tap.weight;
        offset += tap.position * strides[d];
      }
      sum += weight * input.getAsDouble(offset);
      ++combinations;
    }
    // A single tap is a copy: keep wide integers exact.
    if (combinations == 1)
      copyElement(result, walk.position(), input, offset);
    else
      result.setDouble(walk.position(), sum);
  }
  return success();
}
