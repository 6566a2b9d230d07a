//===- Normalization.cpp - Normalizations and softmax of nn ---------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/NN.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

/// Infers the type of an input of at least `minRank` dimensions.
static FailureOr<RankedTensorType> inferInput(OptionalLocation location,
                                              Value input, int64_t minRank,
                                              InferredTypes &inferred) {
  auto type =
      checkTensor(location, input.getType(), "input", ElementKind::Float);
  if (failed(type))
    return failure();
  if (type->getRank() < minRank)
    return inferenceError(
        location, ErrorCode::ShapeMismatch,
        "the shape of the input is " + shapeText(type->getShape()) +
            "; needed are at least " + llvm::Twine(minRank) + " dimensions");
  inferred.push_back(*type);
  return type;
}

/// That the parameters have one element per channel of `input`, of its type.
static LogicalResult
checkPerChannel(OptionalLocation location, RankedTensorType input,
                ArrayRef<std::pair<llvm::StringRef, Value>> parameters) {
  for (auto [name, value] : parameters) {
    auto type = checkTensor(location, value.getType(), name);
    if (failed(type) ||
        failed(
            checkElementType(location, *type, name, input.getElementType())) ||
        failed(checkShape(location, *type, name, {input.getDimSize(1)},
                          "one element per channel")))
      return failure();
  }
  return success();
}

/// That the optional parameter broadcasts to the dimensions of `input` from
/// `axis`.
static LogicalResult checkFromAxis(OptionalLocation location,
                                   RankedTensorType input, int64_t axis,
                                   llvm::StringRef name, Value value) {
  if (!value)
    return success();
  auto type = checkTensor(location, value.getType(), name);
  if (failed(type) ||
      failed(checkElementType(location, *type, name, input.getElementType())))
    return failure();
  SmallVector<int64_t> normalized(input.getShape().drop_front(axis));
  if (broadcastShapes(normalized, type->getShape()) == normalized)
    return success();
  return inferenceError(
      location, ErrorCode::ShapeMismatch,
      "the " + name + " of shape " + shapeText(type->getShape()) +
          " does not broadcast to the normalized dimensions " +
          shapeText(normalized));
}

LogicalResult BatchNormOp::inferReturnTypes(MLIRContext *context,
                                            OptionalLocation location,
                                            Adaptor adaptor,
                                            InferredTypes &inferred) {
  auto input = inferInput(location, adaptor.getInput(), 2, inferred);
  if (failed(input))
    return failure();
  return checkPerChannel(location, *input,
                         {{"scale", adaptor.getScale()},
                          {"bias", adaptor.getBias()},
                          {"mean", adaptor.getMean()},
                          {"variance", adaptor.getVariance()}});
}

LogicalResult InstanceNormOp::inferReturnTypes(MLIRContext *context,
                                               OptionalLocation location,
                                               Adaptor adaptor,
                                               InferredTypes &inferred) {
  auto input = inferInput(location, adaptor.getInput(), 3, inferred);
  if (failed(input))
    return failure();
  return checkPerChannel(
      location, *input,
      {{"scale", adaptor.getScale()}, {"bias", adaptor.getBias()}});
}

LogicalResult GroupNormOp::inferReturnTypes(MLIRContext *context,
                                            OptionalLocation location,
                                            Adaptor adaptor,
                                            InferredTypes &inferred) {
  auto input = inferInput(location, adaptor.getInput(), 2, inferred);
  if (failed(input))
    return failure();
  int64_t groups = adaptor.getGroups();
  if (groups < 1 || input->getDimSize(1) % groups != 0)
    return inferenceError(location, ErrorCode::ShapeMismatch,
                          "the input " + shapeText(input->getShape()) +
                              " cannot be divided into " + llvm::Twine(groups) +
                              " groups of channels; the number of channels "
                              "must be a multiple of the groups");
  return checkPerChannel(
      location, *input,
      {{"scale", adaptor.getScale()}, {"bias", adaptor.getBias()}});
}

LogicalResult LayerNormOp::inferReturnTypes(MLIRContext *context,
                                            OptionalLocation location,
                                            Adaptor adaptor,
                                            InferredTypes &inferred) {
  auto input = inferInput(location, adaptor.getInput(), 1, inferred);
  int64_t axis = adaptor.getAxis();
  if (failed(input) || failed(checkAxis(location, axis, input->getRank())))
    return failure();
  return success(succeeded(checkFromAxis(location, *input, axis, "scale",
                                         adaptor.getScale())) &&
                 succeeded(checkFromAxis(location, *input, axis, "bias",
                                         adaptor.getBias())));
}

LogicalResult RmsNormOp::inferReturnTypes(MLIRContext *context,
                                          OptionalLocation location,
                                          Adaptor adaptor,
                                          InferredTypes &inferred) {
  auto input = inferInput(location, adaptor.getInput(), 1, inferred);
  int64_t axis = adaptor.getAxis();
  if (failed(input) || failed(checkAxis(location, axis, input->getRank())))
    return failure();
  return checkFromAxis(location, *input, axis, "scale", adaptor.getScale());
}

LogicalResult LrnOp::inferReturnTypes(MLIRContext *context,
                                      OptionalLocation location,
                                      Adaptor adaptor,
                                      InferredTypes &inferred) {
  if (failed(inferInput(location, adaptor.getInput(), 2, inferred)))
    return failure();
  return checkPerDimension(location, "size",
                           {static_cast<int64_t>(adaptor.getSize())}, 1, 1);
}

LogicalResult LpNormOp::inferReturnTypes(MLIRContext *context,
                                         OptionalLocation location,
                                         Adaptor adaptor,
                                         InferredTypes &inferred) {
  auto input = inferInput(location, adaptor.getInput(), 1, inferred);
  if (failed(input) ||
      failed(checkAxis(location, adaptor.getAxis(), input->getRank())))
    return failure();
  int64_t p = adaptor.getP();
  if (p != 1 && p != 2)
    return inferenceError(location, ErrorCode::InvalidAttribute,
                          "'p' is " + llvm::Twine(p) +
                              "; supported are 1 and 2");
  return success();
}

LogicalResult SoftmaxOp::inferReturnTypes(MLIRContext *context,
                                          OptionalLocation location,
                                          Adaptor adaptor,
                                          InferredTypes &inferred) {
  auto input = inferInput(location, adaptor.getInput(), 1, inferred);
  if (failed(input))
    return failure();
  return checkAxis(location, adaptor.getAxis(), input->getRank());
}

LogicalResult LogSoftmaxOp::inferReturnTypes(MLIRContext *context,
                                             OptionalLocation location,
                                             Adaptor adaptor,
                                             InferredTypes &inferred) {
  auto input = inferInput(location, adaptor.getInput(), 1, inferred);
  if (failed(input))
    return failure();
  return checkAxis(location, adaptor.getAxis(), input->getRank());
}
