//===- Recurrent.cpp - What the recurrent layers have in common -----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fuse/Recurrent.h"

#include "compiler/graph/Constants.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::fuse;
using graph::isConstant;
using graph::typeOf;

/// The operands and attributes that all three ops have.
template <typename Op> static RecurrentLayer commonPart(Op op, int64_t gates) {
  RecurrentLayer layer;
  layer.op = op;
  layer.gates = gates;
  layer.input = op.getInput();
  layer.weights = op.getWeights();
  layer.recurrentWeights = op.getRecurrentWeights();
  layer.bias = op.getBias();
  layer.initialHidden = op.getInitialHidden();
  layer.direction = op.getDirection();
  for (Attribute name : op.getActivations())
    layer.activations.push_back(cast<StringAttr>(name).getValue());
  if (op.getClip())
    layer.clip = op.getClip()->convertToDouble();
  ArrayRef<int64_t> input = typeOf(layer.input).getShape();
  ArrayRef<int64_t> recurrent = typeOf(layer.recurrentWeights).getShape();
  layer.steps = input[0];
  layer.batch = input[1];
  layer.inputs = input[2];
  layer.hidden = recurrent[2];
  layer.directions = recurrent[0];
  return layer;
}

std::optional<RecurrentLayer> RecurrentLayer::of(Operation *op) {
  if (auto lstm = dyn_cast<nn::LstmOp>(op)) {
    RecurrentLayer layer = commonPart(lstm, /*gates=*/4);
    layer.cell = dnn::RnnCell::lstm;
    layer.initialCell = lstm.getInitialCell();
    layer.peepholes = lstm.getPeepholes();
    layer.inputForget = lstm.getInputForget();
    return layer;
  }
  if (auto gru = dyn_cast<nn::GruOp>(op)) {
    RecurrentLayer layer = commonPart(gru, /*gates=*/3);
    layer.cell =
        gru.getLinearBeforeReset() ? dnn::RnnCell::lbr_gru : dnn::RnnCell::gru;
    return layer;
  }
  if (auto rnn = dyn_cast<nn::RnnOp>(op))
    return commonPart(rnn, /*gates=*/1);
  return std::nullopt;
}

/// The activations of one direction that oneDNN's cell has; vanilla cells have
/// any one of three.
static bool hasCellActivations(const RecurrentLayer &layer) {
  ArrayRef<StringRef> names = layer.activations;
  if (names.empty())
    return false;
  if (layer.cell == dnn::RnnCell::vanilla)
    return llvm::all_equal(names) &&
           llvm::is_contained({"sigmoid", "tanh", "relu"}, names.front());
  size_t count = layer.cell == dnn::RnnCell::lstm ? 3 : 2;
  for (auto [i, name] : llvm::enumerate(names))
    if (name != (i % count == 0 ? "sigmoid" : "tanh"))
      return false;
  return true;
}

bool RecurrentLayer::isPrimitive() const {
  bool constant = isConstant(weights) && isConstant(recurrentWeights) &&
                  (!bias || isConstant(bias)) &&
                  (!peepholes || isConstant(peepholes));
  return constant && !clip && !inputForget && hasCellActivations(*this) &&
         typeOf(input).getElementType().isF32() &&
         typeOf(input).getNumElements() > 0;
}
