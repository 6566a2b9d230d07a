//===- tensor_proto.cpp - ONNX TensorProto files --------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/tensor_proto.h"

#include "runtime/cli/wire_reader.h"
#include "runtime/src/errors.h"
#include "runtime/src/model_check.h"

#include <cstring>

namespace mlcc::cli {

namespace {

using namespace tensor_proto;

/// TensorProto.DataType to mlcc_type; 0 where there is none.
constexpr int32_t types[] = {0,        MLCC_F32, MLCC_U8,  MLCC_I8,  MLCC_U16,
                             MLCC_I16, MLCC_I32, MLCC_I64, 0,        MLCC_BOOL,
                             MLCC_F16, MLCC_F64, MLCC_U32, MLCC_U64, 0,
                             0,        MLCC_BF16};

/// A TensorProto as it is stored.
class TensorReader {
public:
  explicit TensorReader(const std::string &file) : file(file) {}

  NamedArray read(Bytes bytes) {
    WireReader reader(bytes, file, "TensorProto");
    while (reader.next())
      readField(reader);
    return {name, assemble()};
  }

private:
  void readField(WireReader &reader) {
    switch (reader.number) {
    case Dims:
      integers(reader, [&](uint64_t value) {
        if (dims.size() == 64)
          reader.fail();
        dims.push_back(static_cast<int64_t>(value));
      });
      return;
    case DataType:
      integers(reader, [&](uint64_t value) { dataType = value; });
      return;
    case DataLocation:
      integers(reader, [&](uint64_t value) { external |= value != 0; });
      return;
    case Int32Data:
    case Int64Data:
    case Uint64Data:
      integers(reader, [&](uint64_t value) { append(&value, 8); });
      return;
    case FloatData:
    case DoubleData:
      floats(reader, reader.number == FloatData ? 4 : 8);
      return;
    case Name:
    case RawData: {
      if (reader.wireType != Delimited)
        reader.fail();
      Bytes value = reader.delimited();
      if (reader.number == Name)
        name.assign(value.begin(), value.end());
      else
        raw = value, hasRaw = true;
      return;
    }
    default:
      external |= reader.number == ExternalData;
      reader.skip();
    }
  }

  /// A repeated integer field, packed or one by one.
  template <typename Handler>
  void integers(WireReader &reader, Handler handler) {
    if (reader.wireType == Varint)
      return handler(reader.varint());
    if (reader.wireType != Delimited)
      reader.fail();
    WireReader values(reader.delimited(), file, "TensorProto");
    while (!values.atEnd())
      handler(values.varint());
  }

  void floats(WireReader &reader, uint64_t size) {
    if (reader.wireType == (size == 4 ? Fixed32 : Fixed64)) {
      append(reader.take(size).data(), size);
      return;
    }
    if (reader.wireType != Delimited)
      reader.fail();
    Bytes packed = reader.delimited();
    if (packed.size() % size != 0)
      reader.fail();
    append(packed.data(), packed.size());
  }

  void append(const void *data, size_t size) {
    auto *begin = static_cast<const uint8_t *>(data);
    values.insert(values.end(), begin, begin + size);
  }

  Array assemble() const {
    if (dataType >= std::size(types) || types[dataType] == 0)
      throw RuntimeError(RuntimeErrorCode::UnsupportedFile,
                         file + ": ONNX element type " +
                             std::to_string(dataType) + " is not supported");
    if (external)
      throw RuntimeError(RuntimeErrorCode::UnsupportedFile,
                         file + ": tensors with external data are not "
                                "supported; store the data inside");
    auto type = static_cast<mlcc_type>(types[dataType]);
    uint32_t elementBytes = typeBytes(type);
    // Integers were widened to 8 bytes; narrow floats come as integers.
    bool widened = !hasRaw && type != MLCC_F32 && type != MLCC_F64;
    std::optional<uint64_t> expected = tensorBytes(type, dims);
    uint64_t present = hasRaw    ? raw.size()
                       : widened ? values.size() / 8 * elementBytes
                                 : values.size();
    if (!expected || *expected != present)
      throw RuntimeError(RuntimeErrorCode::MalformedFile,
                         file + ": the tensor is " +
                             describeTensor(type, dims) + ", its data has " +
                             std::to_string(present) + " bytes");
    Array array = makeArray(type, dims, file);
    const uint8_t *source = hasRaw ? raw.data() : values.data();
    if (widened) // little-endian: the low bytes come first
      for (uint64_t i = 0; i < present / elementBytes; ++i)
        std::memcpy(array.data.data() + i * elementBytes, source + i * 8,
                    elementBytes);
    else if (present > 0)
      std::memcpy(array.data.data(), source, present);
    return array;
  }

  const std::string &file;
  std::string name;
  std::vector<int64_t> dims;
  uint64_t dataType = 0;
  bool external = false;
  bool hasRaw = false;
  Bytes raw;
  std::vector<uint8_t> values;
};

} // namespace

NamedArray readTensorProto(Bytes bytes, const std::string &file) {
  return TensorReader(file).read(bytes);
}

} // namespace mlcc::cli
