//===- Inference.h - Shape inference shared by nn ops ------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_INFERENCE_H
#define MLCC_DIALECTS_NN_INFERENCE_H

#include "dialects/diagnostics/Diagnostics.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/TypeRange.h"
#include "mlir/IR/ValueRange.h"

#include <optional>

namespace mlcc::nn {

/// Emits a coded error at `location`, if there is one (inference may be asked
/// silently), and fails.
mlir::LogicalResult
inferenceError(std::optional<mlir::Location> location, ErrorCode code,
               const llvm::Twine &message);

/// Whether the tensor types agree in shape and element type; encodings
/// (layouts) may differ.
bool equalIgnoringLayout(mlir::TypeRange lhs, mlir::TypeRange rhs);

/// The numpy broadcast of two shapes, or nothing if they do not fit.
std::optional<llvm::SmallVector<int64_t>>
broadcastShapes(llvm::ArrayRef<int64_t> lhs, llvm::ArrayRef<int64_t> rhs);

/// Infers the broadcast of all operands with `elementType`, or without one the
/// operands' common element type.
mlir::LogicalResult
inferBroadcast(std::optional<mlir::Location> location,
               mlir::ValueRange operands, mlir::Type elementType,
               llvm::SmallVectorImpl<mlir::Type> &inferred);

/// Infers the type of a reduction of `input` over `axes`.
mlir::LogicalResult
inferReduction(std::optional<mlir::Location> location, mlir::Type input,
               llvm::ArrayRef<int64_t> axes, bool keepdims,
               llvm::SmallVectorImpl<mlir::Type> &inferred);

} // namespace mlcc::nn

#endif // MLCC_DIALECTS_NN_INFERENCE_H
