//===- RecurrentOps.cpp - Recurrent layers --------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The forms that oneDNN does not have (peepholes, clipping, other activations
// or element types). An iteration walks time for one sample in one direction;
// the states are in scratch buffers.
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/Conversions.h"
#include "compiler/kernels/LoopEmitter.h"
#include "compiler/kernels/OpModels.h"
#include "compiler/kernels/ScalarMath.h"
#include "dialects/nn/NN.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;

namespace mlcc::kernels {
namespace {

using Values = LoopEmitter::Values;
using Indices = ArrayRef<IndexExpr>;

/// Emits one recurrent layer. Names are those of the ops' description: T steps,
/// N samples, I features, H units, D directions, G gates.
class RecurrentEmitter {
public:
  template <typename Op>
  RecurrentEmitter(LoopEmitter &emitter, Op op, int64_t gates)
      : emitter(emitter), b(emitter.builder()), operation(op),
        input(op.getInput()), weights(op.getWeights()),
        recurrentWeights(op.getRecurrentWeights()), bias(op.getBias()),
        initialHidden(op.getInitialHidden()), activations(op.getActivations()),
        isReverse(op.getDirection() == nn::RnnDirection::reverse), gates(gates),
        element(getElementTypeOrSelf(op.getInput().getType())),
        math(b, computeType(element)) {
    if (op.getClip())
      clip = std::abs(op.getClip()->convertToDouble());
    ArrayRef<int64_t> shape = shapeOf(input);
    steps = shape[0];
    batch = shape[1];
    features = shape[2];
    units = shapeOf(recurrentWeights)[2];
    directions = shapeOf(weights)[0];
  }

  /// Code of one step, at time `t`, from the old states to the new ones.
  using Step = function_ref<void(const IndexExpr &t)>;
  /// Walks time for every direction and sample; returns their number.
  int64_t walk(Value initialCell, Step step);

  /// Runs `body` for each unit.
  void forUnits(function_ref<void(const IndexExpr &unit)> body) {
    emitter.loops(operation, units, {}, [&](Indices index, ValueRange) {
      body(index[0]);
      return Values();
    });
  }
  Value makeState() { return emitter.scratch(math.getType(), units); }
  Value load(Value state, const IndexExpr &unit) {
    return memref::LoadOp::create(b, state, emitter.materialize(unit));
  }
  void store(Value state, const IndexExpr &unit, Value value) {
    memref::StoreOp::create(b, value, state, emitter.materialize(unit));
  }
  void copy(Value from, Value to) {
    forUnits([&](const IndexExpr &unit) { store(to, unit, load(from, unit)); });
  }
  void storeHidden(const IndexExpr &t, const IndexExpr &unit, Value value) {
    emitter.storeElement(0, {t, direction, sample, unit},
                         narrow(b, value, element));
  }

  /// Row `gate * H + unit` of W x with its bias, and of R state with its bias.
  Value inputProduct(int64_t gate, const IndexExpr &unit, const IndexExpr &t);
  Value recurrentProduct(int64_t gate, const IndexExpr &unit, Value state);
  Value preactivation(int64_t gate, const IndexExpr &unit, const IndexExpr &t,
                      Value state) {
    return math.add(inputProduct(gate, unit, t),
                    recurrentProduct(gate, unit, state));
  }
  /// Activation function number `index` of the direction.
  Value activate(int64_t index, Value x);
  Value operand(Value tensor, Indices index) {
    return widen(b, emitter.element(tensor, index));
  }
  IndexExpr row(int64_t gate, const IndexExpr &unit) {
    return unit + IndexExpr(gate * units);
  }

  static ArrayRef<int64_t> shapeOf(Value value) {
    return cast<RankedTensorType>(value.getType()).getShape();
  }

