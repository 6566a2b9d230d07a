//===- Pooling.cpp - Pooling and resampling of nn -------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/NN.h"
#include "dialects/nn/Window.h"

#include <cmath>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

/// Infers the result of any pooling op.
template <typename Adaptor>
static LogicalResult inferPool(OptionalLocation location, Adaptor adaptor,
                               ElementKind kind, InferredTypes &inferred) {
  auto input =
      checkTensor(location, adaptor.getInput().getType(), "input", kind);
  if (failed(input) || failed(checkSpatial(location, *input)))
    return failure();
  Window window{adaptor.getKernel(), adaptor.getStrides(),
                adaptor.getDilations(), adaptor.getPadsBegin(),
                adaptor.getPadsEnd()};
  auto spatial = pooledExtents(location, *input, window, adaptor.getCeilMode());
  if (failed(spatial))
    return failure();
  SmallVector<int64_t> shape(input->getShape().take_front(2));
  shape.append(*spatial);
  return inferTensor(location, shape, input->getElementType(), inferred);
}

LogicalResult MaxPoolOp::inferReturnTypes(MLIRContext *context,
                                          OptionalLocation location,
                                          Adaptor adaptor,
                                          InferredTypes &inferred) {
  return inferPool(location, adaptor, ElementKind::Any, inferred);
}

LogicalResult AvgPoolOp::inferReturnTypes(MLIRContext *context,
                                          OptionalLocation location,
                                          Adaptor adaptor,
                                          InferredTypes &inferred) {
  return inferPool(location, adaptor, ElementKind::Float, inferred);
}

LogicalResult LpPoolOp::inferReturnTypes(MLIRContext *context,
                                         OptionalLocation location,
                                         Adaptor adaptor,
                                         InferredTypes &inferred) {
  if (failed(checkPerDimension(location, "p",
                               {static_cast<int64_t>(adaptor.getP())}, 1, 1)))
    return failure();
  return inferPool(location, adaptor, ElementKind::Float, inferred);
}

//===----------------------------------------------------------------------===//
// Resize
//===----------------------------------------------------------------------===//

LogicalResult ResizeOp::inferReturnTypes(MLIRContext *context,
                                         OptionalLocation location,
                                         Adaptor adaptor,
                                         InferredTypes &inferred) {
  auto input = checkTensor(location, adaptor.getInput().getType(), "input");
  if (failed(input) ||
      failed(checkPerDimension(location, "sizes", adaptor.getSizes(),
                               input->getRank(), 1)))
    return failure();
  if (llvm::is_contained(input->getShape(), 0))
    return inferenceError(location, ErrorCode::ShapeMismatch,
                          "the shape of the input is " +
                              shapeText(input->getShape()) +
                              "; its extents must be positive");
  ArrayRef<double> scales = adaptor.getScales();
  if (static_cast<int64_t>(scales.size()) != input->getRank())
    return inferenceError(
        location, ErrorCode::InvalidAttribute,
        "'scales' has " + llvm::Twine(scales.size()) + " entries; needed are " +
            llvm::Twine(input->getRank()) + ", one per dimension");
  if (!llvm::all_of(scales, [](double scale) {
        return std::isfinite(scale) && scale > 0;
      }))
    return inferenceError(location, ErrorCode::InvalidAttribute,
                          "'scales' must be positive numbers");
  return inferTensor(location, adaptor.getSizes(), input->getElementType(),
                     inferred);
}
