//===- safetensors.cpp - Files of named tensors ---------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/train/safetensors.h"

#include "runtime/cli/file.h"
#include "runtime/cli/text.h"
#include "runtime/src/errors.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>

using Json = nlohmann::json;

namespace mlcc::cli {

namespace {

struct TypeName {
  const char *name;
  mlcc_type type;
};

constexpr TypeName typeNames[] = {
    {"F32", MLCC_F32},   {"F64", MLCC_F64}, {"F16", MLCC_F16},
    {"BF16", MLCC_BF16}, {"I8", MLCC_I8},   {"U8", MLCC_U8},
    {"I16", MLCC_I16},   {"U16", MLCC_U16}, {"I32", MLCC_I32},
    {"U32", MLCC_U32},   {"I64", MLCC_I64}, {"U64", MLCC_U64},
    {"BOOL", MLCC_BOOL}};

const char *nameOf(mlcc_type type) {
  for (const TypeName &row : typeNames)
    if (row.type == type)
      return row.name;
  return "F32";
}

/// Reads one entry of the header.
class EntryReader {
public:
  EntryReader(Bytes data, const std::string &file) : data(data), file(file) {}

  TensorView read(const std::string &name, const Json &entry) const {
    TensorView tensor;
    tensor.name = name;
    tensor.type = readType(name, entry);
    for (uint64_t extent : readIntegers(name, entry, "shape"))
      tensor.dims.push_back(static_cast<int64_t>(extent));
    std::vector<uint64_t> range = readIntegers(name, entry, "data_offsets");
    std::optional<uint64_t> bytes = tensorBytes(tensor.type, tensor.dims);
    if (range.size() != 2 || range[0] > range[1] || range[1] > data.size() ||
        !bytes || *bytes != range[1] - range[0])
      fail(name);
    tensor.bytes = data.subspan(range[0], *bytes);
    return tensor;
  }

private:
  [[noreturn]] void fail(const std::string &name) const {
    throw RuntimeError(RuntimeErrorCode::MalformedFile,
                       file + ": the header says of tensor '" + name +
                           "' what cannot be");
  }
  mlcc_type readType(const std::string &name, const Json &entry) const {
    auto type = entry.find("dtype");
    if (type == entry.end() || !type->is_string())
      fail(name);
    auto text = type->get<std::string>();
    for (const TypeName &row : typeNames)
      if (text == row.name)
        return row.type;
    throw RuntimeError(RuntimeErrorCode::UnsupportedFile,
                       file + ": tensor '" + name + "' has elements of type " +
                           text);
  }
  std::vector<uint64_t> readIntegers(const std::string &name, const Json &entry,
                                     const char *member) const {
    auto list = entry.find(member);
    if (list == entry.end() || !list->is_array())
      fail(name);
    std::vector<uint64_t> values;
    for (const Json &element : *list) {
      if (!element.is_number_unsigned())
        fail(name);
      values.push_back(element.get<uint64_t>());
    }
    return values;
  }

  Bytes data;
  const std::string &file;
};

} // namespace

const TensorView *Safetensors::find(const std::string &name) const {
  auto found = std::ranges::find(tensors, name, &TensorView::name);
  return found == tensors.end() ? nullptr : &*found;
}

Safetensors readSafetensors(Bytes bytes, const std::string &file) {
  auto malformed = [&](const char *what) {
    return RuntimeError(RuntimeErrorCode::MalformedFile,
                        file + ": not a safetensors file: " + what);
  };
  uint64_t length = 0;
  if (bytes.size() < sizeof(length))
    throw malformed("it is too short");
  std::memcpy(&length, bytes.data(), sizeof(length));
  if (length > bytes.size() - sizeof(length))
    throw malformed("its header is longer than the file");
  std::string_view text(
      reinterpret_cast<const char *>(bytes.data()) + sizeof(length), length);
  Json header = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!header.is_object())
    throw malformed("its header is no JSON object");

  Safetensors result;
  EntryReader reader(bytes.subspan(sizeof(length) + length), file);
  for (const auto &[name, entry] : header.items()) {
    if (name != "__metadata__") {
      result.tensors.push_back(reader.read(name, entry));
      continue;
    }
    for (const auto &[key, value] : entry.items())
      if (value.is_string())
        result.metadata[key] = value.get<std::string>();
  }
  return result;
}

void writeSafetensors(const std::string &path,
                      const std::vector<TensorView> &tensors,
                      const Metadata &metadata) {
  std::string header = "{\"__metadata__\": {";
  for (const auto &[key, value] : metadata)
    header += (header.back() == '{' ? "" : ", ") + jsonString(key) + ": " +
              jsonString(value);
  header += "}";
  std::vector<Bytes> parts(2);
  uint64_t offset = 0;
  for (const TensorView &tensor : tensors) {
    header += ",\n" + jsonString(tensor.name) + ": {\"dtype\": \"" +
              nameOf(tensor.type) + "\", \"shape\": [";
    for (size_t i = 0; i < tensor.dims.size(); ++i)
      header += (i ? ", " : "") + std::to_string(tensor.dims[i]);
    header += "], \"data_offsets\": [" + std::to_string(offset) + ", " +
              std::to_string(offset + tensor.bytes.size()) + "]}";
    offset += tensor.bytes.size();
    parts.push_back(tensor.bytes);
  }
  header += "}";
  // The data begins at a multiple of eight bytes.
  header.append((8 - header.size() % 8) % 8, ' ');
  uint64_t length = header.size();
  parts[0] = {reinterpret_cast<const uint8_t *>(&length), sizeof(length)};
  parts[1] = {reinterpret_cast<const uint8_t *>(header.data()), header.size()};
  writeFileDurably(path, parts);
}

} // namespace mlcc::cli
