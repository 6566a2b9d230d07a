//===- HostTensor.h - Tensors that the compiler computes with ----*- C++ -*-===//
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

namespace mlcc::nn {

/// A dense row-major tensor in the compiler's memory. Copies share the bytes.
/// Booleans (`i1`) take a byte each, 0 or 1; f16 and bf16 two bytes; the rest
/// as in C.
class HostTensor {
public:
  HostTensor() = default;
  /// A zero-filled tensor.
  explicit HostTensor(mlir::RankedTensorType type);
  /// A view of bytes that `owner` keeps alive.
  HostTensor(mlir::RankedTensorType type, llvm::ArrayRef<char> bytes,
             std::shared_ptr<const void> owner);

  /// The values of a constant, sharing the memory of resource blobs.
  /// Null if the attribute's data is not available.
  static std::optional<HostTensor> fromAttribute(mlir::Attribute attribute);
  /// A dense attribute for small tensors, a resource blob named after `name`
  /// for others (without a copy).
  mlir::ElementsAttr toAttribute(llvm::StringRef name) const;

  mlir::RankedTensorType getType() const { return type; }
  llvm::ArrayRef<int64_t> getShape() const { return type.getShape(); }
  mlir::Type getElementType() const { return type.getElementType(); }
  int64_t getNumElements() const { return type.getNumElements(); }
  llvm::ArrayRef<char> bytes() const { return {data, size}; }
  /// Only for tensors made by the first constructor.
  llvm::MutableArrayRef<char> mutableBytes();

  /// Element `index` in row-major order, converted; any element type.
  double getAsDouble(int64_t index) const;
  int64_t getAsInt(int64_t index) const;
  void setDouble(int64_t index, double value);
  void setInt(int64_t index, int64_t value);

private:
  mlir::RankedTensorType type;
  const char *data = nullptr;
  size_t size = 0;
  std::shared_ptr<const void> owner;
};

/// Bytes of one element in memory (1 for `i1`).
unsigned elementBytes(mlir::Type elementType);
/// Bytes of a tensor of plain layout.
int64_t tensorBytes(mlir::RankedTensorType type);

} // namespace mlcc::nn

#endif // MLCC_DIALECTS_NN_HOSTTENSOR_H
