//===- MovementCases.cpp - Reductions and data movement to differentiate --===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/gradient/GradientCheck.h"

#include <algorithm>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;
using Domain = Trial::Domain;

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

static Extents someAxes(Trial &t, int64_t rank) {
  Extents axes;
  for (int64_t i = 0; i < rank; ++i)
    if (t.coin())
      axes.push_back(i);
  return axes;
}

template <typename Op> static void reduceIn(Trial &t, const Domain &domain) {
  Extents shape = t.shape();
  t.make<Op>(t.input(shape, domain), someAxes(t, shape.size()), t.coin());
}
template <typename Op> static void reduce(Trial &t) { reduceIn<Op>(t, {}); }
template <typename Op> static void reducePositive(Trial &t) {
  reduceIn<Op>(t, {0.3, 2});
}
template <typename Op> static void reduceDistinct(Trial &t) {
  Extents shape = t.shape();
  t.make<Op>(t.distinct(shape), someAxes(t, shape.size()), t.coin());
}

static std::vector<Case> reductionCases() {
  return {
      {"nn.reduce_sum", "", reduce<ReduceSumOp>},
      {"nn.reduce_mean", "", reduce<ReduceMeanOp>},
      {"nn.reduce_max", "", reduceDistinct<ReduceMaxOp>},
      {"nn.reduce_min", "", reduceDistinct<ReduceMinOp>},
      {"nn.reduce_prod", "", reduce<ReduceProdOp>},
      {"nn.reduce_prod", "of zeros",
       [](Trial &t) {
         Value zeros = t.input({2, 2}, {0, 0}), x = t.input({2, 3});
         t.make<ReduceProdOp>(t.emitter().concat({zeros, x}, 1), Extents{1},
                              false);
       }},
      {"nn.reduce_l1", "",
       [](Trial &t) {
         reduceIn<ReduceL1Op>(t, {-2, 2, {0}});
       }},
      {"nn.reduce_l2", "", reducePositive<ReduceL2Op>},
      {"nn.reduce_sum_square", "", reduce<ReduceSumSquareOp>},
      {"nn.reduce_log_sum", "", reducePositive<ReduceLogSumOp>},
      {"nn.reduce_log_sum_exp", "", reduce<ReduceLogSumExpOp>},
      {"nn.cum_sum", "",
       [](Trial &t) {
         Extents shape = t.shape();
         t.make<CumSumOp>(t.input(shape), t.between(0, shape.size() - 1),
                          t.coin(), t.coin());
       }},
  };
}

//===----------------------------------------------------------------------===//
// Movement
//===----------------------------------------------------------------------===//

static void transpose(Trial &t) {
  Extents shape = t.shape(1, 4), permutation;
  permutation = gradient::axesBetween(0, shape.size());
  for (size_t i = shape.size(); i-- > 1;)
    std::swap(permutation[i], permutation[t.between(0, i)]);
  t.make<TransposeOp>(t.input(shape), permutation);
}

static void slice(Trial &t) {
  Extents shape, starts, sizes, steps;
  for (int64_t i = 0, rank = t.between(1, 3); i < rank; ++i) {
    shape.push_back(t.between(1, 6));
    starts.push_back(t.between(0, shape[i] - 1));
    steps.push_back(t.coin() ? t.between(1, 3) : -t.between(1, 3));
    int64_t room = steps[i] > 0 ? shape[i] - 1 - starts[i] : starts[i];
    sizes.push_back(t.between(1, room / std::abs(steps[i]) + 1));
  }
  t.make<SliceOp>(t.input(shape), starts, sizes, steps);
}

template <PadMode mode> static void pad(Trial &t) {
  Extents shape, begin, end;
  for (int64_t i = 0, rank = t.between(1, 3); i < rank; ++i) {
    shape.push_back(t.between(3, 4));
    // One end may lose an element; reflections are smaller than what is left.
    int64_t most = mode == PadMode::wrap ? 7 : mode == PadMode::edge ? 3 : 1;
    begin.push_back(t.between(-1, most));
    end.push_back(t.between(0, most));
  }
  Value x = t.input(shape);
  Value value = mode == PadMode::constant && t.coin() ? t.input({}) : Value();
  t.make<PadOp>(x, value, begin, end, mode);
}

static std::vector<Case> movementOnlyCases() {
  return {
      {"nn.reshape", "",
       [](Trial &t) {
         t.make<ReshapeOp>(t.input({2, 6}), Extents{3, 1, 4});
       }},
      {"nn.transpose", "", transpose},
      {"nn.concat", "",
       [](Trial &t) {
         Extents shape = t.shape();
         int64_t axis = t.between(0, shape.size() - 1);
         llvm::SmallVector<Value> parts;
         for (int64_t i = 0, count = t.between(1, 3); i < count; ++i) {
           shape[axis] = t.between(1, 3);
           parts.push_back(t.input(shape));
         }
         parts.push_back(parts.front());
         t.make<ConcatOp>(parts, axis);
       }},
      {"nn.slice", "", slice},
      {"nn.slice", "again", slice},
      {"nn.pad", "constant", pad<PadMode::constant>},
      {"nn.pad", "reflect", pad<PadMode::reflect>},
      {"nn.pad", "edge", pad<PadMode::edge>},
      {"nn.pad", "wrap", pad<PadMode::wrap>},
      {"nn.broadcast", "",
       [](Trial &t) {
         Extents shape = t.shape();
         t.make<BroadcastOp>(t.input(t.broadcastable(shape)), shape);
       }},
      {"nn.tile", "",
       [](Trial &t) {
         Extents shape = t.shape(), repeats;
         for (size_t i = 0; i < shape.size(); ++i)
           repeats.push_back(t.between(1, 3));
         t.make<TileOp>(t.input(shape), repeats);
       }},
      {"nn.trilu", "",
       [](Trial &t) {
         t.make<TriluOp>(t.input(t.shape(2, 3)), t.between(-2, 2), t.coin());
       }},
  };
}

