//===- Shape.cpp - Data movement of nn ------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/NN.h"

#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

/// The number of elements, or nothing if it or an extent is out of bounds.
static std::optional<int64_t> elementCount(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t extent : shape) {
    std::optional<int64_t> product = llvm::checkedMul(count, extent);
    if (extent < 0 || !product)
      return std::nullopt;
    count = *product;
  }
  return count;
}

/// That the operand is a single element of the type.
static LogicalResult checkSingle(OptionalLocation location, Value value,
                                 llvm::StringRef name, Type elementType) {
  auto type = checkTensor(location, value.getType(), name);
  if (failed(type) ||
      failed(checkElementType(location, *type, name, elementType)))
    return failure();
  if (type->getRank() <= 1 && type->getNumElements() == 1)
    return success();
  return checkShape(location, *type, name, {}, "a single element");
}

//===----------------------------------------------------------------------===//
// The same elements in another order
//===----------------------------------------------------------------------===//

LogicalResult ReshapeOp::inferReturnTypes(MLIRContext *context,
                                          OptionalLocation location,
                                          Adaptor adaptor,
                                          InferredTypes &inferred) {
  auto input = checkTensor(location, adaptor.getInput().getType(), "input");
  if (failed(input))
    return failure();
  ArrayRef<int64_t> shape = adaptor.getShape();
  if (elementCount(shape) != input->getNumElements())
    return inferenceError(location, ErrorCode::ShapeMismatch,
                          "the " + llvm::Twine(input->getNumElements()) +
                              " elements of the shape " +
                              shapeText(input->getShape()) +
                              " do not fill the shape " + shapeText(shape));
  return inferTensor(location, shape, input->getElementType(), inferred);
}

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *context,
                                            OptionalLocation location,
                                            Adaptor adaptor,
                                            InferredTypes &inferred) {
  auto input = checkTensor(location, adaptor.getInput().getType(), "input");
  if (failed(input))
    return failure();
  ArrayRef<int64_t> permutation = adaptor.getPermutation();
  SmallVector<int64_t> sorted(permutation);
  llvm::sort(sorted);
  if (!llvm::equal(sorted, llvm::seq<int64_t>(0, input->getRank())))
    return inferenceError(location, ErrorCode::InvalidAttribute,
                          "'permutation' does not name each dimension of the "
                          "shape " +
                              shapeText(input->getShape()) + " once");
  SmallVector<int64_t> shape;
  for (int64_t dimension : permutation)
    shape.push_back(input->getDimSize(dimension));
  return inferTensor(location, shape, input->getElementType(), inferred);
}

//===----------------------------------------------------------------------===//
// Parts and sums of parts
//===----------------------------------------------------------------------===//

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *context,
                                         OptionalLocation location,
                                         Adaptor adaptor,
                                         InferredTypes &inferred) {
  auto inputs = checkTensors(location, adaptor.getInputs().getTypes(), "input");
  if (failed(inputs))
    return failure();
  if (inputs->empty())
    return inferenceError(location, ErrorCode::InvalidGraph,
                          "nothing to concatenate; at least one input is "
                          "needed");
  RankedTensorType first = inputs->front();
  int64_t axis = adaptor.getAxis();
  if (failed(checkAxis(location, axis, first.getRank())))
    return failure();
  SmallVector<int64_t> shape(first.getShape());
  for (RankedTensorType input : ArrayRef(*inputs).drop_front()) {
    if (failed(
            checkElementType(location, input, "input", first.getElementType())))
      return failure();
    SmallVector<int64_t> expected(shape);
    if (input.getRank() == first.getRank())
      expected[axis] = input.getDimSize(axis);
    if (input.getShape() != ArrayRef<int64_t>(expected))
      return inferenceError(location, ErrorCode::ShapeMismatch,
                            "the shapes " + shapeText(first.getShape()) +
                                " and " + shapeText(input.getShape()) +
                                " cannot be concatenated along axis " +
                                llvm::Twine(axis) +
                                "; their other extents must be equal");
    // Each extent is at most 2^40, so no realistic number of inputs overflows,
    // but the sum saturates all the same.
    shape[axis] = llvm::checkedAdd(shape[axis], input.getDimSize(axis))
                      .value_or(std::numeric_limits<int64_t>::max());
  }
  return inferTensor(location, shape, first.getElementType(), inferred);
}

