//===- Recurrent.cpp - Reference evaluation of recurrent layers -----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/reference/Reference.h"

#include <cmath>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

namespace {
using Vector = std::vector<double>;

/// A recurrent layer with its operands, as the description of the ops names
/// them; absent ones are null.
struct Layer {
  const HostTensor *input, *weights, *recurrentWeights;
  const HostTensor *bias, *initialHidden;
  RnnDirection direction;
  ArrayAttr activations;
  double clip;
  int64_t gates;

  int64_t steps() const { return input->getShape()[0]; }
  int64_t batch() const { return input->getShape()[1]; }
  int64_t features() const { return input->getShape()[2]; }
  int64_t hidden() const { return recurrentWeights->getShape()[2]; }
  int64_t directions() const { return weights->getShape()[0]; }

  /// Row `gate * hidden() + unit` of W x, without bias.
  double inputProduct(int64_t d, int64_t row, int64_t t, int64_t n) const;
  /// The same row of R state, without bias.
  double recurrentProduct(int64_t d, int64_t row, const Vector &state) const;
  double inputBias(int64_t d, int64_t row) const;
  double recurrentBias(int64_t d, int64_t row) const;
  /// Both products with both biases.
  double gate(int64_t d, int64_t row, int64_t t, int64_t n,
              const Vector &state) const;
  /// The activation function number `index` of the direction.
  double activate(int64_t d, int64_t index, double x) const;
  /// Row (d, n) of an initial state [D, N, H], or zeros.
  Vector initialState(const HostTensor *initial, int64_t d, int64_t n) const;
};

/// The states of one sample in one direction.
struct State {
  Vector hidden, cell;
};
} // namespace

double Layer::inputProduct(int64_t d, int64_t row, int64_t t, int64_t n) const {
  double sum = 0;
  for (int64_t i = 0; i < features(); ++i)
    sum += weights->getAsDouble((d * gates * hidden() + row) * features() + i) *
           input->getAsDouble((t * batch() + n) * features() + i);
  return sum;
}

double Layer::recurrentProduct(int64_t d, int64_t row,
                               const Vector &state) const {
  double sum = 0;
  for (int64_t i = 0; i < hidden(); ++i)
    sum += recurrentWeights->getAsDouble(
               (d * gates * hidden() + row) * hidden() + i) *
           state[i];
  return sum;
}

double Layer::inputBias(int64_t d, int64_t row) const {
  return bias ? bias->getAsDouble(d * 2 * gates * hidden() + row) : 0;
}

double Layer::recurrentBias(int64_t d, int64_t row) const {
  return bias ? bias->getAsDouble((d * 2 + 1) * gates * hidden() + row) : 0;
}

double Layer::gate(int64_t d, int64_t row, int64_t t, int64_t n,
                   const Vector &state) const {
  return inputProduct(d, row, t, n) + recurrentProduct(d, row, state) +
         inputBias(d, row) + recurrentBias(d, row);
}

double Layer::activate(int64_t d, int64_t index, double x) const {
  int64_t functions = activations.size() / directions();
  auto name = cast<StringAttr>(activations[d * functions + index]);
  x = std::clamp(x, -clip, clip);
  if (name == "sigmoid")
    return 1 / (1 + std::exp(-x));
  if (name == "tanh")
    return std::tanh(x);
  return x < 0 ? 0 : x;
}

Vector Layer::initialState(const HostTensor *initial, int64_t d,
                           int64_t n) const {
  Vector state(hidden(), 0);
  for (int64_t h = 0; initial && h < hidden(); ++h)
    state[h] = initial->getAsDouble((d * batch() + n) * hidden() + h);
  return state;
}

/// Gives an op's operands one after another; none for absent ones.
static auto operandReader(Operands operands) {
  return [next = operands.begin()](Value value) mutable -> const HostTensor * {
    return value ? next++ : nullptr;
  };
}

/// Walks time for each direction and sample; `step(d, t, n, state)` makes the
/// next state. `results` are the op's, zero-filled.
template <typename Step>
static void walkTime(const Layer &layer, const HostTensor *initialCell,
                     Results &results, Step step) {
  int64_t steps = layer.steps(), batch = layer.batch(), units = layer.hidden();
  for (int64_t d = 0; d < layer.directions(); ++d) {
    bool backwards = d == 1 || layer.direction == RnnDirection::reverse;
    for (int64_t n = 0; n < batch; ++n) {
      State state{layer.initialState(layer.initialHidden, d, n),
                  layer.initialState(initialCell, d, n)};
      for (int64_t i = 0; i < steps; ++i) {
        int64_t t = backwards ? steps - 1 - i : i;
        state = step(d, t, n, state);
        int64_t row = (t * layer.directions() + d) * batch + n;
        for (int64_t h = 0; h < units; ++h)
          results[0].setDouble(row * units + h, state.hidden[h]);
      }
      for (int64_t h = 0; h < units; ++h) {
        results[1].setDouble((d * batch + n) * units + h, state.hidden[h]);
        if (results.size() > 2)
          results[2].setDouble((d * batch + n) * units + h, state.cell[h]);
      }
    }
  }
}

