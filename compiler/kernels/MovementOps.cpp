//===- MovementOps.cpp - Data movement as changes of the index ------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/Conversions.h"
#include "compiler/kernels/LoopEmitter.h"
#include "compiler/kernels/OpModels.h"
#include "dialects/nn/NN.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace mlcc::kernels {
namespace {

using Indices = ArrayRef<IndexExpr>;

ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}
Type elementOf(Value value) { return getElementTypeOrSelf(value.getType()); }

Value emitReshape(LoopEmitter &emitter, OpResult result, Indices index) {
  Value input = result.getOwner()->getOperand(0);
  IndexSpace &space = emitter.indices();
  IndexExpr linear = space.linearize(index, shapeOf(result));
  return emitter.element(input, space.delinearize(linear, shapeOf(input)));
}

Value emitTranspose(LoopEmitter &emitter, OpResult result, Indices index) {
  auto op = cast<nn::TransposeOp>(result.getOwner());
  SmallVector<IndexExpr> source(index.size());
  for (auto [dim, from] : llvm::enumerate(op.getPermutation()))
    source[from] = index[dim];
  return emitter.element(op.getInput(), source);
}

Value emitSlice(LoopEmitter &emitter, OpResult result, Indices index) {
  auto op = cast<nn::SliceOp>(result.getOwner());
  SmallVector<IndexExpr> source;
  for (auto [expr, start, step] :
       llvm::zip_equal(index, op.getStarts(), op.getSteps()))
    source.push_back(expr * step + start);
  return emitter.element(op.getInput(), source);
}

/// Extents of one are dropped by `element`.
Value emitBroadcast(LoopEmitter &emitter, OpResult result, Indices index) {
  Value input = result.getOwner()->getOperand(0);
  return emitter.element(input, index.take_back(shapeOf(input).size()));
}

Value emitTile(LoopEmitter &emitter, OpResult result, Indices index) {
  Value input = result.getOwner()->getOperand(0);
  SmallVector<IndexExpr> source;
  for (auto [expr, extent] : llvm::zip_equal(index, shapeOf(input)))
    source.push_back(emitter.indices().mod(expr, extent));
  return emitter.element(input, source);
}

/// Finds the piece by bisection; mostly the plan has split the loop so that
/// nothing is left to find.
Value emitConcatPiece(LoopEmitter &emitter, nn::ConcatOp op, Indices index,
                      ArrayRef<int64_t> offsets, unsigned first,
                      unsigned last) {
  uint64_t axis = op.getAxis();
  if (last - first == 1) {
    SmallVector<IndexExpr> source(index);
    source[axis] = source[axis] - IndexExpr(offsets[first]);
    return emitter.element(op.getInputs()[first], source);
  }
  unsigned middle = (first + last) / 2;
  Type type = scalarType(elementOf(op.getResult()));
  return emitter.chooseBelow(
      index[axis], offsets[middle], type,
      [&] {
        return emitConcatPiece(emitter, op, index, offsets, first, middle);
      },
      [&] {
        return emitConcatPiece(emitter, op, index, offsets, middle, last);
      });
}

Value emitConcat(LoopEmitter &emitter, OpResult result, Indices index) {
  auto op = cast<nn::ConcatOp>(result.getOwner());
  SmallVector<int64_t> offsets;
  int64_t offset = 0;
  for (Value input : op.getInputs()) {
    offsets.push_back(offset);
    offset += shapeOf(input)[op.getAxis()];
  }
  return emitConcatPiece(emitter, op, index, offsets, 0, offsets.size());
}

/// The source index in a dimension, for a place in the begin padding, the input
/// itself, and the end padding.
struct PadSource {
  IndexExpr before, inside, after;
};

PadSource padSource(IndexSpace &space, nn::PadMode mode, IndexExpr place,
                    int64_t extent) {
  switch (mode) {
  case nn::PadMode::constant:
    return {0, place, 0};
  case nn::PadMode::edge:
    return {0, place, extent - 1};
  case nn::PadMode::reflect: {
    int64_t period = std::max<int64_t>(1, 2 * (extent - 1));
    return {IndexExpr(0) - place, place, IndexExpr(period) - place};
  }
  case nn::PadMode::wrap:
    return {place + extent, place, place - IndexExpr(extent)};
  }
  llvm_unreachable("unknown pad mode");
}

/// Chooses dimension by dimension between the paddings and the input.
Value emitPadDim(LoopEmitter &emitter, nn::PadOp op, Indices index,
                 SmallVector<IndexExpr> &source) {
  unsigned dim = source.size();
  if (dim == index.size())
    return emitter.element(op.getInput(), source);
  int64_t extent = shapeOf(op.getInput())[dim];
  IndexExpr place = index[dim] - IndexExpr(op.getPadsBegin()[dim]);
  PadSource places = padSource(emitter.indices(), op.getMode(), place, extent);
  Type type = scalarType(elementOf(op.getResult()));
  auto with = [&](const IndexExpr &expr) {
    source.push_back(expr);
    Value value = emitPadDim(emitter, op, index, source);
    source.pop_back();
    return value;
  };
  auto padding = [&](const IndexExpr &expr) -> Value {
    if (op.getMode() != nn::PadMode::constant)
      return with(expr);
    if (op.getValue()) {
      SmallVector<IndexExpr> zero(shapeOf(op.getValue()).size());
      return emitter.element(op.getValue(), zero);
    }
    return scalarConstant(emitter.builder(), elementOf(op.getResult()), 0);
  };
  return emitter.chooseBelow(
      place, 0, type, [&] { return padding(places.before); },
      [&] {
        return emitter.chooseBelow(
            place, extent, type, [&] { return with(places.inside); },
            [&] { return padding(places.after); });
      });
}

