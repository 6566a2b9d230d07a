//===- HostTensor.h - Tensors that the compiler computes with ----*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_HOSTTENSOR_H
#define MLCC_DIALECTS_NN_HOSTTENSOR_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include <memory>
#include <optional>

namespace mlcc::nn {

/// How one element lies in memory: booleans take a byte, 0 or 1; the rest is as
/// in C.
enum class ElementFormat {
  Bool,
  I8,
  I16,
  I32,
  I64,
  U8,
  U16,
  U32,
  U64,
  F16,
  BF16,
  F32,
  F64
};

/// The format of an element type, or nothing for one that nn cannot hold.
std::optional<ElementFormat> elementFormat(mlir::Type elementType);

/// A dense row-major tensor in the compiler's memory, of an element type that
/// nn can hold. Copies share the bytes.
class HostTensor {
public:
  HostTensor() = default;
  /// A zero-filled tensor.
  explicit HostTensor(mlir::RankedTensorType type);
  /// A view of bytes that `owner` keeps alive.
  HostTensor(mlir::RankedTensorType type, llvm::ArrayRef<char> bytes,
             std::shared_ptr<const void> owner);

  /// The values of a constant, sharing the memory of resource blobs.
  /// Null if the attribute's data is not available, or not of its type's size.
  /// A splat is expanded.
  static std::optional<HostTensor> fromAttribute(mlir::Attribute attribute);
  /// A dense attribute for small tensors and for splats, a resource blob named
  /// after `name` for others (without a copy).
  mlir::ElementsAttr toAttribute(llvm::StringRef name) const;

  mlir::RankedTensorType getType() const { return type; }
  llvm::ArrayRef<int64_t> getShape() const { return type.getShape(); }
  mlir::Type getElementType() const { return type.getElementType(); }
  int64_t getNumElements() const { return type.getNumElements(); }
  llvm::ArrayRef<char> bytes() const { return {data, size}; }
  /// Only for tensors made by the first constructor.
  llvm::MutableArrayRef<char> mutableBytes();
  ElementFormat getFormat() const { return format; }
  /// The same bytes under another shape of as many elements.
  HostTensor reshaped(mlir::RankedTensorType type) const;

  /// The element at `index` in row-major order, converted as by `nn.cast`;
  /// `ui64` as an integer keeps its bits.
  double getAsDouble(int64_t index) const;
  int64_t getAsInt(int64_t index) const;
  /// Stores a value converted as by `nn.cast`. Only where `mutableBytes` is.
  void setDouble(int64_t index, double value);
  void setInt(int64_t index, int64_t value);

private:
  mlir::RankedTensorType type;
  ElementFormat format = ElementFormat::Bool;
  const char *data = nullptr;
  size_t size = 0;
  std::shared_ptr<const void> owner;
};

/// Bytes of one element in memory (1 for `i1`), for element types that nn can
/// hold.
unsigned elementBytes(mlir::Type elementType);
/// Bytes of a tensor of plain layout.
int64_t tensorBytes(mlir::RankedTensorType type);

} // namespace mlcc::nn

#endif // MLCC_DIALECTS_NN_HOSTTENSOR_H
