//===- Check.cpp - What a model file is and needs -------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/Check.h"

#include "frontends/onnx/Importer.h"
#include "frontends/onnx/Inputs.h"
#include "frontends/onnx/ModelFile.h"

#include "llvm/Support/Format.h"

#include <map>

using namespace mlir;

namespace mlcc::onnx_frontend {

namespace {
/// Counts over a graph and all graphs inside it.
struct Counts {
  std::map<std::string, int64_t> operators;
  int64_t nodes = 0;
  int64_t weightBytes = 0;
  int64_t weights = 0;

  void addTensor(const onnx::TensorProto &tensor, MLIRContext *context);
  void
  addNodes(const google::protobuf::RepeatedPtrField<onnx::NodeProto> &nodes,
           MLIRContext *context);
  void addGraph(const onnx::GraphProto &graph, MLIRContext *context);
};
} // namespace

void Counts::addTensor(const onnx::TensorProto &tensor, MLIRContext *context) {
  ++weights;
  Type type = elementType(context, tensor.data_type());
  unsigned bytes = type ? nn::elementBytes(type) : 1;
  ArrayRef<int64_t> shape(tensor.dims().data(), tensor.dims_size());
  weightBytes += checkedElements(shape, bytes).value_or(0) * bytes;
}

void Counts::addNodes(
    const google::protobuf::RepeatedPtrField<onnx::NodeProto> &list,
    MLIRContext *context) {
  for (const onnx::NodeProto &node : list) {
    ++nodes;
    bool isStandard = node.domain().empty() || node.domain() == "ai.onnx";
    ++operators[isStandard ? node.op_type()
                           : node.domain() + "." + node.op_type()];
    for (const onnx::AttributeProto &attribute : node.attribute()) {
      if (attribute.has_t())
        addTensor(attribute.t(), context);
      if (attribute.has_g())
        addGraph(attribute.g(), context);
    }
  }
}

void Counts::addGraph(const onnx::GraphProto &graph, MLIRContext *context) {
  for (const onnx::TensorProto &tensor : graph.initializer())
    addTensor(tensor, context);
  addNodes(graph.node(), context);
}

static void printSummary(const onnx::ModelProto &model, StringRef path,
                         MLIRContext *context, llvm::raw_ostream &out) {
  Counts counts;
  counts.addGraph(model.graph(), context);
  for (const onnx::FunctionProto &function : model.functions())
    counts.addNodes(function.node(), context);

  out << "model    " << path << '\n';
  if (!model.producer_name().empty())
    out << "producer " << escaped(model.producer_name()) << ' '
        << escaped(model.producer_version()) << '\n';
  for (const onnx::OperatorSetIdProto &import : model.opset_import())
    out << "opset    " << import.version()
        << (import.domain().empty() ? "" : " of " + escaped(import.domain()))
        << '\n';
  for (const onnx::ValueInfoProto *input : freeInputs(model.graph()))
    out << "input    " << escaped(describeInput(*input)) << '\n';
  for (const onnx::ValueInfoProto &output : model.graph().output())
    out << "output   " << escaped(describeInput(output)) << '\n';
  out << "weights  " << counts.weights << " tensors, "
      << llvm::format("%.1f", counts.weightBytes / 1e6) << " MB\n";
  out << "nodes    " << counts.nodes;
  const char *separator = ": ";
  for (const auto &[name, count] : counts.operators) {
    out << separator << count << ' ' << escaped(name);
    separator = ", ";
  }
  out << '\n';
}

LogicalResult checkModel(StringRef path, const ImportOptions &options,
                         MLIRContext *context, llvm::raw_ostream &summary) {
  std::unique_ptr<onnx::ModelProto> model = readModelFile(path, context);
  if (!model)
    return failure();
  printSummary(*model, path, context, summary);
  std::vector<std::string> unbound =
      unboundDimensions(model->graph(), options, context);
  if (unbound.empty())
    return success(bool(importModel(*model, path, options, context)));
  LogicalResult result = checkStructure(*model, path, context);
  summary << "unbound";
  for (const std::string &dimension : unbound)
    summary << "  " << dimension << '\n' << "       ";
  summary << "  bind these with --dim or --shape to check the shapes too\n";
  return result;
}

} // namespace mlcc::onnx_frontend
