//===- Pooling.cpp - Gradients of pooling and resampling ------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/ResizeTaps.h"
#include "dialects/nn/gradient/Rules.h"

#include <limits>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;
using namespace mlcc::nn::gradient;

//===----------------------------------------------------------------------===//
// Mean
//===----------------------------------------------------------------------===//

template <typename Op>
static Value avgPool(Vjp &vjp, Op op, Value input, bool countIncludePad) {
  return vjp.make<AvgPoolOp>(
      input, op.getKernel(), op.getStrides(), op.getDilations(),
      op.getPadsBegin(), op.getPadsEnd(), op.getCeilMode(), countIncludePad);
}

template <typename Op>
static Value avgPoolGradient(Vjp &vjp, Op op, Value gradient,
                             ArrayRef<int64_t> shape, bool countIncludePad) {
  return vjp.make<AvgPoolGradientOp>(gradient, op.getKernel(), op.getStrides(),
                                     op.getDilations(), op.getPadsBegin(),
                                     op.getPadsEnd(), op.getCeilMode(),
                                     countIncludePad, shape);
}

static void avgPoolRule(AvgPoolOp op, Vjp &vjp) {
  vjp.set(0, avgPoolGradient(vjp, op, vjp.gradient(), shapeOf(op.getInput()),
                             op.getCountIncludePad()));
}

static void avgPoolGradientRule(AvgPoolGradientOp op, Vjp &vjp) {
  vjp.set(0, avgPool(vjp, op, vjp.gradient(), op.getCountIncludePad()));
}

//===----------------------------------------------------------------------===//
// Maximum
//===----------------------------------------------------------------------===//

static void maxPoolRule(MaxPoolOp op, Vjp &vjp) {
  vjp.set(0, vjp.make<MaxPoolGradientOp>(op.getInput(), vjp.gradient(),
                                         op.getKernel(), op.getStrides(),
                                         op.getDilations(), op.getPadsBegin(),
                                         op.getPadsEnd(), op.getCeilMode()));
}

namespace {
/// The elements of all windows, tap by tap: for each tap of the kernel, a
/// tensor of the pooled shape.
class WindowTaps {
public:
  WindowTaps(MaxPoolGradientOp op, Vjp &vjp)
      : op(op), vjp(vjp), pooled(shapeOf(op.getOutputGradient())) {
    // Padding, or what is not needed removed, for exactly these windows.
    ArrayRef<int64_t> shape = shapeOf(op.getInput());
    begin.assign(2, 0);
    end.assign(2, 0);
    for (size_t i = 0, e = op.getKernel().size(); i < e; ++i) {
      int64_t extent = (pooled[2 + i] - 1) * op.getStrides()[i] +
                       op.getDilations()[i] * (op.getKernel()[i] - 1) + 1;
      begin.push_back(op.getPadsBegin()[i]);
      end.push_back(extent - shape[2 + i] - op.getPadsBegin()[i]);
    }
  }
  Value padded(Value value, double filling) {
    return vjp.make<PadOp>(value, vjp.scalarLike(filling, value), begin, end);
  }
  Term at(Value paddedValue, ArrayRef<int64_t> tap) {
    Extents starts(2, 0), steps(2, 1);
    for (auto [i, position] : llvm::enumerate(tap)) {
      starts.push_back(position * op.getDilations()[i]);
      steps.push_back(op.getStrides()[i]);
    }
    return vjp.term(vjp.slice(paddedValue, starts, pooled, steps));
  }

private:
  MaxPoolGradientOp op;
  Vjp &vjp;
  Extents pooled, begin, end;
};
} // namespace

/// Moves `tap` to the next one in row-major order; whether there is one.
static bool nextTap(Extents &tap, ArrayRef<int64_t> kernel) {
  for (size_t i = kernel.size(); i-- > 0;) {
    if (++tap[i] < kernel[i])
      return true;
    tap[i] = 0;
  }
  return false;
}

/// The op is linear in the output gradient: that gets, for each window, what
/// comes to the position of the maximum. By the input it is locally constant.
static void maxPoolGradientRule(MaxPoolGradientOp op, Vjp &vjp) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  WindowTaps taps(op, vjp);
  Value input = taps.padded(op.getInput(), -infinity);
  Value gradient = taps.padded(vjp.gradient(), 0);
  Extents tap(op.getKernel().size(), 0);
  Term best = taps.at(input, tap), chosen = taps.at(gradient, tap);
  while (nextTap(tap, op.getKernel())) {
    Term candidate = taps.at(input, tap);
    Term isBetter = best < candidate;
    chosen = select(isBetter, taps.at(gradient, tap), chosen);
    best = select(isBetter, candidate, best);
  }
  vjp.set(1, chosen);
}

//===----------------------------------------------------------------------===//
// Norm
//===----------------------------------------------------------------------===//

