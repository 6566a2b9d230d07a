//===- SimplifyWindow.cpp - Padding and pooling windows -------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/Constants.h"
#include "compiler/graph/Patterns.h"

#include <cmath>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::graph;

/// The spatial amounts of a pad that only adds a constant around spatial
/// dimensions of [N, C, spatial...].
static bool isSpatialPad(nn::PadOp pad) {
  if (!pad || pad.getMode() != nn::PadMode::constant ||
      pad.getPadsBegin().size() < 3)
    return false;
  auto isZero = [](int64_t amount) { return amount == 0; };
  auto isAdded = [](int64_t amount) { return amount >= 0; };
  return llvm::all_of(pad.getPadsBegin().take_front(2), isZero) &&
         llvm::all_of(pad.getPadsEnd().take_front(2), isZero) &&
         llvm::all_of(pad.getPadsBegin(), isAdded) &&
         llvm::all_of(pad.getPadsEnd(), isAdded);
}

static bool padsWithZero(nn::PadOp pad) {
  return !pad.getValue() || isUniform(pad.getValue(), 0);
}

static SmallVector<int64_t> plus(ArrayRef<int64_t> lhs, ArrayRef<int64_t> rhs) {
  SmallVector<int64_t> sum;
  for (auto [l, r] : llvm::zip_equal(lhs, rhs))
    sum.push_back(l + r);
  return sum;
}

/// Lets a windowed op pad by itself what `pad` padded.
template <typename Window>
static void absorb(PatternRewriter &rewriter, Window op, nn::PadOp pad) {
  rewriter.modifyOpInPlace(op, [&] {
    op.setPadsBegin(plus(op.getPadsBegin(), pad.getPadsBegin().drop_front(2)));
    op.setPadsEnd(plus(op.getPadsEnd(), pad.getPadsEnd().drop_front(2)));
    op.getInputMutable().assign(pad.getInput());
  });
}

static bool isZeros(ArrayRef<int64_t> values) {
  return llvm::all_of(values, [](int64_t value) { return value == 0; });
}

namespace {

/// conv(pad(x, 0)) -> conv(x) with padding
class PadIntoConv : public OpRewritePattern<nn::ConvOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::ConvOp op,
                                PatternRewriter &rewriter) const override {
    auto pad = op.getInput().getDefiningOp<nn::PadOp>();
    if (!isSpatialPad(pad) || !padsWithZero(pad))
      return failure();
    absorb(rewriter, op, pad);
    return success();
  }
};

/// Whether each window that reaches into the padding also covers an element,
/// as oneDNN and the definition of a maximum demand.
template <typename Pool> static bool windowsMeetInput(Pool op, nn::PadOp pad) {
  SmallVector<int64_t> begin =
      plus(op.getPadsBegin(), pad.getPadsBegin().drop_front(2));
  SmallVector<int64_t> end =
      plus(op.getPadsEnd(), pad.getPadsEnd().drop_front(2));
  for (auto [b, e, kernel, dilation] :
       llvm::zip_equal(begin, end, op.getKernel(), op.getDilations()))
    if (std::max(b, e) > (kernel - 1) * dilation || dilation != 1)
      return false;
  return true;
}

/// Whether no element is negative.
static bool isNonNegative(Value value) {
  if (auto clip = value.getDefiningOp<nn::ClipOp>()) {
    auto min = dyn_cast_or_null<FloatAttr>(clip.getMinAttr());
    return min && min.getValueAsDouble() >= 0;
  }
  return isa_and_nonnull<nn::ReluOp, nn::SigmoidOp, nn::HardSigmoidOp,
                         nn::AbsOp>(value.getDefiningOp());
}

/// max_pool(pad(x, c)) -> max_pool(x) with padding, where c is no larger than
/// any element: -inf, or 0 after a relu.
class PadIntoMaxPool : public OpRewritePattern<nn::MaxPoolOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::MaxPoolOp op,
                                PatternRewriter &rewriter) const override {
    auto pad = op.getInput().getDefiningOp<nn::PadOp>();
    if (!isSpatialPad(pad) || op.getCeilMode() || !windowsMeetInput(op, pad) ||
        !isa<FloatType>(typeOf(op).getElementType()))
      return failure();
    // Padding that the pool adds itself counts for nothing, the explicit
    // one in between does.
    bool ignored = pad.getValue() && isLowest(pad.getValue());
    bool harmless = padsWithZero(pad) && isNonNegative(pad.getInput());
    if (!ignored && !harmless)
      return failure();
    absorb(rewriter, op, pad);
    return success();
  }

private:
  static bool isLowest(Value value) {
    std::optional<double> uniform = uniformOf(value);
    return uniform && *uniform <= -3.4028234e38;
  }
};

/// avg_pool(pad(x, 0)) -> avg_pool(x) with padding that counts
class PadIntoAvgPool : public OpRewritePattern<nn::AvgPoolOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::AvgPoolOp op,
                                PatternRewriter &rewriter) const override {
    auto pad = op.getInput().getDefiningOp<nn::PadOp>();
    if (!isSpatialPad(pad) || !padsWithZero(pad) || op.getCeilMode() ||
        !windowsMeetInput(op, pad))
      return failure();
    bool ownPadding = !isZeros(op.getPadsBegin()) || !isZeros(op.getPadsEnd());
    if (ownPadding && !op.getCountIncludePad())
      return failure();
    absorb(rewriter, op, pad);
    rewriter.modifyOpInPlace(op, [&] { op.setCountIncludePad(true); });
    return success();
  }
};

/// A mean over one window that is the whole input -> reduce_mean
class GlobalAvgPool : public OpRewritePattern<nn::AvgPoolOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::AvgPoolOp op,
                                PatternRewriter &rewriter) const override {
    auto spatial = typeOf(op.getInput()).getShape().drop_front(2);
    if (spatial != op.getKernel() || !isZeros(op.getPadsBegin()) ||
        !isZeros(op.getPadsEnd()) ||
        llvm::any_of(typeOf(op).getShape().drop_front(2),
                     [](int64_t extent) { return extent != 1; }) ||
        llvm::any_of(op.getDilations(), [](int64_t d) { return d != 1; }))
      return failure();
    auto axes = llvm::to_vector(llvm::seq<int64_t>(2, 2 + spatial.size()));
    rewriter.replaceOpWithNewOp<nn::ReduceMeanOp>(op, op.getInput(), axes,
                                                  /*keepdims=*/true);
    return success();
  }
};

/// A bias of zeros is none.
template <typename Op> class DropZeroBias : public OpRewritePattern<Op> {
public:
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!op.getBias() || !isZero(op.getBias()))
      return failure();
    rewriter.modifyOpInPlace(op, [&] { op.getBiasMutable().clear(); });
    return success();
  }

private:
  static bool isZero(Value bias) {
    if (isUniform(bias, 0))
      return true;
    std::optional<nn::HostTensor> tensor = constantOf(bias);
    if (!tensor)
      return false;
    for (int64_t i = 0; i < tensor->getNumElements(); ++i)
      if (tensor->getAsDouble(i) != 0)
        return false;
    return true;
  }
};

} // namespace

void graph::addWindowPatterns(RewritePatternSet &patterns) {
  patterns.add<PadIntoConv, PadIntoMaxPool, PadIntoAvgPool, GlobalAvgPool,
               DropZeroBias<nn::ConvOp>, DropZeroBias<nn::ConvTransposeOp>,
               DropZeroBias<nn::MatMulOp>>(patterns.getContext());
}
