//===- onnx_weights.cpp - Trained weights in ONNX files -------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What is trained is f32 or f64, whose elements take as many bytes in each of
// the forms that a TensorProto has for them. So the file is patched in place.
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/train/onnx_weights.h"

#include "runtime/cli/file.h"
#include "runtime/cli/wire_reader.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <span>

namespace mlcc::cli {

namespace {

constexpr uint64_t graphField = 7;       ///< of ModelProto
constexpr uint64_t initializerField = 5; ///< of GraphProto
constexpr const char *messageName = "model";

[[noreturn]] void mismatch(const std::string &text) {
  throw RuntimeError(RuntimeErrorCode::WrongCheckpoint, text);
}

/// Where the parts of a TensorProto lie.
class TensorPlaces {
public:
  TensorPlaces(Bytes message, const std::string &file) : file(file) {
    WireReader reader(message, file, messageName);
    while (reader.next())
      readField(reader);
  }

  std::string name;
  std::vector<int64_t> dims;
  uint64_t dataType = 0;
  bool external = false;
  /// The pieces of the elements, one after the other.
  std::vector<Bytes> pieces;

private:
  void readField(WireReader &reader) {
    switch (reader.number) {
    case tensor_proto::Dims:
      readDims(reader);
      return;
    case tensor_proto::DataType:
      dataType = reader.wireType == Varint ? reader.varint() : 0;
      return;
    case tensor_proto::Name: {
      Bytes text = delimited(reader);
      name.assign(text.begin(), text.end());
      return;
    }
    case tensor_proto::RawData:
      // The last one counts.
      pieces = {delimited(reader)};
      return;
    case tensor_proto::FloatData:
    case tensor_proto::DoubleData:
      readElements(reader);
      return;
    case tensor_proto::DataLocation:
      external |= reader.wireType != Varint || reader.varint() != 0;
      return;
    default:
      external |= reader.number == tensor_proto::ExternalData;
      reader.skip();
    }
  }
  static Bytes delimited(WireReader &reader) {
    if (reader.wireType != Delimited)
      reader.fail();
    return reader.delimited();
  }
  void readDims(WireReader &reader) {
    if (reader.wireType == Varint) {
      dims.push_back(static_cast<int64_t>(reader.varint()));
      return;
    }
    WireReader values(delimited(reader), file, messageName);
    while (!values.atEnd())
      dims.push_back(static_cast<int64_t>(values.varint()));
  }
  /// All elements, or one.
  void readElements(WireReader &reader) {
    if (reader.wireType == Fixed32)
      pieces.push_back(reader.take(4));
    else if (reader.wireType == Fixed64)
      pieces.push_back(reader.take(8));
    else
      pieces.push_back(delimited(reader));
  }

  const std::string &file;
};

/// Replaces the elements of initializers in the bytes of a file.
class Patcher {
public:
  Patcher(Buffer &contents, const std::string &file,
          const std::vector<TensorView> &weights)
      : contents(contents), file(file) {
    for (const TensorView &weight : weights)
      wanted[weight.name] = &weight;
  }

  void patch() {
    Bytes all(contents.data(), contents.size());
    forEach(all, graphField, [&](Bytes graph) {
      forEach(graph, initializerField,
              [&](Bytes tensor) { patchTensor(tensor); });
    });
    for (const auto &[name, weight] : wanted)
      if (!found.contains(name))
        mismatch(file + " has no initializer '" + name +
                 "': it is not the model that is trained");
  }

private:
  template <typename Handler>
  void forEach(Bytes message, uint64_t field, Handler handler) {
    WireReader reader(message, file, messageName);
    while (reader.next())
      if (reader.number == field && reader.wireType == Delimited)
        handler(reader.delimited());
      else
        reader.skip();
  }

  void patchTensor(Bytes message) {
    TensorPlaces tensor(message, file);
    auto entry = wanted.find(tensor.name);
    if (entry == wanted.end())
      return;
    const TensorView &weight = *entry->second;
    found.insert(tensor.name);
    if (tensor.external)
      throw RuntimeError(RuntimeErrorCode::UnsupportedFile,
                         file + ": the data of '" + tensor.name +
                             "' lie in another file; store them inside");
    checkType(tensor, weight);
    size_t present = 0;
    for (Bytes piece : tensor.pieces)
      present += piece.size();
    if (present != weight.bytes.size())
      throw RuntimeError(RuntimeErrorCode::MalformedFile,
                         file + ": the data of '" + tensor.name + "' have " +
                             std::to_string(present) + " bytes instead of " +
                             std::to_string(weight.bytes.size()));
    const uint8_t *source = weight.bytes.data();
    for (Bytes piece : tensor.pieces) {
      if (!piece.empty())
        std::memcpy(contents.data() + (piece.data() - contents.data()), source,
                    piece.size());
      source += piece.size();
    }
  }

  void checkType(const TensorPlaces &tensor, const TensorView &weight) const {
    constexpr uint64_t onnxFloat = 1, onnxDouble = 11;
    bool sameType = (weight.type == MLCC_F32 && tensor.dataType == onnxFloat) ||
                    (weight.type == MLCC_F64 && tensor.dataType == onnxDouble);
    if (!sameType || tensor.dims != weight.dims)
      mismatch(file + ": the initializer '" + tensor.name + "' is not " +
               describeTensor(weight.type, weight.dims) +
               ", as the variable is: it is not the model that is trained");
  }