/// For each window of the pooling op, how many positions of the padded input it
/// has: the kernel's, but for windows that ceil_mode lets reach beyond. In a
/// shape that broadcasts to the result's.
static Value paddedCounts(LpPoolOp op, Vjp &vjp) {
  ArrayRef<int64_t> input = shapeOf(op.getInput());
  Value counts = vjp.scalarLike(1, op.getInput());
  for (size_t i = 0, e = op.getKernel().size(); i < e; ++i) {
    int64_t limit = input[2 + i] + op.getPadsEnd()[i] + op.getPadsBegin()[i];
    Extents shape(e, 1);
    shape[i] = op.getType().getShape()[2 + i];
    SmallVector<double> along;
    for (int64_t window = 0; window < shape[i]; ++window) {
      int64_t room = limit - window * op.getStrides()[i];
      int64_t fitting = (room - 1) / op.getDilations()[i] + 1;
      along.push_back(std::min(fitting, op.getKernel()[i]));
    }
    counts = vjp.mul(
        counts, vjp.constant(typeOf(counts).getElementType(), shape, along));
  }
  return counts;
}

/// y = (sum |x|^p)^(1/p); where y is 0 the gradient is 0.
static void lpPoolRule(LpPoolOp op, Vjp &vjp) {
  double p = op.getP();
  Term x = vjp.term(op.getInput()), y = vjp.term(op.getResult());
  Term g = vjp.term(vjp.gradient());
  if (p != 1) {
    Term isZero = equals(y, 0);
    Term safe = select(isZero, y.number(1), y);
    Term power = p == 2 ? safe : safe.apply<PowOp>(Value(y.number(p - 1)));
    g = select(isZero, g.number(0), g / power);
  }
  // The sum over windows is the mean times the count.
  Value counted = vjp.mul(g, paddedCounts(op, vjp));
  Term sum = vjp.term(avgPoolGradient(vjp, op, counted, shapeOf(op.getInput()),
                                      /*countIncludePad=*/true));
  Term slope = p == 1   ? sign(x)
               : p == 2 ? x
                        : sign(x) * abs(x).apply<PowOp>(Value(x.number(p - 1)));
  vjp.set(0, slope * sum);
}

//===----------------------------------------------------------------------===//
// Resize
//===----------------------------------------------------------------------===//

/// How many equal outputs each input position gives along a dimension, in
/// order; 0 if that is not all that resizing does.
static int64_t repetition(ResizeOp op, unsigned dim) {
  int64_t from = shapeOf(op.getInput())[dim], to = op.getSizes()[dim];
  if (to % from != 0)
    return 0;
  int64_t repeat = to / from;
  for (int64_t x = 0; x < to; ++x) {
    ResizeTaps taps = resizeTaps(op, dim, x);
    if (taps.size() != 1 || taps[0].weight != 1 ||
        taps[0].position != x / repeat)
      return 0;
  }
  return repeat;
}

/// Resizing is a product with a matrix of weights along each dimension, its
/// gradient one with the transposed matrices.
static void resizeRule(ResizeOp op, Vjp &vjp) {
  Value gradient = vjp.gradient();
  for (auto [dim, extent] : llvm::enumerate(shapeOf(op.getInput()))) {
    Extents shape(shapeOf(gradient));
    int64_t size = shape[dim], repeat = repetition(op, dim);
    if (repeat == 1)
      continue;
    int64_t outer = elementCount(ArrayRef(shape).take_front(dim));
    int64_t inner = elementCount(ArrayRef(shape).drop_front(dim + 1));
    shape[dim] = extent;
    if (repeat > 1) {
      gradient = vjp.reshape(gradient, {outer * extent, repeat, inner});
      gradient = vjp.reshape(vjp.sumOver(gradient, 1), shape);
      continue;
    }
    SmallVector<double> weights(size * extent, 0);
    for (int64_t x = 0; x < size; ++x)
      for (ResizeTap tap : resizeTaps(op, dim, x))
        weights[x * extent + tap.position] += tap.weight;
    Value matrix = vjp.constant(typeOf(gradient).getElementType(),
                                {size, extent}, weights);
    if (inner == 1)
      gradient = vjp.make<MatMulOp>(vjp.reshape(gradient, {outer, size}),
                                    matrix, Value(), false, false);
    else
      gradient = vjp.make<MatMulOp>(
          matrix, vjp.reshape(gradient, {outer, size, inner}), Value(),
          /*transpose_lhs=*/true, /*transpose_rhs=*/false);
    gradient = vjp.reshape(gradient, shape);
  }
  vjp.set(0, gradient);
}

void gradient::attachPooling(MLIRContext *context) {
  attach<AvgPoolOp, avgPoolRule>(context);
  attach<AvgPoolGradientOp, avgPoolGradientRule>(context);
  attach<MaxPoolOp, maxPoolRule>(context);
  attach<MaxPoolGradientOp, maxPoolGradientRule>(context);
  attach<LpPoolOp, lpPoolRule>(context);
  attach<ResizeOp, resizeRule>(context);
}
