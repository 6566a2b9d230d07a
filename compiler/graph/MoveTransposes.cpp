//===- MoveTransposes.cpp - Transposes sunk until they cancel -------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/Constants.h"
#include "compiler/graph/GraphPasses.h"
#include "compiler/graph/Patterns.h"

namespace mlcc {
#define GEN_PASS_DEF_MOVETRANSPOSES
#include "compiler/graph/GraphPasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;
using namespace mlcc::graph;

/// result[permutation[i]] = values[i]: what holds for the transposed
/// dimensions, in the order of the dimensions before.
static SmallVector<int64_t> untransposed(ArrayRef<int64_t> values,
                                         ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> result(values.size());
  for (auto [i, from] : llvm::enumerate(permutation))
    result[from] = values[i];
  return result;
}

static SmallVector<int64_t> inverse(ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> result(permutation.size());
  for (auto [i, from] : llvm::enumerate(permutation))
    result[from] = i;
  return result;
}

/// Whether sinking `transpose` below one of its users leaves no copy of it
/// above: either that is the only user, or the others will take the same way.
static bool canSink(nn::TransposeOp transpose) {
  if (transpose->hasOneUse())
    return true;
  constexpr int limit = 8;
  int users = 0;
  for (Operation *user : transpose->getUsers())
    if (++users > limit || !(isElementwise(user) || isa<nn::TransposeOp>(user)))
      return false;
  return true;
}

static nn::TransposeOp sinkable(Value value) {
  auto transpose = value.getDefiningOp<nn::TransposeOp>();
  return transpose && canSink(transpose) ? transpose : nullptr;
}

/// Replaces `op` by the transpose of `untransposed`.
static void replaceByTranspose(PatternRewriter &rewriter, Operation *op,
                               Value result, ArrayRef<int64_t> permutation) {
  rewriter.replaceOpWithNewOp<nn::TransposeOp>(op, result, permutation);
}

namespace {

/// f(transpose(x), transpose(y), constant) -> transpose(f(x, y, constant'))
class BelowElementwise : public OpTraitRewritePattern<nn::IsElementwise> {
public:
  using OpTraitRewritePattern::OpTraitRewritePattern;

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    auto result = typeOf(op->getResult(0));
    nn::TransposeOp first;
    for (Value operand : op->getOperands())
      if (!first)
        first = sinkable(operand);
    if (!first || typeOf(first).getShape() != result.getShape())
      return failure();
    ArrayRef<int64_t> permutation = first.getPermutation();
    if (!llvm::all_of(op->getOperands(), [&](Value operand) {
          auto transpose = operand.getDefiningOp<nn::TransposeOp>();
          return isConstant(operand) ||
                 (transpose && transpose.getPermutation() == permutation);
        }))
      return failure();

    OperationState state(op->getLoc(), op->getName());
    for (Value operand : op->getOperands())
      state.addOperands(before(rewriter, operand, permutation));
    state.addTypes(result.clone(untransposed(result.getShape(), permutation)));
    state.propertiesAttr = op->getPropertiesAsAttribute();
    state.attributes = op->getDiscardableAttrDictionary();
    Operation *sunk = rewriter.create(state);
    replaceByTranspose(rewriter, op, sunk->getResult(0), permutation);
    return success();
  }

private:
  /// What becomes of an operand when the transpose moves below.
  static Value before(OpBuilder &builder, Value operand,
                      ArrayRef<int64_t> permutation) {
    if (auto transpose = operand.getDefiningOp<nn::TransposeOp>())
      return transpose.getInput();
    auto type = typeOf(operand);
    if (type.getNumElements() == 1)
      return operand;
    SmallVector<int64_t> shape(permutation.size() - type.getRank(), 1);
    llvm::append_range(shape, type.getShape());
    Value full = reshapeTo(builder, operand.getLoc(), operand, shape);
    return nn::TransposeOp::create(builder, operand.getLoc(), full,
                                   inverse(permutation));
  }
};

class BelowConcat : public OpRewritePattern<nn::ConcatOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::ConcatOp op,
                                PatternRewriter &rewriter) const override {
    auto first = sinkable(op.getInputs().front());
    if (!first)
      return failure();
    ArrayRef<int64_t> permutation = first.getPermutation();
    SmallVector<Value> inputs;
    for (Value input : op.getInputs()) {
      auto transpose = input.getDefiningOp<nn::TransposeOp>();
      if (!transpose || transpose.getPermutation() != permutation)
        return failure();
      inputs.push_back(transpose.getInput());
    }
    Value sunk = nn::ConcatOp::create(rewriter, op.getLoc(), inputs,
                                      permutation[op.getAxis()]);
    replaceByTranspose(rewriter, op, sunk, permutation);
    return success();
  }
};

