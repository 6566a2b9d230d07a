//===- wire_reader.h - The wire format of protobuf --------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Artefacts do without the protobuf library: the few messages of ONNX files
// that they read are taken apart here (protobuf.dev, "Encoding").
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_WIRE_READER_H
#define MLCC_RUNTIME_CLI_WIRE_READER_H

#include "runtime/cli/array.h"
#include "runtime/src/errors.h"

#include <string>

namespace mlcc::cli {

enum WireType { Varint = 0, Fixed64 = 1, Delimited = 2, Fixed32 = 5 };

/// onnx.TensorProto.
namespace tensor_proto {
enum FieldNumber {
  Dims = 1,
  DataType = 2,
  FloatData = 4,
  Int32Data = 5,
  StringData = 6,
  Int64Data = 7,
  Name = 8,
  RawData = 9,
  DoubleData = 10,
  Uint64Data = 11,
  ExternalData = 13,
  DataLocation = 14
};
} // namespace tensor_proto

/// Takes a message apart, field by field. Throws RuntimeError MalformedFile,
/// which says that `file` is no complete `message`.
class WireReader {
public:
  WireReader(Bytes bytes, const std::string &file, const char *message)
      : bytes(bytes), file(file), message(message) {}

  /// Reads the next field's key; returns false at the end.
  bool next() {
    if (bytes.empty())
      return false;
    uint64_t key = varint();
    number = key >> 3;
    wireType = static_cast<int>(key & 7);
    if (number == 0)
      fail();
    return true;
  }
  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      uint8_t byte = take(1)[0];
      if (shift < 64)
        value |= static_cast<uint64_t>(byte & 127) << shift;
      if (byte < 128)
        return value;
    }
    fail();
  }
  Bytes take(uint64_t size) {
    if (size > bytes.size())
      fail();
    Bytes result = bytes.first(size);
    bytes = bytes.subspan(size);
    return result;
  }
  Bytes delimited() { return take(varint()); }
  void skip() {
    switch (wireType) {
    case Varint:
      varint();
      return;
    case Fixed64:
      take(8);
      return;
    case Delimited:
      delimited();
      return;
    case Fixed32:
      take(4);
      return;
    default:
      fail();
    }
  }
  bool atEnd() const { return bytes.empty(); }
  [[noreturn]] void fail() const {
    throw RuntimeError(RuntimeErrorCode::MalformedFile,
                       file + ": not a complete ONNX " + message);
  }

  uint64_t number = 0;
  int wireType = 0;

private:
  Bytes bytes;
  const std::string &file;
  const char *message;
};

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_WIRE_READER_H
