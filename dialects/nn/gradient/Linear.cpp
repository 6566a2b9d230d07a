//===- Linear.cpp - Gradients of convolutions and matrix products ---------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Convolution, transposed convolution and the gradient of the weights are the
// three ways to contract input, weights and output of one bilinear form, so
// each one's gradients are the other two.
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/gradient/Rules.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;
using namespace mlcc::nn::gradient;

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

namespace {
/// The attributes that the three ops share.
struct Window {
  Extents strides, dilations, padsBegin, padsEnd;
  int64_t groups;

  template <typename Op>
  explicit Window(Op op)
      : strides(op.getStrides()), dilations(op.getDilations()),
        padsBegin(op.getPadsBegin()), padsEnd(op.getPadsEnd()),
        groups(op.getGroups()) {}
};
} // namespace

/// nn.conv without bias.
static Value convolve(Vjp &vjp, Value input, Value weights,
                      const Window &window) {
  return vjp.make<ConvOp>(input, weights, /*bias=*/Value(), window.strides,
                          window.dilations, window.padsBegin, window.padsEnd,
                          window.groups);
}

/// The gradient of a convolution's input, which has the shape `shape`.
static Value inputGradient(Vjp &vjp, Value gradient, Value weights,
                           const Window &window, ArrayRef<int64_t> shape) {
  ArrayRef<int64_t> outputs = shapeOf(gradient).drop_front(2);
  ArrayRef<int64_t> kernel = shapeOf(weights).drop_front(2);
  // What the last window does not reach.
  Extents rest;
  for (auto [i, extent] : llvm::enumerate(shape.drop_front(2)))
    rest.push_back(extent + window.padsBegin[i] + window.padsEnd[i] -
                   (outputs[i] - 1) * window.strides[i] -
                   window.dilations[i] * (kernel[i] - 1) - 1);
  return vjp.make<ConvTransposeOp>(
      gradient, weights, /*bias=*/Value(), window.strides, window.dilations,
      window.padsBegin, window.padsEnd, rest, window.groups);
}

/// The gradient of a convolution's weights of the spatial extents `kernel`.
static Value weightGradient(Vjp &vjp, Value input, Value gradient,
                            const Window &window, ArrayRef<int64_t> kernel) {
  return vjp.make<ConvWeightGradientOp>(input, gradient, kernel, window.strides,
                                        window.dilations, window.padsBegin,
                                        window.padsEnd, window.groups);
}

/// The gradient of a bias: the sum over all dimensions but the channels.
static Value biasGradient(Vjp &vjp) {
  Extents axes{0};
  llvm::append_range(axes, axesBetween(2, shapeOf(vjp.gradient()).size()));
  return vjp.sumOver(vjp.gradient(), axes, /*keepdims=*/false);
}

static void convRule(ConvOp op, Vjp &vjp) {
  Window window(op);
  Value g = vjp.gradient();
  vjp.set(0, inputGradient(vjp, g, op.getWeights(), window,
                           shapeOf(op.getInput())));
  vjp.set(1, weightGradient(vjp, op.getInput(), g, window,
                            shapeOf(op.getWeights()).drop_front(2)));
  if (op.getBias())
    vjp.set(2, biasGradient(vjp));
}

/// Forward, this is the input gradient of a convolution from the result to the
/// input; its gradients are that convolution and its weight gradient.
static void convTransposeRule(ConvTransposeOp op, Vjp &vjp) {
  Window window(op);
  Value g = vjp.gradient();
  // Output padding of a stride or more, which no input reaches, would give the
  // convolution more windows: the end pads, then the gradient, lose as much.
  Extents none(shapeOf(g).size(), 0), removed(none);
  for (auto [i, padding] : llvm::enumerate(op.getOutputPadding())) {
    int64_t excess = std::max<int64_t>(padding - (window.strides[i] - 1), 0);
    int64_t fromPads = std::min(excess, window.padsEnd[i]);
    window.padsEnd[i] -= fromPads;
    removed[2 + i] = fromPads - excess;
  }
  g = vjp.pad(g, none, removed);
  vjp.set(0, convolve(vjp, g, op.getWeights(), window));
  vjp.set(1, weightGradient(vjp, g, op.getInput(), window,
                            shapeOf(op.getWeights()).drop_front(2)));
  if (op.getBias())
    vjp.set(2, biasGradient(vjp));
}

