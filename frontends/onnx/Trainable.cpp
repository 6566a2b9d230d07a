//===- Trainable.cpp - Which initializers are trained ---------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/diagnostics/Diagnostics.h"
#include "frontends/onnx/Training.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/GlobPattern.h"

using namespace mlir;

namespace mlcc::onnx_frontend {

namespace {
/// What the nodes of a graph do with its initializers.
class WeightFinder {
public:
  explicit WeightFinder(const onnx::GraphProto &graph);
  void visit(const onnx::NodeProto &node);

  llvm::StringSet<> weights;    ///< Of layers.
  llvm::StringSet<> statistics; ///< Of batch normalizations.
  llvm::StringSet<> candidates; ///< All that could be trained.

private:
  /// The initializer whose elements the value has; empty if it has none's.
  StringRef initializerOf(StringRef value) const {
    return origins.lookup(value);
  }

  llvm::StringMap<StringRef> origins;
  llvm::StringSet<> products; ///< Results of convolutions and matrix products.
};
} // namespace

WeightFinder::WeightFinder(const onnx::GraphProto &graph) {
  for (const onnx::TensorProto &tensor : graph.initializer())
    if (tensor.data_type() == onnx::TensorProto::FLOAT ||
        tensor.data_type() == onnx::TensorProto::DOUBLE) {
      candidates.insert(tensor.name());
      origins[tensor.name()] = tensor.name();
    }
}

/// The inputs of an operator that are weights where they are initializers.
static ArrayRef<int> weightInputs(StringRef op) {
  static constexpr int first[] = {0}, second[] = {1}, product[] = {0, 1},
                       gemm[] = {0, 1, 2}, layer[] = {1, 2},
                       recurrent[] = {1, 2, 3};
  return llvm::StringSwitch<ArrayRef<int>>(op)
      .Cases({"Conv", "ConvTranspose", "BatchNormalization",
              "InstanceNormalization", "LayerNormalization",
              "GroupNormalization"},
             layer)
      .Case("MatMul", product)
      .Case("Gemm", gemm)
      .Case("Gather", first)
      .Case("PRelu", second)
      .Cases({"LSTM", "GRU", "RNN"}, recurrent)
      .Default({});
}

static bool movesElements(StringRef op) {
  return llvm::StringSwitch<bool>(op)
      .Cases({"Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten",
              "Identity", "Cast"},
             true)
      .Default(false);
}

void WeightFinder::visit(const onnx::NodeProto &node) {
  StringRef op = node.op_type();
  auto note = [&](int input, llvm::StringSet<> &set) {
    if (input < node.input_size())
      if (StringRef name = initializerOf(node.input(input)); !name.empty())
        set.insert(name);
  };
  for (int input : weightInputs(op))
    note(input, weights);
  if (op == "BatchNormalization")
    for (int input : {3, 4})
      note(input, statistics);
  if (node.output().empty())
    return;
  if (op == "Conv" || op == "ConvTranspose" || op == "MatMul")
    products.insert(node.output(0));
  // The bias of a layer that has none of its own.
  if (op == "Add" && node.input_size() == 2)
    for (int input : {0, 1})
      if (products.contains(node.input(1 - input)))
        note(input, weights);
  if (movesElements(op) && node.input_size() > 0)
    if (StringRef name = initializerOf(node.input(0)); !name.empty())
      origins.try_emplace(node.output(0), name);
}

llvm::StringSet<> chooseTrainable(const onnx::GraphProto &graph,
                                  ArrayRef<int> order,
                                  const TrainingOptions &options,
                                  Location location) {
  WeightFinder found(graph);
  for (int index : order)
    found.visit(graph.node(index));
  for (const auto &entry : found.statistics)
    found.candidates.erase(entry.getKey());

  llvm::StringSet<> chosen;
  if (options.trainable.empty()) {
    for (const auto &entry : found.weights)
      if (found.candidates.contains(entry.getKey()))
        chosen.insert(entry.getKey());
    if (chosen.empty())
      emitError(location, ErrorCode::InvalidTraining)
          << "no initializer is the weight of a layer: say with --trainable "
             "what is to be trained";
    return chosen;
  }
  for (const std::string &text : options.trainable) {
    llvm::Expected<llvm::GlobPattern> pattern = llvm::GlobPattern::create(text);
    if (!pattern) {
      emitError(location, ErrorCode::InvalidOption)
          << "--trainable '" << text
          << "': " << llvm::toString(pattern.takeError());
      continue;
    }
    bool matches = false;
    for (const auto &entry : found.candidates)
      if (pattern->match(entry.getKey())) {
        chosen.insert(entry.getKey());
        matches = true;
      }
    if (!matches)
      emitError(location, ErrorCode::InvalidTraining)
          << "--trainable '" << text
          << "' matches no initializer of floats (FLOAT or DOUBLE) that is not "
             "a statistic";
  }
  return chosen;
}

} // namespace mlcc::onnx_frontend