//===----------------------------------------------------------------------===//
// Indexing
//===----------------------------------------------------------------------===//

static void gather(Trial &t) {
  Extents shape = t.shape();
  int64_t axis = t.between(0, shape.size() - 1), extent = shape[axis];
  t.make<GatherOp>(t.input(shape),
                   t.indices(t.shape(0, 2), -extent, extent - 1), axis);
}

static void gatherElements(Trial &t) {
  Extents shape = t.shape();
  int64_t axis = t.between(0, shape.size() - 1), extent = shape[axis];
  Extents chosen = shape;
  chosen[axis] = t.between(1, 5);
  t.make<GatherElementsOp>(t.input(shape),
                           t.indices(chosen, -extent, extent - 1), axis);
}

static void gatherTuples(Trial &t) {
  Extents shape = t.shape(2, 4);
  int64_t batchDims = t.between(0, 1);
  int64_t depth = t.between(1, shape.size() - batchDims);
  Extents tuples(llvm::ArrayRef<int64_t>(shape).take_front(batchDims));
  tuples.append({t.between(1, 4), depth});
  // Beyond an extent, indices are clamped.
  t.make<GatherNdOp>(t.input(shape), t.indices(tuples, -1, 3), batchDims);
}

/// What a scatter's input and updates are parts of, so that all differ.
/// Products have second derivatives only of factors that are not zero.
static Value scattered(Trial &t, int64_t count, ScatterMode mode) {
  return mode == ScatterMode::mul ? t.input({count}, {-2, 2, {0}})
                                  : t.distinct({count});
}

template <ScatterMode mode> static void scatterElements(Trial &t) {
  Extents shape = t.shape();
  int64_t axis = t.between(0, shape.size() - 1), extent = shape[axis];
  Extents chosen = shape;
  chosen[axis] = t.between(1, 4);
  int64_t count = gradient::elementCount(shape);
  int64_t updates = gradient::elementCount(chosen);
  Value all = scattered(t, count + updates, mode);
  Emitter &e = t.emitter();
  Value x = e.reshape(e.sliceAlong(all, 0, 0, count), shape);
  Value u = e.reshape(e.sliceAlong(all, 0, count, updates), chosen);
  t.make<ScatterElementsOp>(x, t.indices(chosen, -extent, extent - 1), u, axis,
                            mode);
}

template <ScatterMode mode> static void scatterTuples(Trial &t) {
  Extents shape = t.shape(2, 3), tuples{t.between(1, 4)}, chosen = tuples;
  int64_t depth = t.between(1, shape.size());
  tuples.push_back(depth);
  llvm::append_range(chosen, llvm::ArrayRef<int64_t>(shape).drop_front(depth));
  int64_t count = gradient::elementCount(shape);
  int64_t updates = gradient::elementCount(chosen);
  Value all = scattered(t, count + updates, mode);
  Emitter &e = t.emitter();
  Value x = e.reshape(e.sliceAlong(all, 0, 0, count), shape);
  Value u = e.reshape(e.sliceAlong(all, 0, count, updates), chosen);
  t.make<ScatterNdOp>(x, t.indices(tuples, -1, 3), u, mode);
}

static std::vector<Case> indexingCases() {
  using M = ScatterMode;
  return {
      {"nn.gather", "", gather},
      {"nn.gather_elements", "", gatherElements},
      {"nn.gather_nd", "", gatherTuples},
      {"nn.scatter_elements", "none", scatterElements<M::none>},
      {"nn.scatter_elements", "add", scatterElements<M::add>},
      {"nn.scatter_elements", "mul", scatterElements<M::mul>},
      {"nn.scatter_elements", "max", scatterElements<M::max>},
      {"nn.scatter_elements", "min", scatterElements<M::min>},
      {"nn.scatter_nd", "none", scatterTuples<M::none>},
      {"nn.scatter_nd", "add", scatterTuples<M::add>},
      {"nn.scatter_nd", "mul", scatterTuples<M::mul>},
      {"nn.scatter_nd", "max", scatterTuples<M::max>},
      {"nn.scatter_nd", "min", scatterTuples<M::min>},
      {"nn.one_hot", "",
       [](Trial &t) {
         Extents shape = t.shape(0, 2);
         Value off = t.input({});
         t.make<OneHotOp>(t.indices(shape, -4, 4), off, t.input({}), 3,
                          t.between(0, shape.size()));
       }},
  };
}

std::vector<Case> nn::movementCases() {
  std::vector<Case> cases = reductionCases();
  llvm::append_range(cases, movementOnlyCases());
  llvm::append_range(cases, indexingCases());
  return cases;
}
