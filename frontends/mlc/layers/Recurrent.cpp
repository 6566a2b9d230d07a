//===- Recurrent.cpp - Recurrent layers -----------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Layer.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::mlc_frontend;

namespace {
/// One layer of an rnn, lstm or gru after another. Inside, sequences are
/// [T, N, features] as in nn.
struct RecurrentBuilder {
  Layer &layer;
  const v1::Recurrent &fields;
  int64_t gates;
  int64_t units = 1, directions = 1;

  nn::RnnDirection direction() const {
    switch (fields.direction()) {
    case v1::Recurrent::REVERSE:
      return nn::RnnDirection::reverse;
    case v1::Recurrent::BIDIRECTIONAL:
      return nn::RnnDirection::bidirectional;
    default:
      return nn::RnnDirection::forward;
    }
  }
  ArrayAttr activations();
  /// [N, D * units] to [D, N, units]; null stays null.
  Value splitState(Value state);
  /// [D, N, units] to [N, D * units].
  Value mergeState(Value state);
  /// [T, D, N, units] to [T, N, D * units].
  Value mergeSequence(Value states);
  SmallVector<Value> build(StringRef prefix, Value sequence, Value hidden,
                           Value cell);
  void buildAll();
};
} // namespace

ArrayAttr RecurrentBuilder::activations() {
  SmallVector<StringRef> names;
  std::string own = fields.activation().empty() ? "tanh" : fields.activation();
  for (int64_t i = 0; i < directions; ++i) {
    if (gates == 1)
      names.push_back(own);
    else if (gates == 3)
      names.append({"sigmoid", "tanh"});
    else
      names.append({"sigmoid", "tanh", "tanh"});
  }
  return layer.builder().getStrArrayAttr(names);
}

Value RecurrentBuilder::splitState(Value state) {
  if (!state || layer.failed())
    return state;
  if (Layer::rank(state) != 2 || Layer::shape(state)[1] != directions * units) {
    layer.error(ErrorCode::ShapeMismatch, "input")
        << "a first state is [N, " << directions * units << "], not "
        << nn::shapeText(Layer::shape(state));
    return nullptr;
  }
  Value apart =
      layer.reshape(state, {Layer::shape(state)[0], directions, units});
  return layer.transpose(apart, {1, 0, 2});
}

Value RecurrentBuilder::mergeState(Value state) {
  Value turned = layer.transpose(state, {1, 0, 2});
  if (layer.failed())
    return nullptr;
  return layer.reshape(turned, {Layer::shape(turned)[0], directions * units});
}

Value RecurrentBuilder::mergeSequence(Value states) {
  Value turned = layer.transpose(states, {0, 2, 1, 3});
  if (layer.failed())
    return nullptr;
  return layer.reshape(turned, {Layer::shape(turned)[0],
                                Layer::shape(turned)[1], directions * units});
}

SmallVector<Value> RecurrentBuilder::build(StringRef prefix, Value sequence,
                                           Value hidden, Value cell) {
  if (layer.failed())
    return {};
  int64_t features = Layer::shape(sequence)[2];
  auto parameter = [&](StringRef name, ArrayRef<int64_t> shape,
                       const v1::Initializer &initializer, bool isGiven,
                       v1::Initializer::Kind otherwise, double fanIn) {
    std::string fullName = (prefix + name).str();
    return layer.parameter({.name = fullName,
                            .shape = SmallVector<int64_t>(shape),
                            .initializer = &initializer,
                            .isGiven = isGiven,
                            .otherwise = otherwise,
                            .fanIn = fanIn,
                            .fanOut = double(units)});
  };
  Value weight =
      parameter("weight", {directions, gates * units, features},
                fields.weight_initializer(), fields.has_weight_initializer(),
                v1::Initializer::XAVIER_UNIFORM, double(features));
  Value recurrent =
      parameter("recurrent_weight", {directions, gates * units, units},
                fields.recurrent_weight_initializer(),
                fields.has_recurrent_weight_initializer(),
                v1::Initializer::FAN_IN_UNIFORM, double(units));
  Value bias = parameter(
      "bias", {directions, 2 * gates * units}, fields.bias_initializer(),
      fields.has_bias_initializer(), v1::Initializer::ZEROS, double(units));
  auto way =
      nn::RnnDirectionAttr::get(layer.builder().getContext(), direction());
  if (gates == 1)
    return layer.createAll<nn::RnnOp>(sequence, weight, recurrent, bias, hidden,
                                      way, activations(), FloatAttr());
  if (gates == 3)
    return layer.createAll<nn::GruOp>(
        sequence, weight, recurrent, bias, hidden, way, activations(),
        FloatAttr(), layer.builder().getBoolAttr(!fields.reset_before()));
  return layer.createAll<nn::LstmOp>(
      sequence, weight, recurrent, bias, hidden, cell, Value(), way,
      activations(), FloatAttr(), layer.builder().getBoolAttr(false));
}