/// Reads the operands that all layers have, in order.
template <typename RecurrentOp, typename Reader>
static Layer readLayer(RecurrentOp op, int64_t gates, Reader &next) {
  Layer layer;
  layer.input = next(op.getInput());
  layer.weights = next(op.getWeights());
  layer.recurrentWeights = next(op.getRecurrentWeights());
  layer.bias = next(op.getBias());
  layer.initialHidden = next(op.getInitialHidden());
  layer.direction = op.getDirection();
  layer.activations = op.getActivations();
  layer.clip = op.getClip() ? std::abs(op.getClip()->convertToDouble())
                            : static_cast<double>(INFINITY);
  layer.gates = gates;
  return layer;
}

LogicalResult LstmOp::evaluate(Operands operands, Results &results) {
  auto next = operandReader(operands);
  Layer layer = readLayer(*this, /*gates=*/4, next);
  const HostTensor *initialCell = next(getInitialCell());
  const HostTensor *peepholes = next(getPeepholes());
  for (Type type : getResultTypes())
    results.emplace_back(cast<RankedTensorType>(type));
  int64_t units = layer.hidden();
  auto peephole = [&](int64_t d, int64_t gate, int64_t h) {
    return peepholes ? peepholes->getAsDouble((d * 3 + gate) * units + h) : 0;
  };
  walkTime(
      layer, initialCell, results,
      [&](int64_t d, int64_t t, int64_t n, const State &old) {
        State state{Vector(units), Vector(units)};
        for (int64_t h = 0; h < units; ++h) {
          // Rows of the weights: i, o, f, c.
          auto gate = [&](int64_t index) {
            return layer.gate(d, index * units + h, t, n, old.hidden);
          };
          double i =
              layer.activate(d, 0, gate(0) + peephole(d, 0, h) * old.cell[h]);
          double f = getInputForget()
                         ? 1 - i
                         : layer.activate(
                               d, 0, gate(2) + peephole(d, 2, h) * old.cell[h]);
          double c = layer.activate(d, 1, gate(3));
          state.cell[h] = f * old.cell[h] + i * c;
          double o =
              layer.activate(d, 0, gate(1) + peephole(d, 1, h) * state.cell[h]);
          state.hidden[h] = o * layer.activate(d, 2, state.cell[h]);
        }
        return state;
      });
  return success();
}

LogicalResult GruOp::evaluate(Operands operands, Results &results) {
  auto next = operandReader(operands);
  Layer layer = readLayer(*this, /*gates=*/3, next);
  for (Type type : getResultTypes())
    results.emplace_back(cast<RankedTensorType>(type));
  int64_t units = layer.hidden();
  walkTime(
      layer, /*initialCell=*/nullptr, results,
      [&](int64_t d, int64_t t, int64_t n, const State &old) {
        // Rows of the weights: z, r, h.
        Vector reset(units), resetState(units);
        for (int64_t h = 0; h < units; ++h) {
          reset[h] =
              layer.activate(d, 0, layer.gate(d, units + h, t, n, old.hidden));
          resetState[h] = reset[h] * old.hidden[h];
        }
        State state{Vector(units), old.cell};
        for (int64_t h = 0; h < units; ++h) {
          double z = layer.activate(d, 0, layer.gate(d, h, t, n, old.hidden));
          int64_t row = 2 * units + h;
          double recurrent =
              getLinearBeforeReset()
                  ? reset[h] * (layer.recurrentProduct(d, row, old.hidden) +
                                layer.recurrentBias(d, row))
                  : layer.recurrentProduct(d, row, resetState) +
                        layer.recurrentBias(d, row);
          double candidate =
              layer.activate(d, 1,
                             layer.inputProduct(d, row, t, n) +
                                 layer.inputBias(d, row) + recurrent);
          state.hidden[h] = (1 - z) * candidate + z * old.hidden[h];
        }
        return state;
      });
  return success();
}

LogicalResult RnnOp::evaluate(Operands operands, Results &results) {
  auto next = operandReader(operands);
  Layer layer = readLayer(*this, /*gates=*/1, next);
  for (Type type : getResultTypes())
    results.emplace_back(cast<RankedTensorType>(type));
  walkTime(layer, /*initialCell=*/nullptr, results,
           [&](int64_t d, int64_t t, int64_t n, const State &old) {
             State state{Vector(layer.hidden()), old.cell};
             for (int64_t h = 0; h < layer.hidden(); ++h)
               state.hidden[h] =
                   layer.activate(d, 0, layer.gate(d, h, t, n, old.hidden));
             return state;
           });
  return success();
}

/// Each sample of each step goes through all weights.
template <typename RecurrentOp> static double recurrentWork(RecurrentOp op) {
  auto input = op.getInput().getType();
  double weights =
      static_cast<double>(op.getWeights().getType().getNumElements()) +
      op.getRecurrentWeights().getType().getNumElements();
  return input.getDimSize(0) * input.getDimSize(1) * weights;
}

double LstmOp::evaluationWork() { return recurrentWork(*this); }
double GruOp::evaluationWork() { return recurrentWork(*this); }
double RnnOp::evaluationWork() { return recurrentWork(*this); }
