//===- Linear.h - Windows and convolutions of ONNX nodes --------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_ONNX_OPS_LINEAR_H
#define MLCC_FRONTENDS_ONNX_OPS_LINEAR_H

#include "frontends/onnx/NodeContext.h"

namespace mlcc::onnx_frontend {

/// Bounds strides, pads and the like, so that no sum of products overflows.
constexpr int64_t maxWindow = int64_t(1) << 30;

/// The window of a convolution or pooling, one entry per spatial dimension.
struct Window {
  llvm::SmallVector<int64_t> kernel, strides, dilations, padsBegin, padsEnd;
};

/// The extents of the first operand after batch and channels, of which there
/// must be 1 to 3.
llvm::ArrayRef<int64_t> spatialExtents(NodeContext &node);

/// Reads the node's window attributes; auto_pad becomes pads. `kernel` holds
/// the extents of the weights, or is empty if kernel_shape must tell. Nothing
/// after an error.
std::optional<Window> readWindow(NodeContext &node,
                                 llvm::ArrayRef<int64_t> extents,
                                 llvm::ArrayRef<int64_t> kernel);

/// The convolution that the node's attributes describe; null after an error.
mlir::Value convolution(NodeContext &node, mlir::Value input,
                        mlir::Value weights, mlir::Value bias);

} // namespace mlcc::onnx_frontend

#endif // MLCC_FRONTENDS_ONNX_OPS_LINEAR_H