Value emitPad(LoopEmitter &emitter, OpResult result, Indices index) {
  SmallVector<IndexExpr> source;
  return emitPadDim(emitter, cast<nn::PadOp>(result.getOwner()), index, source);
}

Value emitGather(LoopEmitter &emitter, OpResult result, Indices index) {
  auto op = cast<nn::GatherOp>(result.getOwner());
  size_t axis = op.getAxis();
  size_t indicesRank = shapeOf(op.getIndices()).size();
  SmallVector<IndexExpr> source(index.take_front(axis));
  source.push_back(emitter.dataIndex(op.getIndices(),
                                     index.slice(axis, indicesRank),
                                     shapeOf(op.getInput())[axis]));
  source.append(index.begin() + axis + indicesRank, index.end());
  return emitter.element(op.getInput(), source);
}

Value emitGatherElements(LoopEmitter &emitter, OpResult result, Indices index) {
  auto op = cast<nn::GatherElementsOp>(result.getOwner());
  SmallVector<IndexExpr> source(index);
  source[op.getAxis()] = emitter.dataIndex(
      op.getIndices(), index, shapeOf(op.getInput())[op.getAxis()]);
  return emitter.element(op.getInput(), source);
}

Value emitGatherNd(LoopEmitter &emitter, OpResult result, Indices index) {
  auto op = cast<nn::GatherNdOp>(result.getOwner());
  ArrayRef<int64_t> indicesShape = shapeOf(op.getIndices());
  size_t tupleRank = indicesShape.size() - 1;
  SmallVector<IndexExpr> source(index.take_front(op.getBatchDims()));
  for (int64_t part = 0; part < indicesShape.back(); ++part) {
    SmallVector<IndexExpr> place(index.take_front(tupleRank));
    place.push_back(part);
    source.push_back(emitter.dataIndex(op.getIndices(), place,
                                       shapeOf(op.getInput())[source.size()]));
  }
  source.append(index.begin() + tupleRank, index.end());
  return emitter.element(op.getInput(), source);
}

Value emitOneHot(LoopEmitter &emitter, OpResult result, Indices index) {
  auto op = cast<nn::OneHotOp>(result.getOwner());
  ImplicitLocOpBuilder &b = emitter.builder();
  SmallVector<IndexExpr> place(index);
  place.erase(place.begin() + op.getAxis());
  Value position = emitter.element(op.getIndices(), place);
  Type i64 = b.getI64Type();
  position = convert(b, position, elementOf(op.getIndices()), i64);
  Value zero = arith::ConstantIntOp::create(b, 0, 64);
  Value depth = arith::ConstantIntOp::create(b, op.getDepth(), 64);
  Value negative =
      arith::CmpIOp::create(b, arith::CmpIPredicate::slt, position, zero);
  position = arith::SelectOp::create(
      b, negative, arith::AddIOp::create(b, position, depth), position);
  Value here = arith::IndexCastOp::create(
      b, i64, emitter.materialize(index[op.getAxis()]));
  Value hit =
      arith::CmpIOp::create(b, arith::CmpIPredicate::eq, here, position);
  auto scalar = [&](Value tensor) {
    return emitter.element(tensor,
                           SmallVector<IndexExpr>(shapeOf(tensor).size()));
  };
  return arith::SelectOp::create(b, hit, scalar(op.getOnValue()),
                                 scalar(op.getOffValue()));
}

Value emitTrilu(LoopEmitter &emitter, OpResult result, Indices index) {
  auto op = cast<nn::TriluOp>(result.getOwner());
  IndexExpr diagonal = index.back() - index[index.size() - 2];
  Type type = scalarType(elementOf(op.getResult()));
  auto kept = [&] { return emitter.element(op.getInput(), index); };
  auto zero = [&] {
    return scalarConstant(emitter.builder(), elementOf(op.getResult()), 0);
  };
  if (op.getUpper())
    return emitter.chooseBelow(diagonal, op.getK(), type, zero, kept);
  return emitter.chooseBelow(diagonal, op.getK() + 1, type, kept, zero);
}

} // namespace

void registerMovement(OpModelTable &table) {
  auto add = [&](StringRef name, ElementEmitter emit, unsigned cost = 0) {
    table[name] = {OpRole::movement, cost, emit};
  };
  add("nn.reshape", emitReshape);
  add("nn.transpose", emitTranspose);
  add("nn.slice", emitSlice);
  add("nn.broadcast", emitBroadcast);
  add("nn.tile", emitTile, 2);
  add("nn.concat", emitConcat, 1);
  add("nn.pad", emitPad, 1);
  add("nn.gather", emitGather, 4);
  add("nn.gather_elements", emitGatherElements, 4);
  add("nn.gather_nd", emitGatherNd, 8);
  add("nn.one_hot", emitOneHot, 3);
  add("nn.trilu", emitTrilu, 2);
}

} // namespace mlcc::kernels
