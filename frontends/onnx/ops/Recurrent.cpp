//===- Recurrent.cpp - Import of recurrent layers -------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/NodeContext.h"

#include "llvm/ADT/Sequence.h"

using namespace mlir;

namespace mlcc::onnx_frontend {

namespace {
/// What the three kinds of layer have in common. With layout 1 the batch comes
/// first in all tensors; nn has the steps first.
struct Layer {
  bool batchFirst = false;
  nn::RnnDirection direction = nn::RnnDirection::forward;
  ArrayAttr activations;
  FloatAttr clip;
  Value input;         ///< [steps, batch, features]
  Value initialHidden; ///< [directions, batch, hidden], or null.
};
} // namespace

/// Exchanges the first two dimensions.
static Value swapLeading(NodeContext &node, Value value) {
  if (node.failed())
    return nullptr;
  SmallVector<int64_t> permutation =
      llvm::to_vector(llvm::seq(node.rank(value)));
  if (permutation.size() < 2) {
    node.error(ErrorCode::ShapeMismatch)
        << "a tensor of shape " << nn::shapeText(node.shape(value))
        << " has no batch dimension";
    return nullptr;
  }
  std::swap(permutation[0], permutation[1]);
  return node.create<nn::TransposeOp>(value, permutation);
}

/// Sequences of different lengths in one batch are not supported.
static void checkSequenceLengths(NodeContext &node, int64_t steps) {
  if (!node.has(4))
    return;
  for (int64_t length : node.requireIntegers(4, "sequence_lens"))
    if (length != steps) {
      node.error(ErrorCode::UnsupportedForm)
          << "a sequence of length " << length << " in an input of " << steps
          << " steps; all lengths must be equal";
      return;
    }
}

/// The activations' names in lower case, `defaults` for each direction where
/// the node has none.
static ArrayAttr readActivations(NodeContext &node, nn::RnnDirection direction,
                                 ArrayRef<StringRef> defaults) {
  SmallVector<std::string> names = node.strings("activations");
  size_t directions = direction == nn::RnnDirection::bidirectional ? 2 : 1;
  if (names.empty())
    for (size_t i = 0; i < directions; ++i)
      llvm::append_range(names, llvm::map_range(defaults, [](StringRef name) {
                           return name.str();
                         }));
  if (names.size() != directions * defaults.size())
    node.error(ErrorCode::InvalidAttribute)
        << "'activations' has " << names.size() << " names; needed are "
        << directions * defaults.size();
  SmallVector<Attribute> attributes;
  for (StringRef name : names) {
    std::string lower = name.lower();
    if (lower != "sigmoid" && lower != "tanh" && lower != "relu")
      node.error(ErrorCode::UnsupportedForm)
          << "the activation " << quoted(name)
          << " is not supported; Sigmoid, Tanh and Relu are";
    attributes.push_back(node.getBuilder().getStringAttr(lower));
  }
  return node.getBuilder().getArrayAttr(attributes);
}

static Layer readLayer(NodeContext &node, ArrayRef<StringRef> activations) {
  Layer layer;
  layer.batchFirst = node.integer("layout", 0) == 1;
  StringRef direction = node.string("direction", "forward");
  if (std::optional<nn::RnnDirection> known =
          nn::symbolizeRnnDirection(direction))
    layer.direction = *known;
  else
    node.error(ErrorCode::InvalidAttribute)
        << "the direction " << quoted(direction) << " is not known";
  layer.activations = readActivations(node, layer.direction, activations);
  if (node.hasAttribute("clip"))
    layer.clip = node.getBuilder().getF64FloatAttr(node.number("clip", 0));
  layer.input = node.operand(0);
  layer.initialHidden = node.operand(5);
  if (layer.batchFirst) {
    layer.input = swapLeading(node, layer.input);
    if (layer.initialHidden)
      layer.initialHidden = swapLeading(node, layer.initialHidden);
  }
  if (!node.failed() && node.rank(layer.input) == 3)
    checkSequenceLengths(node, node.shape(layer.input)[0]);
  if (!node.failed() && node.hasAttribute("hidden_size") &&
      node.rank(node.operand(2)) == 3 &&
      node.integer("hidden_size", 0) != node.shape(node.operand(2))[2])
    node.error(ErrorCode::ShapeMismatch)
        << "'hidden_size' is " << node.integer("hidden_size", 0)
        << ", but the recurrent weights have the shape "
        << nn::shapeText(node.shape(node.operand(2)));
  return layer;
}

/// Sets the results: all hidden states, then the last states.
static void setStates(NodeContext &node, const Layer &layer,
                      ArrayRef<Value> states) {
  if (node.failed())
    return;
  for (auto [index, state] : llvm::enumerate(states)) {
    if (!layer.batchFirst || !node.wants(index))
      node.setResult(index, state);
    else if (index > 0)
      node.setResult(index, swapLeading(node, state));
    else
      // [steps, directions, batch, hidden] to [batch, steps, directions,
      // hidden]
      node.setResult(index, node.create<nn::TransposeOp>(
                                state, ArrayRef<int64_t>{2, 0, 1, 3}));
  }
}

static void importLstm(NodeContext &node) {
  Layer layer = readLayer(node, {"sigmoid", "tanh", "tanh"});
  Value initialCell = node.operand(6);
  if (initialCell && layer.batchFirst)
    initialCell = swapLeading(node, initialCell);
  setStates(node, layer,
            node.createAll<nn::LstmOp>(
                layer.input, node.operand(1), node.operand(2), node.operand(3),
                layer.initialHidden, initialCell, node.operand(7),
                layer.direction, layer.activations, layer.clip,
                node.flag("input_forget", false)));
}

static void importGru(NodeContext &node) {
  Layer layer = readLayer(node, {"sigmoid", "tanh"});
  setStates(node, layer,
            node.createAll<nn::GruOp>(
                layer.input, node.operand(1), node.operand(2), node.operand(3),
                layer.initialHidden, layer.direction, layer.activations,
                layer.clip, node.flag("linear_before_reset", false)));
}

static void importRnn(NodeContext &node) {
  Layer layer = readLayer(node, {"tanh"});
  setStates(node, layer,
            node.createAll<nn::RnnOp>(layer.input, node.operand(1),
                                      node.operand(2), node.operand(3),
                                      layer.initialHidden, layer.direction,
                                      layer.activations, layer.clip));
}

static constexpr llvm::StringLiteral limits =
    "sequence_lens other than the number of steps; activations other than "
    "Sigmoid, Tanh and Relu";

static const Operator table[] = {
    {"GRU", 7, 22, 3, 6, 2,
     "activations:ss clip:f direction:s hidden_size:i layout:i "
     "linear_before_reset:i",
     importGru, limits},
    {"LSTM", 7, 22, 3, 8, 3,
     "activations:ss clip:f direction:s hidden_size:i input_forget:i layout:i",
     importLstm, limits},
    {"RNN", 7, 22, 3, 6, 2,
     "activations:ss clip:f direction:s hidden_size:i layout:i", importRnn,
     limits},
};

llvm::ArrayRef<Operator> recurrentOperators() { return table; }

} // namespace mlcc::onnx_frontend
