//===- Linear.cpp - Convolutions and matrix products of nn ----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/NN.h"
#include "dialects/nn/Window.h"

#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

namespace {
/// The operands of a convolution, checked one by one.
struct ConvolutionOperands {
  RankedTensorType input;
  RankedTensorType weights;
};
} // namespace

/// What holds of both directions: ranks, element types, groups.
/// `outputChannels` says how many the weights give in all.
static FailureOr<ConvolutionOperands>
checkConvolution(OptionalLocation location, Value inputValue,
                 Value weightsValue, int64_t groups) {
  auto input =
      checkTensor(location, inputValue.getType(), "input", ElementKind::Float);
  auto weights = checkTensor(location, weightsValue.getType(), "weights",
                             ElementKind::Float);
  if (failed(input) || failed(weights) ||
      failed(checkElementType(location, *weights, "weights",
                              input->getElementType())) ||
      failed(checkSpatial(location, *input)))
    return failure();
  if (weights->getRank() != input->getRank())
    return inferenceError(
        location, ErrorCode::ShapeMismatch,
        "the shape of the weights is " + shapeText(weights->getShape()) +
            "; an input of shape " + shapeText(input->getShape()) +
            " needs weights of the same rank");
  if (llvm::is_contained(weights->getShape(), 0))
    return inferenceError(location, ErrorCode::ShapeMismatch,
                          "the shape of the weights is " +
                              shapeText(weights->getShape()) +
                              "; their extents must be positive");
  if (groups < 1)
    return inferenceError(location, ErrorCode::InvalidAttribute,
                          "'groups' is " + llvm::Twine(groups) +
                              "; the least value is 1");
  return ConvolutionOperands{*input, *weights};
}

/// That the optional bias has one element per output channel.
static LogicalResult checkBias(OptionalLocation location, Value value,
                               int64_t channels, Type elementType) {
  if (!value)
    return success();
  auto bias = checkTensor(location, value.getType(), "bias");
  if (failed(bias) ||
      failed(checkElementType(location, *bias, "bias", elementType)))
    return failure();
  return checkShape(location, *bias, "bias", {channels},
                    "one element per output channel");
}

LogicalResult ConvOp::inferReturnTypes(MLIRContext *context,
                                       OptionalLocation location,
                                       Adaptor adaptor,
                                       InferredTypes &inferred) {
  int64_t groups = adaptor.getGroups();
  auto operands = checkConvolution(location, adaptor.getInput(),
                                   adaptor.getWeights(), groups);
  if (failed(operands))
    return failure();
  auto [input, weights] = *operands;
  int64_t channels = input.getDimSize(1);
  int64_t outputChannels = weights.getDimSize(0);
  if (channels % groups != 0 || weights.getDimSize(1) != channels / groups ||
      outputChannels % groups != 0)
    return inferenceError(
        location, ErrorCode::ShapeMismatch,
        "the weights " + shapeText(weights.getShape()) +
            " do not fit an input of " + llvm::Twine(channels) +
            " channels in " + llvm::Twine(groups) +
            " groups; the weights' first extent and the channels must be "
            "multiples of the groups, the second extent channels / groups");
  Window window{weights.getShape().drop_front(2), adaptor.getStrides(),
                adaptor.getDilations(), adaptor.getPadsBegin(),
                adaptor.getPadsEnd()};
  auto spatial = windowedExtents(location, input, window, /*ceilMode=*/false);
  if (failed(spatial) ||
      failed(checkBias(location, adaptor.getBias(), outputChannels,
                       input.getElementType())))
    return failure();
  SmallVector<int64_t> shape = {input.getDimSize(0), outputChannels};
  shape.append(*spatial);
  return inferTensor(location, shape, input.getElementType(), inferred);
}

