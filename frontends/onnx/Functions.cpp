//===- Functions.cpp - Model-local functions ------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/Importer.h"

using namespace mlir;

namespace mlcc::onnx_frontend {

namespace {

/// Gives the attributes of a function's body their values for one call.
class Instantiation {
public:
  Instantiation(const onnx::FunctionProto &function,
                const onnx::NodeProto &call) {
    for (const onnx::AttributeProto &attribute : function.attribute_proto())
      values[attribute.name()] = &attribute;
    for (const onnx::AttributeProto &attribute : call.attribute())
      values[attribute.name()] = &attribute;
  }

  void apply(onnx::NodeProto &node) const {
    auto *attributes = node.mutable_attribute();
    for (int i = attributes->size() - 1; i >= 0; --i) {
      onnx::AttributeProto &attribute = *attributes->Mutable(i);
      if (!attribute.ref_attr_name().empty()) {
        const onnx::AttributeProto *value =
            values.lookup(attribute.ref_attr_name());
        if (!value) {
          // The caller left an optional attribute out, so the node has none.
          attributes->DeleteSubrange(i, 1);
          continue;
        }
        std::string name = attribute.name();
        attribute = *value;
        attribute.set_name(name);
        continue;
      }
      if (attribute.has_g())
        applyInside(*attribute.mutable_g());
      for (onnx::GraphProto &graph : *attribute.mutable_graphs())
        applyInside(graph);
    }
  }

private:
  void applyInside(onnx::GraphProto &graph) const {
    for (onnx::NodeProto &node : *graph.mutable_node())
      apply(node);
  }

  llvm::StringMap<const onnx::AttributeProto *> values;
};

} // namespace

onnx::NodeProto instantiate(const onnx::NodeProto &node,
                            const onnx::FunctionProto &function,
                            const onnx::NodeProto &call) {
  onnx::NodeProto result = node;
  Instantiation(function, call).apply(result);
  return result;
}

} // namespace mlcc::onnx_frontend
