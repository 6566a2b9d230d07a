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

/// Calls `body(position, window)` for each result element of a pooling op.
template <typename PoolOp, typename Body>
static void forEachWindow(PoolOp op, const HostTensor &input, Body body) {
  ArrayRef<int64_t> extents = input.getShape().drop_front(2);
  int64_t spatialSize = 1;
  for (int64_t extent : extents)
    spatialSize *= extent;
  for (Walk walk(op.getType().getShape()); walk; walk.next()) {
    ArrayRef<int64_t> index = walk.index();
    int64_t plane = index[0] * input.getShape()[1] + index[1];
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

/// Each result element looks at the whole window.
template <typename PoolOp> static double poolWork(PoolOp op) {
  double work = op.getType().getNumElements();
  for (int64_t extent : op.getKernel())
    work *= extent;
  return work;
}

double MaxPoolOp::evaluationWork() { return poolWork(*this); }
double AvgPoolOp::evaluationWork() { return poolWork(*this); }
double LpPoolOp::evaluationWork() { return poolWork(*this); }

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
