//===- GraphWriter.cpp - Nodes of ONNX graphs from nn ops -----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/export/GraphWriter.h"

#include "frontends/onnx/Tensors.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using onnx::AttributeProto;

namespace mlcc::onnx_frontend {

StringRef nodeName(Location location) {
  if (auto name = dyn_cast<NameLoc>(location))
    return name.getName().getValue();
  if (auto call = dyn_cast<CallSiteLoc>(location))
    return nodeName(call.getCallee());
  if (auto fused = dyn_cast<FusedLoc>(location))
    for (Location part : fused.getLocations())
      if (StringRef name = nodeName(part); !name.empty())
        return name;
  return {};
}

/// `wanted`, or else "wanted_2", "wanted_3"...
std::string GraphWriter::unique(StringRef wanted) {
  std::string name = wanted.str();
  while (!taken.try_emplace(name, 1).second)
    name = (wanted + "_" + Twine(++taken[wanted])).str();
  return name;
}

void GraphWriter::declare(Value value, StringRef name) {
  taken.try_emplace(name, 1);
  names[value] = name.str();
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

namespace {
/// Stores a value in the field of an attribute that has its type.
struct AttributeSetter {
  AttributeProto &attribute;

  void operator()(int64_t value) {
    attribute.set_type(AttributeProto::INT);
    attribute.set_i(value);
  }
  void operator()(double value) {
    attribute.set_type(AttributeProto::FLOAT);
    attribute.set_f(static_cast<float>(value));
  }
  void operator()(const std::string &value) {
    attribute.set_type(AttributeProto::STRING);
    attribute.set_s(value);
  }
  void operator()(const std::vector<int64_t> &values) {
    attribute.set_type(AttributeProto::INTS);
    attribute.mutable_ints()->Add(values.begin(), values.end());
  }
  void operator()(const std::vector<std::string> &values) {
    attribute.set_type(AttributeProto::STRINGS);
    attribute.mutable_strings()->Add(values.begin(), values.end());
  }
};
} // namespace

onnx::NodeProto &GraphWriter::addNode(StringRef type, Names inputs,
                                      const ExportAttributes &attributes) {
  while (!inputs.empty() && inputs.back().empty())
    inputs.pop_back();
  onnx::NodeProto &node = *graph.add_node();
  node.set_op_type(type.str());
  node.mutable_input()->Add(inputs.begin(), inputs.end());
  for (const ExportAttribute &attribute : attributes) {
    AttributeProto &added = *node.add_attribute();
    added.set_name(attribute.name.str());
    std::visit(AttributeSetter{added}, attribute.value);
  }
  return node;
}

std::string GraphWriter::node(StringRef type, Names inputs,
                              ExportAttributes attributes) {
  StringRef of = nodeName(current->getLoc());
  std::string output =
      unique((of.empty() ? type : (of + "/" + type).str()).str());
  onnx::NodeProto &node = addNode(type, std::move(inputs), attributes);
  node.set_name(output);
  node.add_output(output);
  return output;
}

void GraphWriter::finish(StringRef type, Names inputs,
                         ExportAttributes attributes) {
  onnx::NodeProto &node = addNode(type, std::move(inputs), attributes);
  StringRef of = nodeName(current->getLoc());
  for (Value result : current->getResults()) {
    if (!names.contains(result))
      declare(result, unique(of.empty() ? type : of));
    node.add_output(names.lookup(result));
  }
  node.set_name(node.output(0));
}

void GraphWriter::identity(StringRef input, StringRef output) {
  onnx::NodeProto &node = addNode("Identity", {input.str()}, {});
  node.set_name(output.str());
  node.add_output(output.str());
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

std::string GraphWriter::constant(const nn::HostTensor &value,
                                  StringRef wanted) {
  std::string name = unique(wanted);
  onnx::TensorProto &tensor = *graph.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(dataTypeOf(value.getElementType()));
  for (int64_t extent : value.getShape())
    tensor.add_dims(extent);
  tensor.set_raw_data(value.bytes().data(), value.bytes().size());
  return name;
}

static nn::HostTensor integerTensor(MLIRContext *context,
                                    ArrayRef<int64_t> shape,
                                    ArrayRef<int64_t> values) {
  nn::HostTensor tensor(
      RankedTensorType::get(shape, Builder(context).getI64Type()));
  for (auto [index, value] : llvm::enumerate(values))
    tensor.setInt(index, value);
  return tensor;
}

std::string GraphWriter::integers(ArrayRef<int64_t> values) {
  std::string text = "integers";
  for (int64_t value : values)
    text += "_" + std::to_string(value);
  std::string &known = constants[text];
  if (known.empty())
    known =
        constant(integerTensor(current->getContext(),
                               {static_cast<int64_t>(values.size())}, values),
                 text);
  return known;
}

std::string GraphWriter::integer(int64_t value) {
  std::string text = "integer_" + std::to_string(value);
  std::string &known = constants[text];
  if (known.empty())
    known = constant(integerTensor(current->getContext(), {}, {value}), text);
  return known;
}

std::string GraphWriter::splat(RankedTensorType type, double value) {
  std::string text;
  llvm::raw_string_ostream(text) << value << " : " << type;
  std::string &known = constants[text];
  if (known.empty()) {
    nn::HostTensor tensor(type);
    for (int64_t index = 0; index < tensor.getNumElements(); ++index)
      tensor.setDouble(index, value);
    known = constant(tensor, "constant");
  }
  return known;
}

std::string GraphWriter::scalar(Type elementType, double value) {
  return splat(RankedTensorType::get({}, elementType), value);
}

void GraphWriter::finishConstant(const nn::HostTensor &value) {
  Value result = current->getResult(0);
  StringRef of = nodeName(current->getLoc());
  std::string name = constant(value, of.empty() ? "constant" : of);
  if (names.contains(result)) // The name of an output of the graph.
    identity(name, names.lookup(result));
  else
    names[result] = name;
}

} // namespace mlcc::onnx_frontend
