//===- RecomposeNormalization.cpp - Layer and RMS normalization from pieces
//===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// The vocabulary, after nn-simplify: a *deviation* is x - mean(x), a *variance*
// is mean(deviation * deviation) or mean(x * x) - mean(x)^2, an *inverse root*
// is rsqrt(variance + epsilon). All are over the same trailing axes.
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/Patterns.h"
#include "compiler/graph/Polynomial.h"
#include "compiler/graph/Reductions.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::graph;

/// The two equal factors' value if `value` is a square.
static Value squareOf(Value value) {
  auto mul = value.getDefiningOp<nn::MulOp>();
  return mul && mul.getLhs() == mul.getRhs() ? mul.getLhs() : nullptr;
}

/// The first of the axes if they are the last dimensions of `type`.
static std::optional<int64_t> trailingAxis(RankedTensorType type,
                                           ArrayRef<int64_t> axes) {
  int64_t first = type.getRank() - static_cast<int64_t>(axes.size());
  if (axes.empty() || first < 0 ||
      !llvm::equal(axes, llvm::seq<int64_t>(first, type.getRank())))
    return std::nullopt;
  return first;
}

/// x - mean(x)
static std::optional<Reduction> deviationOf(Value value) {
  auto sub = value.getDefiningOp<nn::SubOp>();
  if (!sub || sub.getLhs().getType() != sub.getType())
    return std::nullopt;
  std::optional<Reduction> mean = Reduction::mean(sub.getRhs());
  if (!mean || mean->input != sub.getLhs() || !mean->isAligned(sub.getRhs()))
    return std::nullopt;
  return mean;
}

/// What `value` is the variance of.
static std::optional<Reduction> varianceOf(Value value) {
  value = withoutReshapes(value);
  if (std::optional<Reduction> mean = Reduction::mean(value)) {
    Value deviation = squareOf(mean->input);
    std::optional<Reduction> of =
        deviation ? deviationOf(deviation) : std::nullopt;
    return of && of->axes == mean->axes ? of : std::nullopt;
  }
  // Rounding may bring the difference below zero, so exporters bound it.
  if (auto relu = value.getDefiningOp<nn::ReluOp>())
    value = withoutReshapes(relu.getInput());
  auto sub = value.getDefiningOp<nn::SubOp>();
  if (!sub || sub.getLhs().getType() != sub.getRhs().getType())
    return std::nullopt;
  std::optional<Reduction> meanOfSquare = Reduction::mean(sub.getLhs());
  Value mean = squareOf(withoutReshapes(sub.getRhs()));
  std::optional<Reduction> of = mean ? Reduction::mean(mean) : std::nullopt;
  if (!meanOfSquare || !of || squareOf(meanOfSquare->input) != of->input ||
      meanOfSquare->axes != of->axes)
    return std::nullopt;
  return of;
}

namespace {

/// rsqrt(x + epsilon)
struct InverseRoot {
  Value input;
  double epsilon = 0;

  static std::optional<InverseRoot> of(Value value) {
    auto rsqrt = withoutReshapes(value).getDefiningOp<nn::RsqrtOp>();
    if (!rsqrt)
      return std::nullopt;
    auto add = withoutReshapes(rsqrt.getInput()).getDefiningOp<nn::AddOp>();
    if (!add)
      return InverseRoot{rsqrt.getInput(), 0};
    for (int i : {0, 1})
      if (std::optional<double> epsilon = uniformOf(add->getOperand(i));
          epsilon && *epsilon >= 0)
        return InverseRoot{add->getOperand(1 - i), *epsilon};
    return std::nullopt;
  }
};

} // namespace

/// `value` reshaped to the normalized dimensions that it is broadcast over;
/// null if it varies along others.
static Value asParameter(OpBuilder &builder, Value value, RankedTensorType type,
                         int64_t axis) {
  ArrayRef<int64_t> shape = typeOf(value).getShape();
  size_t normalized = type.getRank() - axis;
  if (shape.size() > normalized) {
    if (llvm::any_of(shape.drop_back(normalized),
                     [](int64_t extent) { return extent != 1; }))
      return nullptr;
    shape = shape.take_back(normalized);
  }
  // Later stages want full parameters: no broadcast inside.
  if (shape != type.getShape().drop_front(axis))
    return nullptr;
  return reshapeTo(builder, value.getLoc(), value, shape);
}

