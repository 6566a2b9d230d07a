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

void writeOnnxWeights(const std::string &model,
                      const std::vector<TensorView> &weights,
                      const std::string &output) {
  Buffer contents = readFile(model);
  Patcher(contents, model, weights).patch();
  writeFile(output, {}, Bytes(contents.data(), contents.size()));
}

} // namespace mlcc::cli
