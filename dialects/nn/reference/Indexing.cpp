//===- Indexing.cpp - Reference evaluation of gathers and scatters --------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/reference/Reference.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

/// Negative indices count from the end; what is still outside is clamped.
static int64_t resolveIndex(const HostTensor &indices, int64_t position,
                            int64_t extent) {
  int64_t index = indices.getAsInt(position);
  if (index < 0 && !isUnsigned(indices))
    index = wrappingAdd(index, extent);
  else if (index < 0)
    index = extent;
  return std::clamp<int64_t>(index, 0, extent - 1);
}

/// The offset of the slice of `tensor` that tuple number `tuple` of `indices`
/// names, in the dimensions from `firstDimension`.
static int64_t tupleOffset(const HostTensor &indices, int64_t tuple,
                           const HostTensor &tensor, int64_t firstDimension) {
  Extents strides = rowMajorStrides(tensor.getShape());
  int64_t depth = indices.getShape().back(), offset = 0;
  for (int64_t i = 0; i < depth; ++i) {
    int64_t dimension = firstDimension + i;
    offset +=
        resolveIndex(indices, tuple * depth + i, tensor.getShape()[dimension]) *
        strides[dimension];
  }
  return offset;
}

static int64_t product(ArrayRef<int64_t> extents) {
  int64_t result = 1;
  for (int64_t extent : extents)
    result *= extent;
  return result;
}

LogicalResult GatherOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0], &indices = operands[1];
  HostTensor &result = results.emplace_back(getType());
  int64_t axis = getAxis();
  int64_t outer = product(input.getShape().take_front(axis));
  int64_t inner = product(input.getShape().drop_front(axis + 1));
  int64_t extent = input.getShape()[axis];
  int64_t position = 0;
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0, e = indices.getNumElements(); i < e; ++i) {
      int64_t index = resolveIndex(indices, i, extent);
      for (int64_t j = 0; j < inner; ++j)
        copyElement(result, position++, input,
                    (o * extent + index) * inner + j);
    }
  return success();
}

/// Calls `body(i, offset)` for each position of `indices` and the offset in
/// `tensor` of the element that has the same position, except along `axis` that
/// of the index.
template <typename Body>
static void forEachIndexed(const HostTensor &indices, const HostTensor &tensor,
                           int64_t axis, Body body) {
  Extents strides = rowMajorStrides(tensor.getShape());
  int64_t axisStride = strides[axis];
  strides[axis] = 0;
  for (Walk walk(indices.getShape(), {strides}); walk; walk.next())
    body(walk.position(),
         walk.offset(0) +
             resolveIndex(indices, walk.position(), tensor.getShape()[axis]) *
                 axisStride);
}

LogicalResult GatherElementsOp::evaluate(Operands operands, Results &results) {
  HostTensor &result = results.emplace_back(getType());
  forEachIndexed(operands[1], operands[0], getAxis(),
                 [&](int64_t i, int64_t offset) {
                   copyElement(result, i, operands[0], offset);
                 });
  return success();
}

LogicalResult GatherNdOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0], &indices = operands[1];
  HostTensor &result = results.emplace_back(getType());
  int64_t batchDims = getBatchDims();
  int64_t depth = indices.getShape().back();
  int64_t batches = product(input.getShape().take_front(batchDims));
  int64_t batchSize = product(input.getShape().drop_front(batchDims));
  int64_t slice = product(input.getShape().drop_front(batchDims + depth));
  int64_t tuples = product(indices.getShape().drop_back());
  for (int64_t tuple = 0; tuple < tuples; ++tuple) {
    int64_t batch = tuple / (tuples / batches);
    int64_t offset =
        batch * batchSize + tupleOffset(indices, tuple, input, batchDims);
    for (int64_t j = 0; j < slice; ++j)
      copyElement(result, tuple * slice + j, input, offset + j);
  }
  return success();
}

/// result[offset] = result[offset] (mode) updates[i].
static void scatterElement(HostTensor &result, int64_t offset,
                           const HostTensor &updates, int64_t i,
                           ScatterMode mode) {
  if (mode == ScatterMode::none)
    return copyElement(result, offset, updates, i);
  if (isFloat(result)) {
    double old = result.getAsDouble(offset), update = updates.getAsDouble(i);
    double value = mode == ScatterMode::add   ? old + update
                   : mode == ScatterMode::mul ? old * update
                   : mode == ScatterMode::max ? maxOrNaN(old, update)
                                              : minOrNaN(old, update);
    return result.setDouble(offset, value);
  }
  int64_t old = result.getAsInt(offset), update = updates.getAsInt(i);
  bool less = isLess(old, update, isUnsigned(result));
  int64_t value = mode == ScatterMode::add   ? wrappingAdd(old, update)
                  : mode == ScatterMode::mul ? wrappingMul(old, update)
                  : mode == ScatterMode::max ? (less ? update : old)
                                             : (less ? old : update);
  result.setInt(offset, value);
}

/// A tensor with its own copy of the elements.
static HostTensor copyOf(RankedTensorType type, const HostTensor &tensor) {
  HostTensor copy(type);
  llvm::copy(tensor.bytes(), copy.mutableBytes().begin());
  return copy;
}

LogicalResult ScatterElementsOp::evaluate(Operands operands, Results &results) {
  HostTensor &result = results.emplace_back(copyOf(getType(), operands[0]));
  forEachIndexed(operands[1], result, getAxis(),
                 [&](int64_t i, int64_t offset) {
                   scatterElement(result, offset, operands[2], i, getMode());
                 });
  return success();
}

LogicalResult ScatterNdOp::evaluate(Operands operands, Results &results) {
  const HostTensor &indices = operands[1], &updates = operands[2];
  HostTensor &result = results.emplace_back(copyOf(getType(), operands[0]));
  int64_t depth = indices.getShape().back();
  int64_t slice = product(result.getShape().drop_front(depth));
  int64_t tuples = product(indices.getShape().drop_back());
  for (int64_t tuple = 0; tuple < tuples; ++tuple) {
    int64_t offset = tupleOffset(indices, tuple, result, 0);
    for (int64_t j = 0; j < slice; ++j)
      scatterElement(result, offset + j, updates, tuple * slice + j, getMode());
  }
  return success();
}