LogicalResult SliceOp::inferReturnTypes(MLIRContext *context,
                                        OptionalLocation location,
                                        Adaptor adaptor,
                                        InferredTypes &inferred) {
  auto input = checkTensor(location, adaptor.getInput().getType(), "input");
  if (failed(input))
    return failure();
  int64_t rank = input->getRank();
  ArrayRef<int64_t> starts = adaptor.getStarts(), sizes = adaptor.getSizes(),
                    steps = adaptor.getSteps();
  if (failed(checkPerDimension(location, "starts", starts, rank, 0)) ||
      failed(checkPerDimension(location, "sizes", sizes, rank, 0)) ||
      failed(checkPerDimension(location, "steps", steps, rank, std::nullopt)))
    return failure();
  for (int64_t i = 0; i < rank; ++i) {
    int64_t extent = input->getDimSize(i);
    if (steps[i] == 0)
      return inferenceError(location, ErrorCode::InvalidAttribute,
                            "'steps' contains 0");
    if (sizes[i] == 0)
      continue;
    auto last = llvm::checkedMulAdd(sizes[i] - 1, steps[i], starts[i]);
    if (starts[i] >= extent || !last || *last < 0 || *last >= extent)
      return inferenceError(
          location, ErrorCode::ShapeMismatch,
          "the slice of " + llvm::Twine(sizes[i]) + " elements from " +
              llvm::Twine(starts[i]) + " in steps of " + llvm::Twine(steps[i]) +
              " leaves dimension " + llvm::Twine(i) + " of the shape " +
              shapeText(input->getShape()));
  }
  return inferTensor(location, sizes, input->getElementType(), inferred);
}

/// That a dimension of extent `extent` can be padded so.
static LogicalResult checkPadding(OptionalLocation location, int64_t extent,
                                  int64_t begin, int64_t end, PadMode mode) {
  int64_t kept =
      extent + std::min<int64_t>(begin, 0) + std::min<int64_t>(end, 0);
  int64_t added = std::max(begin, end);
  auto explain = [&](llvm::StringRef limit) {
    return inferenceError(location, ErrorCode::ShapeMismatch,
                          "an extent of " + llvm::Twine(extent) +
                              " cannot be padded by " + llvm::Twine(begin) +
                              " and " + llvm::Twine(end) + ": " + limit);
  };
  if (kept < 0)
    return explain("more is removed than there is");
  if (added <= 0 || mode == PadMode::constant)
    return success();
  if (kept == 0)
    return explain("there is nothing to repeat");
  if (mode == PadMode::reflect && added >= kept)
    return explain("a reflection must be smaller than the extent");
  return success();
}

LogicalResult PadOp::inferReturnTypes(MLIRContext *context,
                                      OptionalLocation location,
                                      Adaptor adaptor,
                                      InferredTypes &inferred) {
  auto input = checkTensor(location, adaptor.getInput().getType(), "input");
  if (failed(input))
    return failure();
  int64_t rank = input->getRank();
  ArrayRef<int64_t> begin = adaptor.getPadsBegin(), end = adaptor.getPadsEnd();
  if (failed(checkPerDimension(location, "pads_begin", begin, rank,
                               std::nullopt)) ||
      failed(
          checkPerDimension(location, "pads_end", end, rank, std::nullopt)) ||
      (adaptor.getValue() &&
       failed(checkSingle(location, adaptor.getValue(), "padding value",
                          input->getElementType()))))
    return failure();
  SmallVector<int64_t> shape;
  for (int64_t i = 0; i < rank; ++i) {
    int64_t extent = input->getDimSize(i);
    if (failed(checkPadding(location, extent, begin[i], end[i],
                            adaptor.getMode())))
      return failure();
    shape.push_back(extent + begin[i] + end[i]);
  }
  return inferTensor(location, shape, input->getElementType(), inferred);
}

//===----------------------------------------------------------------------===//
// Repetition
//===----------------------------------------------------------------------===//

LogicalResult BroadcastOp::inferReturnTypes(MLIRContext *context,
                                            OptionalLocation location,
                                            Adaptor adaptor,
                                            InferredTypes &inferred) {
  auto input = checkTensor(location, adaptor.getInput().getType(), "input");
  if (failed(input))
    return failure();
  SmallVector<int64_t> shape(adaptor.getShape());
  if (broadcastShapes(shape, input->getShape()) != shape)
    return inferenceError(location, ErrorCode::ShapeMismatch,
                          "the shape " + shapeText(input->getShape()) +
                              " does not broadcast to " + shapeText(shape));
  return inferTensor(location, shape, input->getElementType(), inferred);
}

LogicalResult TileOp::inferReturnTypes(MLIRContext *context,
                                       OptionalLocation location,
                                       Adaptor adaptor,
                                       InferredTypes &inferred) {
  auto input = checkTensor(location, adaptor.getInput().getType(), "input");
  if (failed(input) ||
      failed(checkPerDimension(location, "repeats", adaptor.getRepeats(),
                               input->getRank(), 0)))
    return failure();
  SmallVector<int64_t> shape;
  for (auto [extent, repeat] :
       llvm::zip_equal(input->getShape(), adaptor.getRepeats()))
    shape.push_back(llvm::checkedMul(extent, repeat)
                        .value_or(std::numeric_limits<int64_t>::max()));
  return inferTensor(location, shape, input->getElementType(), inferred);
}