LogicalResult ConvTransposeOp::inferReturnTypes(MLIRContext *context,
                                                OptionalLocation location,
                                                Adaptor adaptor,
                                                InferredTypes &inferred) {
  int64_t groups = adaptor.getGroups();
  auto operands = checkConvolution(location, adaptor.getInput(),
                                   adaptor.getWeights(), groups);
  if (failed(operands))
    return failure();
  auto [input, weights] = *operands;
  int64_t channels = input.getDimSize(1);
  if (weights.getDimSize(0) != channels || channels % groups != 0)
    return inferenceError(
        location, ErrorCode::ShapeMismatch,
        "the weights " + shapeText(weights.getShape()) +
            " do not fit an input of " + llvm::Twine(channels) +
            " channels in " + llvm::Twine(groups) +
            " groups; the weights' first extent must be the channels, a "
            "multiple of the groups");
  Window window{weights.getShape().drop_front(2), adaptor.getStrides(),
                adaptor.getDilations(), adaptor.getPadsBegin(),
                adaptor.getPadsEnd()};
  auto spatial =
      transposedExtents(location, input, window, adaptor.getOutputPadding());
  auto outputChannels = llvm::checkedMul(weights.getDimSize(1), groups);
  if (!outputChannels)
    return inferenceError(location, ErrorCode::TooLarge,
                          "'groups' is " + llvm::Twine(groups) +
                              ", which no tensor can hold");
  if (failed(spatial) ||
      failed(checkBias(location, adaptor.getBias(), *outputChannels,
                       input.getElementType())))
    return failure();
  SmallVector<int64_t> shape = {input.getDimSize(0), *outputChannels};
  shape.append(*spatial);
  return inferTensor(location, shape, input.getElementType(), inferred);
}

//===----------------------------------------------------------------------===//
// Matrix product
//===----------------------------------------------------------------------===//

/// The element type of the product of two, or null if they do not go together.
static Type productType(Type lhs, Type rhs) {
  auto isNarrowInteger = [](Type type) {
    unsigned width = type.getIntOrFloatBitWidth();
    return isa<IntegerType>(type) && (width == 8 || width == 16);
  };
  if (isNarrowInteger(lhs) && isNarrowInteger(rhs))
    return IntegerType::get(lhs.getContext(), 32);
  return lhs == rhs && !lhs.isInteger(1) ? lhs : Type();
}

LogicalResult MatMulOp::inferReturnTypes(MLIRContext *context,
                                         OptionalLocation location,
                                         Adaptor adaptor,
                                         InferredTypes &inferred) {
  auto lhs = checkTensor(location, adaptor.getLhs().getType(), "left operand");
  auto rhs = checkTensor(location, adaptor.getRhs().getType(), "right operand");
  if (failed(lhs) || failed(rhs))
    return failure();
  Type elementType = productType(lhs->getElementType(), rhs->getElementType());
  if (!elementType)
    return inferenceError(location, ErrorCode::TypeMismatch,
                          "no matrix product of " +
                              typeText(lhs->getElementType()) + " and " +
                              typeText(rhs->getElementType()) +
                              "; floats and wide integers need one type, "
                              "integers of 8 and 16 bits may differ");

  // Give vectors their unit dimension, then apply the transpositions.
  SmallVector<int64_t> left(lhs->getShape()), right(rhs->getShape());
  bool leftIsVector = left.size() == 1, rightIsVector = right.size() == 1;
  if (leftIsVector)
    left.insert(left.begin(), 1);
  else if (adaptor.getTransposeLhs() && left.size() > 1)
    std::swap(left[left.size() - 1], left[left.size() - 2]);
  if (rightIsVector)
    right.push_back(1);
  else if (adaptor.getTransposeRhs() && right.size() > 1)
    std::swap(right[right.size() - 1], right[right.size() - 2]);

  std::optional<SmallVector<int64_t>> batch;
  if (left.size() > 1 && right.size() > 1 &&
      left.back() == right[right.size() - 2])
    batch = broadcastShapes(ArrayRef(left).drop_back(2),
                            ArrayRef(right).drop_back(2));
  if (!batch)
    return inferenceError(
        location, ErrorCode::ShapeMismatch,
        "no matrix product of " + shapeText(lhs->getShape()) +
            (adaptor.getTransposeLhs() ? " (transposed)" : "") + " and " +
            shapeText(rhs->getShape()) +
            (adaptor.getTransposeRhs() ? " (transposed)" : "") +
            "; the left one's columns must be the right one's rows, and the "
            "leading extents equal or 1");
  SmallVector<int64_t> shape(*batch);
  if (!leftIsVector)
    shape.push_back(left[left.size() - 2]);
  if (!rightIsVector)
    shape.push_back(right.back());

  if (Value value = adaptor.getBias()) {
    auto bias = checkTensor(location, value.getType(), "bias");
    if (failed(bias) ||
        failed(checkElementType(location, *bias, "bias", elementType)))
      return failure();
    if (broadcastShapes(shape, bias->getShape()) != shape)
      return inferenceError(location, ErrorCode::ShapeMismatch,
                            "the bias of shape " + shapeText(bias->getShape()) +
                                " does not broadcast to the product's " +
                                shapeText(shape));
  }
  return inferTensor(location, shape, elementType, inferred);
}