  LoopEmitter &emitter;
  ImplicitLocOpBuilder &b;
  Operation *operation;
  Value input, weights, recurrentWeights, bias, initialHidden;
  ArrayAttr activations;
  bool isReverse;
  std::optional<double> clip;
  int64_t gates, steps, batch, features, units, directions;
  Type element;
  ScalarMath math;
  /// Of the current iteration.
  IndexExpr direction, sample;
  /// The states of the step before, replaced by `walk` after each step.
  Value hidden, newHidden, cell;

private:
  Value applyActivation(StringRef name, Value x);
  Value dot(int64_t length, function_ref<Value(const IndexExpr &)> product);
  void initialize(Value state, Value initial);
  void storeLast(unsigned result, Value state);
};

int64_t RecurrentEmitter::walk(Value initialCell, Step step) {
  hidden = makeState();
  newHidden = makeState();
  bool hasCell = operation->getNumResults() == 3;
  if (hasCell)
    cell = makeState();
  int64_t work = directions * batch;
  emitter.iterations(work, [&](const IndexExpr &iteration) {
    SmallVector<IndexExpr> place =
        emitter.indices().delinearize(iteration, {directions, batch});
    direction = place[0];
    sample = place[1];
    initialize(hidden, initialHidden);
    if (hasCell)
      initialize(cell, initialCell);
    emitter.loops(operation, steps, {}, [&](Indices index, ValueRange) {
      IndexExpr backwards = IndexExpr(steps - 1) - index[0];
      IndexExpr t = isReverse ? backwards : index[0];
      if (directions == 2) {
        Value isSecond = arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                                               emitter.materialize(direction),
                                               emitter.indexConstant(1));
        Value time =
            arith::SelectOp::create(b, isSecond, emitter.materialize(backwards),
                                    emitter.materialize(index[0]));
        t = emitter.opaque(time, {0, steps - 1});
      }
      step(t);
      copy(newHidden, hidden);
      return Values();
    });
    storeLast(1, hidden);
    if (hasCell)
      storeLast(2, cell);
  });
  return work;
}

void RecurrentEmitter::initialize(Value state, Value initial) {
  forUnits([&](const IndexExpr &unit) {
    store(state, unit,
          initial ? operand(initial, {direction, sample, unit})
                  : math.constant(0));
  });
}

void RecurrentEmitter::storeLast(unsigned result, Value state) {
  forUnits([&](const IndexExpr &unit) {
    emitter.storeElement(result, {direction, sample, unit},
                         narrow(b, load(state, unit), element));
  });
}

Value RecurrentEmitter::dot(int64_t length,
                            function_ref<Value(const IndexExpr &)> product) {
  Values sum = emitter.loops(operation, length, math.constant(0),
                             [&](Indices index, ValueRange carried) {
                               return Values{arith::AddFOp::create(
                                   b, carried[0], product(index[0]), anyOrder)};
                             });
  return sum[0];
}

Value RecurrentEmitter::inputProduct(int64_t gate, const IndexExpr &unit,
                                     const IndexExpr &t) {
  Value sum = dot(features, [&](const IndexExpr &i) {
    return math.mul(operand(weights, {direction, row(gate, unit), i}),
                    operand(input, {t, sample, i}));
  });
  if (bias)
    sum = math.add(sum, operand(bias, {direction, row(gate, unit)}));
  return sum;
}

Value RecurrentEmitter::recurrentProduct(int64_t gate, const IndexExpr &unit,
                                         Value state) {
  Value sum = dot(units, [&](const IndexExpr &i) {
    return math.mul(operand(recurrentWeights, {direction, row(gate, unit), i}),
                    load(state, i));
  });
  if (bias)
    sum = math.add(sum, operand(bias, {direction, row(gates + gate, unit)}));
  return sum;
}

Value RecurrentEmitter::applyActivation(StringRef name, Value x) {
  if (name == "sigmoid")
    return math.sigmoid(x);
  if (name == "tanh")
    return math.tanh(x);
  return math.atLeast(x, 0.0);
}

Value RecurrentEmitter::activate(int64_t index, Value x) {
  if (clip)
    x = math.atLeast(math.atMost(x, *clip), -*clip);
  int64_t functions = activations.size() / directions;
  auto name = [&](int64_t d) {
    return cast<StringAttr>(activations[d * functions + index]).getValue();
  };
  Value first = applyActivation(name(0), x);
  if (directions == 1 || name(0) == name(1))
    return first;
  Value isSecond = arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                                         emitter.materialize(direction),
                                         emitter.indexConstant(1));
  return math.select(isSecond, applyActivation(name(1), x), first);
}