void RecurrentBuilder::buildAll() {
  units = layer.positive("units", fields.units());
  directions = fields.direction() == v1::Recurrent::BIDIRECTIONAL ? 2 : 1;
  double dropout = layer.fraction("dropout", fields.dropout());
  int64_t layers =
      fields.layers() == 0 ? 1 : layer.positive("layers", fields.layers());
  if (layers > 256)
    layer.error(ErrorCode::ExpansionLimit, "layers") << "at most 256 layers";
  if (!fields.activation().empty() &&
      (gates != 1 ||
       (fields.activation() != "tanh" && fields.activation() != "relu")))
    layer.error(ErrorCode::InvalidField, "activation")
        << "a rnn has the activation tanh or relu, others have none to choose";
  if (!layer.checkInputs(1, gates == 4 ? 3 : 2) ||
      !layer.checkFloatInput(0, 3) || layer.failed())
    return;
  if (layers > 1 && layer.inputs.size() > 1) {
    layer.error(ErrorCode::InvalidField, "input")
        << "first states are for a single layer";
    return;
  }
  Value sequence = layer.inputs[0];
  if (Layer::rank(sequence) != 3) {
    layer.error(ErrorCode::ShapeMismatch, "input")
        << "a sequence is [N, T, features], not "
        << nn::shapeText(Layer::shape(sequence));
    return;
  }
  if (!fields.time_first())
    sequence = layer.transpose(sequence, {1, 0, 2});
  auto state = [&](size_t index) {
    return splitState(index < layer.inputs.size() ? layer.inputs[index]
                                                  : Value());
  };
  Value hidden = state(1), cell = state(2);
  SmallVector<Value> results;
  for (int64_t index = 0; index < layers && !layer.failed(); ++index) {
    std::string prefix = layers == 1 ? "" : std::to_string(index) + ".";
    results = build(prefix, sequence, hidden, cell);
    if (layer.failed())
      return;
    sequence = mergeSequence(results[0]);
    if (index + 1 < layers && !layer.failed())
      sequence = layer.drop(sequence, dropout, Layer::shape(sequence));
  }
  for (Value &result : MutableArrayRef(results).drop_front())
    result = mergeState(result);
  results[0] =
      fields.time_first() ? sequence : layer.transpose(sequence, {1, 0, 2});
  layer.setResults(results);
}

void mlcc::mlc_frontend::importRnn(Layer &layer) {
  RecurrentBuilder{layer, layer.as<v1::Recurrent>(), 1}.buildAll();
}
void mlcc::mlc_frontend::importGru(Layer &layer) {
  RecurrentBuilder{layer, layer.as<v1::Recurrent>(), 3}.buildAll();
}
void mlcc::mlc_frontend::importLstm(Layer &layer) {
  RecurrentBuilder{layer, layer.as<v1::Recurrent>(), 4}.buildAll();
}
