//===- UnrollRecurrent.cpp - Recurrent layers step by step ----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fuse/FusePasses.h"
#include "compiler/fuse/Recurrent.h"
#include "compiler/graph/Constants.h"
#include "dialects/diagnostics/Diagnostics.h"

namespace mlcc {
#define GEN_PASS_DEF_UNROLLRECURRENT
#include "compiler/fuse/FusePasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;
using namespace mlcc::fuse;
using graph::makeUniform;
using graph::reshapeTo;
using graph::typeOf;

namespace {

/// Emits one direction of a layer, with the equations of ONNX's LSTM, GRU and
/// RNN.
class DirectionUnroller {
public:
  DirectionUnroller(const RecurrentLayer &layer, OpBuilder &builder,
                    int64_t direction);

  /// The hidden states [N, H] in the order of time.
  SmallVector<Value> run();
  Value getHidden() const { return hidden; }
  Value getCell() const { return cell; }

private:
  void stepLstm(Value gates);
  void stepGru(Value inputGates);
  void stepVanilla(Value gates);

  Value recurrent(Value state, int64_t firstGate, int64_t gates, bool withBias);
  Value gateOf(Value gates, int64_t index);
  Value activate(Value value, int64_t kind);
  Value peephole(int64_t index);

  Value add(Value lhs, Value rhs) {
    return nn::AddOp::create(builder, location, lhs, rhs);
  }
  Value mul(Value lhs, Value rhs) {
    return nn::MulOp::create(builder, location, lhs, rhs);
  }
  Value oneMinus(Value value) {
    return nn::SubOp::create(builder, location, one, value);
  }
  /// Rows [begin, begin + count) of this direction's part of `value` [D, rows,
  /// ...].
  Value part(Value value, int64_t begin, int64_t count);

