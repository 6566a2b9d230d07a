//===- HostTensor.cpp - Tensors that the compiler computes with -----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/HostTensor.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/APFloat.h"

#include <cmath>
#include <cstring>
#include <limits>

using namespace mlir;

namespace mlcc::nn {

//===----------------------------------------------------------------------===//
// Formats
//===----------------------------------------------------------------------===//

std::optional<ElementFormat> elementFormat(Type elementType) {
  if (elementType.isF16())
    return ElementFormat::F16;
  if (elementType.isBF16())
    return ElementFormat::BF16;
  if (elementType.isF32())
    return ElementFormat::F32;
  if (elementType.isF64())
    return ElementFormat::F64;
  auto integer = dyn_cast<IntegerType>(elementType);
  if (!integer || integer.isSigned())
    return std::nullopt;
  bool isUnsigned = integer.isUnsigned();
  switch (integer.getWidth()) {
  case 1:
    return isUnsigned ? std::nullopt : std::optional(ElementFormat::Bool);
  case 8:
    return isUnsigned ? ElementFormat::U8 : ElementFormat::I8;
  case 16:
    return isUnsigned ? ElementFormat::U16 : ElementFormat::I16;
  case 32:
    return isUnsigned ? ElementFormat::U32 : ElementFormat::I32;
  case 64:
    return isUnsigned ? ElementFormat::U64 : ElementFormat::I64;
  default:
    return std::nullopt;
  }
}

static unsigned formatBytes(ElementFormat format) {
  switch (format) {
  case ElementFormat::Bool:
  case ElementFormat::I8:
  case ElementFormat::U8:
    return 1;
  case ElementFormat::I16:
  case ElementFormat::U16:
  case ElementFormat::F16:
  case ElementFormat::BF16:
    return 2;
  case ElementFormat::I32:
  case ElementFormat::U32:
  case ElementFormat::F32:
    return 4;
  case ElementFormat::I64:
  case ElementFormat::U64:
  case ElementFormat::F64:
    return 8;
  }
  llvm_unreachable("all formats have a size");
}

unsigned elementBytes(Type elementType) {
  return formatBytes(*elementFormat(elementType));
}

int64_t tensorBytes(RankedTensorType type) {
  return type.getNumElements() * elementBytes(type.getElementType());
}

//===----------------------------------------------------------------------===//
// Construction
//===----------------------------------------------------------------------===//

HostTensor::HostTensor(RankedTensorType type)
    : type(type), format(*elementFormat(type.getElementType())),
      size(tensorBytes(type)) {
  // calloc: the pages of large tensors are zero without being touched.
  char *bytes = static_cast<char *>(std::calloc(std::max<size_t>(size, 1), 1));
  if (!bytes)
    llvm::report_bad_alloc_error("a constant tensor does not fit into memory");
  owner = std::shared_ptr<const void>(bytes, [](const void *pointer) {
    std::free(const_cast<void *>(pointer));
  });
  data = bytes;
}

HostTensor::HostTensor(RankedTensorType type, ArrayRef<char> bytes,
                       std::shared_ptr<const void> owner)
    : type(type), format(*elementFormat(type.getElementType())),
      data(bytes.data()), size(bytes.size()), owner(std::move(owner)) {
  assert(static_cast<int64_t>(size) == tensorBytes(type));
}

MutableArrayRef<char> HostTensor::mutableBytes() {
  return {const_cast<char *>(data), size};
}

HostTensor HostTensor::reshaped(RankedTensorType newType) const {
  return HostTensor(newType, bytes(), owner);
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

/// Tensors of at most this many elements are uniqued dense attributes: shapes,
/// indices, scalars. Others would be hashed and kept for ever.
static constexpr int64_t maxDenseElements = 64;

static std::optional<HostTensor> fromDense(DenseElementsAttr dense,
                                           RankedTensorType type) {
  bool isBool = type.getElementType().isInteger(1);
  if (!isBool && !dense.isSplat()) {
    ArrayRef<char> raw = dense.getRawData();
    if (static_cast<int64_t>(raw.size()) != tensorBytes(type))
      return std::nullopt;
    // The context keeps attributes for as long as it lives.
    return HostTensor(type, raw, nullptr);
  }
  HostTensor tensor(type);
  MutableArrayRef<char> bytes = tensor.mutableBytes();
  if (isBool) {
    for (auto [index, value] : llvm::enumerate(dense.getValues<bool>()))
      bytes[index] = value;
    return tensor;
  }
  ArrayRef<char> element = dense.getRawData();
  for (size_t offset = 0; offset < bytes.size(); offset += element.size())
    std::memcpy(bytes.data() + offset, element.data(), element.size());
  return tensor;
}

std::optional<HostTensor> HostTensor::fromAttribute(Attribute attribute) {
  auto elements = dyn_cast_or_null<ElementsAttr>(attribute);
  if (!elements)
    return std::nullopt;
  auto type = dyn_cast<RankedTensorType>(elements.getType());
  if (!type || !type.hasStaticShape() || !elementFormat(type.getElementType()))
    return std::nullopt;
  if (auto dense = dyn_cast<DenseElementsAttr>(attribute))
    return fromDense(dense, type);
  auto resource = dyn_cast<DenseResourceElementsAttr>(attribute);
  if (!resource)
    return std::nullopt;
  AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  if (!blob ||
      static_cast<int64_t>(blob->getData().size()) != tensorBytes(type))
    return std::nullopt;
  return HostTensor(type, blob->getData(), nullptr);
}

/// Whether all elements have the same bytes.
static bool isSplat(ArrayRef<char> bytes, size_t elementSize) {
  return bytes.size() > elementSize &&
         std::memcmp(bytes.data(), bytes.data() + elementSize,
                     bytes.size() - elementSize) == 0;
}

ElementsAttr HostTensor::toAttribute(llvm::StringRef name) const {
  unsigned elementSize = formatBytes(format);
  bool splat = isSplat(bytes(), elementSize);
  if (!splat && getNumElements() > maxDenseElements) {
    // The deleter keeps the bytes alive until the context drops the blob.
    AsmResourceBlob blob(
        bytes(), /*dataAlignment=*/elementSize,
        [owner = this->owner](void *, size_t, size_t) {},
        /*dataIsMutable=*/false);
    return DenseResourceElementsAttr::get(type, name, std::move(blob));
  }
  size_t count = splat ? 1 : getNumElements();
  if (format == ElementFormat::Bool)
    return DenseElementsAttr::get(
        type, ArrayRef<bool>(reinterpret_cast<const bool *>(data), count));
  return DenseElementsAttr::getFromRawBuffer(
      type, bytes().take_front(count * elementSize));
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

template <typename T> static T load(const char *data, int64_t index) {
  T value;
  std::memcpy(&value, data + index * sizeof(T), sizeof(T));
  return value;
}

template <typename T>
static void store(const char *data, int64_t index, T value) {
  std::memcpy(const_cast<char *>(data) + index * sizeof(T), &value, sizeof(T));
}

static double loadSmallFloat(const char *data, int64_t index,
                             const llvm::fltSemantics &semantics) {
  llvm::APFloat value(semantics, llvm::APInt(16, load<uint16_t>(data, index)));
  return value.convertToDouble();
}

static void storeSmallFloat(const char *data, int64_t index, double value,
                            const llvm::fltSemantics &semantics) {
  llvm::APFloat converted(value);
  bool losesInfo;
  converted.convert(semantics, llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  store<uint16_t>(data, index, converted.bitcastToAPInt().getZExtValue());
}

/// Truncates towards zero and saturates; not a number is 0.
template <typename T> static T saturate(double value) {
  if (std::isnan(value))
    return 0;
  // The limits of 64 bits are not doubles: their neighbours above are.
  if (value <= static_cast<double>(std::numeric_limits<T>::min()))
    return std::numeric_limits<T>::min();
  if (value >= static_cast<double>(std::numeric_limits<T>::max()))
    return std::numeric_limits<T>::max();
  return static_cast<T>(value);
}

double HostTensor::getAsDouble(int64_t index) const {
  switch (format) {
  case ElementFormat::F64:
    return load<double>(data, index);
  case ElementFormat::F32:
    return load<float>(data, index);
  case ElementFormat::F16:
    return loadSmallFloat(data, index, llvm::APFloat::IEEEhalf());
  case ElementFormat::BF16:
    return loadSmallFloat(data, index, llvm::APFloat::BFloat());
  case ElementFormat::U64:
    return load<uint64_t>(data, index);
  default:
    return getAsInt(index);
  }
}

int64_t HostTensor::getAsInt(int64_t index) const {
  switch (format) {
  case ElementFormat::Bool:
    return load<uint8_t>(data, index) != 0;
  case ElementFormat::I8:
    return load<int8_t>(data, index);
  case ElementFormat::I16:
    return load<int16_t>(data, index);
  case ElementFormat::I32:
    return load<int32_t>(data, index);
  case ElementFormat::I64:
    return load<int64_t>(data, index);
  case ElementFormat::U8:
    return load<uint8_t>(data, index);
  case ElementFormat::U16:
    return load<uint16_t>(data, index);
  case ElementFormat::U32:
    return load<uint32_t>(data, index);
  case ElementFormat::U64:
    return load<uint64_t>(data, index);
  default:
    return saturate<int64_t>(getAsDouble(index));
  }
}

void HostTensor::setDouble(int64_t index, double value) {
  switch (format) {
  case ElementFormat::Bool:
    return store<uint8_t>(data, index, value != 0);
  case ElementFormat::I8:
    return store(data, index, saturate<int8_t>(value));
  case ElementFormat::I16:
    return store(data, index, saturate<int16_t>(value));
  case ElementFormat::I32:
    return store(data, index, saturate<int32_t>(value));
  case ElementFormat::I64:
    return store(data, index, saturate<int64_t>(value));
  case ElementFormat::U8:
    return store(data, index, saturate<uint8_t>(value));
  case ElementFormat::U16:
    return store(data, index, saturate<uint16_t>(value));
  case ElementFormat::U32:
    return store(data, index, saturate<uint32_t>(value));
  case ElementFormat::U64:
    return store(data, index, saturate<uint64_t>(value));
  case ElementFormat::F16:
    return storeSmallFloat(data, index, value, llvm::APFloat::IEEEhalf());
  case ElementFormat::BF16:
    return storeSmallFloat(data, index, value, llvm::APFloat::BFloat());
  case ElementFormat::F32:
    return store(data, index, static_cast<float>(value));
  case ElementFormat::F64:
    return store(data, index, value);
  }
}

void HostTensor::setInt(int64_t index, int64_t value) {
  switch (format) {
  case ElementFormat::Bool:
    return store<uint8_t>(data, index, value != 0);
  case ElementFormat::I8:
  case ElementFormat::U8:
    return store(data, index, static_cast<uint8_t>(value));
  case ElementFormat::I16:
  case ElementFormat::U16:
    return store(data, index, static_cast<uint16_t>(value));
  case ElementFormat::I32:
  case ElementFormat::U32:
    return store(data, index, static_cast<uint32_t>(value));
  case ElementFormat::I64:
  case ElementFormat::U64:
    return store(data, index, value);
  case ElementFormat::F32:
    // Not by way of double, which would round twice.
    return store(data, index, static_cast<float>(value));
  default:
    return setDouble(index, static_cast<double>(value));
  }
}

} // namespace mlcc::nn