namespace {

/// (x - mean) * rsqrt(variance + epsilon) [* scale] -> layer_norm;
/// x * rsqrt(mean(x * x) + epsilon) [* scale] -> rms_norm.
class NormalizationFromProduct : public OpRewritePattern<nn::MulOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::MulOp op,
                                PatternRewriter &rewriter) const override {
    Product product = Product::of(op);
    size_t count = product.factors.size();
    if ((count != 2 && count != 3) || product.constant != 1)
      return failure();
    for (size_t r = 0; r < count; ++r) {
      Value rootValue = product.factors[r];
      std::optional<InverseRoot> root = InverseRoot::of(rootValue);
      if (!root)
        continue;
      for (size_t d = 0; d < count; ++d) {
        if (d == r || product.factors[d].getType() != op.getType())
          continue;
        Value scale = count == 3 ? product.factors[3 - r - d] : Value();
        Value result = layerNorm(rewriter, op, product.factors[d], rootValue,
                                 *root, scale);
        if (!result)
          result = rmsNorm(rewriter, op, product.factors[d], rootValue, *root,
                           scale);
        if (!result)
          continue;
        rewriter.replaceOp(op, result);
        return success();
      }
    }
    return failure();
  }

private:
  static Value layerNorm(OpBuilder &builder, nn::MulOp op, Value deviation,
                         Value rootValue, const InverseRoot &root,
                         Value scale) {
    std::optional<Reduction> of = deviationOf(deviation);
    std::optional<Reduction> variance = varianceOf(root.input);
    if (!of || !variance || !variance->isOver(of->input, of->axes) ||
        !of->isAligned(rootValue))
      return nullptr;
    std::optional<int64_t> axis = trailingAxis(typeOf(op), of->axes);
    if (!axis)
      return nullptr;
    if (scale && !(scale = asParameter(builder, scale, typeOf(op), *axis)))
      return nullptr;
    return nn::LayerNormOp::create(builder, op.getLoc(), op.getType(),
                                   of->input, scale, /*bias=*/Value(),
                                   builder.getI64IntegerAttr(*axis),
                                   builder.getF64FloatAttr(root.epsilon));
  }

  static Value rmsNorm(OpBuilder &builder, nn::MulOp op, Value x,
                       Value rootValue, const InverseRoot &root, Value scale) {
    std::optional<Reduction> mean = Reduction::mean(root.input);
    if (!mean || squareOf(mean->input) != x || !mean->isAligned(rootValue))
      return nullptr;
    std::optional<int64_t> axis = trailingAxis(typeOf(op), mean->axes);
    if (!axis)
      return nullptr;
    auto parameter = typeOf(op).clone(typeOf(op).getShape().drop_front(*axis));
    scale = scale ? asParameter(builder, scale, typeOf(op), *axis)
                  : makeUniform(builder, op.getLoc(), parameter, 1);
    if (!scale)
      return nullptr;
    return nn::RmsNormOp::create(builder, op.getLoc(), op.getType(), x, scale,
                                 builder.getI64IntegerAttr(*axis),
                                 builder.getF64FloatAttr(root.epsilon));
  }
};

/// x * f + (bias - mean * f) with f = rsqrt(variance + epsilon) [* scale], the
/// form of tf.nn.batch_normalization -> layer_norm
class LayerNormFromAffine : public OpRewritePattern<nn::AddOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::AddOp op,
                                PatternRewriter &rewriter) const override {
    for (int i : {0, 1}) {
      auto scaled = op->getOperand(i).getDefiningOp<nn::MulOp>();
      auto shift = op->getOperand(1 - i).getDefiningOp<nn::SubOp>();
      auto scaledMean =
          shift ? shift.getRhs().getDefiningOp<nn::MulOp>() : nullptr;
      if (!scaled || !scaledMean)
        continue;
      for (int j : {0, 1})
        for (int k : {0, 1})
          if (scaled->getOperand(j) == scaledMean->getOperand(k) &&
              succeeded(rewrite(rewriter, op, scaled->getOperand(1 - j),
                                scaledMean->getOperand(1 - k),
                                scaled->getOperand(j), shift.getLhs())))
            return success();
    }
    return failure();
  }