//===----------------------------------------------------------------------===//
// Gather
//===----------------------------------------------------------------------===//

/// The types of a gather's or scatter's operands.
static FailureOr<std::pair<RankedTensorType, RankedTensorType>>
checkIndexed(OptionalLocation location, Value inputValue, Value indicesValue) {
  auto input = checkTensor(location, inputValue.getType(), "input");
  auto indices = checkTensor(location, indicesValue.getType(), "indices",
                             ElementKind::Integer);
  if (failed(input) || failed(indices))
    return failure();
  return std::make_pair(*input, *indices);
}

/// That there is something that indices along the dimensions can name.
static LogicalResult checkNotEmpty(OptionalLocation location,
                                   RankedTensorType input,
                                   ArrayRef<int64_t> extents,
                                   RankedTensorType indices) {
  if (indices.getNumElements() == 0 || !llvm::is_contained(extents, 0))
    return success();
  return inferenceError(location, ErrorCode::ShapeMismatch,
                        "indices cannot name elements of the empty shape " +
                            shapeText(input.getShape()));
}

LogicalResult GatherOp::inferReturnTypes(MLIRContext *context,
                                         OptionalLocation location,
                                         Adaptor adaptor,
                                         InferredTypes &inferred) {
  auto types = checkIndexed(location, adaptor.getInput(), adaptor.getIndices());
  if (failed(types))
    return failure();
  auto [input, indices] = *types;
  int64_t axis = adaptor.getAxis();
  if (failed(checkAxis(location, axis, input.getRank())) ||
      failed(checkNotEmpty(location, input, {input.getDimSize(axis)}, indices)))
    return failure();
  SmallVector<int64_t> shape(input.getShape().take_front(axis));
  llvm::append_range(shape, indices.getShape());
  llvm::append_range(shape, input.getShape().drop_front(axis + 1));
  return inferTensor(location, shape, input.getElementType(), inferred);
}

/// That the indices have the rank of the input and are not larger, except along
/// `axis`.
static LogicalResult checkElementIndices(OptionalLocation location,
                                         RankedTensorType input,
                                         RankedTensorType indices,
                                         int64_t axis) {
  if (failed(checkAxis(location, axis, input.getRank())))
    return failure();
  bool fits = indices.getRank() == input.getRank();
  for (int64_t i = 0; fits && i < input.getRank(); ++i)
    fits = i == axis || indices.getDimSize(i) <= input.getDimSize(i);
  if (!fits)
    return inferenceError(
        location, ErrorCode::ShapeMismatch,
        "the indices of shape " + shapeText(indices.getShape()) +
            " do not fit the input of shape " + shapeText(input.getShape()) +
            "; except along axis " + llvm::Twine(axis) +
            " they must not be larger");
  return checkNotEmpty(location, input, {input.getDimSize(axis)}, indices);
}

LogicalResult GatherElementsOp::inferReturnTypes(MLIRContext *context,
                                                 OptionalLocation location,
                                                 Adaptor adaptor,
                                                 InferredTypes &inferred) {
  auto types = checkIndexed(location, adaptor.getInput(), adaptor.getIndices());
  if (failed(types))
    return failure();
  auto [input, indices] = *types;
  if (failed(checkElementIndices(location, input, indices, adaptor.getAxis())))
    return failure();
  return inferTensor(location, indices.getShape(), input.getElementType(),
                     inferred);
}

/// The shape of the slices that the tuples in the last dimension of `indices`
/// name, after `batchDims` common dimensions.
static FailureOr<SmallVector<int64_t>> tupleShape(OptionalLocation location,
                                                  RankedTensorType input,
                                                  RankedTensorType indices,
                                                  int64_t batchDims) {
  int64_t inputRank = input.getRank(), indicesRank = indices.getRank();
  if (batchDims < 0 || batchDims >= std::min(inputRank, indicesRank))
    return inferenceError(
        location, ErrorCode::InvalidAttribute,
        "'batch_dims' is " + llvm::Twine(batchDims) +
            "; for an input of shape " + shapeText(input.getShape()) +
            " and indices of shape " + shapeText(indices.getShape()) +
            " it must be at least 0 and smaller than both "
            "ranks");
  int64_t depth = indices.getShape().back();
  if (depth < 1 || depth > inputRank - batchDims ||
      indices.getShape().take_front(batchDims) !=
          input.getShape().take_front(batchDims))
    return inferenceError(
        location, ErrorCode::ShapeMismatch,
        "the indices of shape " + shapeText(indices.getShape()) +
            " do not fit the input of shape " + shapeText(input.getShape()) +
            "; the last extent is the number of the input's "
            "dimensions that a tuple names, after " +
            llvm::Twine(batchDims) + " equal ones");
  if (failed(checkNotEmpty(location, input,
                           input.getShape().slice(batchDims, depth), indices)))
    return failure();
  SmallVector<int64_t> shape(indices.getShape().drop_back());
  llvm::append_range(shape, input.getShape().drop_front(batchDims + depth));
  return shape;
}

