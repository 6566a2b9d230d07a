//===- Window.cpp - Extents of sliding windows ----------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/Window.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace mlcc::nn {

LogicalResult checkSpatial(OptionalLocation location, RankedTensorType input) {
  if (input.getRank() < 3 || input.getRank() > 5)
    return inferenceError(location, ErrorCode::ShapeMismatch,
                          "the shape of the input is " +
                              shapeText(input.getShape()) +
                              "; needed are batch, channels and 1 to 3 spatial "
                              "dimensions");
  if (llvm::is_contained(input.getShape(), 0))
    return inferenceError(location, ErrorCode::ShapeMismatch,
                          "the shape of the input is " +
                              shapeText(input.getShape()) +
                              "; its extents must be positive");
  return success();
}

static LogicalResult checkWindow(OptionalLocation location,
                                 const Window &window, int64_t count) {
  return success(succeeded(checkPerDimension(location, "kernel", window.kernel,
                                             count, 1)) &&
                 succeeded(checkPerDimension(location, "strides",
                                             window.strides, count, 1)) &&
                 succeeded(checkPerDimension(location, "dilations",
                                             window.dilations, count, 1)) &&
                 succeeded(checkPerDimension(location, "pads_begin",
                                             window.padsBegin, count, 0)) &&
                 succeeded(checkPerDimension(location, "pads_end",
                                             window.padsEnd, count, 0)));
}

/// Elements from the first to the last that a window touches, both included.
static std::optional<int64_t> reach(const Window &window, size_t dimension) {
  return llvm::checkedMulAdd(window.dilations[dimension],
                             window.kernel[dimension] - 1, int64_t(1));
}

FailureOr<SmallVector<int64_t>> windowedExtents(OptionalLocation location,
                                                RankedTensorType input,
                                                const Window &window,
                                                bool ceilMode) {
  ArrayRef<int64_t> extents = input.getShape().drop_front(2);
  if (failed(checkWindow(location, window, extents.size())))
    return failure();
  SmallVector<int64_t> result;
  for (size_t i = 0; i < extents.size(); ++i) {
    // Each term is at most 2^40, so the sums do not overflow.
    int64_t padded = extents[i] + window.padsBegin[i] + window.padsEnd[i];
    std::optional<int64_t> size = reach(window, i);
    if (!size || *size > padded)
      return inferenceError(
          location, ErrorCode::ShapeMismatch,
          "a kernel of " + shapeText(window.kernel) + " with dilations " +
              shapeText(window.dilations) + " does not fit into the input " +
              shapeText(input.getShape()) + " padded by " +
              shapeText(window.padsBegin) + " and " +
              shapeText(window.padsEnd));
    int64_t stride = window.strides[i];
    int64_t steps = ceilMode ? llvm::divideCeil(padded - *size, stride)
                             : (padded - *size) / stride;
    if (ceilMode && steps * stride >= extents[i] + window.padsBegin[i])
      --steps;
    result.push_back(steps + 1);
  }
  return result;
}

FailureOr<SmallVector<int64_t>> pooledExtents(OptionalLocation location,
                                              RankedTensorType input,
                                              const Window &window,
                                              bool ceilMode) {
  auto spatial = windowedExtents(location, input, window, ceilMode);
  if (failed(spatial))
    return failure();
  // A larger pad would give windows that hold padding only. The kernel fits
  // into the padded input, so its reach is a small number.
  for (size_t i = 0; i < spatial->size(); ++i) {
    int64_t reach = window.dilations[i] * (window.kernel[i] - 1) + 1;
    if (window.padsBegin[i] >= reach || window.padsEnd[i] >= reach)
      return inferenceError(location, ErrorCode::InvalidAttribute,
                            "the pads " + shapeText(window.padsBegin) +
                                " and " + shapeText(window.padsEnd) +
                                " must be smaller than the kernel " +
                                shapeText(window.kernel));
  }
  return spatial;
}

FailureOr<SmallVector<int64_t>>
transposedExtents(OptionalLocation location, RankedTensorType input,
                  const Window &window, ArrayRef<int64_t> outputPadding) {
  ArrayRef<int64_t> extents = input.getShape().drop_front(2);
  if (failed(checkWindow(location, window, extents.size())) ||
      failed(checkPerDimension(location, "output_padding", outputPadding,
                               extents.size(), 0)))
    return failure();
  SmallVector<int64_t> result;
  for (size_t i = 0; i < extents.size(); ++i) {
    std::optional<int64_t> size = reach(window, i);
    std::optional<int64_t> extent;
    if (size)
      extent = llvm::checkedMulAdd(extents[i] - 1, window.strides[i], *size);
    if (extent)
      extent = llvm::checkedAdd(*extent, outputPadding[i]);
    if (!extent)
      return inferenceError(
          location, ErrorCode::TooLarge,
          "the result of a kernel of " + shapeText(window.kernel) +
              " with strides " + shapeText(window.strides) + " and dilations " +
              shapeText(window.dilations) + " is larger than any tensor");
    *extent -= window.padsBegin[i];
    *extent -= window.padsEnd[i];
    if (*extent < 1)
      return inferenceError(location, ErrorCode::ShapeMismatch,
                            "the pads " + shapeText(window.padsBegin) +
                                " and " + shapeText(window.padsEnd) +
                                " cut away the whole result of an input " +
                                shapeText(input.getShape()) +
                                " and a kernel of " + shapeText(window.kernel));
    result.push_back(*extent);
  }
  return result;
}

} // namespace mlcc::nn
