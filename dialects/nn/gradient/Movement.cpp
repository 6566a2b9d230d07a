//===- Movement.cpp - Gradients of data movement --------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/gradient/Rules.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;
using namespace mlcc::nn::gradient;

static void reshapeRule(ReshapeOp op, Vjp &vjp) {
  vjp.set(0, vjp.reshape(vjp.gradient(), shapeOf(op.getInput())));
}

static void transposeRule(TransposeOp op, Vjp &vjp) {
  Extents inverse(op.getPermutation().size());
  for (auto [to, from] : llvm::enumerate(op.getPermutation()))
    inverse[from] = to;
  vjp.set(0, vjp.transpose(vjp.gradient(), inverse));
}

static void concatRule(ConcatOp op, Vjp &vjp) {
  int64_t axis = op.getAxis(), begin = 0;
  for (auto [index, input] : llvm::enumerate(op.getInputs())) {
    int64_t extent = shapeOf(input)[axis];
    vjp.set(index, vjp.sliceAlong(vjp.gradient(), axis, begin, extent));
    begin += extent;
  }
}

/// Puts what was left out between the elements and around them back as zeros.
static void sliceRule(SliceOp op, Vjp &vjp) {
  Value gradient = vjp.gradient();
  ArrayRef<int64_t> input = shapeOf(op.getInput());
  Extents begin(op.getStarts()), end, spread, spacing, dense;
  for (auto [i, size] : llvm::enumerate(op.getSizes())) {
    int64_t step = size > 1 ? op.getSteps()[i] : 1;
    if (step < 0) {
      gradient = vjp.reverseAlong(gradient, i);
      begin[i] += (size - 1) * step;
      step = -step;
    }
    // Each element is followed by step - 1 zeros.
    spread.append({size, 1});
    spacing.append({0, step - 1});
    dense.push_back(size * step);
    end.push_back(input[i] - begin[i] - size * step);
  }
  if (ArrayRef<int64_t>(dense) != shapeOf(gradient)) {
    gradient = vjp.reshape(gradient, spread);
    gradient = vjp.pad(gradient, Extents(spread.size(), 0), spacing);
    gradient = vjp.reshape(gradient, dense);
  }
  vjp.set(0, vjp.pad(gradient, begin, end));
}

//===----------------------------------------------------------------------===//
// Padding
//===----------------------------------------------------------------------===//

/// The gradient of what was kept, at its place along `axis`: `kept` elements,
/// of which `piece` belongs to those from `position`.
static Value placed(Vjp &vjp, Value piece, int64_t axis, int64_t position,
                    int64_t kept) {
  return vjp.padAlong(piece, axis, position,
                      kept - position - shapeOf(piece)[axis]);
}

/// Adds the gradient of `count` padding elements from `begin` along `axis` of
/// `gradient`, which repeat the kept ones, to the kept ones' gradient `sum`.
/// `isBefore` says on which side they are.
static Value addRepeated(Vjp &vjp, Value sum, Value gradient, int64_t axis,
                         int64_t begin, int64_t count, PadMode mode,
                         bool isBefore) {
  int64_t kept = shapeOf(sum)[axis];
  if (count <= 0)
    return sum;
  Value padding = vjp.sliceAlong(gradient, axis, begin, count);
  if (mode == PadMode::edge)
    return vjp.add(sum, placed(vjp, vjp.sumOver(padding, axis), axis,
                               isBefore ? 0 : kept - 1, kept));
  if (mode == PadMode::reflect)
    return vjp.add(sum, placed(vjp, vjp.reverseAlong(padding, axis), axis,
                               isBefore ? 1 : kept - 1 - count, kept));
  // Wrapped around: whole copies of what is kept, and a part of one.
  for (int64_t done = 0; done < count;) {
    int64_t size = std::min(count - done, kept);
    Value piece = vjp.sliceAlong(padding, axis,
                                 isBefore ? count - done - size : done, size);
    sum = vjp.add(sum,
                  placed(vjp, piece, axis, isBefore ? kept - size : 0, kept));
    done += size;
  }
  return sum;
}

static void padRule(PadOp op, Vjp &vjp) {
  Value gradient = vjp.gradient();
  Extents removedBegin, removedEnd;
  for (auto [axis, pads] :
       llvm::enumerate(llvm::zip_equal(op.getPadsBegin(), op.getPadsEnd()))) {
    auto [begin, end] = pads;
    int64_t before = std::max<int64_t>(begin, 0);
    int64_t after = std::max<int64_t>(end, 0);
    int64_t kept = shapeOf(gradient)[axis] - before - after;
    Value sum = vjp.sliceAlong(gradient, axis, before, kept);
    if (op.getMode() != PadMode::constant) {
      sum = addRepeated(vjp, sum, gradient, axis, 0, before, op.getMode(),
                        /*isBefore=*/true);
      sum = addRepeated(vjp, sum, gradient, axis, before + kept, after,
                        op.getMode(), /*isBefore=*/false);
    }
    gradient = sum;
    removedBegin.push_back(std::max<int64_t>(-begin, 0));
    removedEnd.push_back(std::max<int64_t>(-end, 0));
  }
  vjp.set(0, vjp.pad(gradient, removedBegin, removedEnd));
  if (!op.getValue() || op.getMode() != PadMode::constant)
    return;
  // The padding's part of the whole sum.
  Value padding = vjp.sub(vjp.sum(vjp.gradient()), vjp.sum(gradient));
  vjp.set(1, vjp.reshape(padding, shapeOf(op.getValue())));
}

//===----------------------------------------------------------------------===//
// Repetition
//===----------------------------------------------------------------------===//

static void broadcastRule(BroadcastOp, Vjp &vjp) {
  vjp.setSummed(0, vjp.gradient());
}

static void tileRule(TileOp op, Vjp &vjp) {
  Extents split, axes;
  for (auto [extent, repeat] :
       llvm::zip_equal(shapeOf(op.getInput()), op.getRepeats())) {
    axes.push_back(split.size());
    split.append({repeat, extent});
  }
  Value gradient = vjp.reshape(vjp.gradient(), split);
  vjp.set(0, vjp.sumOver(gradient, axes, /*keepdims=*/false));
}

static void triluRule(TriluOp op, Vjp &vjp) {
  vjp.set(0, vjp.make<TriluOp>(vjp.gradient(), op.getK(), op.getUpper()));
}

void gradient::attachMovement(MLIRContext *context) {
  attach<ReshapeOp, reshapeRule>(context);
  attach<TransposeOp, transposeRule>(context);
  attach<ConcatOp, concatRule>(context);
  attach<SliceOp, sliceRule>(context);
  attach<PadOp, padRule>(context);
  attach<BroadcastOp, broadcastRule>(context);
  attach<TileOp, tileRule>(context);
  attach<TriluOp, triluRule>(context);
}
