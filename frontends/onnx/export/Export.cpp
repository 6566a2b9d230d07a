//===- Export.cpp - Entry points as ONNX models ---------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/Export.h"

#include "dialects/nn/Loops.h"
#include "dialects/rt/RT.h"
#include "dialects/train/Train.h"
#include "frontends/onnx/Tensors.h"
#include "frontends/onnx/export/GraphWriter.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace mlcc::onnx_frontend {

/// ONNX's version of the file format that has the exported operator set.
constexpr int64_t exportedFormatVersion = 8;

static void describeValue(onnx::ValueInfoProto &info, StringRef name,
                          Type type) {
  auto tensor = cast<RankedTensorType>(type);
  info.set_name(name.str());
  auto &described = *info.mutable_type()->mutable_tensor_type();
  described.set_elem_type(dataTypeOf(tensor.getElementType()));
  described.mutable_shape();
  for (int64_t extent : tensor.getShape())
    described.mutable_shape()->add_dim()->set_dim_value(extent);
}

namespace {
/// Writes one function.
class FunctionExporter {
public:
  FunctionExporter(func::FuncOp function, onnx::GraphProto &graph)
      : function(function), proto(graph), graph(graph) {}

  bool run(std::string &refusal) {
    proto.set_name(function.getName().str());
    addInputs();
    declareOutputs();
    for (Operation &operation : function.front().without_terminator()) {
      graph.begin(&operation);
      if (!exportOperation(&operation, graph, refusal))
        return false;
    }
    addOutputs();
    return true;
  }

private:
  void addInputs() {
    for (BlockArgument argument : function.getArguments()) {
      unsigned number = argument.getArgNumber();
      if (auto variable = function.getArgAttrOfType<FlatSymbolRefAttr>(
              number, rt::variableAttrName)) {
        graph.declare(argument, variable.getValue());
        continue;
      }
      auto name =
          function.getArgAttrOfType<StringAttr>(number, rt::nameAttrName);
      graph.declare(argument, name.getValue());
      describeValue(*proto.add_input(), name.getValue(), argument.getType());
    }
  }

  /// The names of outputs, for the operations that compute them.
  void declareOutputs() {
    for (OpOperand &operand : results())
      if (operand.get().getDefiningOp() && graph.name(operand.get()).empty())
        graph.declare(operand.get(), outputName(operand));
  }

  void addOutputs() {
    for (OpOperand &operand : results()) {
      StringRef name = outputName(operand);
      // An argument, or a value that is two outputs.
      if (graph.name(operand.get()) != name)
        graph.identity(graph.name(operand.get()), name);
      describeValue(*proto.add_output(), name, operand.get().getType());
    }
  }

  MutableArrayRef<OpOperand> results() {
    return function.front().getTerminator()->getOpOperands();
  }
  StringRef outputName(OpOperand &operand) {
    return function
        .getResultAttrOfType<StringAttr>(operand.getOperandNumber(),
                                         rt::nameAttrName)
        .getValue();
  }

  func::FuncOp function;
  onnx::GraphProto &proto;
  GraphWriter graph;
};
} // namespace

/// Scans are exported step by step, if they have no more operations together.
constexpr double mostUnrolled = 1 << 14;

/// Replaces all scans of a function by their steps, unless they are too many.
static bool unrollScans(func::FuncOp function, std::string &refusal) {
  auto scans = llvm::to_vector(function.front().getOps<nn::ScanOp>());
  while (!scans.empty()) {
    double count = 0;
    for (nn::ScanOp scan : scans)
      count += nn::countUnrolled(scan);
    if (count > mostUnrolled) {
      refusal = "its scans have too many steps to be exported one by one";
      return false;
    }
    for (nn::ScanOp scan : scans)
      nn::unrollScan(scan);
    scans = llvm::to_vector(function.front().getOps<nn::ScanOp>());
  }
  return true;
}

std::optional<std::string> exportFunction(func::FuncOp function,
                                          std::string &refusal) {
  // As it would be without loops.
  func::FuncOp copy;
  llvm::scope_exit erase([&] {
    if (copy)
      copy.erase();
  });
  std::string name = function.getName().str();
  if (!function.front().getOps<nn::ScanOp>().empty()) {
    function = copy = nn::cloneBody(function);
    if (!unrollScans(copy, refusal))
      return std::nullopt;
  }
  onnx::ModelProto model;
  model.set_ir_version(exportedFormatVersion);
  model.set_producer_name("mlcc");
  onnx::OperatorSetIdProto &operators = *model.add_opset_import();
  operators.set_domain("");
  operators.set_version(exportedOperatorSet);
  if (!FunctionExporter(function, *model.mutable_graph()).run(refusal))
    return std::nullopt;
  model.mutable_graph()->set_name(name);
  return model.SerializeAsString();
}

static bool writesVariables(func::FuncOp function) {
  return llvm::any_of(
      llvm::seq(function.getNumResults()), [&](unsigned number) {
        return function.getResultAttr(number, rt::variableAttrName) != nullptr;
      });
}

void addExports(ModuleOp module) {
  llvm::StringSet<> losses;
  for (auto step : module.getOps<train::StepOp>())
    losses.insert(step.getLoss());
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  for (auto function : llvm::to_vector(module.getOps<func::FuncOp>())) {
    if (!function.isPublic() || writesVariables(function) ||
        losses.contains(function.getName()))
      continue;
    std::string refusal;
    std::optional<std::string> model = exportFunction(function, refusal);
    if (!model) {
      emitRemark(function.getLoc())
          << "@" << function.getName()
          << " cannot be exported as an ONNX model: " << refusal;
      continue;
    }
    nn::HostTensor bytes(RankedTensorType::get(
        {static_cast<int64_t>(model->size())}, builder.getI8Type()));
    llvm::copy(*model, bytes.mutableBytes().begin());
    rt::ExportOp::create(builder, function.getLoc(), function.getName(),
                         bytes.toAttribute(function.getName()));
  }
}

} // namespace mlcc::onnx_frontend
