//===- UnrollRecurrent.cpp - Recurrent layers step by step ----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/gradient/UnrollRecurrent.h"

#include "dialects/nn/Loops.h"
#include "dialects/nn/gradient/Emitter.h"

#include <cmath>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;
using namespace mlcc::nn::gradient;

namespace {

/// What the three ops have in common; absent operands are null.
struct Layer {
  template <typename Op>
  Layer(Op op, int64_t gates)
      : op(op), input(op.getInput()), weights(op.getWeights()),
        recurrentWeights(op.getRecurrentWeights()), bias(op.getBias()),
        initialHidden(op.getInitialHidden()), direction(op.getDirection()),
        activations(op.getActivations()), gates(gates) {
    if (op.getClip())
      clip = std::abs(op.getClip()->convertToDouble());
    ArrayRef<int64_t> shape = shapeOf(input);
    steps = shape[0];
    batch = shape[1];
    inputs = shape[2];
    directions = shapeOf(recurrentWeights)[0];
    hidden = shapeOf(recurrentWeights)[2];
  }

  Operation *op;
  Value input, weights, recurrentWeights, bias, initialHidden;
  RnnDirection direction;
  ArrayAttr activations;
  std::optional<double> clip;
  int64_t gates, steps, batch, inputs, hidden, directions;
};

/// Emits one direction of a layer, with the equations of ONNX's LSTM, GRU and
/// RNN.
class DirectionUnroller {
public:
  DirectionUnroller(const Layer &layer, Emitter &emitter, int64_t direction);

  /// The hidden states [T, N, H], step by step or as an nn.scan.
  Value run(bool rolled);
  Value getHidden() const { return hidden; }
  /// Null but for an LSTM.
  Value getCell() const { return cell; }

private:
  Value inputGates();
  void step(Value inputGates);
  void stepLstm(LstmOp lstm, Value inputGates);
  void stepGru(GruOp gru, Value inputGates);

  Term recurrent(Value state, int64_t firstGate, int64_t gates);
  Term gateOf(Value gates, int64_t index) {
    return term(
        emitter.sliceAlong(gates, 1, index * layer.hidden, layer.hidden));
  }
  Term activate(Value value, int64_t kind);
  Term peephole(LstmOp lstm, int64_t index) {
    return term(part(lstm.getPeepholes(), index * layer.hidden, layer.hidden));
  }
  Term term(Value value) { return {emitter, value}; }
  Value initialState(Value given);
  Value part(Value value, int64_t begin, int64_t count);

  const Layer &layer;
  Emitter &emitter;
  int64_t direction;
  Value hidden, cell;
  /// What `part` has made.
  DenseMap<std::pair<Value, std::pair<int64_t, int64_t>>, Value> parts;
};

} // namespace

/// The name of the user's node.
static std::string nameOf(Operation *op) {
  if (auto name = op->getLoc()->findInstanceOf<NameLoc>())
    return name.getName().str();
  return op->getName().stripDialect().str();
}

DirectionUnroller::DirectionUnroller(const Layer &layer, Emitter &emitter,
                                     int64_t direction)
    : layer(layer), emitter(emitter), direction(direction) {
  hidden = initialState(layer.initialHidden);
  if (auto lstm = dyn_cast<LstmOp>(layer.op))
    cell = initialState(lstm.getInitialCell());
}

/// [N, H]: what is given [D, N, H], or zeros.
Value DirectionUnroller::initialState(Value given) {
  Extents shape{layer.batch, layer.hidden};
  if (!given)
    return emitter.zeros(typeOf(layer.input).clone(shape));
  return emitter.reshape(part(given, 0, layer.batch), shape);
}

/// Rows [begin, begin + count) of this direction's part of `value` [D, rows,
/// ...].
Value DirectionUnroller::part(Value value, int64_t begin, int64_t count) {
  Value &known = parts[{value, {begin, count}}];
  if (!known) {
    Value ofDirection = emitter.sliceAlong(value, 0, direction, 1);
    Value rows = emitter.sliceAlong(ofDirection, 1, begin, count);
    known = emitter.reshape(rows, shapeOf(rows).drop_front());
  }
  return known;
}

/// state [N, H] times the recurrent weights of some gates, plus their bias:
/// [N, gates * H].
Term DirectionUnroller::recurrent(Value state, int64_t firstGate,
                                  int64_t gates) {
  int64_t rows = gates * layer.hidden, begin = firstGate * layer.hidden;
  Value bias;
  if (layer.bias)
    bias = part(layer.bias, layer.gates * layer.hidden + begin, rows);
  return term(emitter.make<MatMulOp>(
      state, part(layer.recurrentWeights, begin, rows), bias,
      /*transpose_lhs=*/false, /*transpose_rhs=*/true));
}

Term DirectionUnroller::activate(Value value, int64_t kind) {
  if (layer.clip) {
    OpBuilder &builder = emitter.getBuilder();
    value = emitter.make<ClipOp>(value, builder.getF64FloatAttr(-*layer.clip),
                                 builder.getF64FloatAttr(*layer.clip));
  }
  int64_t kinds = layer.activations.size() / layer.directions;
  auto name = cast<StringAttr>(layer.activations[direction * kinds + kind]);
  if (name == "sigmoid")
    return sigmoid(term(value));
  if (name == "tanh")
    return tanh(term(value));
  return term(emitter.make<ReluOp>(value));
}

