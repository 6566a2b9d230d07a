//===- Linear.cpp - Layers that multiply by matrices ----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Layer.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::mlc_frontend;

void mlcc::mlc_frontend::importDense(Layer &layer) {
  const auto &dense = layer.as<v1::Dense>();
  int64_t units = layer.positive("units", dense.units());
  if (!layer.checkInputs(1, 1) || !layer.checkFloatInput(0, 1))
    return;
  Value input = layer.inputs[0];
  int64_t features = Layer::shape(input).back();
  Value weight;
  if (dense.weight().empty()) {
    weight = layer.parameter({.name = "weight",
                              .shape = {units, features},
                              .initializer = &dense.weight_initializer(),
                              .isGiven = dense.has_weight_initializer(),
                              .otherwise = v1::Initializer::XAVIER_UNIFORM,
                              .fanIn = double(features),
                              .fanOut = double(units)});
  } else if (!(weight = layer.readVariable(dense.weight()))) {
    layer.error(ErrorCode::UnknownName, "weight")
        << "no layer before this one has a variable '" << dense.weight() << "'";
  }
  Value bias;
  if (!dense.no_bias())
    bias = layer.parameter({.name = "bias",
                            .shape = {units},
                            .initializer = &dense.bias_initializer(),
                            .isGiven = dense.has_bias_initializer(),
                            .otherwise = v1::Initializer::ZEROS,
                            .fanIn = double(features),
                            .fanOut = double(units)});
  Value result = layer.linear(input, weight, bias);
  layer.setResults(layer.activate(result, dense.activation()));
}

void mlcc::mlc_frontend::importEmbedding(Layer &layer) {
  const auto &embedding = layer.as<v1::Embedding>();
  int64_t count = layer.positive("count", embedding.count());
  int64_t size = layer.positive("size", embedding.size());
  if (!layer.checkInputs(1, 1) || layer.failed())
    return;
  if (!isa<IntegerType>(Layer::type(layer.inputs[0]).getElementType())) {
    layer.error(ErrorCode::TypeMismatch, "input")
        << "an embedding looks up integers, not "
        << nn::typeText(Layer::type(layer.inputs[0]));
    return;
  }
  Value weight = layer.parameter({.name = "weight",
                                  .shape = {count, size},
                                  .initializer = &embedding.initializer(),
                                  .isGiven = embedding.has_initializer(),
                                  .otherwise = v1::Initializer::NORMAL,
                                  .fanIn = double(count),
                                  .fanOut = double(size),
                                  .deviation = 1});
  layer.setResults(
      layer.create<nn::GatherOp>(weight, layer.inputs[0], int64_t(0)));
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

namespace {
/// Multi-head attention: inputs [N, T, E] and [N, S, E].
struct AttentionBuilder {
  Layer &layer;
  const v1::Attention &attention;
  int64_t heads, size;

  Value project(StringRef name, Value input);
  /// [N, T, E] to [N, heads, T, E / heads].
  Value split(Value input);
  Value mask(Value scores, Value given);
};
} // namespace

Value AttentionBuilder::project(StringRef name, Value input) {
  std::string weightName = (name + ".weight").str();
  std::string biasName = (name + ".bias").str();
  Value weight =
      layer.parameter({.name = weightName,
                       .shape = {size, size},
                       .initializer = &attention.weight_initializer(),
                       .isGiven = attention.has_weight_initializer(),
                       .otherwise = v1::Initializer::XAVIER_UNIFORM,
                       .fanIn = double(size),
                       .fanOut = double(size)});
  Value bias;
  if (!attention.no_bias())
    bias = layer.parameter({.name = biasName,
                            .shape = {size},
                            .initializer = &attention.bias_initializer(),
                            .isGiven = attention.has_bias_initializer(),
                            .otherwise = v1::Initializer::ZEROS,
                            .fanIn = double(size),
                            .fanOut = double(size)});
  return layer.linear(input, weight, bias);
}

Value AttentionBuilder::split(Value input) {
  if (layer.failed())
    return nullptr;
  ArrayRef<int64_t> shape = Layer::shape(input);
  Value apart = layer.reshape(input, {shape[0], shape[1], heads, size / heads});
  return layer.transpose(apart, {0, 2, 1, 3});
}

Value AttentionBuilder::mask(Value scores, Value given) {
  if (layer.failed())
    return scores;
  nn::Math &math = layer.math;
  // So low that nothing is left of it after softmax, and yet a number.
  Value hidden = math.scalarLike(-1e30, scores);
  if (attention.causal()) {
    ArrayRef<int64_t> shape = Layer::shape(scores);
    Type boolean = layer.builder().getI1Type();
    Value all = layer.create<nn::BroadcastOp>(math.scalar(1, boolean),
                                              shape.take_back(2));
    Value seen = layer.create<nn::TriluOp>(all, shape[3] - shape[2],
                                           /*upper=*/false);
    scores = layer.create<nn::WhereOp>(seen, scores, hidden);
  }
  if (!given || layer.failed())
    return scores;
  if (Layer::type(given).getElementType().isInteger(1))
    return layer.create<nn::WhereOp>(given, scores, hidden);
  return layer.create<nn::AddOp>(scores, given);
}

void mlcc::mlc_frontend::importAttention(Layer &layer) {
  const auto &attention = layer.as<v1::Attention>();
  int64_t heads = layer.positive("heads", attention.heads());
  double dropout = layer.fraction("dropout", attention.dropout());
  if (!layer.checkInputs(1, 3) || !layer.checkFloatInput(0, 3) ||
      !layer.checkFloatInput(1, 3) || layer.failed())
    return;
  Value queriesOf = layer.inputs[0];
  Value valuesOf =
      layer.inputs.size() > 1 && layer.inputs[1] ? layer.inputs[1] : queriesOf;
  Value given = layer.inputs.size() > 2 ? layer.inputs[2] : Value();
  ArrayRef<int64_t> shape = Layer::shape(queriesOf);
  int64_t size = shape.back();
  if (shape.size() != 3 || size % heads != 0 ||
      Layer::shape(valuesOf).size() != 3 ||
      Layer::shape(valuesOf).back() != size) {
    layer.error(ErrorCode::ShapeMismatch, "heads")
        << "inputs are [N, T, E] of one E, a multiple of " << heads
        << " heads; here are " << nn::shapeText(shape) << " and "
        << nn::shapeText(Layer::shape(valuesOf));
    return;
  }
  AttentionBuilder build{layer, attention, heads, size};
  Value queries = build.split(build.project("query", queriesOf));
  Value keys = build.split(build.project("key", valuesOf));
  Value values = build.split(build.project("value", valuesOf));
  if (layer.failed())
    return;
  double scale = 1 / std::sqrt(double(size / heads));
  Value scores = layer.linear(layer.math.mul(queries, scale), keys, nullptr);
  scores = build.mask(scores, given);
  Value weights = layer.create<nn::SoftmaxOp>(scores, int64_t(3));
  if (layer.failed())
    return;
  weights = layer.drop(weights, dropout, Layer::shape(weights));
  Value mixed =
      layer.create<nn::MatMulOp>(weights, values, Value(), false, false);
  Value merged = layer.reshape(layer.transpose(mixed, {0, 2, 1, 3}), shape);
  layer.setResults(build.project("output", merged));
}
