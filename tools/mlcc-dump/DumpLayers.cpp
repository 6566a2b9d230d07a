//===- DumpLayers.cpp - A table of layers ---------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/Names.h"
#include "dialects/nn/NN.h"
#include "dialects/rt/RT.h"
#include "tools/mlcc-dump/Dump.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace mlcc;

namespace {

/// The operations that one node of the model has become.
struct Layer {
  std::string name;
  llvm::SmallSetVector<StringRef, 4> operations;
  RankedTensorType result;
  int64_t parameters = 0, multiplyAdds = 0, bytes = 0;
};

/// The layers of a function, in the order of their first operations.
struct Summary {
  std::string function;
  std::vector<Layer> layers;
  int64_t parameters = 0, multiplyAdds = 0, bytes = 0;
};

class Summarizer {
public:
  explicit Summarizer(ModuleOp module) {
    for (auto variable : module.getOps<rt::VariableOp>())
      variables[variable.getSymName()] = variable;
  }
  Summary summarize(func::FuncOp function);

private:
  /// Elements of the operand if it is a parameter that was not counted yet.
  int64_t countParameters(func::FuncOp function, OpOperand &operand);

  llvm::StringMap<rt::VariableOp> variables;
  llvm::DenseSet<Value> counted;
};

} // namespace

/// Whether a constant is what a network has learnt: floats, but neither a
/// number of a formula nor the statistics of a batch normalization.
static bool isLearntConstant(OpOperand &operand) {
  auto type = cast<RankedTensorType>(operand.get().getType());
  if (!isa_and_nonnull<nn::ConstantOp>(operand.get().getDefiningOp()) ||
      !isa<FloatType>(type.getElementType()))
    return false;
  Operation *user = operand.getOwner();
  if (isa<nn::BatchNormOp>(user))
    return operand.getOperandNumber() == 1 || operand.getOperandNumber() == 2;
  return type.getNumElements() > 1 || !user->hasTrait<nn::IsElementwise>();
}

int64_t Summarizer::countParameters(func::FuncOp function, OpOperand &operand) {
  Value value = operand.get();
  bool isParameter = isLearntConstant(operand);
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto name = function.getArgAttrOfType<FlatSymbolRefAttr>(
        argument.getArgNumber(), rt::variableAttrName);
    isParameter = name && variables.lookup(name.getValue()).getRole() ==
                              rt::Role::Parameter;
  }
  if (!isParameter || !counted.insert(value).second)
    return 0;
  return cast<RankedTensorType>(value.getType()).getNumElements();
}

Summary Summarizer::summarize(func::FuncOp function) {
  Summary summary;
  summary.function = function.getSymName().str();
  llvm::StringMap<size_t> places;
  for (Operation &op : function.getBody().front()) {
    if (op.getNumResults() == 0 || isa<nn::ConstantOp>(op))
      continue;
    std::string name = nodeNames(op.getLoc());
    auto [place, isNew] = places.try_emplace(name, summary.layers.size());
    if (isNew)
      summary.layers.emplace_back().name = name.empty() ? "-" : name;
    Layer &layer = summary.layers[place->second];
    layer.operations.insert(op.getName().stripDialect());
    layer.result = cast<RankedTensorType>(op.getResult(0).getType());
    layer.bytes = 0; // of what the layer gives, not of steps on the way
    for (Type type : op.getResultTypes())
      layer.bytes += nn::tensorBytes(cast<RankedTensorType>(type));
    int64_t multiplyAdds = tools::countMultiplyAdds(&op);
    layer.multiplyAdds += multiplyAdds;
    summary.multiplyAdds += multiplyAdds;
    for (OpOperand &operand : op.getOpOperands()) {
      int64_t parameters = countParameters(function, operand);
      layer.parameters += parameters;
      summary.parameters += parameters;
    }
  }
  for (const Layer &layer : summary.layers)
    summary.bytes += layer.bytes;
  return summary;
}

/// "1x64x112x112xf32"
static std::string typeText(RankedTensorType type) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  for (int64_t extent : type.getShape())
    stream << extent << 'x';
  stream << type.getElementType();
  return text;
}

/// 138357544 as "138,357,544".
static std::string grouped(int64_t number) {
  std::string text = std::to_string(number);
  for (int64_t place = int64_t(text.size()) - 3; place > 0; place -= 3)
    text.insert(place, ",");
  return text;
}

static void printRow(llvm::raw_ostream &stream, StringRef name,
                     StringRef operations, StringRef result,
                     StringRef parameters, StringRef multiplyAdds,
                     StringRef bytes) {
  stream << llvm::formatv("{0,-30} {1,-24} {2,-22} {3,14} {4,17} {5,14}\n",
                          name, operations, result, parameters, multiplyAdds,
                          bytes);
}

static void print(const Summary &summary, llvm::raw_ostream &stream) {
  stream << "function " << summary.function << '\n';
  printRow(stream, "layer", "operations", "result", "parameters",
           "multiply-adds", "result bytes");
  for (const Layer &layer : summary.layers) {
    std::string operations = llvm::join(layer.operations, " ");
    if (operations.size() > 24)
      operations = operations.substr(0, 21) + "...";
    printRow(stream, layer.name, operations, typeText(layer.result),
             grouped(layer.parameters), grouped(layer.multiplyAdds),
             grouped(layer.bytes));
  }
  printRow(stream, "total", std::to_string(summary.layers.size()) + " layers",
           "", grouped(summary.parameters), grouped(summary.multiplyAdds),
           grouped(summary.bytes));
  stream << '\n';
}

static void print(const Summary &summary, llvm::json::OStream &json) {
  auto counts = [&](auto &of) {
    json.attribute("parameters", of.parameters);
    json.attribute("multiply_adds", of.multiplyAdds);
    json.attribute("bytes", of.bytes);
  };
  json.object([&] {
    json.attribute("function", summary.function);
    counts(summary);
    json.attributeArray("layers", [&] {
      for (const Layer &layer : summary.layers)
        json.object([&] {
          json.attribute("name", layer.name);
          json.attribute("operations",
                         llvm::json::Array(layer.operations.getArrayRef()));
          json.attribute("shape", llvm::json::Array(layer.result.getShape()));
          std::string type;
          llvm::raw_string_ostream(type) << layer.result.getElementType();
          json.attribute("type", type);
          counts(layer);
        });
    });
  });
}

void tools::dumpLayers(ModuleOp module, bool json, llvm::raw_ostream &stream) {
  std::vector<Summary> summaries;
  for (auto function : module.getOps<func::FuncOp>())
    if (!function.isPrivate() && function.getSymName() != "initialize")
      summaries.push_back(Summarizer(module).summarize(function));
  if (!json) {
    for (const Summary &summary : summaries)
      print(summary, stream);
    return;
  }
  llvm::json::OStream output(stream, /*IndentSize=*/1);
  output.array([&] {
    for (const Summary &summary : summaries)
      print(summary, output);
  });
  stream << '\n';
}
