//===- Window.h - Extents of sliding windows ---------------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_WINDOW_H
#define MLCC_DIALECTS_NN_WINDOW_H

#include "dialects/nn/Inference.h"

namespace mlcc::nn {

/// How a convolution or pooling walks its input; one entry per spatial
/// dimension.
struct Window {
  llvm::ArrayRef<int64_t> kernel;
  llvm::ArrayRef<int64_t> strides;
  llvm::ArrayRef<int64_t> dilations;
  llvm::ArrayRef<int64_t> padsBegin;
  llvm::ArrayRef<int64_t> padsEnd;
};

/// That `input` is [N, C, spatial...] with 1 to 3 spatial dimensions and
/// positive extents.
mlir::LogicalResult checkSpatial(OptionalLocation location,
                                 mlir::RankedTensorType input);

/// The spatial extents of what a window gives that slides over `input`. With
/// `ceilMode` they are rounded up, but a window that starts in the end padding
/// is left out.
mlir::FailureOr<llvm::SmallVector<int64_t>>
windowedExtents(OptionalLocation location, mlir::RankedTensorType input,
                const Window &window, bool ceilMode);

/// The same for pooling, whose pads must be smaller than the windows.
mlir::FailureOr<llvm::SmallVector<int64_t>>
pooledExtents(OptionalLocation location, mlir::RankedTensorType input,
              const Window &window, bool ceilMode);

/// The spatial extents of a transposed convolution of `input`.
mlir::FailureOr<llvm::SmallVector<int64_t>>
transposedExtents(OptionalLocation location, mlir::RankedTensorType input,
                  const Window &window, llvm::ArrayRef<int64_t> outputPadding);

} // namespace mlcc::nn

#endif // MLCC_DIALECTS_NN_WINDOW_H
