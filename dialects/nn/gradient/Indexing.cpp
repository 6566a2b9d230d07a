//===- Indexing.cpp - Gradients of gathers and scatters -------------------===//
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
// Gather
//===----------------------------------------------------------------------===//

/// Zeros of `type` with the updates added at the index tuples.
static Value scatterSum(Vjp &vjp, RankedTensorType type, Value tuples,
                        Value updates) {
  return vjp.make<ScatterNdOp>(vjp.zeros(type), tuples, updates,
                               ScatterMode::add);
}

/// [a, indices..., b] -> [indices..., a, b], where a gather has put the
/// dimensions of its indices at `axis`.
static void gatherRule(GatherOp op, Vjp &vjp) {
  int64_t axis = op.getAxis();
  ArrayRef<int64_t> input = shapeOf(op.getInput());
  int64_t indexRank = shapeOf(op.getIndices()).size();
  int64_t rank = shapeOf(op.getResult()).size();
  Extents toFront = axesBetween(axis, axis + indexRank);
  llvm::append_range(toFront, axesBetween(0, axis));
  llvm::append_range(toFront, axesBetween(axis + indexRank, rank));
  Extents tuples(shapeOf(op.getIndices()));
  tuples.push_back(1);
  Extents moved{input[axis]};
  llvm::append_range(moved, input.take_front(axis));
  llvm::append_range(moved, input.drop_front(axis + 1));
  Value sum = scatterSum(vjp, op.getInput().getType().clone(moved),
                         vjp.reshape(op.getIndices(), tuples),
                         vjp.transpose(vjp.gradient(), toFront));
  Extents back = axesBetween(1, axis + 1);
  back.push_back(0);
  llvm::append_range(back, axesBetween(axis + 1, input.size()));
  vjp.set(0, vjp.transpose(sum, back));
}

static void gatherElementsRule(GatherElementsOp op, Vjp &vjp) {
  Value zeros = vjp.zeros(op.getInput().getType());
  vjp.set(0, vjp.make<ScatterElementsOp>(zeros, op.getIndices(), vjp.gradient(),
                                         op.getAxis(), ScatterMode::add));
}

/// The tuples with the positions in the batch dimensions put before them.
static Value fullTuples(GatherNdOp op, Vjp &vjp) {
  int64_t batchDims = op.getBatchDims();
  if (batchDims == 0)
    return op.getIndices();
  Extents shape(shapeOf(op.getIndices()));
  shape.back() = 1;
  SmallVector<Value> parts;
  for (int64_t dim = 0; dim < batchDims; ++dim) {
    Extents along(shape.size(), 1);
    along[dim] = shape[dim];
    Value positions = vjp.indices(along, axesBetween(0, shape[dim]));
    parts.push_back(vjp.broadcast(positions, shape));
  }
  parts.push_back(vjp.cast(op.getIndices(), vjp.getBuilder().getI64Type()));
  return vjp.concat(parts, shape.size() - 1);
}

static void gatherNdRule(GatherNdOp op, Vjp &vjp) {
  vjp.set(0, scatterSum(vjp, op.getInput().getType(), fullTuples(op, vjp),
                        vjp.gradient()));
}

//===----------------------------------------------------------------------===//
// Scatter
//===----------------------------------------------------------------------===//

namespace {
/// The two scatters by what they have in common. In the formulas, an update is
/// named by its position in the tensor of updates, and its target is the
/// element of the result that it goes to.
class Scatter {
public:
  Scatter(ScatterElementsOp op, Vjp &vjp)
      : op(op), vjp(vjp), input(op.getInput()), indices(op.getIndices()),
        updates(op.getUpdates()), result(op.getResult()), mode(op.getMode()) {}
  Scatter(ScatterNdOp op, Vjp &vjp)
      : op(op), vjp(vjp), input(op.getInput()), indices(op.getIndices()),
        updates(op.getUpdates()), result(op.getResult()), mode(op.getMode()) {}