static void convWeightGradientRule(ConvWeightGradientOp op, Vjp &vjp) {
  Window window(op);
  Value weights = vjp.gradient();
  vjp.set(0, inputGradient(vjp, op.getOutputGradient(), weights, window,
                           shapeOf(op.getInput())));
  vjp.set(1, convolve(vjp, op.getInput(), weights, window));
}

//===----------------------------------------------------------------------===//
// Matrix product
//===----------------------------------------------------------------------===//

static Value matmul(Vjp &vjp, Value lhs, Value rhs, bool transposeLhs,
                    bool transposeRhs) {
  return vjp.make<MatMulOp>(lhs, rhs, /*bias=*/Value(), transposeLhs,
                            transposeRhs);
}

/// The leading dimensions as rows of one matrix.
static Value flattened(Vjp &vjp, Value value) {
  ArrayRef<int64_t> shape = shapeOf(value);
  return vjp.reshape(value, {elementCount(shape.drop_back()), shape.back()});
}

/// The gradient of `rhs` in lhs * rhs, both matrices or batches of them.
static Value rhsGradient(Vjp &vjp, Value lhs, Value rhs, Value g,
                         bool transposeLhs, bool transposeRhs) {
  // One matrix for a whole batch: the sum over the batch is part of one product
  // of tall matrices.
  if (shapeOf(rhs).size() == 2 && shapeOf(lhs).size() > 2 && !transposeLhs) {
    lhs = flattened(vjp, lhs);
    g = flattened(vjp, g);
  }
  Value gradient = transposeRhs ? matmul(vjp, g, lhs, true, transposeLhs)
                                : matmul(vjp, lhs, g, !transposeLhs, false);
  return vjp.sumTo(gradient, shapeOf(rhs));
}

static Value lhsGradient(Vjp &vjp, Value lhs, Value rhs, Value g,
                         bool transposeLhs, bool transposeRhs) {
  Value gradient = transposeLhs ? matmul(vjp, rhs, g, transposeRhs, true)
                                : matmul(vjp, g, rhs, false, !transposeRhs);
  return vjp.sumTo(gradient, shapeOf(lhs));
}

static void matmulRule(MatMulOp op, Vjp &vjp) {
  Value lhs = op.getLhs(), rhs = op.getRhs(), g = vjp.gradient();
  bool isRow = shapeOf(lhs).size() == 1, isColumn = shapeOf(rhs).size() == 1;
  // Vectors and the result get the unit dimensions that they lack.
  Extents product(shapeOf(g));
  if (isColumn) {
    product.push_back(1);
    rhs = vjp.reshape(rhs, {shapeOf(rhs)[0], 1});
  }
  if (isRow) {
    product.insert(product.end() - 1, 1);
    lhs = vjp.reshape(lhs, {1, shapeOf(lhs)[0]});
  }
  Value matrix = vjp.reshape(g, product);
  bool transposeLhs = op.getTransposeLhs() && !isRow;
  bool transposeRhs = op.getTransposeRhs() && !isColumn;
  vjp.set(0, vjp.reshape(
                 lhsGradient(vjp, lhs, rhs, matrix, transposeLhs, transposeRhs),
                 shapeOf(op.getLhs())));
  vjp.set(1, vjp.reshape(
                 rhsGradient(vjp, lhs, rhs, matrix, transposeLhs, transposeRhs),
                 shapeOf(op.getRhs())));
  if (op.getBias())
    vjp.setSummed(2, g);
}

void gradient::attachLinear(MLIRContext *context) {
  attach<ConvOp, convRule>(context);
  attach<ConvTransposeOp, convTransposeRule>(context);
  attach<ConvWeightGradientOp, convWeightGradientRule>(context);
  attach<MatMulOp, matmulRule>(context);
}
