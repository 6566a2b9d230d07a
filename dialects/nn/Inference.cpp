//===- Inference.cpp - Shape inference shared by nn ops -------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/Inference.h"

#include "dialects/nn/HostTensor.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace mlcc::nn {

LogicalResult inferenceError(OptionalLocation location, ErrorCode code,
                             const llvm::Twine &message) {
  if (location)
    emitError(*location, code) << message;
  return failure();
}

bool equalIgnoringLayout(TypeRange lhs, TypeRange rhs) {
  if (lhs.size() != rhs.size())
    return false;
  return llvm::all_of(llvm::zip_equal(lhs, rhs), [](auto pair) {
    auto [left, right] = pair;
    auto leftTensor = dyn_cast<RankedTensorType>(left);
    auto rightTensor = dyn_cast<RankedTensorType>(right);
    if (!leftTensor || !rightTensor)
      return left == right;
    return leftTensor.getShape() == rightTensor.getShape() &&
           leftTensor.getElementType() == rightTensor.getElementType();
  });
}

//===----------------------------------------------------------------------===//
// Words
//===----------------------------------------------------------------------===//

std::string shapeText(llvm::ArrayRef<int64_t> shape) {
  if (shape.empty())
    return "scalar";
  return llvm::join(llvm::map_range(shape,
                                    [](int64_t extent) {
                                      return ShapedType::isDynamic(extent)
                                                 ? std::string("?")
                                                 : std::to_string(extent);
                                    }),
                    "x");
}

std::string typeText(Type type) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << type;
  return text;
}