LogicalResult GatherNdOp::inferReturnTypes(MLIRContext *context,
                                           OptionalLocation location,
                                           Adaptor adaptor,
                                           InferredTypes &inferred) {
  auto types = checkIndexed(location, adaptor.getInput(), adaptor.getIndices());
  if (failed(types))
    return failure();
  auto [input, indices] = *types;
  auto shape = tupleShape(location, input, indices, adaptor.getBatchDims());
  if (failed(shape))
    return failure();
  return inferTensor(location, *shape, input.getElementType(), inferred);
}

//===----------------------------------------------------------------------===//
// Scatter
//===----------------------------------------------------------------------===//

/// That the updates have the shape, and the element type of the input.
static LogicalResult checkUpdates(OptionalLocation location, Value value,
                                  RankedTensorType input,
                                  ArrayRef<int64_t> shape,
                                  InferredTypes &inferred) {
  auto updates = checkTensor(location, value.getType(), "updates");
  if (failed(updates) ||
      failed(checkElementType(location, *updates, "updates",
                              input.getElementType())) ||
      failed(checkShape(location, *updates, "updates", shape,
                        "one update for each index")))
    return failure();
  inferred.push_back(input);
  return success();
}

LogicalResult ScatterElementsOp::inferReturnTypes(MLIRContext *context,
                                                  OptionalLocation location,
                                                  Adaptor adaptor,
                                                  InferredTypes &inferred) {
  auto types = checkIndexed(location, adaptor.getInput(), adaptor.getIndices());
  if (failed(types))
    return failure();
  auto [input, indices] = *types;
  if (failed(checkElementIndices(location, input, indices, adaptor.getAxis())))
    return failure();
  return checkUpdates(location, adaptor.getUpdates(), input, indices.getShape(),
                      inferred);
}

LogicalResult ScatterNdOp::inferReturnTypes(MLIRContext *context,
                                            OptionalLocation location,
                                            Adaptor adaptor,
                                            InferredTypes &inferred) {
  auto types = checkIndexed(location, adaptor.getInput(), adaptor.getIndices());
  if (failed(types))
    return failure();
  auto [input, indices] = *types;
  auto shape = tupleShape(location, input, indices, /*batchDims=*/0);
  if (failed(shape))
    return failure();
  return checkUpdates(location, adaptor.getUpdates(), input, *shape, inferred);
}

//===----------------------------------------------------------------------===//
// The rest
//===----------------------------------------------------------------------===//

LogicalResult OneHotOp::inferReturnTypes(MLIRContext *context,
                                         OptionalLocation location,
                                         Adaptor adaptor,
                                         InferredTypes &inferred) {
  auto indices =
      checkTensor(location, adaptor.getIndices().getType(), "indices");
  auto off = checkTensor(location, adaptor.getOffValue().getType(),
                         "'off_value' operand");
  if (failed(indices) || failed(off))
    return failure();
  int64_t depth = adaptor.getDepth(), axis = adaptor.getAxis();
  if (failed(checkSingle(location, adaptor.getOffValue(), "'off_value' operand",
                         off->getElementType())) ||
      failed(checkSingle(location, adaptor.getOnValue(), "'on_value' operand",
                         off->getElementType())) ||
      failed(checkPerDimension(location, "depth", {depth}, 1, 1)) ||
      failed(checkAxis(location, axis, indices->getRank() + 1)))
    return failure();
  SmallVector<int64_t> shape(indices->getShape());
  shape.insert(shape.begin() + axis, depth);
  return inferTensor(location, shape, off->getElementType(), inferred);
}

LogicalResult TriluOp::inferReturnTypes(MLIRContext *context,
                                        OptionalLocation location,
                                        Adaptor adaptor,
                                        InferredTypes &inferred) {
  auto input = checkTensor(location, adaptor.getInput().getType(), "input");
  if (failed(input))
    return failure();
  if (input->getRank() < 2)
    return inferenceError(location, ErrorCode::ShapeMismatch,
                          "the shape of the input is " +
                              shapeText(input->getShape()) +
                              "; needed are at least 2 dimensions");
  inferred.push_back(*input);
  return success();
}
