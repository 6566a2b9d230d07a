//===- Inference.h - Shape inference shared by nn ops ------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Inference is asked before an op exists, with whatever a model file says, so
// every check of operands and attributes is here and nothing is assumed: types
// may not be tensors, extents may be dynamic, attributes may hold any number.
// What cannot be is a coded error that names the extents and what would fit.
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

using OptionalLocation = std::optional<mlir::Location>;
using InferredTypes = llvm::SmallVectorImpl<mlir::Type>;

/// No tensor of a model is larger than this.
constexpr int64_t maxTensorBytes = int64_t(1) << 40;

/// Which element types an operand may have: `i1`, `i8`...`i64`, `ui8`...`ui64`
/// are integers, `f16`, `bf16`, `f32` and `f64` floats. nn has no others.
enum class ElementKind { Any, Float, Integer, Boolean };

/// Emits a coded error at `location`, if there is one (inference may be asked
/// silently), and fails.
mlir::LogicalResult inferenceError(OptionalLocation location, ErrorCode code,
                                   const llvm::Twine &message);

/// Whether the tensor types agree in shape and element type; encodings
/// (layouts) may differ.
bool equalIgnoringLayout(mlir::TypeRange lhs, mlir::TypeRange rhs);

//===----------------------------------------------------------------------===//
// Words
//===----------------------------------------------------------------------===//

/// "1x3x224x224", or "scalar" for no extents.
std::string shapeText(llvm::ArrayRef<int64_t> shape);
/// "f32", "ui8".
std::string typeText(mlir::Type type);

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

/// The type as one that nn can hold: a tensor of static shape and of an element
/// type of the kind, of at most 2^40 bytes. `name` is the operand's.
mlir::FailureOr<mlir::RankedTensorType>
checkTensor(OptionalLocation location, mlir::Type type, llvm::StringRef name,
            ElementKind kind = ElementKind::Any);

/// The same for each type of a list.
mlir::FailureOr<llvm::SmallVector<mlir::RankedTensorType>>
checkTensors(OptionalLocation location, mlir::TypeRange types,
             llvm::StringRef name, ElementKind kind = ElementKind::Any);

/// That `type` has the element type `expected`.
mlir::LogicalResult checkElementType(OptionalLocation location,
                                     mlir::RankedTensorType type,
                                     llvm::StringRef name, mlir::Type expected);

/// That `type` has exactly the shape `expected`, which `why` describes
/// ("one element per channel").
mlir::LogicalResult checkShape(OptionalLocation location,
                               mlir::RankedTensorType type,
                               llvm::StringRef name,
                               llvm::ArrayRef<int64_t> expected,
                               llvm::StringRef why);

/// That 0 <= axis < rank.
mlir::LogicalResult checkAxis(OptionalLocation location, int64_t axis,
                              int64_t rank);

/// That the attribute `name` has one entry for each of `count` dimensions, each
/// at least `minimum`. Without a minimum, entries are limited to what extents
/// can be, 2^40, in both directions.
mlir::LogicalResult checkPerDimension(OptionalLocation location,
                                      llvm::StringRef name,
                                      llvm::ArrayRef<int64_t> values,
                                      int64_t count,
                                      std::optional<int64_t> minimum);

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

/// Appends the tensor type, unless it is not one that nn can hold. `encoding`
/// is the layout, if any.
mlir::LogicalResult inferTensor(OptionalLocation location,
                                llvm::ArrayRef<int64_t> shape,
                                mlir::Type elementType, InferredTypes &inferred,
                                mlir::Attribute encoding = {});

/// The numpy broadcast of two shapes, or nothing if they do not fit.
std::optional<llvm::SmallVector<int64_t>>
broadcastShapes(llvm::ArrayRef<int64_t> lhs, llvm::ArrayRef<int64_t> rhs);

/// Infers the type of `input`, layout included.
mlir::LogicalResult inferSameType(OptionalLocation location, mlir::Type input,
                                  ElementKind kind, InferredTypes &inferred);

/// Infers the shape (and layout) of `input` with another element type.
mlir::LogicalResult inferConverted(OptionalLocation location, mlir::Type input,
                                   ElementKind kind, mlir::Type elementType,
                                   InferredTypes &inferred);

/// Infers the broadcast of all operands, which have one element type of the
/// kind; the result has `elementType`, or without one the operands'. An operand
/// of the result's shape passes its layout on.
mlir::LogicalResult inferBroadcast(OptionalLocation location,
                                   mlir::ValueRange operands, ElementKind kind,
                                   mlir::Type elementType,
                                   InferredTypes &inferred);

/// The same for operands that have been checked and may differ in element type.
mlir::LogicalResult
inferBroadcast(OptionalLocation location,
               llvm::ArrayRef<mlir::RankedTensorType> operands,
               mlir::Type elementType, InferredTypes &inferred);

/// Infers the type of a reduction of `input` over `axes`.
mlir::LogicalResult inferReduction(OptionalLocation location, mlir::Type input,
                                   ElementKind kind,
                                   llvm::ArrayRef<int64_t> axes, bool keepdims,
                                   InferredTypes &inferred);

/// Infers the type (`i64`) of positions along `axis`.
mlir::LogicalResult inferArgReduction(OptionalLocation location,
                                      mlir::Type input, int64_t axis,
                                      bool keepdims, InferredTypes &inferred);

} // namespace mlcc::nn

#endif // MLCC_DIALECTS_NN_INFERENCE_H
