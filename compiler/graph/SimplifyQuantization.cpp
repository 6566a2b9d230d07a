//===- SimplifyQuantization.cpp - Quantization that is undone at once -----===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/Constants.h"
#include "compiler/graph/Patterns.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::graph;

namespace {

/// dequantize(quantize(x)) -> clip(round(x / scale), low - zero, high - zero) *
/// scale, the same numbers in floating-point: models for integer hardware are
/// full of such pairs, and element-wise ops can become part of what stands
/// around them.
class FakeQuantize : public OpRewritePattern<nn::DequantizeOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::DequantizeOp op,
                                PatternRewriter &rewriter) const override {
    auto quantize = op.getInput().getDefiningOp<nn::QuantizeOp>();
    if (!quantize || quantize.getInput().getType() != op.getType())
      return failure();
    std::optional<double> scale = uniformOf(op.getScale());
    std::optional<double> zero = zeroPoint(op.getZeroPoint());
    auto integer = dyn_cast<IntegerType>(typeOf(quantize).getElementType());
    // Sixteen bits and a sign are exact in the arithmetic of f32.
    if (!scale || !zero || !integer || integer.getWidth() > 16 ||
        uniformOf(quantize.getScale()) != scale ||
        zeroPoint(quantize.getZeroPoint()) != zero ||
        !typeOf(op).getElementType().isF32())
      return failure();
    bool isUnsigned = integer.isUnsigned();
    int64_t levels = int64_t(1) << integer.getWidth();
    double low = isUnsigned ? 0 : -levels / 2;
    double high = isUnsigned ? levels - 1 : levels / 2 - 1;

    Location location = op.getLoc();
    Value step = makeUniform(rewriter, location, typeOf(op).clone(ArrayRef<int64_t>()), *scale);
    Value steps =
        nn::DivOp::create(rewriter, location, quantize.getInput(), step);
    Value rounded = nn::RoundOp::create(rewriter, location, steps);
    Value clipped = nn::ClipOp::create(rewriter, location, rounded,
                                       rewriter.getF64FloatAttr(low - *zero),
                                       rewriter.getF64FloatAttr(high - *zero));
    rewriter.replaceOpWithNewOp<nn::MulOp>(op, clipped, step);
    return success();
  }

private:
  static std::optional<double> zeroPoint(Value value) {
    return value ? uniformOf(value) : std::optional<double>(0);
  }
};

} // namespace

void graph::addQuantizationPatterns(RewritePatternSet &patterns) {
  patterns.add<FakeQuantize>(patterns.getContext());
}