  void differentiate();

private:
  /// The same scatter of other tensors.
  Term scatter(Value into, Value from, ScatterMode how) {
    if (auto elements = dyn_cast<ScatterElementsOp>(op))
      return vjp.term(vjp.make<ScatterElementsOp>(into, indices, from,
                                                  elements.getAxis(), how));
    return vjp.term(vjp.make<ScatterNdOp>(into, indices, from, how));
  }
  /// For each update, the element at its target.
  Term gather(Value from) {
    if (auto elements = dyn_cast<ScatterElementsOp>(op))
      return vjp.term(
          vjp.make<GatherElementsOp>(from, indices, elements.getAxis()));
    return vjp.term(vjp.make<GatherNdOp>(from, indices));
  }
  Term ones(Value condition) {
    return vjp.term(vjp.cast(condition, typeOf(input).getElementType()));
  }

  void replace(Term g);
  void sum(Term g);
  void multiply(Term g);
  void extremum(Term g);

  Operation *op;
  Vjp &vjp;
  Value input, indices, updates, result;
  ScatterMode mode;
};
} // namespace

void Scatter::differentiate() {
  Term g = vjp.term(vjp.gradient());
  switch (mode) {
  case ScatterMode::none:
    return replace(g);
  case ScatterMode::add:
    return sum(g);
  case ScatterMode::mul:
    return multiply(g);
  case ScatterMode::max:
  case ScatterMode::min:
    return extremum(g);
  }
}

/// Of several updates with one target, the last one has the gradient: the
/// updates' numbers, scattered likewise, say which one that is.
void Scatter::replace(Term g) {
  vjp.set(0, scatter(g, vjp.zeros(typeOf(updates)), ScatterMode::none));
  ArrayRef<int64_t> shape = shapeOf(updates);
  Value numbers = vjp.indices(shape, axesBetween(0, elementCount(shape)));
  auto type = typeOf(input).clone(vjp.getBuilder().getI64Type());
  Term winners = scatter(vjp.zeros(type), numbers, ScatterMode::none);
  Term wins = gather(winners).apply<EqualOp>(numbers);
  vjp.set(2, select(wins, gather(g), 0));
}

void Scatter::sum(Term g) {
  vjp.set(0, g);
  vjp.set(2, gather(g));
}

/// Each factor gets the product of the others, from the product of those that
/// are not zero and the number of those that are.
void Scatter::multiply(Term g) {
  vjp.set(0, scatter(g, updates, ScatterMode::mul));
  Term x = vjp.term(input), u = vjp.term(updates);
  Term isZero = equals(u, 0), isInputZero = equals(x, 0);
  Term safe = select(isZero, u.number(1), u);
  Term product =
      scatter(select(isInputZero, x.number(1), x), safe, ScatterMode::mul);
  Term zeros = scatter(ones(isInputZero), ones(isZero), ScatterMode::add);
  Term otherZeros = gather(zeros) - ones(isZero);
  vjp.set(2, select(equals(otherZeros, 0), gather(g * product) / safe, 0));
}

/// Equal candidates for a target share its gradient evenly.
void Scatter::extremum(Term g) {
  Term y = vjp.term(result);
  Term isInput = vjp.term(input).apply<EqualOp>(result);
  Term isUpdate = vjp.term(updates).apply<EqualOp>(Value(gather(y)));
  Term count = scatter(ones(isInput), ones(isUpdate), ScatterMode::add);
  Term share = g / count;
  vjp.set(0, select(isInput, share, 0));
  vjp.set(2, select(isUpdate, gather(share), 0));
}

template <typename Op> static void scatterRule(Op op, Vjp &vjp) {
  Scatter(op, vjp).differentiate();
}

/// The indices choose between two values.
static void oneHotRule(OneHotOp op, Vjp &vjp) {
  Value g = vjp.gradient();
  Value mask =
      vjp.make<OneHotOp>(op.getIndices(), vjp.scalarLike(0, g),
                         vjp.scalarLike(1, g), op.getDepth(), op.getAxis());
  Value on = vjp.sum(vjp.mul(g, mask));
  Value off = vjp.sub(vjp.sum(g), on);
  vjp.set(1, vjp.reshape(off, shapeOf(op.getOffValue())));
  vjp.set(2, vjp.reshape(on, shapeOf(op.getOnValue())));
}

void gradient::attachIndexing(MLIRContext *context) {
  attach<GatherOp, gatherRule>(context);
  attach<GatherElementsOp, gatherElementsRule>(context);
  attach<GatherNdOp, gatherNdRule>(context);
  attach<ScatterElementsOp, scatterRule<ScatterElementsOp>>(context);
  attach<ScatterNdOp, scatterRule<ScatterNdOp>>(context);
  attach<OneHotOp, oneHotRule>(context);
}
