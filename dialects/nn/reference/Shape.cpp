//===- Shape.cpp - Reference evaluation of data movement ------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/reference/Reference.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

LogicalResult ConstantOp::evaluate(Operands operands, Results &results) {
  std::optional<HostTensor> value = HostTensor::fromAttribute(getValue());
  if (!value)
    return failure();
  results.push_back(*value);
  return success();
}

LogicalResult ReshapeOp::evaluate(Operands operands, Results &results) {
  results.push_back(operands[0].reshaped(getType()));
  return success();
}

LogicalResult TransposeOp::evaluate(Operands operands, Results &results) {
  Extents inputStrides = rowMajorStrides(operands[0].getShape());
  Placement source;
  for (int64_t dimension : getPermutation())
    source.strides.push_back(inputStrides[dimension]);
  HostTensor &result = results.emplace_back(getType());
  copyBlock(result.getShape(), result, {0, rowMajorStrides(result.getShape())},
            operands[0], source);
  return success();
}

LogicalResult ConcatOp::evaluate(Operands operands, Results &results) {
  HostTensor &result = results.emplace_back(getType());
  Placement target{0, rowMajorStrides(result.getShape())};
  int64_t axis = getAxis();
  for (const HostTensor &input : operands) {
    copyBlock(input.getShape(), result, target, input,
              {0, rowMajorStrides(input.getShape())});
    target.start += target.strides[axis] * input.getShape()[axis];
  }
  return success();
}

LogicalResult SliceOp::evaluate(Operands operands, Results &results) {
  Placement source{0, rowMajorStrides(operands[0].getShape())};
  for (auto [stride, start, step] :
       llvm::zip_equal(source.strides, getStarts(), getSteps())) {
    source.start += start * stride;
    stride *= step;
  }
  HostTensor &result = results.emplace_back(getType());
  copyBlock(result.getShape(), result, {0, rowMajorStrides(result.getShape())},
            operands[0], source);
  return success();
}

/// The position in a dimension of `extent` elements that the padded position
/// `i` shows, or nothing for the padding value.
static std::optional<int64_t> paddedSource(int64_t i, int64_t extent,
                                           int64_t begin, int64_t end,
                                           PadMode mode) {
  // Negative pads remove elements first: what is kept starts at `first`.
  int64_t first = std::max<int64_t>(-begin, 0);
  int64_t kept = extent - first - std::max<int64_t>(-end, 0);
  int64_t k = i - begin - first;
  if (k >= 0 && k < kept)
    return first + k;
  switch (mode) {
  case PadMode::constant:
    return std::nullopt;
  case PadMode::edge:
    return first + std::clamp<int64_t>(k, 0, kept - 1);
  case PadMode::reflect:
    return first + (k < 0 ? -k : 2 * (kept - 1) - k);
  case PadMode::wrap:
    return first + (k % kept + kept) % kept;
  }
  llvm_unreachable("all modes are handled");
}

LogicalResult PadOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0];
  HostTensor &result = results.emplace_back(getType());
  Extents strides = rowMajorStrides(input.getShape());
  for (Walk walk(result.getShape()); walk; walk.next()) {
    std::optional<int64_t> offset = 0;
    for (auto [dimension, i] : llvm::enumerate(walk.index())) {
      std::optional<int64_t> position = paddedSource(
          i, input.getShape()[dimension], getPadsBegin()[dimension],
          getPadsEnd()[dimension], getMode());
      if (!position) {
        offset = std::nullopt;
        break;
      }
      *offset += *position * strides[dimension];
    }
    if (offset)
      copyElement(result, walk.position(), input, *offset);
    else if (getValue())
      copyElement(result, walk.position(), operands[1], 0);
  }
  return success();
}

LogicalResult BroadcastOp::evaluate(Operands operands, Results &results) {
  HostTensor &result = results.emplace_back(getType());
  copyBlock(result.getShape(), result, {0, rowMajorStrides(result.getShape())},
            operands[0],
            {0, broadcastStrides(operands[0].getShape(), result.getShape())});
  return success();
}

LogicalResult TileOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0];
  HostTensor &result = results.emplace_back(getType());
  Extents strides = rowMajorStrides(input.getShape());
  for (Walk walk(result.getShape()); walk; walk.next()) {
    int64_t offset = 0;
    for (auto [i, extent, stride] :
         llvm::zip_equal(walk.index(), input.getShape(), strides))
      offset += i % extent * stride;
    copyElement(result, walk.position(), input, offset);
  }
  return success();
}

LogicalResult OneHotOp::evaluate(Operands operands, Results &results) {
  const HostTensor &indices = operands[0], &off = operands[1],
                   &on = operands[2];
  HostTensor &result = results.emplace_back(getType());
  int64_t axis = getAxis(), depth = getDepth();
  Extents strides = rowMajorStrides(indices.getShape());
  strides.insert(strides.begin() + axis, 0);
  for (Walk walk(result.getShape(), {strides}); walk; walk.next()) {
    int64_t index = indices.getAsInt(walk.offset(0));
    if (index < 0 && index >= -depth)
      index += depth;
    copyElement(result, walk.position(), walk.index()[axis] == index ? on : off,
                0);
  }
  return success();
}

LogicalResult TriluOp::evaluate(Operands operands, Results &results) {
  HostTensor &result = results.emplace_back(getType());
  int64_t k = getK();
  for (Walk walk(result.getShape()); walk; walk.next()) {
    int64_t column = walk.index().back();
    int64_t row = walk.index().drop_back().back();
    if (getUpper() ? column - row >= k : column - row <= k)
      copyElement(result, walk.position(), operands[0], walk.position());
  }
  return success();
}
