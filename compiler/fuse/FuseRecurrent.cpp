//===- FuseRecurrent.cpp - Recurrent layers to dnn.rnn --------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fuse/FusePasses.h"
#include "compiler/fuse/Recurrent.h"
#include "compiler/graph/Constants.h"

namespace mlcc {
#define GEN_PASS_DEF_FUSERECURRENT
#include "compiler/fuse/FusePasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;
using namespace mlcc::fuse;
using graph::constantOf;
using graph::makeConstant;
using graph::reshapeTo;
using graph::typeOf;

namespace {
/// Builds the operands of a `dnn.rnn` from those of the nn layer.
class CellBuilder {
public:
  CellBuilder(const RecurrentLayer &layer)
      : layer(layer), builder(layer.op), location(layer.op->getLoc()) {}

  void convert();

private:
  Value weights(Value from, int64_t columns);
  Value bias();
  Value peephole();
  Value state(Value initial);
  Value zeroState();

  /// The nn gate (or peephole) that stands at each of oneDNN's places.
  ArrayRef<int64_t> gateOrder() const;

  const RecurrentLayer &layer;
  OpBuilder builder;
  Location location;
};
} // namespace

ArrayRef<int64_t> CellBuilder::gateOrder() const {
  // i, o, f, c -> i, f, c, o; the other cells have ONNX's order.
  static constexpr int64_t lstm[] = {0, 2, 3, 1}, same[] = {0, 1, 2};
  return layer.cell == dnn::RnnCell::lstm
             ? ArrayRef(lstm)
             : ArrayRef(same).take_front(layer.gates);
}

/// [D, G*H, columns] -> [1, D, columns, G, H], gates in oneDNN's order.
Value CellBuilder::weights(Value from, int64_t columns) {
  std::optional<nn::HostTensor> source = constantOf(from);
  int64_t gates = layer.gates, hidden = layer.hidden;
  nn::HostTensor result(
      typeOf(from).clone({1, layer.directions, columns, gates, hidden}));
  auto *in = reinterpret_cast<const float *>(source->bytes().data());
  auto *out = reinterpret_cast<float *>(result.mutableBytes().data());
  for (int64_t d = 0; d < layer.directions; ++d)
    for (int64_t column = 0; column < columns; ++column)
      for (int64_t gate : gateOrder())
        for (int64_t h = 0; h < hidden; ++h)
          *out++ = in[((d * gates + gate) * hidden + h) * columns + column];
  return makeConstant(builder, location, result);
}

/// [D, 2*G*H] -> [1, D, G, H]: oneDNN has one bias, the sum of both, except for
/// the candidate of lbr_gru.
Value CellBuilder::bias() {
  if (!layer.bias)
    return nullptr;
  std::optional<nn::HostTensor> source = constantOf(layer.bias);
  bool isLbr = layer.cell == dnn::RnnCell::lbr_gru;
  int64_t gates = layer.gates, hidden = layer.hidden;
  nn::HostTensor result(
      typeOf(layer.bias).clone({1, layer.directions, gates + isLbr, hidden}));
  int64_t at = 0;
  auto element = [&](int64_t d, int64_t row, int64_t h) {
    return source->getAsDouble((d * 2 * gates + row) * hidden + h);
  };
  for (int64_t d = 0; d < layer.directions; ++d) {
    for (int64_t gate : gateOrder())
      for (int64_t h = 0; h < hidden; ++h) {
        bool apart = isLbr && gate == gates - 1;
        result.setDouble(at++, element(d, gate, h) +
                                   (apart ? 0 : element(d, gates + gate, h)));
      }
    for (int64_t h = 0; isLbr && h < hidden; ++h)
      result.setDouble(at++, element(d, 2 * gates - 1, h));
  }
  return makeConstant(builder, location, result);
}

/// [D, 3*H] in the order i, o, f -> [1, D, 3, H] in the order i, f, o.
Value CellBuilder::peephole() {
  if (!layer.peepholes)
    return nullptr;
  std::optional<nn::HostTensor> source = constantOf(layer.peepholes);
  nn::HostTensor result(
      typeOf(layer.peepholes).clone({1, layer.directions, 3, layer.hidden}));
  int64_t at = 0;
  for (int64_t d = 0; d < layer.directions; ++d)
    for (int64_t gate : {0, 2, 1})
      for (int64_t h = 0; h < layer.hidden; ++h)
        result.setDouble(
            at++, source->getAsDouble((d * 3 + gate) * layer.hidden + h));
  return makeConstant(builder, location, result);
}

/// [D, N, H] -> [1, D, N, H]
Value CellBuilder::state(Value initial) {
  if (!initial)
    return nullptr;
  return reshapeTo(builder, location, initial,
                   {1, layer.directions, layer.batch, layer.hidden});
}

Value CellBuilder::zeroState() {
  auto type = typeOf(layer.input)
                  .clone({1, layer.directions, layer.batch, layer.hidden});
  return graph::makeUniform(builder, location, type, 0);
}

void CellBuilder::convert() {
  using Direction = dnn::RnnDirection;
  bool isLstm = layer.cell == dnn::RnnCell::lstm;
  int64_t steps = layer.steps, batch = layer.batch, hidden = layer.hidden,
          directions = layer.directions;
  Value hiddenState = state(layer.initialHidden);
  Value cellState = state(layer.initialCell);
  // oneDNN wants both states of an lstm or none.
  if (isLstm && hiddenState && !cellState)
    cellState = zeroState();
  if (isLstm && cellState && !hiddenState)
    hiddenState = zeroState();

  dnn::EltwiseAttr activation;
  if (layer.cell == dnn::RnnCell::vanilla)
    activation = dnn::EltwiseAttr::get(
        builder.getContext(),
        llvm::StringSwitch<dnn::EltwiseKind>(layer.activations.front())
            .Case("relu", dnn::EltwiseKind::relu)
            .Case("sigmoid", dnn::EltwiseKind::logistic)
            .Default(dnn::EltwiseKind::tanh));
  Direction direction = layer.direction == nn::RnnDirection::forward
                            ? Direction::left2right
                        : layer.direction == nn::RnnDirection::reverse
                            ? Direction::right2left
                            : Direction::bidirectional_concat;

  auto type = typeOf(layer.input);
  auto stateType = type.clone({1, directions, batch, hidden});
  auto rnn = dnn::RnnOp::create(
      builder, location, type.clone({steps, batch, directions * hidden}),
      stateType, isLstm ? Type(stateType) : Type(), layer.input, hiddenState,
      cellState, weights(layer.weights, layer.inputs),
      weights(layer.recurrentWeights, hidden), peephole(), bias(), layer.cell,
      direction, activation);

  // [T, N, D*H] -> [T, D, N, H]
  Value states = reshapeTo(builder, location, rnn.getDstLayer(),
                           {steps, batch, directions, hidden});
  if (directions > 1)
    states = nn::TransposeOp::create(builder, location, states,
                                     ArrayRef<int64_t>{0, 2, 1, 3});
  states =
      reshapeTo(builder, location, states, {steps, directions, batch, hidden});
  SmallVector<Value> results{states};
  for (Value last : rnn->getResults().drop_front())
    results.push_back(
        reshapeTo(builder, location, last, {directions, batch, hidden}));
  layer.op->replaceAllUsesWith(results);
  layer.op->erase();
}

namespace {
class FuseRecurrent : public mlcc::impl::FuseRecurrentBase<FuseRecurrent> {
  void runOnOperation() override {
    SmallVector<RecurrentLayer> layers;
    getOperation().walk([&](Operation *op) {
      std::optional<RecurrentLayer> layer = RecurrentLayer::of(op);
      if (layer && layer->isPrimitive())
        layers.push_back(std::move(*layer));
    });
    for (const RecurrentLayer &layer : layers)
      CellBuilder(layer).convert();
  }
};
} // namespace