static llvm::StringRef kindText(ElementKind kind) {
  switch (kind) {
  case ElementKind::Any:
    return "numbers or booleans";
  case ElementKind::Float:
    return "floating-point numbers";
  case ElementKind::Integer:
    return "integers or booleans";
  case ElementKind::Boolean:
    return "booleans";
  }
  llvm_unreachable("all kinds are named");
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

static bool isOfKind(Type elementType, ElementKind kind) {
  switch (kind) {
  case ElementKind::Any:
    return true;
  case ElementKind::Float:
    return isa<FloatType>(elementType);
  case ElementKind::Integer:
    return isa<IntegerType>(elementType);
  case ElementKind::Boolean:
    return elementType.isSignlessInteger(1);
  }
  llvm_unreachable("all kinds are handled");
}

/// That nn can hold a tensor of this shape and element type.
static LogicalResult checkSize(OptionalLocation location,
                               ArrayRef<int64_t> shape, Type elementType,
                               const llvm::Twine &name) {
  if (!elementFormat(elementType))
    return inferenceError(
        location, ErrorCode::UnsupportedType,
        "the elements of " + name + " are of type " + typeText(elementType) +
            "; supported are i1, i8 to i64, ui8 to ui64, f16, "
            "bf16, f32 and f64");
  if (llvm::any_of(shape, ShapedType::isDynamic))
    return inferenceError(location, ErrorCode::UnboundDimension,
                          "the shape of " + name + " is " + shapeText(shape) +
                              "; all extents must be known");
  int64_t bytes = elementBytes(elementType);
  for (int64_t extent : shape) {
    if (extent < 0)
      return inferenceError(location, ErrorCode::ShapeMismatch,
                            "the shape of " + name + " is " + shapeText(shape) +
                                "; extents cannot be negative");
    // An extent of zero makes the tensor empty, but the others stay limited.
    std::optional<int64_t> product =
        llvm::checkedMul(bytes, std::max<int64_t>(extent, 1));
    if (!product || *product > maxTensorBytes)
      return inferenceError(location, ErrorCode::TooLarge,
                            "the shape of " + name + " is " + shapeText(shape) +
                                " of " + typeText(elementType) +
                                "; a tensor may have at most 2^40 bytes");
    bytes = *product;
  }
  return success();
}

FailureOr<RankedTensorType> checkTensor(OptionalLocation location, Type type,
                                        llvm::StringRef name,
                                        ElementKind kind) {
  auto tensor = dyn_cast_or_null<RankedTensorType>(type);
  if (!tensor)
    return inferenceError(location, ErrorCode::ShapeMismatch,
                          "the rank of the " + name + " is not known");
  if (failed(checkSize(location, tensor.getShape(), tensor.getElementType(),
                       "the " + name)))
    return failure();
  if (!isOfKind(tensor.getElementType(), kind))
    return inferenceError(location, ErrorCode::TypeMismatch,
                          "the elements of the " + name + " are of type " +
                              typeText(tensor.getElementType()) +
                              "; the operation takes " + kindText(kind));
  return tensor;
}

FailureOr<SmallVector<RankedTensorType>> checkTensors(OptionalLocation location,
                                                      TypeRange types,
                                                      llvm::StringRef name,
                                                      ElementKind kind) {
  SmallVector<RankedTensorType> tensors;
  for (Type type : types) {
    FailureOr<RankedTensorType> tensor =
        checkTensor(location, type, name, kind);
    if (failed(tensor))
      return failure();
    tensors.push_back(*tensor);
  }
  return tensors;
}

LogicalResult checkElementType(OptionalLocation location, RankedTensorType type,
                               llvm::StringRef name, Type expected) {
  if (type.getElementType() == expected)
    return success();
  return inferenceError(location, ErrorCode::TypeMismatch,
                        "the elements of the " + name + " are of type " +
                            typeText(type.getElementType()) +
                            "; the operation needs " + typeText(expected));
}

LogicalResult checkShape(OptionalLocation location, RankedTensorType type,
                         llvm::StringRef name, ArrayRef<int64_t> expected,
                         llvm::StringRef why) {
  if (type.getShape() == expected)
    return success();
  return inferenceError(location, ErrorCode::ShapeMismatch,
                        "the shape of the " + name + " is " +
                            shapeText(type.getShape()) + "; needed is " +
                            shapeText(expected) + ", " + why);
}

LogicalResult checkAxis(OptionalLocation location, int64_t axis, int64_t rank) {
  if (axis >= 0 && axis < rank)
    return success();
  return inferenceError(location, ErrorCode::ShapeMismatch,
                        "axis " + llvm::Twine(axis) +
                            " is not a dimension of a tensor of rank " +
                            llvm::Twine(rank));
}

LogicalResult checkPerDimension(OptionalLocation location, llvm::StringRef name,
                                ArrayRef<int64_t> values, int64_t count,
                                std::optional<int64_t> minimum) {
  if (static_cast<int64_t>(values.size()) != count)
    return inferenceError(location, ErrorCode::InvalidAttribute,
                          "'" + name + "' has " + llvm::Twine(values.size()) +
                              " entries; needed are " + llvm::Twine(count) +
                              ", one per dimension");
  for (int64_t value : values) {
    if (minimum && value < *minimum)
      return inferenceError(location, ErrorCode::InvalidAttribute,
                            "'" + name + "' contains " + llvm::Twine(value) +
                                "; the least value is " +
                                llvm::Twine(*minimum));
    if (value < -maxTensorBytes || value > maxTensorBytes)
      return inferenceError(location, ErrorCode::TooLarge,
                            "'" + name + "' contains " + llvm::Twine(value) +
                                ", which no tensor can hold");
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

LogicalResult inferTensor(OptionalLocation location, ArrayRef<int64_t> shape,
                          Type elementType, InferredTypes &inferred,
                          Attribute encoding) {
  if (failed(checkSize(location, shape, elementType, "the result")))
    return failure();
  inferred.push_back(RankedTensorType::get(shape, elementType, encoding));
  return success();
}

std::optional<SmallVector<int64_t>> broadcastShapes(ArrayRef<int64_t> lhs,
                                                    ArrayRef<int64_t> rhs) {
  if (lhs.size() < rhs.size())
    std::swap(lhs, rhs);
  SmallVector<int64_t> result(lhs);
  for (size_t i = 0; i < rhs.size(); ++i) {
    int64_t &extent = result[lhs.size() - rhs.size() + i];
    if (extent == rhs[i] || rhs[i] == 1)
      continue;
    if (extent != 1)
      return std::nullopt;
    extent = rhs[i];
  }
  return result;
}

LogicalResult inferSameType(OptionalLocation location, Type input,
                            ElementKind kind, InferredTypes &inferred) {
  FailureOr<RankedTensorType> type =
      checkTensor(location, input, "input", kind);
  if (failed(type))
    return failure();
  inferred.push_back(*type);
  return success();
}

LogicalResult inferConverted(OptionalLocation location, Type input,
                             ElementKind kind, Type elementType,
                             InferredTypes &inferred) {
  FailureOr<RankedTensorType> type =
      checkTensor(location, input, "input", kind);
  if (failed(type))
    return failure();
  return inferTensor(location, type->getShape(), elementType, inferred,
                     type->getEncoding());
}

LogicalResult inferBroadcast(OptionalLocation location,
                             ArrayRef<RankedTensorType> operands,
                             Type elementType, InferredTypes &inferred) {
  SmallVector<int64_t> shape;
  for (RankedTensorType operand : operands) {
    auto both = broadcastShapes(shape, operand.getShape());
    if (!both)
      return inferenceError(
          location, ErrorCode::ShapeMismatch,
          "the shapes " + shapeText(shape) + " and " +
              shapeText(operand.getShape()) +
              " do not fit: aligned at the last dimension, extents must be "
              "equal or one of them 1");
    shape = *both;
  }
  Attribute layout;
  for (RankedTensorType operand : operands)
    if (!layout && operand.getShape() == ArrayRef<int64_t>(shape))
      layout = operand.getEncoding();
  return inferTensor(location, shape, elementType, inferred, layout);
}

LogicalResult inferBroadcast(OptionalLocation location, ValueRange operands,
                             ElementKind kind, Type elementType,
                             InferredTypes &inferred) {
  auto types = checkTensors(location, operands.getTypes(), "operand", kind);
  if (failed(types))
    return failure();
  Type common = types->front().getElementType();
  for (RankedTensorType type : *types)
    if (type.getElementType() != common)
      return inferenceError(location, ErrorCode::TypeMismatch,
                            "the operands' element types " + typeText(common) +
                                " and " + typeText(type.getElementType()) +
                                " differ");
  return inferBroadcast(location, *types, elementType ? elementType : common,
                        inferred);
}

LogicalResult inferReduction(OptionalLocation location, Type input,
                             ElementKind kind, ArrayRef<int64_t> axes,
                             bool keepdims, InferredTypes &inferred) {
  auto type = checkTensor(location, input, "input", kind);
  if (failed(type))
    return failure();
  SmallVector<bool> reduced(type->getRank(), false);
  for (int64_t axis : axes) {
    if (failed(checkAxis(location, axis, type->getRank())))
      return failure();
    if (reduced[axis])
      return inferenceError(location, ErrorCode::InvalidAttribute,
                            "'axes' names axis " + llvm::Twine(axis) +
                                " twice");
    reduced[axis] = true;
  }
  SmallVector<int64_t> shape;
  for (auto [axis, extent] : llvm::enumerate(type->getShape())) {
    if (!reduced[axis])
      shape.push_back(extent);
    else if (keepdims)
      shape.push_back(1);
  }
  return inferTensor(location, shape, type->getElementType(), inferred);
}

LogicalResult inferArgReduction(OptionalLocation location, Type input,
                                int64_t axis, bool keepdims,
                                InferredTypes &inferred) {
  auto type = checkTensor(location, input, "input");
  if (failed(type) || failed(checkAxis(location, axis, type->getRank())))
    return failure();
  if (type->getDimSize(axis) == 0)
    return inferenceError(
        location, ErrorCode::ShapeMismatch,
        "the shape of the input is " + shapeText(type->getShape()) +
            "; nothing can be selected along the empty axis " +
            llvm::Twine(axis));
  SmallVector<int64_t> shape(type->getShape());
  if (keepdims)
    shape[axis] = 1;
  else
    shape.erase(shape.begin() + axis);
  return inferTensor(location, shape, IntegerType::get(type->getContext(), 64),
                     inferred);
}

} // namespace mlcc::nn
