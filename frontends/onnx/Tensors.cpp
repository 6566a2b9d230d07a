//===- Tensors.cpp - ONNX tensors to host tensors -------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/Tensors.h"

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/nn/Inference.h"
#include "frontends/onnx/ModelFile.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <cstring>

static_assert(llvm::endianness::native == llvm::endianness::little,
              "raw tensor data is used as it lies in the file");

using namespace mlir;
using mlcc::nn::HostTensor;
using onnx::TensorProto;

namespace mlcc::onnx_frontend {

//===----------------------------------------------------------------------===//
// Types and shapes
//===----------------------------------------------------------------------===//

namespace {
struct DataType {
  int32_t number;
  llvm::StringRef name;
  Type (*get)(Builder); ///< Null: not supported.
};
} // namespace

static constexpr auto unsignedType = [](Builder b, unsigned width) -> Type {
  return b.getIntegerType(width, /*isSigned=*/false);
};

static const DataType dataTypes[] = {
    {TensorProto::FLOAT, "FLOAT",
     [](Builder b) -> Type { return b.getF32Type(); }},
    {TensorProto::DOUBLE, "DOUBLE",
     [](Builder b) -> Type { return b.getF64Type(); }},
    {TensorProto::FLOAT16, "FLOAT16",
     [](Builder b) -> Type { return b.getF16Type(); }},
    {TensorProto::BFLOAT16, "BFLOAT16",
     [](Builder b) -> Type { return b.getBF16Type(); }},
    {TensorProto::BOOL, "BOOL",
     [](Builder b) -> Type { return b.getI1Type(); }},
    {TensorProto::INT8, "INT8",
     [](Builder b) -> Type { return b.getI8Type(); }},
    {TensorProto::INT16, "INT16",
     [](Builder b) -> Type { return b.getI16Type(); }},
    {TensorProto::INT32, "INT32",
     [](Builder b) -> Type { return b.getI32Type(); }},
    {TensorProto::INT64, "INT64",
     [](Builder b) -> Type { return b.getI64Type(); }},
    {TensorProto::UINT8, "UINT8", [](Builder b) { return unsignedType(b, 8); }},
    {TensorProto::UINT16, "UINT16",
     [](Builder b) { return unsignedType(b, 16); }},
    {TensorProto::UINT32, "UINT32",
     [](Builder b) { return unsignedType(b, 32); }},
    {TensorProto::UINT64, "UINT64",
     [](Builder b) { return unsignedType(b, 64); }},
    {TensorProto::INT4, "INT4", nullptr},
    {TensorProto::UINT4, "UINT4", nullptr},
    {TensorProto::STRING, "STRING", nullptr},
    {TensorProto::COMPLEX64, "COMPLEX64", nullptr},
    {TensorProto::COMPLEX128, "COMPLEX128", nullptr},
    {TensorProto::FLOAT8E4M3FN, "FLOAT8E4M3FN", nullptr},
    {TensorProto::FLOAT8E4M3FNUZ, "FLOAT8E4M3FNUZ", nullptr},
    {TensorProto::FLOAT8E5M2, "FLOAT8E5M2", nullptr},
    {TensorProto::FLOAT8E5M2FNUZ, "FLOAT8E5M2FNUZ", nullptr},
    {TensorProto::FLOAT4E2M1, "FLOAT4E2M1", nullptr},
    {TensorProto::FLOAT8E8M0, "FLOAT8E8M0", nullptr},
    {TensorProto::UINT2, "UINT2", nullptr},
    {TensorProto::INT2, "INT2", nullptr},
    {TensorProto::UNDEFINED, "UNDEFINED", nullptr},
};

static const DataType *findDataType(int32_t number) {
  const DataType *found = llvm::find_if(
      dataTypes, [&](const DataType &type) { return type.number == number; });
  return found == std::end(dataTypes) ? nullptr : found;
}

Type elementType(MLIRContext *context, int32_t dataType) {
  const DataType *type = findDataType(dataType);
  return type && type->get ? type->get(Builder(context)) : Type();
}

int32_t dataTypeOf(Type elementType) {
  Builder builder(elementType.getContext());
  for (const DataType &type : dataTypes)
    if (type.get && type.get(builder) == elementType)
      return type.number;
  return TensorProto::UNDEFINED;
}

std::string dataTypeName(int32_t dataType) {
  if (const DataType *type = findDataType(dataType))
    return type->name.str();
  return "number " + std::to_string(dataType);
}

std::optional<int64_t> checkedElements(ArrayRef<int64_t> shape,
                                       unsigned elementBytes) {
  if (static_cast<int64_t>(shape.size()) > maxRank ||
      llvm::any_of(shape, [](int64_t extent) { return extent < 0; }))
    return std::nullopt;
  if (llvm::is_contained(shape, 0))
    return 0;
  int64_t elements = 1, limit = nn::maxTensorBytes / elementBytes;
  for (int64_t extent : shape) {
    if (extent > limit / elements)
      return std::nullopt;
    elements *= extent;
  }
  return elements;
}

//===----------------------------------------------------------------------===//
// Data inside the message
//===----------------------------------------------------------------------===//

/// How errors name a tensor.
static std::string describe(const TensorProto &tensor) {
  return tensor.has_name() && !tensor.name().empty()
             ? "tensor " + quoted(tensor.name())
             : std::string("the tensor");
}

/// A tensor that takes `data` (a string or repeated field) over.
template <typename Data>
static HostTensor adopt(RankedTensorType type, std::shared_ptr<Data> data) {
  auto bytes = ArrayRef(reinterpret_cast<const char *>(data->data()),
                        static_cast<size_t>(nn::tensorBytes(type)));
  return HostTensor(type, bytes, std::move(data));
}

/// A tensor whose elements are converted one by one.
template <typename Element>
static HostTensor convert(RankedTensorType type,
                          function_ref<Element(int64_t)> element) {
  HostTensor result(type);
  char *bytes = result.mutableBytes().data();
  for (int64_t i : llvm::seq(type.getNumElements())) {
    Element value = element(i);
    std::memcpy(bytes + i * sizeof(Element), &value, sizeof(Element));
  }
  return result;
}

/// Whether `data` can be used in place as elements of `type`.
static bool isAligned(RankedTensorType type, const char *data) {
  return reinterpret_cast<uintptr_t>(data) %
             nn::elementBytes(type.getElementType()) ==
         0;
}

static HostTensor copyOf(RankedTensorType type, ArrayRef<char> bytes) {
  HostTensor result(type);
  llvm::copy(bytes, result.mutableBytes().begin());
  return result;
}

/// Booleans may be stored as any non-zero byte; nn wants 0 and 1.
static HostTensor normalizeBooleans(const HostTensor &tensor) {
  if (llvm::all_of(tensor.bytes(),
                   [](char byte) { return byte == 0 || byte == 1; }))
    return tensor;
  return convert<uint8_t>(tensor.getType(), [&](int64_t i) -> uint8_t {
    return tensor.bytes()[i] != 0;
  });
}

std::optional<HostTensor> TensorReader::decodeRaw(TensorProto &tensor,
                                                  RankedTensorType type,
                                                  Location location) {
  int64_t expected = nn::tensorBytes(type);
  if (static_cast<int64_t>(tensor.raw_data().size()) != expected) {
    emitError(location, ErrorCode::InvalidTensor)
        << describe(tensor) << " of shape " << nn::shapeText(type.getShape())
        << " and type " << dataTypeName(tensor.data_type()) << " needs "
        << expected << " bytes of data, but has " << tensor.raw_data().size();
    return std::nullopt;
  }
  auto data = std::shared_ptr<std::string>(tensor.release_raw_data());
  // A short string lies inside the string object, wherever that is.
  if (!isAligned(type, data->data()))
    return copyOf(type, ArrayRef(data->data(), data->size()));
  return adopt(type, std::move(data));
}

std::optional<HostTensor> TensorReader::decodeFields(TensorProto &tensor,
                                                     RankedTensorType type,
                                                     Location location) {
  int64_t elements = type.getNumElements();
  auto hasCount = [&](int64_t stored) {
    if (stored == elements)
      return true;
    emitError(location, ErrorCode::InvalidTensor)
        << describe(tensor) << " of shape " << nn::shapeText(type.getShape())
        << " and type " << dataTypeName(tensor.data_type()) << " needs "
        << elements << " values, but has " << stored;
    return false;
  };
  /// Takes a whole field over.
  auto take = [&](auto *field) -> std::optional<HostTensor> {
    if (!hasCount(field->size()))
      return std::nullopt;
    auto owner = std::make_shared<std::decay_t<decltype(*field)>>();
    owner->Swap(field);
    return adopt(type, std::move(owner));
  };
  switch (tensor.data_type()) {
  case TensorProto::FLOAT:
    return take(tensor.mutable_float_data());
  case TensorProto::DOUBLE:
    return take(tensor.mutable_double_data());
  case TensorProto::INT64:
    return take(tensor.mutable_int64_data());
  case TensorProto::UINT64:
    return take(tensor.mutable_uint64_data());
  case TensorProto::INT32:
    return take(tensor.mutable_int32_data());
  case TensorProto::UINT32:
    if (!hasCount(tensor.uint64_data_size()))
      return std::nullopt;
    return convert<uint32_t>(type,
                             [&](int64_t i) { return tensor.uint64_data(i); });
  default:
    break;
  }
  // The narrow types each take an int32.
  const auto &values = tensor.int32_data();
  if (!hasCount(values.size()))
    return std::nullopt;
  if (nn::elementBytes(type.getElementType()) == 2)
    return convert<uint16_t>(type, [&](int64_t i) { return values.Get(i); });
  if (type.getElementType().isInteger(1))
    return convert<uint8_t>(type,
                            [&](int64_t i) { return values.Get(i) != 0; });
  return convert<uint8_t>(type, [&](int64_t i) { return values.Get(i); });
}

//===----------------------------------------------------------------------===//
// External data
//===----------------------------------------------------------------------===//

TensorReader::File TensorReader::openExternal(StringRef file,
                                              Location location) {
  auto refuse = [&](ErrorCode code, const llvm::Twine &why) -> File {
    emitError(location, code)
        << "external data file " << quoted(file) << " " << why;
    return nullptr;
  };
  namespace fs = llvm::sys::fs;
  namespace path = llvm::sys::path;
  if (file.empty() || file.contains('\0'))
    return refuse(ErrorCode::InvalidTensor, "is no valid file name");
  if (path::is_absolute(file))
    return refuse(ErrorCode::PathEscape, "has an absolute path");

  // Compare the places where links lead to.
  SmallString<256> folder(path::parent_path(modelPath)), realFolder, real;
  if (folder.empty())
    folder = ".";
  SmallString<256> full(folder);
  path::append(full, file);
  if (std::error_code error = fs::real_path(folder, realFolder))
    return refuse(ErrorCode::CannotRead, "cannot be found: " + error.message());
  // A path with ".." is refused even where nothing lies at its end.
  SmallString<256> lexical(file);
  path::remove_dots(lexical, /*remove_dot_dot=*/true);
  if (StringRef(lexical).starts_with(".."))
    return refuse(ErrorCode::PathEscape, "lies outside the model's folder");
  if (std::error_code error = fs::real_path(full, real))
    return refuse(ErrorCode::CannotRead, "cannot be read: " + error.message());
  StringRef inside = real;
  if (!inside.consume_front(realFolder) ||
      !(inside.starts_with("/") || StringRef(realFolder).ends_with("/")))
    return refuse(ErrorCode::PathEscape, "lies outside the model's folder");
  if (!fs::is_regular_file(real))
    return refuse(ErrorCode::CannotRead, "is not a regular file");

  File &mapped = files[real];
  if (!mapped) {
    auto buffer = llvm::MemoryBuffer::getFile(real, /*IsText=*/false,
                                              /*RequiresNullTerminator=*/false);
    if (!buffer)
      return refuse(ErrorCode::CannotRead,
                    "cannot be read: " + buffer.getError().message());
    mapped = std::move(*buffer);
  }
  return mapped;
}

std::optional<HostTensor> TensorReader::mapExternal(TensorProto &tensor,
                                                    RankedTensorType type,
                                                    Location location) {
  auto fail = [&](const llvm::Twine &why) -> std::optional<HostTensor> {
    emitError(location, ErrorCode::InvalidTensor)
        << describe(tensor) << " " << why;
    return std::nullopt;
  };
  uint64_t expected = nn::tensorBytes(type), offset = 0, length = expected;
  std::string file;
  for (const onnx::StringStringEntryProto &entry : tensor.external_data()) {
    StringRef value = entry.value();
    if (entry.key() == "location")
      file = entry.value();
    else if (entry.key() == "offset" && value.getAsInteger(10, offset))
      return fail("has the external data offset " + quoted(value) +
                  ", which is no number of bytes");
    else if (entry.key() == "length" && value.getAsInteger(10, length))
      return fail("has the external data length " + quoted(value) +
                  ", which is no number of bytes");
  }
  if (length != expected)
    return fail("of shape " + nn::shapeText(type.getShape()) + " and type " +
                dataTypeName(tensor.data_type()) + " needs " +
                llvm::Twine(expected) + " bytes, but its external data has " +
                llvm::Twine(length));
  File data = openExternal(file, location);
  if (!data)
    return std::nullopt;
  uint64_t size = data->getBufferSize();
  if (offset > size || length > size - offset)
    return fail("lies at bytes " + llvm::Twine(offset) + " to " +
                llvm::Twine(offset + length) + " of " + quoted(file) +
                ", which has " + llvm::Twine(size) + " bytes");
  ArrayRef<char> bytes(data->getBufferStart() + offset, length);
  if (!isAligned(type, bytes.data()))
    return copyOf(type, bytes);
  return HostTensor(type, bytes, std::move(data));
}

//===----------------------------------------------------------------------===//
// Any tensor
//===----------------------------------------------------------------------===//

std::optional<HostTensor> TensorReader::read(TensorProto &tensor,
                                             Location location) {
  auto [entry, isNew] = done.try_emplace(&tensor);
  if (isNew)
    entry->second = decode(tensor, location);
  return entry->second;
}

std::optional<HostTensor> TensorReader::decode(TensorProto &tensor,
                                               Location location) {
  Type element = elementType(context, tensor.data_type());
  if (!element) {
    emitError(location, ErrorCode::UnsupportedType)
        << describe(tensor) << " has the element type "
        << dataTypeName(tensor.data_type());
    return std::nullopt;
  }
  ArrayRef<int64_t> shape(tensor.dims().data(), tensor.dims_size());
  if (!checkedElements(shape, nn::elementBytes(element))) {
    bool negative =
        llvm::any_of(shape, [](int64_t extent) { return extent < 0; });
    emitError(location,
              negative ? ErrorCode::InvalidTensor : ErrorCode::TooLarge)
        << describe(tensor) << " has the shape " << nn::shapeText(shape)
        << (negative ? ", with a negative extent"
                     : ", more than 2^40 bytes or 32 dimensions");
    return std::nullopt;
  }
  if (tensor.has_segment()) {
    emitError(location, ErrorCode::InvalidTensor)
        << describe(tensor)
        << " is stored in segments, which no exporter writes";
    return std::nullopt;
  }
  auto type = RankedTensorType::get(shape, element);
  std::optional<HostTensor> result;
  if (tensor.data_location() == TensorProto::EXTERNAL)
    result = mapExternal(tensor, type, location);
  else if (tensor.has_raw_data())
    result = decodeRaw(tensor, type, location);
  else
    result = decodeFields(tensor, type, location);
  if (result && element.isInteger(1))
    result = normalizeBooleans(*result);
  return result;
}

} // namespace mlcc::onnx_frontend
