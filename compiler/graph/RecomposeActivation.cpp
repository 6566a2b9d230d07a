//===- RecomposeActivation.cpp - Activations from their pieces ------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/Constants.h"
#include "compiler/graph/Patterns.h"
#include "compiler/graph/Polynomial.h"

#include <cmath>
#include <numbers>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::graph;

static bool isFloat(Value value) {
  return isa<FloatType>(typeOf(value).getElementType());
}

/// `value` as `a * f + b` where f is the only op of type `Function` in it.
template <typename Function> struct LinearIn {
  Function function;
  double factor = 0, offset = 0;

  static std::optional<LinearIn> of(Value value) {
    Value at = value;
    // The function is at most a few scalar ops deep.
    for (int depth = 0; depth < 4; ++depth) {
      if (auto function = at.getDefiningOp<Function>()) {
        std::optional<Polynomial> form = asPolynomial(value, at);
        if (!form || (*form)[2] != 0 || (*form)[3] != 0)
          return std::nullopt;
        return LinearIn{function, (*form)[1], (*form)[0]};
      }
      Operation *op = at.getDefiningOp();
      if (!isa_and_nonnull<nn::AddOp, nn::MulOp, nn::SubOp, nn::DivOp>(op))
        return std::nullopt;
      at = uniformOf(op->getOperand(0)) ? op->getOperand(1) : op->getOperand(0);
    }
    return std::nullopt;
  }
};

namespace {

/// Products of x and a function of x: GELU, SiLU, hard swish, mish.
class GatedActivation : public RewritePattern {
public:
  explicit GatedActivation(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/2, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isa<nn::MulOp, nn::DivOp>(op) || !isFloat(op->getResult(0)))
      return failure();
    Product product = Product::of(op->getResult(0));
    if (product.factors.size() != 2)
      return failure();
    for (int i : {0, 1}) {
      Value x = product.factors[i], gate = product.factors[1 - i];
      if (x.getType() != op->getResult(0).getType() ||
          gate.getType() != x.getType())
        continue;
      if (Value result =
              recognize(rewriter, op->getLoc(), x, gate, product.constant)) {
        rewriter.replaceOp(op, result);
        return success();
      }
    }
    return failure();
  }

private:
  /// The activation that equals constant * x * gate; null if there is none.
  static Value recognize(OpBuilder &builder, Location location, Value x,
                         Value gate, double constant) {
    if (auto erf = LinearIn<nn::ErfOp>::of(gate))
      if (isHalfPlusHalf(erf->factor * constant, erf->offset * constant) &&
          isPolynomial(erf->function.getInput(), x,
                       {0, 1 / std::numbers::sqrt2, 0, 0}))
        return nn::GeluOp::create(builder, location, x, nn::GeluForm::exact);
    if (auto tanh = LinearIn<nn::TanhOp>::of(gate)) {
      double slope = std::sqrt(2 * std::numbers::inv_pi);
      if (isHalfPlusHalf(tanh->factor * constant, tanh->offset * constant) &&
          isPolynomial(tanh->function.getInput(), x,
                       {0, slope, 0, slope * 0.044715}))
        return nn::GeluOp::create(builder, location, x, nn::GeluForm::tanh);
      auto softplus = tanh->function.getInput().getDefiningOp<nn::SoftplusOp>();
      if (softplus && softplus.getInput() == x &&
          constant * tanh->factor == 1 && tanh->offset == 0)
        return nn::MishOp::create(builder, location, x);
    }
    if (constant != 1)
      return nullptr;
    if (auto sigmoid = gate.getDefiningOp<nn::SigmoidOp>()) {
      std::optional<Polynomial> input = asPolynomial(sigmoid.getInput(), x);
      if (input && (*input)[0] == 0 && (*input)[2] == 0 && (*input)[3] == 0)
        return nn::SwishOp::create(builder, location, x,
                                   builder.getF64FloatAttr((*input)[1]));
    }
    auto hard = gate.getDefiningOp<nn::HardSigmoidOp>();
    if (hard && hard.getInput() == x &&
        nearlyEqual(hard.getAlpha().convertToDouble(), 1.0 / 6) &&
        hard.getBeta().convertToDouble() == 0.5)
      return nn::HardSwishOp::create(builder, location, x);
    return nullptr;
  }

  static bool isHalfPlusHalf(double factor, double offset) {
    return nearlyEqual(factor, 0.5) && nearlyEqual(offset, 0.5);
  }