  Buffer &contents;
  const std::string &file;
  std::map<std::string, const TensorView *> wanted;
  std::set<std::string> found;
};

} // namespace

//===----------------------------------------------------------------------===//
// A function's own form
//===----------------------------------------------------------------------===//

namespace {

/// Fields of a message, one after the other.
class WireWriter {
public:
  void varint(uint64_t value) {
    for (; value >= 128; value >>= 7)
      bytes.push_back(static_cast<uint8_t>(value | 128));
    bytes.push_back(static_cast<uint8_t>(value));
  }
  void number(uint64_t field, uint64_t value) {
    varint(field << 3 | Varint);
    varint(value);
  }
  /// What stands before `size` bytes of contents.
  void beginDelimited(uint64_t field, uint64_t size) {
    varint(field << 3 | Delimited);
    varint(size);
  }
  void text(uint64_t field, const std::string &value) {
    beginDelimited(field, value.size());
    bytes.insert(bytes.end(), value.begin(), value.end());
  }

  std::vector<uint8_t> bytes;
};

} // namespace

/// Of onnx.TensorProto.
static uint64_t onnxDataType(mlcc_type type) {
  switch (type) {
  case MLCC_F32:
    return 1;
  case MLCC_U8:
    return 2;
  case MLCC_I8:
    return 3;
  case MLCC_U16:
    return 4;
  case MLCC_I16:
    return 5;
  case MLCC_I32:
    return 6;
  case MLCC_I64:
    return 7;
  case MLCC_BOOL:
    return 9;
  case MLCC_F16:
    return 10;
  case MLCC_F64:
    return 11;
  case MLCC_U32:
    return 12;
  case MLCC_U64:
    return 13;
  case MLCC_BF16:
    return 16;
  }
  return 0;
}

/// A field `initializer` up to the elements, which end it.
static std::vector<uint8_t> initializerHead(const TensorView &tensor) {
  WireWriter fields;
  for (int64_t extent : tensor.dims)
    fields.number(tensor_proto::Dims, static_cast<uint64_t>(extent));
  fields.number(tensor_proto::DataType, onnxDataType(tensor.type));
  fields.text(tensor_proto::Name, tensor.name);
  fields.beginDelimited(tensor_proto::RawData, tensor.bytes.size());
  WireWriter whole;
  whole.beginDelimited(initializerField,
                       fields.bytes.size() + tensor.bytes.size());
  whole.bytes.insert(whole.bytes.end(), fields.bytes.begin(),
                     fields.bytes.end());
  return whole.bytes;
}

void writeOnnxModel(const mlcc_model &model, const mlcc_function &function,
                    const std::vector<TensorView> &values,
                    const std::string &output) {
  constexpr uint64_t largestMessage = 0x7fffffff;
  std::string name = function.name;
  if (!function.onnx)
    throw RuntimeError(RuntimeErrorCode::NoOnnxForm, "function '" + name + "'");
  // What follows the graph's contents moves behind the initializers.
  Bytes before(function.onnx, function.onnx_bytes), graph, after;
  WireReader reader(before, name, messageName);
  while (reader.next()) {
    if (reader.number != graphField || reader.wireType != Delimited) {
      reader.skip();
      continue;
    }
    graph = reader.delimited();
    after = before.subspan(graph.data() + graph.size() - before.data());
  }

  if (!graph.data())
    reader.fail();

  std::vector<std::vector<uint8_t>> heads;
  std::vector<Bytes> parts;
  uint64_t size = graph.size();
  for (auto &use :
       std::span(function.variable_uses, function.variable_use_count)) {
    const char *wanted = model.variables[use.variable].tensor.name;
    auto value =
        std::find_if(values.begin(), values.end(), [&](const TensorView &view) {
          return view.name == wanted;
        });
    heads.push_back(initializerHead(*value));
    parts.push_back({});
    parts.push_back(value->bytes);
    size += heads.back().size() + value->bytes.size();
  }
  if (size > largestMessage)
    throw RuntimeError(RuntimeErrorCode::UnsupportedFile,
                       output + ": an ONNX file cannot be larger than 2 GB; "
                                "export the weights as .safetensors");
  for (size_t i = 0; i < heads.size(); ++i)
    parts[2 * i] = heads[i];

  WireWriter head;
  head.beginDelimited(graphField, size);
  // The fields before the graph end where its key begins.
  WireWriter key;
  key.beginDelimited(graphField, graph.size());
  size_t start = graph.data() - before.data() - key.bytes.size();
  parts.insert(parts.begin(), {before.first(start), head.bytes, graph});
  parts.push_back(after);
  writeFileDurably(output, parts);
}

//===----------------------------------------------------------------------===//
// The file that was trained
//===----------------------------------------------------------------------===//

void writeOnnxWeights(const std::string &model,
                      const std::vector<TensorView> &weights,
                      const std::string &output) {
  Buffer contents = readFile(model);
  Patcher(contents, model, weights).patch();
  writeFile(output, {}, Bytes(contents.data(), contents.size()));
}

} // namespace mlcc::cli
