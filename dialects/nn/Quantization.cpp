//===- Quantization.cpp - Affine quantization of nn -----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/NN.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

/// That `value` is a single element, or a vector with one element for each
/// position of `input` along `axis`.
static LogicalResult checkParameter(OptionalLocation location,
                                    RankedTensorType input, int64_t axis,
                                    llvm::StringRef name,
                                    RankedTensorType type) {
  if (type.getRank() <= 1 && type.getNumElements() == 1)
    return success();
  if (type.getRank() != 1)
    return inferenceError(location, ErrorCode::ShapeMismatch,
                          "the shape of the " + name + " is " +
                              shapeText(type.getShape()) +
                              "; needed is a single element or a vector");
  if (failed(checkAxis(location, axis, input.getRank())))
    return failure();
  return checkShape(location, type, name, {input.getDimSize(axis)},
                    "one element for each position along the axis");
}

/// Checks the scale and the optional zero point, which has elements of type
/// `stored`.
static LogicalResult checkParameters(OptionalLocation location,
                                     RankedTensorType input, int64_t axis,
                                     Value scale, Value zeroPoint,
                                     Type stored) {
  auto scaleType =
      checkTensor(location, scale.getType(), "scale", ElementKind::Float);
  if (failed(scaleType) ||
      failed(checkParameter(location, input, axis, "scale", *scaleType)))
    return failure();
  if (!zeroPoint)
    return success();
  auto zeroType = checkTensor(location, zeroPoint.getType(), "zero point",
                              ElementKind::Integer);
  if (failed(zeroType) ||
      failed(checkElementType(location, *zeroType, "zero point", stored)))
    return failure();
  return checkParameter(location, input, axis, "zero point", *zeroType);
}

/// That values can be stored quantized in elements of this type.
static LogicalResult checkStored(OptionalLocation location, Type stored) {
  auto integer = dyn_cast<IntegerType>(stored);
  if (integer && elementFormat(integer) && integer.getWidth() > 1 &&
      integer.getWidth() <= 32)
    return success();
  return inferenceError(location, ErrorCode::TypeMismatch,
                        "quantized elements cannot be of type " +
                            typeText(stored) +
                            "; supported are integers of 8 to 32 bits");
}

LogicalResult QuantizeOp::inferReturnTypes(MLIRContext *context,
                                           OptionalLocation location,
                                           Adaptor adaptor,
                                           InferredTypes &inferred) {
  auto input = checkTensor(location, adaptor.getInput().getType(), "input",
                           ElementKind::Float);
  if (failed(input) || failed(checkStored(location, adaptor.getTo())) ||
      failed(checkParameters(location, *input, adaptor.getAxis(),
                             adaptor.getScale(), adaptor.getZeroPoint(),
                             adaptor.getTo())))
    return failure();
  return inferTensor(location, input->getShape(), adaptor.getTo(), inferred,
                     input->getEncoding());
}

LogicalResult DequantizeOp::inferReturnTypes(MLIRContext *context,
                                             OptionalLocation location,
                                             Adaptor adaptor,
                                             InferredTypes &inferred) {
  auto input = checkTensor(location, adaptor.getInput().getType(), "input",
                           ElementKind::Integer);
  if (failed(input) || failed(checkStored(location, input->getElementType())) ||
      failed(checkParameters(location, *input, adaptor.getAxis(),
                             adaptor.getScale(), adaptor.getZeroPoint(),
                             input->getElementType())))
    return failure();
  return inferTensor(location, input->getShape(),
                     getElementTypeOrSelf(adaptor.getScale().getType()),
                     inferred, input->getEncoding());
}