  static bool isPolynomial(Value value, Value x, const Polynomial &expected) {
    std::optional<Polynomial> actual = asPolynomial(value, x);
    return actual && nearlyEqual(*actual, expected);
  }
};

/// clip(x + 3, 0, 6) / 6 -> hard_sigmoid(x, 1/6, 1/2), and the same with other
/// slopes; with the factor x in the same product, hard_swish(x).
class ClipToHardSigmoid : public RewritePattern {
public:
  explicit ClipToHardSigmoid(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isa<nn::MulOp, nn::DivOp>(op) || !isFloat(op->getResult(0)))
      return failure();
    Product product = Product::of(op->getResult(0));
    size_t count = product.factors.size();
    if (count != 1 && count != 2)
      return failure();
    for (size_t i = 0; i < count; ++i) {
      auto clip = product.factors[i].getDefiningOp<nn::ClipOp>();
      auto add = clip ? clip.getInput().getDefiningOp<nn::AddOp>() : nullptr;
      if (!add || !clip->hasOneUse() || !isRelu6(clip))
        continue;
      for (int side : {0, 1}) {
        Value x = add->getOperand(side);
        if (!isUniform(add->getOperand(1 - side), 3) ||
            x.getType() != clip.getType() ||
            !nearlyEqual(product.constant, 1.0 / 6))
          continue;
        if (count == 1 && op->getResult(0).getType() == x.getType()) {
          rewriter.replaceOpWithNewOp<nn::HardSigmoidOp>(
              op, x, rewriter.getF64FloatAttr(1.0 / 6),
              rewriter.getF64FloatAttr(0.5));
          return success();
        }
        if (count == 2 && product.factors[1 - i] == x) {
          rewriter.replaceOpWithNewOp<nn::HardSwishOp>(op, x);
          return success();
        }
      }
    }
    return failure();
  }

private:
  static bool isRelu6(nn::ClipOp clip) {
    auto min = dyn_cast_or_null<FloatAttr>(clip.getMinAttr());
    auto max = dyn_cast_or_null<FloatAttr>(clip.getMaxAttr());
    return min && max && min.getValueAsDouble() == 0 &&
           max.getValueAsDouble() == 6;
  }
};

/// log(1 + exp(x)) -> softplus(x)
class Softplus : public OpRewritePattern<nn::LogOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::LogOp op,
                                PatternRewriter &rewriter) const override {
    auto exponential = LinearIn<nn::ExpOp>::of(op.getInput());
    if (!exponential || exponential->factor != 1 || exponential->offset != 1 ||
        exponential->function.getType() != op.getType())
      return failure();
    rewriter.replaceOpWithNewOp<nn::SoftplusOp>(
        op, exponential->function.getInput());
    return success();
  }
};

/// 1 / (1 + exp(-x)) -> sigmoid(x)
class Sigmoid : public OpRewritePattern<nn::ReciprocalOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::ReciprocalOp op,
                                PatternRewriter &rewriter) const override {
    auto exponential = LinearIn<nn::ExpOp>::of(op.getInput());
    if (!exponential || exponential->factor != 1 || exponential->offset != 1 ||
        exponential->function.getType() != op.getType())
      return failure();
    auto negation = exponential->function.getInput().getDefiningOp<nn::NegOp>();
    if (!negation)
      return failure();
    rewriter.replaceOpWithNewOp<nn::SigmoidOp>(op, negation.getInput());
    return success();
  }
};

/// max(x, alpha * x) with 0 <= alpha <= 1 -> leaky_relu(x)
class LeakyRelu : public OpRewritePattern<nn::MaxOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::MaxOp op,
                                PatternRewriter &rewriter) const override {
    for (int i : {0, 1}) {
      Value x = op->getOperand(i);
      std::optional<Polynomial> scaled = asPolynomial(op->getOperand(1 - i), x);
      if (!isFloat(x) || x.getType() != op.getType() || !scaled ||
          (*scaled)[0] != 0 || (*scaled)[2] != 0 || (*scaled)[3] != 0 ||
          (*scaled)[1] < 0 || (*scaled)[1] > 1)
        continue;
      rewriter.replaceOpWithNewOp<nn::LeakyReluOp>(
          op, x, rewriter.getF64FloatAttr((*scaled)[1]));
      return success();
    }
    return failure();
  }
};

} // namespace

void graph::addActivationPatterns(RewritePatternSet &patterns) {
  patterns
      .add<GatedActivation, ClipToHardSigmoid, Softplus, Sigmoid, LeakyRelu>(
          patterns.getContext());
}