int64_t emitLstm(LoopEmitter &emitter, Operation *operation) {
  auto op = cast<nn::LstmOp>(operation);
  // Rows of the weights: i, o, f, c; of the peepholes: i, o, f.
  RecurrentEmitter r(emitter, op, /*gates=*/4);
  ScalarMath &m = r.math;
  return r.walk(op.getInitialCell(), [&](const IndexExpr &t) {
    r.forUnits([&](const IndexExpr &unit) {
      auto gate = [&](int64_t index, Value cell) {
        Value x = r.preactivation(index, unit, t, r.hidden);
        if (op.getPeepholes() && cell)
          x = m.add(x, m.mul(r.operand(op.getPeepholes(),
                                       {r.direction, r.row(index, unit)}),
                             cell));
        return x;
      };
      Value old = r.load(r.cell, unit);
      Value i = r.activate(0, gate(0, old));
      Value f =
          op.getInputForget() ? m.sub(1.0, i) : r.activate(0, gate(2, old));
      Value c = r.activate(1, gate(3, Value()));
      Value cell = m.add(m.mul(f, old), m.mul(i, c));
      r.store(r.cell, unit, cell);
      Value o = r.activate(0, gate(1, cell));
      Value hidden = m.mul(o, r.activate(2, cell));
      r.store(r.newHidden, unit, hidden);
      r.storeHidden(t, unit, hidden);
    });
  });
}

int64_t emitGru(LoopEmitter &emitter, Operation *operation) {
  auto op = cast<nn::GruOp>(operation);
  // Rows of the weights: z, r, h.
  RecurrentEmitter r(emitter, op, /*gates=*/3);
  ScalarMath &m = r.math;
  Value reset = r.makeState(), resetState = r.makeState();
  return r.walk(Value(), [&](const IndexExpr &t) {
    r.forUnits([&](const IndexExpr &unit) {
      Value gate = r.activate(0, r.preactivation(1, unit, t, r.hidden));
      r.store(reset, unit, gate);
      r.store(resetState, unit, m.mul(gate, r.load(r.hidden, unit)));
    });
    r.forUnits([&](const IndexExpr &unit) {
      Value z = r.activate(0, r.preactivation(0, unit, t, r.hidden));
      Value recurrent = op.getLinearBeforeReset()
                            ? m.mul(r.load(reset, unit),
                                    r.recurrentProduct(2, unit, r.hidden))
                            : r.recurrentProduct(2, unit, resetState);
      Value candidate =
          r.activate(1, m.add(r.inputProduct(2, unit, t), recurrent));
      Value hidden = m.add(m.mul(m.sub(1.0, z), candidate),
                           m.mul(z, r.load(r.hidden, unit)));
      r.store(r.newHidden, unit, hidden);
      r.storeHidden(t, unit, hidden);
    });
  });
}

int64_t emitRnn(LoopEmitter &emitter, Operation *operation) {
  auto op = cast<nn::RnnOp>(operation);
  RecurrentEmitter r(emitter, op, /*gates=*/1);
  return r.walk(Value(), [&](const IndexExpr &t) {
    r.forUnits([&](const IndexExpr &unit) {
      Value hidden = r.activate(0, r.preactivation(0, unit, t, r.hidden));
      r.store(r.newHidden, unit, hidden);
      r.storeHidden(t, unit, hidden);
    });
  });
}

} // namespace

void registerRecurrent(OpModelTable &table) {
  table["nn.lstm"] = {OpRole::whole, 1, nullptr, emitLstm};
  table["nn.gru"] = {OpRole::whole, 1, nullptr, emitGru};
  table["nn.rnn"] = {OpRole::whole, 1, nullptr, emitRnn};
}

} // namespace mlcc::kernels
