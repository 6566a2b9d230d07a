//===- Gradient.cpp - Pieces of gradients of nn ---------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/NN.h"
#include "dialects/nn/Window.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

/// The output gradient as a tensor of floats of the input's element type.
static FailureOr<RankedTensorType>
checkGradient(OptionalLocation location, Value value, Type elementType) {
  auto gradient = checkTensor(location, value.getType(), "output gradient",
                              ElementKind::Float);
  if (failed(gradient) ||
      failed(checkElementType(location, *gradient, "output gradient",
                              elementType)))
    return failure();
  return gradient;
}

template <typename Adaptor> static Window windowOf(Adaptor adaptor) {
  return {adaptor.getKernel(), adaptor.getStrides(), adaptor.getDilations(),
          adaptor.getPadsBegin(), adaptor.getPadsEnd()};
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

/// That the channels on both sides can be divided into the groups.
static LogicalResult checkGroups(OptionalLocation location, int64_t groups,
                                 int64_t channels, int64_t outputs) {
  if (groups < 1)
    return inferenceError(location, ErrorCode::InvalidAttribute,
                          "'groups' is " + llvm::Twine(groups) +
                              "; the least value is 1");
  if (outputs > 0 && channels % groups == 0 && outputs % groups == 0)
    return success();
  return inferenceError(location, ErrorCode::ShapeMismatch,
                        "an input of " + llvm::Twine(channels) +
                            " channels and an output gradient of " +
                            llvm::Twine(outputs) + " cannot be divided into " +
                            llvm::Twine(groups) +
                            " groups; both must be multiples of the groups");
}

LogicalResult ConvWeightGradientOp::inferReturnTypes(MLIRContext *context,
                                                     OptionalLocation location,
                                                     Adaptor adaptor,
                                                     InferredTypes &inferred) {
  auto input = checkTensor(location, adaptor.getInput().getType(), "input",
                           ElementKind::Float);
  if (failed(input) || failed(checkSpatial(location, *input)))
    return failure();
  auto gradient = checkGradient(location, adaptor.getOutputGradient(),
                                input->getElementType());
  auto spatial = windowedExtents(location, *input, windowOf(adaptor),
                                 /*ceilMode=*/false);
  if (failed(gradient) || failed(spatial))
    return failure();
  int64_t groups = adaptor.getGroups(), channels = input->getDimSize(1);
  int64_t outputs = gradient->getRank() > 1 ? gradient->getDimSize(1) : 1;
  SmallVector<int64_t> expected{input->getDimSize(0), outputs};
  expected.append(*spatial);
  if (failed(checkShape(location, *gradient, "output gradient", expected,
                        "that of the convolution's result")) ||
      failed(checkGroups(location, groups, channels, outputs)))
    return failure();
  SmallVector<int64_t> shape{outputs, channels / groups};
  llvm::append_range(shape, adaptor.getKernel());
  return inferTensor(location, shape, input->getElementType(), inferred);
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

/// Infers the type of a pooling op's input, for which the windows give the
/// output gradient's shape.
template <typename Adaptor>
static LogicalResult inferPoolInput(OptionalLocation location, Adaptor adaptor,
                                    RankedTensorType input,
                                    InferredTypes &inferred) {
  if (failed(checkSpatial(location, input)))
    return failure();
  auto gradient = checkGradient(location, adaptor.getOutputGradient(),
                                input.getElementType());
  auto spatial =
      pooledExtents(location, input, windowOf(adaptor), adaptor.getCeilMode());
  if (failed(gradient) || failed(spatial))
    return failure();
  SmallVector<int64_t> expected(input.getShape().take_front(2));
  expected.append(*spatial);
  if (failed(checkShape(location, *gradient, "output gradient", expected,
                        "that of the pooling's result")))
    return failure();
  return inferTensor(location, input.getShape(), input.getElementType(),
                     inferred);
}

LogicalResult MaxPoolGradientOp::inferReturnTypes(MLIRContext *context,
                                                  OptionalLocation location,
                                                  Adaptor adaptor,
                                                  InferredTypes &inferred) {
  auto input = checkTensor(location, adaptor.getInput().getType(), "input",
                           ElementKind::Float);
  if (failed(input))
    return failure();
  return inferPoolInput(location, adaptor, *input, inferred);
}

LogicalResult AvgPoolGradientOp::inferReturnTypes(MLIRContext *context,
                                                  OptionalLocation location,
                                                  Adaptor adaptor,
                                                  InferredTypes &inferred) {
  auto gradient = checkTensor(location, adaptor.getOutputGradient().getType(),
                              "output gradient", ElementKind::Float);
  SmallVector<Type> input;
  if (failed(gradient) ||
      failed(inferTensor(location, adaptor.getShape(),
                         gradient->getElementType(), input)))
    return failure();
  return inferPoolInput(location, adaptor,
                        cast<RankedTensorType>(input.front()), inferred);
}

//===----------------------------------------------------------------------===//
// Batch normalization
//===----------------------------------------------------------------------===//

/// The input [N, C, ...] of a batch normalization.
static FailureOr<RankedTensorType> checkNormalized(OptionalLocation location,
                                                   Value value) {
  auto input =
      checkTensor(location, value.getType(), "input", ElementKind::Float);
  if (failed(input))
    return failure();
  if (input->getRank() < 2)
    return inferenceError(location, ErrorCode::ShapeMismatch,
                          "the shape of the input is " +
                              shapeText(input->getShape()) +
                              "; needed are at least 2 dimensions");
  return input;
}

/// That `value` has one element per channel of `input`, of its type.
static LogicalResult checkPerChannel(OptionalLocation location,
                                     RankedTensorType input,
                                     llvm::StringRef name, Value value) {
  auto type = checkTensor(location, value.getType(), name);
  if (failed(type) ||
      failed(checkElementType(location, *type, name, input.getElementType())))
    return failure();
  return checkShape(location, *type, name, {input.getDimSize(1)},
                    "one element per channel");
}

/// That `count`, which may be null, is an integer.
static LogicalResult checkCount(OptionalLocation location, Value count) {
  if (!count)
    return success();
  auto type =
      checkTensor(location, count.getType(), "count", ElementKind::Integer);
  if (failed(type))
    return failure();
  return checkShape(location, *type, "count", {}, "a number of samples");
}

LogicalResult BatchNormTrainOp::inferReturnTypes(MLIRContext *context,
                                                 OptionalLocation location,
                                                 Adaptor adaptor,
                                                 InferredTypes &inferred) {
  auto input = checkNormalized(location, adaptor.getInput());
  if (failed(input) ||
      failed(checkPerChannel(location, *input, "scale", adaptor.getScale())) ||
      failed(checkPerChannel(location, *input, "bias", adaptor.getBias())) ||
      failed(checkCount(location, adaptor.getCount())))
    return failure();
  auto perChannel =
      RankedTensorType::get({input->getDimSize(1)}, input->getElementType());
  inferred.append({*input, perChannel, perChannel});
  return success();
}

LogicalResult BatchNormGradientOp::inferReturnTypes(MLIRContext *context,
                                                    OptionalLocation location,
                                                    Adaptor adaptor,
                                                    InferredTypes &inferred) {
  auto input = checkNormalized(location, adaptor.getInput());
  if (failed(input))
    return failure();
  auto gradient = checkGradient(location, adaptor.getOutputGradient(),
                                input->getElementType());
  if (failed(gradient) ||
      failed(checkShape(location, *gradient, "output gradient",
                        input->getShape(), "that of the input")) ||
      failed(checkPerChannel(location, *input, "scale", adaptor.getScale())) ||
      failed(checkPerChannel(location, *input, "mean", adaptor.getMean())) ||
      failed(checkPerChannel(location, *input, "variance",
                             adaptor.getVariance())) ||
      failed(checkCount(location, adaptor.getCount())))
    return failure();
  auto perChannel =
      RankedTensorType::get({input->getDimSize(1)}, input->getElementType());
  inferred.append({*input, perChannel, perChannel});
  return success();
}
