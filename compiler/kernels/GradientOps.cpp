//===- GradientOps.cpp - Gradients of windows -----------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/Conversions.h"
#include "compiler/kernels/LoopEmitter.h"
#include "compiler/kernels/OpModels.h"
#include "compiler/kernels/ScalarMath.h"
#include "compiler/kernels/Windows.h"
#include "dialects/nn/NN.h"

#include <limits>

using namespace mlir;
using arith::CmpFPredicate;

namespace mlcc::kernels {
namespace {

using Indices = ArrayRef<IndexExpr>;
using Values = LoopEmitter::Values;

ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}
Type elementOf(Value value) { return getElementTypeOrSelf(value.getType()); }

SmallVector<IndexExpr> concat(Indices first, Indices second) {
  SmallVector<IndexExpr> all(first);
  all.append(second.begin(), second.end());
  return all;
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

/// Each weight's gradient is a sum over samples and output positions.
Value emitConvWeightGradient(LoopEmitter &emitter, OpResult result,
                             Indices index) {
  auto op = cast<nn::ConvWeightGradientOp>(result.getOwner());
  ImplicitLocOpBuilder &b = emitter.builder();
  Type element = elementOf(result), type = computeType(element);
  auto input = shapeOf(op.getInput()), output = shapeOf(op.getOutputGradient());
  auto weights = shapeOf(result);
  IndexExpr group =
      emitter.indices().floorDiv(index[0], weights[0] / op.getGroups());
  IndexExpr channel = group * weights[1] + index[1];
  SmallVector<int64_t> extents{output[0]};
  extents.append(output.begin() + 2, output.end());
  auto none = [&] { return scalarConstant(b, type, 0); };
  Values sum = emitter.reduce(
      op.getOperation(), index, extents, [&] { return Values{none()}; },
      [&](Indices at, ValueRange carried) {
        Indices position = at.drop_front();
        SmallVector<IndexExpr> places =
            windowPlaces(op, position, index.drop_front(2));
        Value x = chooseInside(
            emitter, places, input.drop_front(2), type,
            [&] {
              return widen(b,
                           emitter.element(op.getInput(),
                                           concat({at[0], channel}, places)));
            },
            none);
        Value dy =
            widen(b, emitter.element(op.getOutputGradient(),
                                     concat({at[0], index[0]}, position)));
        return Values{arith::AddFOp::create(
            b, carried[0], arith::MulFOp::create(b, x, dy, anyOrder),
            anyOrder)};
      });
  return narrow(b, sum[0], element);
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

/// Emits the gradient of a pooling op: each channel of each sample is an
/// iteration, which clears its gradient and then, output position by position,
/// has `spread` add to it.
int64_t emitPoolGradient(
    LoopEmitter &emitter, Operation *op, Value outputGradient,
    function_ref<void(Indices channel, Indices position, Value dy)> spread) {
  ImplicitLocOpBuilder &b = emitter.builder();
  Value result = op->getResult(0);
  ArrayRef<int64_t> input = shapeOf(result), output = shapeOf(outputGradient);
  Type element = elementOf(result);
  int64_t work = input[0] * input[1];
  emitter.iterations(work, [&](const IndexExpr &iteration) {
    SmallVector<IndexExpr> channel =
        emitter.indices().delinearize(iteration, input.take_front(2));
    emitter.loops(op, input.drop_front(2), {}, [&](Indices place, ValueRange) {
      emitter.storeElement(0, concat(channel, place),
                           scalarConstant(b, element, 0));
      return Values();
    });
    emitter.loops(
        op, output.drop_front(2), {}, [&](Indices position, ValueRange) {
          spread(channel, position,
                 widen(b, emitter.element(outputGradient,
                                          concat(channel, position))));
          return Values();
        });
  });
  return work;
}

/// Adds to an element of the first result.
void addTo(LoopEmitter &emitter, Indices place, Value x, Type element) {
  ImplicitLocOpBuilder &b = emitter.builder();
  Value old = widen(b, emitter.loadElement(0, place));
  emitter.storeElement(0, place,
                       narrow(b, arith::AddFOp::create(b, old, x), element));
}

/// The maximum is searched again: reading a window is cheaper than having
/// stored where it was.
int64_t emitMaxPoolGradient(LoopEmitter &emitter, Operation *operation) {
  auto op = cast<nn::MaxPoolGradientOp>(operation);
  ImplicitLocOpBuilder &b = emitter.builder();
  Type element = elementOf(op.getInput()), type = computeType(element);
  ScalarMath m(b, type);
  ArrayRef<int64_t> plane = shapeOf(op.getInput()).drop_front(2);
  auto search = [&](Indices channel, Indices position) {
    // The largest value, where it is, and whether there is one yet.
    Values none{m.constant(-std::numeric_limits<double>::infinity()),
                emitter.indexConstant(0),
                arith::ConstantIntOp::create(b, 0, 1)};
    return emitter.loops(
        op.getOperation(), op.getKernel(), none,
        [&](Indices tap, ValueRange best) {
          SmallVector<IndexExpr> places = windowPlaces(op, position, tap);
          auto isInside = [&](bool value) -> Value {
            return arith::ConstantIntOp::create(b, value, 1);
          };
          Value inside = chooseInside(
              emitter, places, plane, b.getI1Type(),
              [&] { return isInside(true); }, [&] { return isInside(false); });
          Value x = chooseInside(
              emitter, places, plane, type,
              [&] {
                return widen(
                    b, emitter.element(op.getInput(), concat(channel, places)));
              },
              [&] { return none[0]; });
          auto isNan = [&](Value value) {
            return m.compare(CmpFPredicate::UNO, value, value);
          };
          // NaN is the largest; the first of equal ones stays.
          Value larger = m.compare(CmpFPredicate::UGT, x, best[0]);
          Value bestIsNan = isNan(best[0]);
          Value always = arith::ConstantIntOp::create(b, 1, 1);
          Value wins = arith::AndIOp::create(
              b, larger, arith::XOrIOp::create(b, bestIsNan, always));
          Value first = arith::XOrIOp::create(b, best[2], always);
          wins = arith::AndIOp::create(b, inside,
                                       arith::OrIOp::create(b, wins, first));
          Value here =
              emitter.materialize(emitter.indices().linearize(places, plane));
          return Values{m.select(wins, x, best[0]),
                        arith::SelectOp::create(b, wins, here, best[1]),
                        arith::OrIOp::create(b, best[2], inside)};
        });
  };
  int64_t size = ShapedType::getNumElements(plane);
  return emitPoolGradient(
      emitter, op, op.getOutputGradient(),
      [&](Indices channel, Indices position, Value dy) {
        Values best = search(channel, position);
        IndexExpr place = emitter.opaque(best[1], {0, size - 1});
        Value x = m.select(best[2], dy, m.constant(0));
        addTo(emitter,
              concat(channel, emitter.indices().delinearize(place, plane)), x,
              element);
      });
}

int64_t emitAvgPoolGradient(LoopEmitter &emitter, Operation *operation) {
  auto op = cast<nn::AvgPoolGradientOp>(operation);
  ImplicitLocOpBuilder &b = emitter.builder();
  Type element = elementOf(op.getResult()), type = computeType(element);
  ArrayRef<int64_t> input = shapeOf(op.getResult());
  return emitPoolGradient(
      emitter, op, op.getOutputGradient(),
      [&](Indices channel, Indices position, Value dy) {
        Value share = ScalarMath(b, type).div(
            dy, averageDivisor(emitter, op, input, position, type));
        emitter.loops(
            op.getOperation(), op.getKernel(), {},
            [&](Indices tap, ValueRange) {
              SmallVector<IndexExpr> places = windowPlaces(op, position, tap);
              auto done = [&] { return emitter.indexConstant(0); };
              chooseInside(
                  emitter, places, input.drop_front(2), b.getIndexType(),
                  [&] {
                    addTo(emitter, concat(channel, places), share, element);
                    return done();
                  },
                  done);
              return Values();
            });
      });
}

} // namespace

void registerGradients(OpModelTable &table) {
  table["nn.conv_weight_gradient"] = {OpRole::window, 100,
                                      emitConvWeightGradient};
  table["nn.max_pool_gradient"] = {OpRole::whole, 1, nullptr,
                                   emitMaxPoolGradient};
  table["nn.avg_pool_gradient"] = {OpRole::whole, 1, nullptr,
                                   emitAvgPoolGradient};
}

} // namespace mlcc::kernels