private:
  static LogicalResult rewrite(PatternRewriter &rewriter, nn::AddOp op, Value x,
                               Value mean, Value factor, Value bias) {
    std::optional<Reduction> of = Reduction::mean(mean);
    if (!of || of->input != x || !of->isAligned(mean) ||
        x.getType() != op.getType())
      return failure();
    Value scale;
    std::optional<InverseRoot> root = InverseRoot::of(factor);
    Value rootValue = factor;
    if (auto mul = factor.getDefiningOp<nn::MulOp>(); mul && !root)
      for (int i : {0, 1})
        if (!root && (root = InverseRoot::of(mul->getOperand(i)))) {
          rootValue = mul->getOperand(i);
          scale = mul->getOperand(1 - i);
        }
    std::optional<Reduction> variance =
        root ? varianceOf(root->input) : std::nullopt;
    std::optional<int64_t> axis = trailingAxis(typeOf(op), of->axes);
    if (!variance || !variance->isOver(x, of->axes) || !axis ||
        !of->isAligned(rootValue))
      return failure();
    bias = asParameter(rewriter, bias, typeOf(op), *axis);
    if (!bias ||
        (scale && !(scale = asParameter(rewriter, scale, typeOf(op), *axis))))
      return failure();
    rewriter.replaceOpWithNewOp<nn::LayerNormOp>(
        op, op.getType(), x, scale, bias, rewriter.getI64IntegerAttr(*axis),
        rewriter.getF64FloatAttr(root->epsilon));
    return success();
  }
};

/// layer_norm(x) * scale and layer_norm(x) + bias -> its parameters, as far as
/// it has none
class AbsorbParameter : public RewritePattern {
public:
  explicit AbsorbParameter(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isa<nn::MulOp, nn::AddOp>(op))
      return failure();
    for (int i : {0, 1}) {
      auto norm = op->getOperand(i).getDefiningOp<nn::LayerNormOp>();
      if (!norm || !norm->hasOneUse() || norm.getBias() ||
          norm.getType() != op->getResult(0).getType() ||
          (isa<nn::MulOp>(op) && norm.getScale()))
        continue;
      Value parameter = asParameter(rewriter, op->getOperand(1 - i),
                                    typeOf(norm), norm.getAxis());
      if (!parameter)
        continue;
      bool isScale = isa<nn::MulOp>(op);
      rewriter.replaceOpWithNewOp<nn::LayerNormOp>(
          op, norm.getType(), norm.getInput(),
          isScale ? parameter : norm.getScale(), isScale ? Value() : parameter,
          norm.getAxisAttr(), norm.getEpsilonAttr());
      return success();
    }
    return failure();
  }
};

/// rms_norm(x, 1) * scale -> rms_norm(x, scale)
class AbsorbRmsScale : public OpRewritePattern<nn::MulOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::MulOp op,
                                PatternRewriter &rewriter) const override {
    for (int i : {0, 1}) {
      auto norm = op->getOperand(i).getDefiningOp<nn::RmsNormOp>();
      if (!norm || !norm->hasOneUse() || !isUniform(norm.getScale(), 1) ||
          norm.getType() != op.getType())
        continue;
      Value scale = asParameter(rewriter, op->getOperand(1 - i), typeOf(norm),
                                norm.getAxis());
      if (!scale)
        continue;
      rewriter.replaceOpWithNewOp<nn::RmsNormOp>(
          op, norm.getType(), norm.getInput(), scale, norm.getAxisAttr(),
          norm.getEpsilonAttr());
      return success();
    }
    return failure();
  }
};

} // namespace

void graph::addNormalizationPatterns(RewritePatternSet &patterns) {
  patterns.add<NormalizationFromProduct, LayerNormFromAffine, AbsorbParameter,
               AbsorbRmsScale>(patterns.getContext());
}
