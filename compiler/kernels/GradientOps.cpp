//===- GradientOps.cpp - Gradients of windows -----------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/Conversions.h"
#include "compiler/kernels/LoopEmitter.h"
#include "compiler/kernels/OpModels.h"
#include "compiler/kernels/PhysicalLayout.h"
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

/// Whether each input position lies in exactly one window.
bool isTiling(nn::MaxPoolGradientOp op) {
  auto input = shapeOf(op.getInput()).drop_front(2);
  auto output = shapeOf(op.getOutputGradient()).drop_front(2);
  auto isZero = [](int64_t pad) { return pad == 0; };
  bool covers = llvm::all_of(llvm::zip_equal(input, output, op.getKernel()),
                             [](auto extents) {
                               auto [in, out, kernel] = extents;
                               return in == out * kernel;
                             });
  return covers && op.getKernel() == op.getStrides() &&
         llvm::all_of(op.getPadsBegin(), isZero) &&
         llvm::all_of(op.getPadsEnd(), isZero) &&
         llvm::all_of(op.getDilations(), [](int64_t d) { return d == 1; });
}

/// The taps of a window in row-major order.
SmallVector<SmallVector<IndexExpr>> tapsOf(LoopEmitter &emitter,
                                           ArrayRef<int64_t> kernel) {
  SmallVector<SmallVector<IndexExpr>> taps;
  for (int64_t tap = 0; tap < ShapedType::getNumElements(kernel); ++tap)
    taps.push_back(emitter.indices().delinearize(IndexExpr(tap), kernel));
  return taps;
}

/// Writes the gradient of all positions of the window at `position`: `dy` at
/// the first maximum, 0 elsewhere.
void spreadInTile(LoopEmitter &emitter, nn::MaxPoolGradientOp op,
                  Indices channel, Indices position, Value dy) {
  ImplicitLocOpBuilder &b = emitter.builder();
  Type element = elementOf(op.getInput());
  ScalarMath m(b, computeType(element));
  Value best, bestTap;
  SmallVector<SmallVector<IndexExpr>> places;
  for (auto [number, tap] : llvm::enumerate(tapsOf(emitter, op.getKernel()))) {
    places.push_back(concat(channel, windowPlaces(op, position, tap)));
    Value x = widen(b, emitter.element(op.getInput(), places.back()));
    Value here = arith::ConstantIntOp::create(b, number, 32);
    if (!best) {
      best = x;
      bestTap = here;
      continue;
    }
    // NaN is the largest; the first of equal ones stays.
    Value wins =
        arith::AndIOp::create(b, m.compare(CmpFPredicate::UGT, x, best),
                              m.compare(CmpFPredicate::ORD, best, best));
    best = m.select(wins, x, best);
    bestTap = arith::SelectOp::create(b, wins, here, bestTap);
  }
  for (auto [number, place] : llvm::enumerate(places)) {
    Value wins =
        arith::CmpIOp::create(b, arith::CmpIPredicate::eq, bestTap,
                              arith::ConstantIntOp::create(b, number, 32));
    emitter.storeElement(0, place,
                         narrow(b, m.select(wins, dy, m.constant(0)), element));
  }
}

/// Where windows neither overlap nor leave gaps, every position is written
/// once: a row of windows is an iteration, and the innermost loop is over what
/// lies side by side in memory, channels or columns.
int64_t emitTilingMaxPoolGradient(LoopEmitter &emitter,
                                  nn::MaxPoolGradientOp op) {
  ImplicitLocOpBuilder &b = emitter.builder();
  ArrayRef<int64_t> output = shapeOf(op.getOutputGradient());
  auto type = cast<RankedTensorType>(op.getInput().getType());
  bool channelsInside =
      PhysicalLayout::of(type)->shape().back() == type.getDimSize(1) &&
      type.getEncoding();
  // Dimensions of the output in the order of the loops behind the row.
  SmallVector<unsigned> dims;
  for (unsigned dim = 3; dim < output.size(); ++dim)
    dims.push_back(dim);
  dims.insert(channelsInside ? dims.end() : dims.begin(), 1);
  SmallVector<int64_t> extents;
  for (unsigned dim : dims)
    extents.push_back(output[dim]);
  int64_t work = output[0] * output[2];
  emitter.iterations(work, [&](const IndexExpr &iteration) {
    SmallVector<IndexExpr> row =
        emitter.indices().delinearize(iteration, {output[0], output[2]});
    emitter.loops(op, extents, {}, [&](Indices inner, ValueRange) {
      SmallVector<IndexExpr> at(output.size());
      at[0] = row[0];
      at[2] = row[1];
      for (auto [dim, index] : llvm::zip_equal(dims, inner))
        at[dim] = index;
      Value dy = widen(b, emitter.element(op.getOutputGradient(), at));
      spreadInTile(emitter, op, ArrayRef(at).take_front(2),
                   ArrayRef(at).drop_front(2), dy);
      return Values();
    });
  });
  return work;
}

/// The maximum is searched again: reading a window is cheaper than having
/// stored where it was.
int64_t emitMaxPoolGradient(LoopEmitter &emitter, Operation *operation) {
  auto op = cast<nn::MaxPoolGradientOp>(operation);
  // More taps than this would rather be a loop.
  constexpr int64_t fewTaps = 16;
  if (isTiling(op) && ShapedType::getNumElements(op.getKernel()) <= fewTaps)
    return emitTilingMaxPoolGradient(emitter, op);
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
