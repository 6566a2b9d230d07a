//===- ModelBuilder.cpp - Small ONNX models for tests ---------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/onnx/ModelBuilder.h"

#include "frontends/onnx/Importer.h"

#include "mlir/IR/AsmState.h"

using onnx::AttributeProto;

namespace mlcc::onnx_frontend {

static AttributeProto attribute(const std::string &name,
                                AttributeProto::AttributeType type) {
  AttributeProto result;
  result.set_name(name);
  result.set_type(type);
  return result;
}

AttributeProto integer(const std::string &name, int64_t value) {
  AttributeProto result = attribute(name, AttributeProto::INT);
  result.set_i(value);
  return result;
}

AttributeProto number(const std::string &name, float value) {
  AttributeProto result = attribute(name, AttributeProto::FLOAT);
  result.set_f(value);
  return result;
}

AttributeProto text(const std::string &name, const std::string &value) {
  AttributeProto result = attribute(name, AttributeProto::STRING);
  result.set_s(value);
  return result;
}

AttributeProto integers(const std::string &name, const Integers &values) {
  AttributeProto result = attribute(name, AttributeProto::INTS);
  result.mutable_ints()->Add(values.begin(), values.end());
  return result;
}

AttributeProto floats(const std::string &name, const Floats &values) {
  AttributeProto result = attribute(name, AttributeProto::FLOATS);
  result.mutable_floats()->Add(values.begin(), values.end());
  return result;
}

AttributeProto graph(const std::string &name, onnx::GraphProto value) {
  AttributeProto result = attribute(name, AttributeProto::GRAPH);
  *result.mutable_g() = std::move(value);
  return result;
}

AttributeProto tensor(const std::string &name, onnx::TensorProto value) {
  AttributeProto result = attribute(name, AttributeProto::TENSOR);
  *result.mutable_t() = std::move(value);
  return result;
}

onnx::TensorProto integerTensor(const std::string &name,
                                const Integers &values) {
  onnx::TensorProto tensor;
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(values.size());
  tensor.mutable_int64_data()->Add(values.begin(), values.end());
  return tensor;
}

onnx::TensorProto integerScalar(const std::string &name, int64_t value) {
  onnx::TensorProto tensor = integerTensor(name, {value});
  tensor.clear_dims();
  return tensor;
}

onnx::TensorProto floatTensor(const std::string &name, const Integers &shape,
                              const Floats &values) {
  onnx::TensorProto tensor;
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  tensor.mutable_dims()->Add(shape.begin(), shape.end());
  tensor.mutable_float_data()->Add(values.begin(), values.end());
  return tensor;
}

onnx::NodeProto node(const std::string &op, const Names &inputs,
                     const Names &outputs,
                     std::initializer_list<AttributeProto> attributes) {
  onnx::NodeProto node;
  node.set_op_type(op);
  for (const std::string &name : inputs)
    node.add_input(name);
  for (const std::string &name : outputs)
    node.add_output(name);
  for (const AttributeProto &attribute : attributes)
    *node.add_attribute() = attribute;
  return node;
}

Model &Model::input(const std::string &name, const Names &shape, int32_t type) {
  onnx::ValueInfoProto &info = *proto.mutable_graph()->add_input();
  info.set_name(name);
  info.mutable_type()->mutable_tensor_type()->set_elem_type(type);
  auto &dims = *info.mutable_type()->mutable_tensor_type()->mutable_shape();
  for (const std::string &extent : shape) {
    if (isdigit(extent[0]) || extent[0] == '-')
      dims.add_dim()->set_dim_value(std::stoll(extent));
    else
      dims.add_dim()->set_dim_param(extent);
  }
  return *this;
}

Model &Model::output(const std::string &name, int32_t type) {
  onnx::ValueInfoProto &info = *proto.mutable_graph()->add_output();
  info.set_name(name);
  info.mutable_type()->mutable_tensor_type()->set_elem_type(type);
  return *this;
}

Model &Model::add(onnx::NodeProto node) {
  *proto.mutable_graph()->add_node() = std::move(node);
  return *this;
}

Model &Model::weight(onnx::TensorProto tensor) {
  *proto.mutable_graph()->add_initializer() = std::move(tensor);
  return *this;
}

std::string Imported::text() const {
  std::string result;
  if (!module)
    return result;
  llvm::raw_string_ostream stream(result);
  (*module)->print(stream, mlir::OpPrintingFlags().elideLargeResourceString(0));
  return result;
}

Imported import(mlir::MLIRContext &context, const Model &model,
                const ImportOptions &options, const std::string &path) {
  Imported result;
  mlir::ScopedDiagnosticHandler collect(
      &context, [&](mlir::Diagnostic &diagnostic) {
        llvm::raw_string_ostream stream(result.messages);
        if (auto name = llvm::dyn_cast<mlir::NameLoc>(diagnostic.getLocation()))
          stream << name.getName().getValue() << ": ";
        stream << diagnostic << '\n';
        return mlir::success();
      });
  onnx::ModelProto copy = model.proto;
  result.module = importModel(copy, path, options, &context);
  return result;
}

} // namespace mlcc::onnx_frontend
