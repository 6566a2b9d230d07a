//===- RecurrentTest.cpp - Recurrent layers against plain loops -----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reference.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace mlcc;
using namespace mlcc::test;

static constexpr int64_t steps = 4, batch = 2, features = 3, hidden = 5;

static float sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

namespace {
/// The operands of one layer and direction, in the shapes of dnn.rnn.
struct Layer {
  int64_t gates, biases;
  Values src = testValues(steps * batch * features, 1);
  Values state = testValues(batch * hidden, 2);
  Values cell = testValues(batch * hidden, 3);
  Values weights = testValues(features * gates * hidden, 4);
  Values recurrent = testValues(hidden * gates * hidden, 5);
  Values bias = testValues(biases * hidden, 6);

  /// W x + b of gate `gate`, without the recurrent part.
  float input(int64_t step, int64_t n, int64_t gate, int64_t h) const {
    float sum = bias[gate * hidden + h];
    for (int64_t i = 0; i < features; ++i)
      sum += src[(step * batch + n) * features + i] *
             weights[(i * gates + gate) * hidden + h];
    return sum;
  }
  /// R h of gate `gate`, of a hidden state of one sample.
  float fromState(const Values &hiddenState, int64_t n, int64_t gate,
                  int64_t h) const {
    float sum = 0;
    for (int64_t i = 0; i < hidden; ++i)
      sum += hiddenState[n * hidden + i] *
             recurrent[(i * gates + gate) * hidden + h];
    return sum;
  }
};
} // namespace

static PrimitiveSpec layerSpec(PrimitiveKind kind, const Layer &layer,
                               bool hasCell) {
  PrimitiveSpec spec;
  spec.kind = kind;
  spec.direction =
      static_cast<uint32_t>(dnnl::rnn_direction::unidirectional_left2right);
  auto add = [&](int argument, dnnl::memory::dims dims,
                 std::string layout = "") {
    spec.arguments.push_back(tensor(argument, std::move(dims), layout));
  };
  add(DNNL_ARG_SRC_LAYER, {steps, batch, features});
  add(DNNL_ARG_SRC_ITER, {1, 1, batch, hidden});
  if (hasCell)
    add(DNNL_ARG_SRC_ITER_C, {1, 1, batch, hidden});
  add(DNNL_ARG_WEIGHTS_LAYER, {1, 1, features, layer.gates, hidden}, "any");
  add(DNNL_ARG_WEIGHTS_ITER, {1, 1, hidden, layer.gates, hidden}, "any");
  add(DNNL_ARG_BIAS, {1, 1, layer.biases, hidden});
  add(DNNL_ARG_DST_LAYER, {steps, batch, hidden});
  add(DNNL_ARG_DST_ITER, {1, 1, batch, hidden});
  if (hasCell)
    add(DNNL_ARG_DST_ITER_C, {1, 1, batch, hidden});
  return spec;
}

static std::map<int, Values> inputsOf(const Layer &layer, bool hasCell) {
  std::map<int, Values> inputs = {{DNNL_ARG_SRC_LAYER, layer.src},
                                  {DNNL_ARG_SRC_ITER, layer.state},
                                  {DNNL_ARG_WEIGHTS_LAYER, layer.weights},
                                  {DNNL_ARG_WEIGHTS_ITER, layer.recurrent},
                                  {DNNL_ARG_BIAS, layer.bias}};
  if (hasCell)
    inputs[DNNL_ARG_SRC_ITER_C] = layer.cell;
  return inputs;
}

/// Walks time: `next(step, n, h, state)` gives each new element of the hidden
/// state. Returns all states; `state` ends as the last one.
template <typename Next> static Values walk(Values &state, Next next) {
  Values all;
  for (int64_t step = 0; step < steps; ++step) {
    Values following(state.size());
    for (int64_t n = 0; n < batch; ++n)
      for (int64_t h = 0; h < hidden; ++h)
        following[n * hidden + h] = next(step, n, h, state);
    state = following;
    all.insert(all.end(), state.begin(), state.end());
  }
  return all;
}

TEST(Recurrent, Lstm) {
  Layer layer = {4, 4};
  Values state = layer.state, cell = layer.cell;
  Values all =
      walk(state, [&](int64_t t, int64_t n, int64_t h, const Values &previous) {
        auto gate = [&](int64_t g) {
          return layer.input(t, n, g, h) + layer.fromState(previous, n, g, h);
        };
        float &c = cell[n * hidden + h];
        c = sigmoid(gate(1)) * c + sigmoid(gate(0)) * std::tanh(gate(2));
        return sigmoid(gate(3)) * std::tanh(c);
      });
  auto results = run(layerSpec(PrimitiveKind::Lstm, layer, /*hasCell=*/true),
                     inputsOf(layer, /*hasCell=*/true));
  expectClose(results[DNNL_ARG_DST_LAYER], all);
  expectClose(results[DNNL_ARG_DST_ITER], state);
  expectClose(results[DNNL_ARG_DST_ITER_C], cell);
}

TEST(Recurrent, Gru) {
  Layer layer = {3, 3};
  Values state = layer.state;
  Values all = walk(state, [&](int64_t t, int64_t n, int64_t h,
                               const Values &previous) {
    Values reset(previous.size());
    for (int64_t i = 0; i < hidden; ++i)
      reset[n * hidden + i] =
          previous[n * hidden + i] *
          sigmoid(layer.input(t, n, 1, i) + layer.fromState(previous, n, 1, i));
    float u =
        sigmoid(layer.input(t, n, 0, h) + layer.fromState(previous, n, 0, h));
    float o =
        std::tanh(layer.input(t, n, 2, h) + layer.fromState(reset, n, 2, h));
    return u * previous[n * hidden + h] + (1 - u) * o;
  });
  auto results = run(layerSpec(PrimitiveKind::Gru, layer, /*hasCell=*/false),
                     inputsOf(layer, /*hasCell=*/false));
  expectClose(results[DNNL_ARG_DST_LAYER], all);
  expectClose(results[DNNL_ARG_DST_ITER], state);
}

TEST(Recurrent, LinearBeforeResetGru) {
  Layer layer = {3, 4};
  Values state = layer.state;
  Values all =
      walk(state, [&](int64_t t, int64_t n, int64_t h, const Values &previous) {
        auto gate = [&](int64_t g) {
          return layer.input(t, n, g, h) + layer.fromState(previous, n, g, h);
        };
        float u = sigmoid(gate(0)), r = sigmoid(gate(1));
        float o = std::tanh(layer.input(t, n, 2, h) +
                            r * (layer.fromState(previous, n, 2, h) +
                                 layer.bias[3 * hidden + h]));
        return u * previous[n * hidden + h] + (1 - u) * o;
      });
  auto results = run(layerSpec(PrimitiveKind::LbrGru, layer, /*hasCell=*/false),
                     inputsOf(layer, /*hasCell=*/false));
  expectClose(results[DNNL_ARG_DST_LAYER], all);
}

TEST(Recurrent, Vanilla) {
  Layer layer = {1, 1};
  Values state = layer.state;
  Values all =
      walk(state, [&](int64_t t, int64_t n, int64_t h, const Values &previous) {
        return std::tanh(layer.input(t, n, 0, h) +
                         layer.fromState(previous, n, 0, h));
      });
  PrimitiveSpec spec =
      layerSpec(PrimitiveKind::VanillaRnn, layer, /*hasCell=*/false);
  spec.algorithm = dnnl::algorithm::eltwise_tanh;
  expectClose(run(spec, inputsOf(layer, /*hasCell=*/false))[DNNL_ARG_DST_LAYER],
              all);
}
