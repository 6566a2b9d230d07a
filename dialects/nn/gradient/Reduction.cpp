//===- Reduction.cpp - Gradients of reductions ----------------------------===//
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

//===----------------------------------------------------------------------===//
// Sums, extrema and norms
//===----------------------------------------------------------------------===//

/// The value, of the shape of the reduction's result, with the reduced
/// dimensions put back as extents of one.
template <typename Op> static Term keepDims(Op op, Vjp &vjp, Value value) {
  Extents shape(op.getInput().getType().getShape());
  for (int64_t axis : op.getAxes())
    shape[axis] = 1;
  return vjp.term(vjp.reshape(value, shape));
}

namespace {
/// The input x, the result y and its gradient g with the reduced dimensions as
/// extents of one.
template <typename Op> struct Reduction {
  Op op;
  Vjp &vjp;
  Term x, y, g;
};
} // namespace

/// `formula(reduction)` is the gradient of the input, or broadcasts to it.
template <typename Op, auto formula>
static void reductionRule(Op op, Vjp &vjp) {
  Reduction<Op> reduction{op, vjp, vjp.term(op.getInput()),
                          keepDims(op, vjp, op.getResult()),
                          keepDims(op, vjp, vjp.gradient())};
  vjp.set(
      0, vjp.broadcast(formula(reduction), op.getInput().getType().getShape()));
}

template <typename Op, auto formula>
static void attachReductionOf(MLIRContext *context) {
  attach<Op, reductionRule<Op, formula>>(context);
}

/// Equal extrema share the gradient evenly.
template <typename Op> static Value extremumGradient(Reduction<Op> r) {
  Value isExtremum = r.x.template apply<EqualOp>(Value(r.y));
  Value ones = r.vjp.cast(isExtremum, typeOf(r.x).getElementType());
  Term count = r.vjp.term(r.vjp.sumOver(ones, r.op.getAxes()));
  return r.vjp.where(isExtremum, r.g / count);
}

/// The number of elements that each result is made of.
template <typename Op> static double countOf(Op op) {
  double count = 1;
  for (int64_t axis : op.getAxes())
    count *= op.getInput().getType().getDimSize(axis);
  return count;
}

//===----------------------------------------------------------------------===//
// Product
//===----------------------------------------------------------------------===//

/// For each position along the last axis of `value` [rows, n], the product of
/// the elements before it: by doubling, in about log2(n) products of whole
/// tensors, so that no element is divided by, which may be zero.
static Term productBefore(Emitter &emitter, Term value) {
  int64_t count = shapeOf(value)[1];
  auto shifted = [&](Value tensor, int64_t distance) {
    // Ones come in at the beginning.
    Value ones = emitter.uniform(
        typeOf(tensor).clone({shapeOf(tensor)[0], distance}), 1);
    Value kept = emitter.sliceAlong(tensor, 1, 0, count - distance);
    return Term(emitter, emitter.concat({ones, kept}, 1));
  };
  Term product = shifted(value, 1);
  for (int64_t distance = 1; distance < count - 1; distance *= 2)
    product = product * shifted(product, distance);
  return product;
}

/// The gradient of each element is that of the product times the product of all
/// other elements.
static void productRule(ReduceProdOp op, Vjp &vjp) {
  ArrayRef<int64_t> shape = op.getInput().getType().getShape();
  Extents kept, permutation, inverse(shape.size());
  for (int64_t i = 0, e = shape.size(); i < e; ++i)
    if (!llvm::is_contained(op.getAxes(), i))
      kept.push_back(i);
  permutation = kept;
  for (int64_t i = 0, e = shape.size(); i < e; ++i)
    if (llvm::is_contained(op.getAxes(), i))
      permutation.push_back(i);
  Extents moved;
  for (auto [to, from] : llvm::enumerate(permutation)) {
    inverse[from] = to;
    moved.push_back(shape[from]);
  }
  int64_t rows = elementCount(ArrayRef(moved).take_front(kept.size()));
  int64_t count = elementCount(ArrayRef(moved).drop_front(kept.size()));
  if (count == 1)
    return vjp.set(0, vjp.reshape(vjp.gradient(), shape));
  Term rowsOf = vjp.term(
      vjp.reshape(vjp.transpose(op.getInput(), permutation), {rows, count}));
  Term g = vjp.term(vjp.reshape(vjp.gradient(), {rows, 1}));
  Term before = productBefore(vjp, rowsOf);
  Term after = vjp.term(vjp.reverseAlong(
      productBefore(vjp, vjp.term(vjp.reverseAlong(rowsOf, 1))), 1));
  Value gradient = vjp.reshape(g * (before * after), moved);
  vjp.set(0, vjp.transpose(gradient, inverse));
}

//===----------------------------------------------------------------------===//
// Running sum
//===----------------------------------------------------------------------===//

static void cumSumRule(CumSumOp op, Vjp &vjp) {
  vjp.set(0, vjp.make<CumSumOp>(vjp.gradient(), op.getAxis(), op.getExclusive(),
                                !op.getReverse()));
}

void gradient::attachReduction(MLIRContext *context) {
  attachReductionOf<ReduceSumOp, [](auto r) { return r.g; }>(context);
  attachReductionOf<ReduceMeanOp,
                    [](auto r) { return (1 / countOf(r.op)) * r.g; }>(context);
  attachReductionOf<ReduceMaxOp, [](auto r) { return extremumGradient(r); }>(
      context);
  attachReductionOf<ReduceMinOp, [](auto r) { return extremumGradient(r); }>(
      context);
  attachReductionOf<ReduceL1Op, [](auto r) { return r.g * sign(r.x); }>(
      context);
  attachReductionOf<ReduceL2Op, [](auto r) {
    // Of zeros the norm has the subgradient 0.
    Term isZero = equals(r.y, 0);
    Term norm = select(isZero, r.y.number(1), r.y);
    return r.x * (r.g / norm);
  }>(context);
  attachReductionOf<ReduceSumSquareOp, [](auto r) { return 2 * r.g * r.x; }>(
      context);
  attachReductionOf<ReduceLogSumOp, [](auto r) {
    return r.g / r.vjp.term(r.vjp.sumOver(r.x, r.op.getAxes()));
  }>(context);
  attachReductionOf<ReduceLogSumExpOp,
                    [](auto r) { return r.g * exp(r.x - r.y); }>(context);
  attach<ReduceProdOp, productRule>(context);
  attach<CumSumOp, cumSumRule>(context);
}