class BelowSlice : public OpRewritePattern<nn::SliceOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::SliceOp op,
                                PatternRewriter &rewriter) const override {
    // Other slices may transpose the rest: together no more than the whole.
    auto transpose = op.getInput().getDefiningOp<nn::TransposeOp>();
    if (!transpose)
      return failure();
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    Value sunk =
        nn::SliceOp::create(rewriter, op.getLoc(), transpose.getInput(),
                            untransposed(op.getStarts(), permutation),
                            untransposed(op.getSizes(), permutation),
                            untransposed(op.getSteps(), permutation));
    replaceByTranspose(rewriter, op, sunk, permutation);
    return success();
  }
};

class BelowPad : public OpRewritePattern<nn::PadOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::PadOp op,
                                PatternRewriter &rewriter) const override {
    auto transpose = sinkable(op.getInput());
    if (!transpose)
      return failure();
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    Value sunk = nn::PadOp::create(
        rewriter, op.getLoc(), transpose.getInput(), op.getValue(),
        untransposed(op.getPadsBegin(), permutation),
        untransposed(op.getPadsEnd(), permutation), op.getMode());
    replaceByTranspose(rewriter, op, sunk, permutation);
    return success();
  }
};

/// Reductions that keep their dimensions, or whose other dimensions stay in
/// order.
template <typename Reduce>
class BelowReduction : public OpRewritePattern<Reduce> {
public:
  using OpRewritePattern<Reduce>::OpRewritePattern;

  LogicalResult matchAndRewrite(Reduce op,
                                PatternRewriter &rewriter) const override {
    auto transpose = sinkable(op.getInput());
    if (!transpose)
      return failure();
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    SmallVector<int64_t> axes;
    for (int64_t axis : op.getAxes())
      axes.push_back(permutation[axis]);
    llvm::sort(axes);
    SmallVector<int64_t> kept;
    for (auto [i, from] : llvm::enumerate(permutation))
      if (!llvm::is_contained(op.getAxes(), static_cast<int64_t>(i)))
        kept.push_back(from);
    if (!op.getKeepdims() && !llvm::is_sorted(kept))
      return failure();
    Value sunk = Reduce::create(rewriter, op.getLoc(), transpose.getInput(),
                                axes, op.getKeepdims());
    if (op.getKeepdims())
      replaceByTranspose(rewriter, op, sunk, permutation);
    else
      rewriter.replaceOp(op, sunk);
    return success();
  }
};

template <typename Softmax>
class BelowSoftmax : public OpRewritePattern<Softmax> {
public:
  using OpRewritePattern<Softmax>::OpRewritePattern;

  LogicalResult matchAndRewrite(Softmax op,
                                PatternRewriter &rewriter) const override {
    auto transpose = sinkable(op.getInput());
    // Along the last dimension softmax is fastest: that is worth a transpose.
    if (!transpose ||
        static_cast<int64_t>(op.getAxis()) == typeOf(op).getRank() - 1)
      return failure();
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    Value sunk =
        Softmax::create(rewriter, op.getLoc(), transpose.getInput().getType(),
                        transpose.getInput(),
                        rewriter.getI64IntegerAttr(permutation[op.getAxis()]));
    replaceByTranspose(rewriter, op, sunk, permutation);
    return success();
  }
};

class BelowResize : public OpRewritePattern<nn::ResizeOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::ResizeOp op,
                                PatternRewriter &rewriter) const override {
    auto transpose = sinkable(op.getInput());
    if (!transpose)
      return failure();
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    SmallVector<double> scales(permutation.size());
    for (auto [i, from] : llvm::enumerate(permutation))
      scales[from] = op.getScales()[i];
    Value sunk = nn::ResizeOp::create(
        rewriter, op.getLoc(), transpose.getInput(),
        untransposed(op.getSizes(), permutation), scales, op.getMode(),
        op.getCoordinateMode(), op.getNearestMode(), op.getCubicCoefficient(),
        op.getExcludeOutside());
    replaceByTranspose(rewriter, op, sunk, permutation);
    return success();
  }
};

class MoveTransposes : public mlcc::impl::MoveTransposesBase<MoveTransposes> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    patterns
        .add<BelowElementwise, BelowConcat, BelowSlice, BelowPad,
             BelowReduction<nn::ReduceMeanOp>, BelowReduction<nn::ReduceSumOp>,
             BelowReduction<nn::ReduceMaxOp>, BelowReduction<nn::ReduceMinOp>,
             BelowSoftmax<nn::SoftmaxOp>, BelowSoftmax<nn::LogSoftmaxOp>,
             BelowResize>(context);
    // Transposes that meet are one, and those that move nothing are reshapes.
    nn::TransposeOp::getCanonicalizationPatterns(patterns, context);
    if (failed(applyPatterns(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
