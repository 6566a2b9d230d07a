//===- SequentialOps.cpp - Running sums and scatters ----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Ops whose elements depend on those written before: they write their whole
// result themselves.
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/Conversions.h"
#include "compiler/kernels/LoopEmitter.h"
#include "compiler/kernels/OpModels.h"
#include "compiler/kernels/ScalarMath.h"
#include "dialects/nn/NN.h"

using namespace mlir;

namespace mlcc::kernels {
namespace {

using Values = LoopEmitter::Values;

ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}
Type elementOf(Value value) { return getElementTypeOrSelf(value.getType()); }

/// Each row along the axis is an iteration.
int64_t emitCumSum(LoopEmitter &emitter, Operation *operation) {
  auto op = cast<nn::CumSumOp>(operation);
  ImplicitLocOpBuilder &b = emitter.builder();
  Type element = elementOf(op.getResult());
  bool isFloat = isa<FloatType>(element);
  Type type = isFloat ? computeType(element) : scalarType(element);
  int64_t axis = op.getAxis();
  SmallVector<int64_t> rows(shapeOf(op.getResult()));
  int64_t length = rows[axis];
  rows.erase(rows.begin() + axis);
  int64_t work = ShapedType::getNumElements(rows);
  emitter.iterations(work, [&](const IndexExpr &iteration) {
    SmallVector<IndexExpr> row = emitter.indices().delinearize(iteration, rows);
    emitter.loops(operation, length, scalarConstant(b, type, 0),
                  [&](ArrayRef<IndexExpr> step, ValueRange carried) {
                    SmallVector<IndexExpr> place(row);
                    place.insert(place.begin() + axis,
                                 op.getReverse()
                                     ? IndexExpr(length - 1) - step[0]
                                     : step[0]);
                    Value x = emitter.element(op.getInput(), place);
                    Value before = carried[0], sum;
                    if (isFloat)
                      sum = arith::AddFOp::create(b, before, widen(b, x));
                    else
                      sum = arith::AddIOp::create(b, before, x);
                    Value value = op.getExclusive() ? before : sum;
                    emitter.storeElement(
                        0, place, isFloat ? narrow(b, value, element) : value);
                    return Values{sum};
                  });
  });
  return work;
}

/// The old value and the update, combined.
Value combineUpdate(ImplicitLocOpBuilder &b, nn::ScatterMode mode, Type element,
                    Value old, Value update) {
  bool isUnsigned = element.isUnsignedInteger() || element.isInteger(1);
  if (mode == nn::ScatterMode::none)
    return update;
  if (isa<FloatType>(element)) {
    Value x = widen(b, old), y = widen(b, update);
    ScalarMath m(b, x.getType());
    Value value = mode == nn::ScatterMode::add   ? m.add(x, y)
                  : mode == nn::ScatterMode::mul ? m.mul(x, y)
                  : mode == nn::ScatterMode::max ? m.max(x, y)
                                                 : m.min(x, y);
    return narrow(b, value, element);
  }
  switch (mode) {
  case nn::ScatterMode::add:
    return arith::AddIOp::create(b, old, update);
  case nn::ScatterMode::mul:
    return arith::MulIOp::create(b, old, update);
  case nn::ScatterMode::max:
    return isUnsigned ? Value(arith::MaxUIOp::create(b, old, update))
                      : Value(arith::MaxSIOp::create(b, old, update));
  default:
    return isUnsigned ? Value(arith::MinUIOp::create(b, old, update))
                      : Value(arith::MinSIOp::create(b, old, update));
  }
}

/// Copies the input, then applies the updates one after another: later ones
/// meet what earlier ones wrote, so there is a single iteration.
int64_t
emitScatter(LoopEmitter &emitter, Operation *op, Value input, Value updates,
            nn::ScatterMode mode,
            function_ref<SmallVector<IndexExpr>(ArrayRef<IndexExpr>)> target) {
  ImplicitLocOpBuilder &b = emitter.builder();
  Type element = elementOf(input);
  emitter.iterations(1, [&](const IndexExpr &) {
    emitter.loops(
        op, shapeOf(input), {}, [&](ArrayRef<IndexExpr> index, ValueRange) {
          emitter.storeElement(0, index, emitter.element(input, index));
          return Values();
        });
    emitter.loops(
        op, shapeOf(updates), {}, [&](ArrayRef<IndexExpr> index, ValueRange) {
          SmallVector<IndexExpr> place = target(index);
          Value update = emitter.element(updates, index);
          Value value = update;
          if (mode != nn::ScatterMode::none)
            value = combineUpdate(b, mode, element,
                                  emitter.loadElement(0, place), update);
          emitter.storeElement(0, place, value);
          return Values();
        });
  });
  return 1;
}

int64_t emitScatterElements(LoopEmitter &emitter, Operation *operation) {
  auto op = cast<nn::ScatterElementsOp>(operation);
  int64_t axis = op.getAxis();
  return emitScatter(emitter, op, op.getInput(), op.getUpdates(), op.getMode(),
                     [&](ArrayRef<IndexExpr> index) {
                       SmallVector<IndexExpr> place(index);
                       place[axis] =
                           emitter.dataIndex(op.getIndices(), index,
                                             shapeOf(op.getInput())[axis]);
                       return place;
                     });
}

int64_t emitScatterNd(LoopEmitter &emitter, Operation *operation) {
  auto op = cast<nn::ScatterNdOp>(operation);
  ArrayRef<int64_t> indices = shapeOf(op.getIndices());
  size_t tupleRank = indices.size() - 1;
  return emitScatter(
      emitter, op, op.getInput(), op.getUpdates(), op.getMode(),
      [&](ArrayRef<IndexExpr> index) {
        SmallVector<IndexExpr> place;
        for (int64_t part = 0; part < indices.back(); ++part) {
          SmallVector<IndexExpr> tuple(index.take_front(tupleRank));
          tuple.push_back(part);
          place.push_back(emitter.dataIndex(op.getIndices(), tuple,
                                            shapeOf(op.getInput())[part]));
        }
        place.append(index.begin() + tupleRank, index.end());
        return place;
      });
}

} // namespace

void registerSequential(OpModelTable &table) {
  table["nn.cum_sum"] = {OpRole::whole, 1, nullptr, emitCumSum};
  table["nn.scatter_elements"] = {OpRole::whole, 1, nullptr,
                                  emitScatterElements};
  table["nn.scatter_nd"] = {OpRole::whole, 1, nullptr, emitScatterNd};
}

} // namespace mlcc::kernels
