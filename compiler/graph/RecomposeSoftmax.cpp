//===- RecomposeSoftmax.cpp - Softmax from exponentials and sums ----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/Patterns.h"
#include "compiler/graph/Reductions.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::graph;

/// `value` without a subtracted maximum over `axis`, which does not change what
/// softmax computes.
static Value withoutMaximum(Value value, int64_t axis) {
  auto sub = value.getDefiningOp<nn::SubOp>();
  if (!sub)
    return value;
  std::optional<Reduction> max = Reduction::max(sub.getRhs());
  bool matches =
      max && max->isOver(sub.getLhs(), {axis}) && max->isAligned(sub.getRhs());
  return matches ? sub.getLhs() : value;
}

/// The axis of `total` = sum(exp(x)) over one axis, aligned with x.
static std::optional<int64_t> sumOfExponentials(Value total,
                                                nn::ExpOp exponential) {
  std::optional<Reduction> sum = Reduction::sum(total);
  if (!exponential || !sum || sum->input != exponential.getResult() ||
      sum->axes.size() != 1 || !sum->isAligned(total))
    return std::nullopt;
  return sum->axes.front();
}

namespace {

/// exp(x [- max(x)]) / sum(exp(...)) -> softmax(x)
class Softmax : public OpRewritePattern<nn::DivOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::DivOp op,
                                PatternRewriter &rewriter) const override {
    auto exponential = op.getLhs().getDefiningOp<nn::ExpOp>();
    std::optional<int64_t> axis = sumOfExponentials(op.getRhs(), exponential);
    if (!axis)
      return failure();
    rewriter.replaceOpWithNewOp<nn::SoftmaxOp>(
        op, op.getType(), withoutMaximum(exponential.getInput(), *axis),
        rewriter.getI64IntegerAttr(*axis));
    return success();
  }
};

/// log(softmax(x)) -> log_softmax(x)
class LogOfSoftmax : public OpRewritePattern<nn::LogOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::LogOp op,
                                PatternRewriter &rewriter) const override {
    auto softmax = op.getInput().getDefiningOp<nn::SoftmaxOp>();
    if (!softmax)
      return failure();
    rewriter.replaceOpWithNewOp<nn::LogSoftmaxOp>(
        op, op.getType(), softmax.getInput(), softmax.getAxisAttr());
    return success();
  }
};

/// x [- max(x)] - log(sum(exp(x [- max(x)]))) -> log_softmax(x)
class LogSoftmax : public OpRewritePattern<nn::SubOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::SubOp op,
                                PatternRewriter &rewriter) const override {
    auto log = withoutReshapes(op.getRhs()).getDefiningOp<nn::LogOp>();
    std::optional<Reduction> sum =
        log ? Reduction::sum(log.getInput()) : std::nullopt;
    if (!sum || sum->axes.size() != 1 || !sum->isAligned(op.getRhs()))
      return failure();
    auto exponential = sum->input.getDefiningOp<nn::ExpOp>();
    if (!exponential || exponential.getInput() != op.getLhs())
      return failure();
    int64_t axis = sum->axes.front();
    rewriter.replaceOpWithNewOp<nn::LogSoftmaxOp>(
        op, op.getType(), withoutMaximum(op.getLhs(), axis),
        rewriter.getI64IntegerAttr(axis));
    return success();
  }
};

} // namespace

void graph::addSoftmaxPatterns(RewritePatternSet &patterns) {
  patterns.add<Softmax, LogOfSoftmax, LogSoftmax>(patterns.getContext());
}