  const RecurrentLayer &layer;
  OpBuilder &builder;
  Location location;
  int64_t direction;
  Value hidden, cell, one;
};

} // namespace

DirectionUnroller::DirectionUnroller(const RecurrentLayer &layer,
                                     OpBuilder &builder, int64_t direction)
    : layer(layer), builder(builder), location(layer.op->getLoc()),
      direction(direction) {
  auto element = typeOf(layer.input).getElementType();
  auto scalar = RankedTensorType::get({}, element);
  auto state = RankedTensorType::get({layer.batch, layer.hidden}, element);
  auto initial = [&](Value value) {
    if (!value)
      return makeUniform(builder, location, state, 0);
    return reshapeTo(builder, location, part(value, 0, layer.batch),
                     state.getShape());
  };
  one = makeUniform(builder, location, scalar, 1);
  hidden = initial(layer.initialHidden);
  if (layer.cell == dnn::RnnCell::lstm)
    cell = initial(layer.initialCell);
}

Value DirectionUnroller::part(Value value, int64_t begin, int64_t count) {
  SmallVector<int64_t> sizes(typeOf(value).getShape());
  SmallVector<int64_t> starts(sizes.size(), 0), steps(sizes.size(), 1);
  starts[0] = direction;
  starts[1] = begin;
  sizes[0] = 1;
  sizes[1] = count;
  Value slice =
      nn::SliceOp::create(builder, location, value, starts, sizes, steps);
  return reshapeTo(builder, location, slice, ArrayRef(sizes).drop_front());
}

/// state [N, H] times the recurrent weights of some gates, plus their bias:
/// [N, gates * H].
Value DirectionUnroller::recurrent(Value state, int64_t firstGate,
                                   int64_t gates, bool withBias) {
  int64_t rows = gates * layer.hidden, begin = firstGate * layer.hidden;
  Value bias;
  if (withBias && layer.bias)
    bias = part(layer.bias, layer.gates * layer.hidden + begin, rows);
  return nn::MatMulOp::create(
      builder, location, typeOf(state).clone({layer.batch, rows}), state,
      part(layer.recurrentWeights, begin, rows), bias,
      builder.getBoolAttr(false), builder.getBoolAttr(true));
}

/// [N, H] of gate `index` of [N, G*H].
Value DirectionUnroller::gateOf(Value gates, int64_t index) {
  return nn::SliceOp::create(
      builder, location, gates, ArrayRef<int64_t>{0, index * layer.hidden},
      ArrayRef<int64_t>{layer.batch, layer.hidden}, ArrayRef<int64_t>{1, 1});
}

Value DirectionUnroller::activate(Value value, int64_t kind) {
  if (layer.clip)
    value = nn::ClipOp::create(builder, location, value,
                               builder.getF64FloatAttr(-*layer.clip),
                               builder.getF64FloatAttr(*layer.clip));
  size_t kinds = layer.activations.size() / layer.directions;
  StringRef name = layer.activations[direction * kinds + kind];
  if (name == "sigmoid")
    return nn::SigmoidOp::create(builder, location, value);
  if (name == "relu")
    return nn::ReluOp::create(builder, location, value);
  return nn::TanhOp::create(builder, location, value);
}

/// The peephole weights [H] of a gate, in the order i, o, f.
Value DirectionUnroller::peephole(int64_t index) {
  return part(layer.peepholes, index * layer.hidden, layer.hidden);
}

void DirectionUnroller::stepLstm(Value inputGates) {
  Value gates = add(inputGates, recurrent(hidden, 0, 4, /*withBias=*/true));
  Value i = gateOf(gates, 0), o = gateOf(gates, 1), f = gateOf(gates, 2);
  Value candidate = activate(gateOf(gates, 3), 1);
  if (layer.peepholes) {
    i = add(i, mul(peephole(0), cell));
    f = add(f, mul(peephole(2), cell));
  }
  i = activate(i, 0);
  f = layer.inputForget ? oneMinus(i) : activate(f, 0);
  cell = add(mul(f, cell), mul(i, candidate));
  if (layer.peepholes)
    o = add(o, mul(peephole(1), cell));
  hidden = mul(activate(o, 0), activate(cell, 2));
}

void DirectionUnroller::stepGru(Value inputGates) {
  bool linearBeforeReset = layer.cell == dnn::RnnCell::lbr_gru;
  Value updateReset = recurrent(hidden, 0, 2, /*withBias=*/true);
  Value z = activate(add(gateOf(inputGates, 0), gateOf(updateReset, 0)), 0);
  Value r = activate(add(gateOf(inputGates, 1), gateOf(updateReset, 1)), 0);
  Value product = linearBeforeReset
                      ? mul(r, recurrent(hidden, 2, 1, /*withBias=*/true))
                      : recurrent(mul(r, hidden), 2, 1, /*withBias=*/true);
  Value candidate = activate(add(gateOf(inputGates, 2), product), 1);
  hidden = add(mul(oneMinus(z), candidate), mul(z, hidden));
}

void DirectionUnroller::stepVanilla(Value inputGates) {
  hidden =
      activate(add(inputGates, recurrent(hidden, 0, 1, /*withBias=*/true)), 0);
}

SmallVector<Value> DirectionUnroller::run() {
  int64_t rows = layer.gates * layer.hidden;
  auto type = typeOf(layer.input);
  // The inputs of all steps at once: [T * N, G * H].
  Value bias = layer.bias ? part(layer.bias, 0, rows) : Value();
  Value inputGates = nn::MatMulOp::create(
      builder, location, type.clone({layer.steps * layer.batch, rows}),
      reshapeTo(builder, location, layer.input,
                {layer.steps * layer.batch, layer.inputs}),
      part(layer.weights, 0, rows), bias, builder.getBoolAttr(false),
      builder.getBoolAttr(true));
  bool backwards =
      layer.direction == nn::RnnDirection::reverse || direction == 1;
  SmallVector<Value> states(layer.steps);
  for (int64_t step = 0; step < layer.steps; ++step) {
    int64_t time = backwards ? layer.steps - 1 - step : step;
    Value gates = nn::SliceOp::create(
        builder, location, inputGates, ArrayRef<int64_t>{time * layer.batch, 0},
        ArrayRef<int64_t>{layer.batch, rows}, ArrayRef<int64_t>{1, 1});
    if (layer.cell == dnn::RnnCell::lstm)
      stepLstm(gates);
    else if (layer.cell == dnn::RnnCell::vanilla)
      stepVanilla(gates);
    else
      stepGru(gates);
    states[time] = hidden;
  }
  return states;
}

static Value concat(OpBuilder &builder, Location location,
                    ArrayRef<Value> values, int64_t axis) {
  return values.size() == 1
             ? values.front()
             : nn::ConcatOp::create(builder, location, values, axis)
                   .getResult();
}

static void unroll(const RecurrentLayer &layer) {
  OpBuilder builder(layer.op);
  Location location = layer.op->getLoc();
  SmallVector<Value> states, lastHidden, lastCell;
  for (int64_t direction = 0; direction < layer.directions; ++direction) {
    DirectionUnroller unroller(layer, builder, direction);
    SmallVector<Value> ofDirection = unroller.run();
    for (Value &state : ofDirection)
      state = reshapeTo(builder, location, state,
                        {1, 1, layer.batch, layer.hidden});
    states.push_back(concat(builder, location, ofDirection, 0));
    int64_t last[] = {1, layer.batch, layer.hidden};
    lastHidden.push_back(
        reshapeTo(builder, location, unroller.getHidden(), last));
    if (Value cell = unroller.getCell())
      lastCell.push_back(reshapeTo(builder, location, cell, last));
  }
  SmallVector<Value> results{concat(builder, location, states, 1),
                             concat(builder, location, lastHidden, 0)};
  if (!lastCell.empty())
    results.push_back(concat(builder, location, lastCell, 0));
  layer.op->replaceAllUsesWith(results);
  layer.op->erase();
}

namespace {
class UnrollRecurrent
    : public mlcc::impl::UnrollRecurrentBase<UnrollRecurrent> {
public:
  using UnrollRecurrentBase::UnrollRecurrentBase;

  void runOnOperation() override {
    SmallVector<RecurrentLayer> layers;
    getOperation().walk([&](Operation *op) {
      std::optional<RecurrentLayer> layer = RecurrentLayer::of(op);
      if (layer && !layer->isPrimitive())
        layers.push_back(std::move(*layer));
    });
    for (const RecurrentLayer &layer : layers) {
      if (succeeded(check(layer)))
        unroll(layer);
      else
        signalPassFailure();
    }
  }

private:
  LogicalResult check(const RecurrentLayer &layer) const {
    for (StringRef name : layer.activations)
      if (!llvm::is_contained({"sigmoid", "tanh", "relu"}, name))
        return mlcc::emitError(layer.op->getLoc(), ErrorCode::UnsupportedForm)
               << "the recurrent layer's activation '" << name
               << "' is not supported; sigmoid, tanh and relu are";
    if (layer.steps * layer.directions > maxSteps)
      return mlcc::emitError(layer.op->getLoc(), ErrorCode::UnsupportedForm)
             << "a recurrent layer of " << layer.steps * layer.directions
             << " steps is too long to be unrolled (" << maxSteps.getValue()
             << " at most); one with constant weights, the default activations "
                "and without clip or input_forget need not be";
    return success();
  }
};
} // namespace
