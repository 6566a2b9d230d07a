//===- SimplifyArithmetic.cpp - Strength reduction ------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/Constants.h"
#include "compiler/graph/Patterns.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::graph;

static bool isFloat(Value value) {
  return isa<FloatType>(typeOf(value).getElementType());
}

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// x^2 -> x * x, and the other exponents that cost less than a power.
class ReducePower : public OpRewritePattern<nn::PowOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::PowOp op,
                                PatternRewriter &rewriter) const override {
    Value x = op.getLhs();
    std::optional<double> exponent = uniformOf(op.getRhs());
    if (!exponent || !isFloat(x) || x.getType() != op.getType())
      return failure();
    Location location = op.getLoc();
    auto multiply = [&](Value lhs, Value rhs) -> Value {
      return nn::MulOp::create(rewriter, location, lhs, rhs);
    };
    Value result;
    if (*exponent == 2)
      result = multiply(x, x);
    else if (*exponent == 3)
      result = multiply(multiply(x, x), x);
    else if (*exponent == 0.5)
      result = nn::SqrtOp::create(rewriter, location, x);
    else if (*exponent == -0.5)
      result = nn::RsqrtOp::create(rewriter, location, x);
    else if (*exponent == -1)
      result = nn::ReciprocalOp::create(rewriter, location, x);
    else
      return failure();
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// 1 / x -> reciprocal(x); x / c -> x * (1 / c) where 1 / c is exact, which it
/// is for powers of two.
class ReduceDivision : public OpRewritePattern<nn::DivOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::DivOp op,
                                PatternRewriter &rewriter) const override {
    if (!isFloat(op.getLhs()))
      return failure();
    if (isUniform(op.getLhs(), 1) && op.getRhs().getType() == op.getType()) {
      rewriter.replaceOpWithNewOp<nn::ReciprocalOp>(op, op.getRhs());
      return success();
    }
    std::optional<double> divisor = uniformOf(op.getRhs());
    int exponent = 0;
    if (!divisor || *divisor == 0 || !std::isfinite(*divisor) ||
        std::abs(std::frexp(*divisor, &exponent)) != 0.5 ||
        std::abs(exponent) > 14)
      return failure();
    Value factor =
        makeUniform(rewriter, op.getLoc(), typeOf(op.getRhs()), 1 / *divisor);
    rewriter.replaceOpWithNewOp<nn::MulOp>(op, op.getLhs(), factor);
    return success();
  }
};

/// reciprocal(sqrt(x)) -> rsqrt(x)
class ReciprocalOfRoot : public OpRewritePattern<nn::ReciprocalOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::ReciprocalOp op,
                                PatternRewriter &rewriter) const override {
    auto root = op.getInput().getDefiningOp<nn::SqrtOp>();
    if (!root)
      return failure();
    rewriter.replaceOpWithNewOp<nn::RsqrtOp>(op, root.getInput());
    return success();
  }
};

/// x * reciprocal(y) -> x / y stays as it is, but x * rsqrt(y) is what x /
/// sqrt(y) becomes when the root has no other user: one division less per
/// element where y is a small broadcast operand.
class DivisionByRoot : public OpRewritePattern<nn::DivOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::DivOp op,
                                PatternRewriter &rewriter) const override {
    auto root = op.getRhs().getDefiningOp<nn::SqrtOp>();
    if (!root || !root->hasOneUse() ||
        typeOf(root).getNumElements() == typeOf(op).getNumElements())
      return failure();
    Value inverse =
        nn::RsqrtOp::create(rewriter, root.getLoc(), root.getInput());
    rewriter.replaceOpWithNewOp<nn::MulOp>(op, op.getLhs(), inverse);
    return success();
  }
};

/// What a max, min, relu or clip with constant bounds does.
struct Bounds {
  Value input;
  double low = -infinity, high = infinity;

  static std::optional<Bounds> of(Operation *op);
};

std::optional<Bounds> Bounds::of(Operation *op) {
  if (auto relu = dyn_cast_or_null<nn::ReluOp>(op))
    return Bounds{relu.getInput(), 0, infinity};
  if (auto clip = dyn_cast_or_null<nn::ClipOp>(op)) {
    Bounds bounds{clip.getInput()};
    if (auto min = dyn_cast_or_null<FloatAttr>(clip.getMinAttr()))
      bounds.low = min.getValueAsDouble();
    if (auto max = dyn_cast_or_null<FloatAttr>(clip.getMaxAttr()))
      bounds.high = max.getValueAsDouble();
    return bounds;
  }
  if (!isa_and_nonnull<nn::MaxOp, nn::MinOp>(op))
    return std::nullopt;
  for (int i : {0, 1}) {
    std::optional<double> bound = uniformOf(op->getOperand(1 - i));
    Value input = op->getOperand(i);
    if (!bound || std::isnan(*bound) ||
        input.getType() != op->getResult(0).getType())
      continue;
    return isa<nn::MaxOp>(op) ? Bounds{input, *bound, infinity}
                              : Bounds{input, -infinity, *bound};
  }
  return std::nullopt;
}

/// max, min, relu and clip with constant bounds, one after the other -> one
/// clip, or relu.
class MergeBounds : public RewritePattern {
public:
  explicit MergeBounds(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isa<nn::MaxOp, nn::MinOp, nn::ClipOp, nn::ReluOp>(op) ||
        !isFloat(op->getResult(0)))
      return failure();
    std::optional<Bounds> bounds = Bounds::of(op);
    if (!bounds)
      return failure();
    Bounds merged = *bounds;
    Operation *producer = bounds->input.getDefiningOp();
    if (std::optional<Bounds> inner = Bounds::of(producer);
        inner && producer->hasOneUse())
      merged = {inner->input,
                std::min(std::max(inner->low, bounds->low), bounds->high),
                std::min(std::max(inner->high, bounds->low), bounds->high)};
    else if (isa<nn::ReluOp>(op) ||
             (isa<nn::ClipOp>(op) &&
              (merged.low != 0 || merged.high != infinity)))
      return failure();
    rewriter.replaceOp(op, emit(rewriter, op->getLoc(), merged));
    return success();
  }

private:
  static Value emit(OpBuilder &builder, Location location,
                    const Bounds &bounds) {
    if (bounds.low == -infinity && bounds.high == infinity)
      return bounds.input;
    if (bounds.low == 0 && bounds.high == infinity)
      return nn::ReluOp::create(builder, location, bounds.input);
    auto bound = [&](double value) {
      return std::isfinite(value) ? builder.getF64FloatAttr(value)
                                  : FloatAttr();
    };
    return nn::ClipOp::create(builder, location, bounds.input,
                              bound(bounds.low), bound(bounds.high));
  }
};

} // namespace

void graph::addArithmeticPatterns(RewritePatternSet &patterns) {
  patterns.add<ReducePower, ReduceDivision, ReciprocalOfRoot, DivisionByRoot,
               MergeBounds>(patterns.getContext());
}