/// Gates in the order i, o, f, c; peepholes in the order i, o, f.
void DirectionUnroller::stepLstm(LstmOp lstm, Value inputGates) {
  Value gates = term(inputGates) + recurrent(hidden, 0, 4);
  Term i = gateOf(gates, 0), o = gateOf(gates, 1), f = gateOf(gates, 2);
  Term candidate = activate(gateOf(gates, 3), 1);
  bool hasPeepholes = static_cast<bool>(lstm.getPeepholes());
  if (hasPeepholes) {
    i = i + peephole(lstm, 0) * term(cell);
    f = f + peephole(lstm, 2) * term(cell);
  }
  i = activate(i, 0);
  f = lstm.getInputForget() ? 1 - i : activate(f, 0);
  cell = f * term(cell) + i * candidate;
  if (hasPeepholes)
    o = o + peephole(lstm, 1) * term(cell);
  hidden = activate(o, 0) * activate(cell, 2);
}

/// Gates in the order z, r, h.
void DirectionUnroller::stepGru(GruOp gru, Value inputGates) {
  Value updateReset = recurrent(hidden, 0, 2);
  Term z = activate(gateOf(inputGates, 0) + gateOf(updateReset, 0), 0);
  Term r = activate(gateOf(inputGates, 1) + gateOf(updateReset, 1), 0);
  Term product = gru.getLinearBeforeReset() ? r * recurrent(hidden, 2, 1)
                                            : recurrent(r * term(hidden), 2, 1);
  Term candidate = activate(gateOf(inputGates, 2) + product, 1);
  hidden = (1 - z) * candidate + z * term(hidden);
}

/// What the inputs of all steps give for the gates, at once: [T * N, G * H].
Value DirectionUnroller::inputGates() {
  int64_t rows = layer.gates * layer.hidden;
  Value bias = layer.bias ? part(layer.bias, 0, rows) : Value();
  Value flat =
      emitter.reshape(layer.input, {layer.steps * layer.batch, layer.inputs});
  return emitter.make<MatMulOp>(flat, part(layer.weights, 0, rows), bias,
                                /*transpose_lhs=*/false,
                                /*transpose_rhs=*/true);
}

/// The states after a step.
void DirectionUnroller::step(Value inputGates) {
  if (auto lstm = dyn_cast<LstmOp>(layer.op))
    stepLstm(lstm, inputGates);
  else if (auto gru = dyn_cast<GruOp>(layer.op))
    stepGru(gru, inputGates);
  else
    hidden = activate(term(inputGates) + recurrent(hidden, 0, 1), 0);
}

Value DirectionUnroller::run(bool rolled) {
  bool backwards = layer.direction == RnnDirection::reverse || direction == 1;
  Value gates = inputGates();
  if (rolled) {
    gates = emitter.reshape(
        gates, {layer.steps, layer.batch, layer.gates * layer.hidden});
    SmallVector<Value> states{hidden};
    if (cell)
      states.push_back(cell);
    LoopBuilder loop(emitter.getBuilder(), emitter.getLocation(),
                     nameOf(layer.op), gates, states);
    hidden = loop.state(0);
    if (cell)
      cell = loop.state(1);
    step(loop.step(0));
    SmallVector<Value> newStates{hidden};
    if (cell)
      newStates.push_back(cell);
    ScanOp scan = loop.finishScan(hidden, newStates, layer.steps, backwards);
    hidden = scan.getLastStates()[0];
    if (cell)
      cell = scan.getLastStates()[1];
    return scan.getResult(0);
  }
  SmallVector<Value> states(layer.steps);
  for (int64_t number = 0; number < layer.steps; ++number) {
    int64_t time = backwards ? layer.steps - 1 - number : number;
    step(emitter.sliceAlong(gates, 0, time * layer.batch, layer.batch));
    states[time] = emitter.reshape(hidden, {1, layer.batch, layer.hidden});
  }
  if (states.empty())
    return emitter.zeros(
        typeOf(layer.input).clone({0, layer.batch, layer.hidden}));
  return emitter.concat(states, 0);
}

static Layer layerOf(Operation *op) {
  if (auto lstm = dyn_cast<LstmOp>(op))
    return Layer(lstm, /*gates=*/4);
  if (auto gru = dyn_cast<GruOp>(op))
    return Layer(gru, /*gates=*/3);
  return Layer(cast<RnnOp>(op), /*gates=*/1);
}

SmallVector<Value> nn::unrollRecurrent(OpBuilder &builder, Operation *op) {
  Layer layer = layerOf(op);
  Emitter emitter(builder, op->getLoc());
  SmallVector<Value> states, lastHidden, lastCell;
  for (int64_t direction = 0; direction < layer.directions; ++direction) {
    DirectionUnroller unroller(layer, emitter, direction);
    Value ofDirection = unroller.run(layer.steps > longestUnrolledLayer);
    states.push_back(emitter.reshape(
        ofDirection, {layer.steps, 1, layer.batch, layer.hidden}));
    Extents last{1, layer.batch, layer.hidden};
    lastHidden.push_back(emitter.reshape(unroller.getHidden(), last));
    if (Value cell = unroller.getCell())
      lastCell.push_back(emitter.reshape(cell, last));
  }
  SmallVector<Value> results{emitter.concat(states, 1),
                             emitter.concat(lastHidden, 0)};
  if (!lastCell.empty())
    results.push_back(emitter.concat(lastCell, 0));
  return results;
}
