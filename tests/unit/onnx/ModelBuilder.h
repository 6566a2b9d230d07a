//===- ModelBuilder.h - Small ONNX models for tests -------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_TESTS_UNIT_ONNX_MODELBUILDER_H
#define MLCC_TESTS_UNIT_ONNX_MODELBUILDER_H

#include "frontends/onnx/Import.h"
#include "frontends/onnx/onnx.pb.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"

#include <initializer_list>
#include <string>
#include <vector>

namespace mlcc::onnx_frontend {

using Names = std::vector<std::string>;
using Integers = std::vector<int64_t>;
using Floats = std::vector<float>;

onnx::AttributeProto integer(const std::string &name, int64_t value);
onnx::AttributeProto number(const std::string &name, float value);
onnx::AttributeProto text(const std::string &name, const std::string &value);
onnx::AttributeProto integers(const std::string &name, const Integers &values);
onnx::AttributeProto floats(const std::string &name, const Floats &values);
onnx::AttributeProto graph(const std::string &name, onnx::GraphProto value);
onnx::AttributeProto tensor(const std::string &name, onnx::TensorProto value);

onnx::TensorProto integerTensor(const std::string &name,
                                const Integers &values);
onnx::TensorProto integerScalar(const std::string &name, int64_t value);
onnx::TensorProto floatTensor(const std::string &name, const Integers &shape,
                              const Floats &values);

onnx::NodeProto
node(const std::string &op, const Names &inputs, const Names &outputs,
     std::initializer_list<onnx::AttributeProto> attributes = {});

/// A model of one graph. Names that start with a digit in a shape are extents,
/// others symbols: `input("x", {"batch", "3"})`.
class Model {
public:
  explicit Model(int64_t opset) {
    proto.set_ir_version(8);
    proto.mutable_graph();
    proto.add_opset_import()->set_version(opset);
  }
  Model &input(const std::string &name, const Names &shape,
               int32_t type = onnx::TensorProto::FLOAT);
  Model &output(const std::string &name,
                int32_t type = onnx::TensorProto::UNDEFINED);
  Model &add(onnx::NodeProto node);
  Model &weight(onnx::TensorProto tensor);

  onnx::ModelProto proto;
};

/// What an import gave: the module and all messages, one a line.
struct Imported {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string messages;

  /// The module as text; empty after an error.
  std::string text() const;
};

/// Imports a copy of the model. `path` says where its external data lies.
Imported import(mlir::MLIRContext &context, const Model &model,
                const ImportOptions &options = {},
                const std::string &path = "model.onnx");

} // namespace mlcc::onnx_frontend

#endif // MLCC_TESTS_UNIT_ONNX_MODELBUILDER_H
