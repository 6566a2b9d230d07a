//===- Canonicalization.cpp - Algebraic simplification of nn ops
//------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/Again.h"
#include "dialects/nn/NN.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

//===----------------------------------------------------------------------===//
// Element-wise ops
//===----------------------------------------------------------------------===//

/// Whether all elements of a constant are this number.
static bool isSplatOf(Attribute constant, double number) {
  auto dense = dyn_cast_or_null<DenseElementsAttr>(constant);
  if (!dense || !dense.isSplat())
    return false;
  if (isa<FloatType>(dense.getElementType()))
    return dense.getSplatValue<APFloat>().convertToDouble() == number;
  return dense.getSplatValue<APInt>() == static_cast<uint64_t>(number);
}

/// `value` if it can stand for the op's only result.
static OpFoldResult sameTypeOrNone(Operation *op, Value value) {
  return value.getType() == op->getResult(0).getType() ? value : Value();
}

/// f(f(x)) -> x
template <typename Op> static OpFoldResult foldInvolution(Op op) {
  auto inner = op.getInput().template getDefiningOp<Op>();
  return inner ? inner.getInput() : Value();
}

/// f(f(x)) -> f(x)
template <typename Op> static OpFoldResult foldIdempotent(Op op) {
  return op.getInput().template getDefiningOp<Op>() ? op.getInput() : Value();
}

OpFoldResult NegOp::fold(FoldAdaptor) { return foldInvolution(*this); }
OpFoldResult NotOp::fold(FoldAdaptor) { return foldInvolution(*this); }
OpFoldResult AbsOp::fold(FoldAdaptor) { return foldIdempotent(*this); }
OpFoldResult ReluOp::fold(FoldAdaptor) { return foldIdempotent(*this); }
OpFoldResult FloorOp::fold(FoldAdaptor) { return foldIdempotent(*this); }
OpFoldResult CeilOp::fold(FoldAdaptor) { return foldIdempotent(*this); }
OpFoldResult RoundOp::fold(FoldAdaptor) { return foldIdempotent(*this); }
OpFoldResult StopGradientOp::fold(FoldAdaptor) { return foldIdempotent(*this); }

OpFoldResult ClipOp::fold(FoldAdaptor) {
  return getMin() || getMax() ? Value() : getInput();
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  return sameTypeOrNone(*this, getInput());
}

// x + 0 is x, but for the sign of zero, which no program may rely on: the sums
// before it may be made in any order.
OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  return isSplatOf(adaptor.getRhs(), 0) ? sameTypeOrNone(*this, getLhs())
                                        : OpFoldResult();
}

OpFoldResult SubOp::fold(FoldAdaptor adaptor) {
  return isSplatOf(adaptor.getRhs(), 0) ? sameTypeOrNone(*this, getLhs())
                                        : OpFoldResult();
}

OpFoldResult MulOp::fold(FoldAdaptor adaptor) {
  return isSplatOf(adaptor.getRhs(), 1) ? sameTypeOrNone(*this, getLhs())
                                        : OpFoldResult();
}

OpFoldResult DivOp::fold(FoldAdaptor adaptor) {
  return isSplatOf(adaptor.getRhs(), 1) ? sameTypeOrNone(*this, getLhs())
                                        : OpFoldResult();
}

OpFoldResult PowOp::fold(FoldAdaptor adaptor) {
  return isSplatOf(adaptor.getRhs(), 1) ? sameTypeOrNone(*this, getLhs())
                                        : OpFoldResult();
}

OpFoldResult MaxOp::fold(FoldAdaptor) {
  return getLhs() == getRhs() ? getLhs() : Value();
}

OpFoldResult MinOp::fold(FoldAdaptor) {
  return getLhs() == getRhs() ? getLhs() : Value();
}

OpFoldResult AndOp::fold(FoldAdaptor) {
  return getLhs() == getRhs() ? getLhs() : Value();
}

OpFoldResult OrOp::fold(FoldAdaptor) {
  return getLhs() == getRhs() ? getLhs() : Value();
}

OpFoldResult WhereOp::fold(FoldAdaptor adaptor) {
  if (isSplatOf(adaptor.getCondition(), 1))
    return sameTypeOrNone(*this, getOnTrue());
  if (isSplatOf(adaptor.getCondition(), 0))
    return sameTypeOrNone(*this, getOnFalse());
  return {};
}

namespace {
/// Element-wise ops broadcast by themselves: an operand need not be repeated
/// where the others have the result's shape.
struct DropBroadcast : OpTraitRewritePattern<IsElementwise> {
  using OpTraitRewritePattern::OpTraitRewritePattern;
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    auto result = cast<RankedTensorType>(op->getResult(0).getType());
    for (OpOperand &operand : op->getOpOperands()) {
      auto broadcast = operand.get().getDefiningOp<BroadcastOp>();
      if (!broadcast)
        continue;
      SmallVector<int64_t> shape(broadcast.getInput().getType().getShape());
      for (OpOperand &other : op->getOpOperands())
        if (&other != &operand)
          shape = *broadcastShapes(
              shape, cast<RankedTensorType>(other.get().getType()).getShape());
      if (result.getShape() != ArrayRef<int64_t>(shape))
        continue;
      rewriter.modifyOpInPlace(op, [&] { operand.set(broadcast.getInput()); });
      return success();
    }
    return failure();
  }
};
} // namespace

void NNDialect::getCanonicalizationPatterns(RewritePatternSet &patterns) const {
  patterns.add<DropBroadcast>(patterns.getContext());
}

//===----------------------------------------------------------------------===//
// Reductions and resampling
//===----------------------------------------------------------------------===//

/// A reduction over nothing.
template <typename Op> static OpFoldResult foldReduction(Op op) {
  return op.getAxes().empty() ? sameTypeOrNone(op, op.getInput())
                              : OpFoldResult();
}

OpFoldResult ReduceSumOp::fold(FoldAdaptor) { return foldReduction(*this); }
OpFoldResult ReduceMeanOp::fold(FoldAdaptor) { return foldReduction(*this); }
OpFoldResult ReduceMaxOp::fold(FoldAdaptor) { return foldReduction(*this); }
OpFoldResult ReduceMinOp::fold(FoldAdaptor) { return foldReduction(*this); }
OpFoldResult ReduceProdOp::fold(FoldAdaptor) { return foldReduction(*this); }

OpFoldResult ResizeOp::fold(FoldAdaptor) {
  // With factors of one every position maps to itself.
  return llvm::all_of(getScales(), [](double scale) { return scale == 1; })
             ? sameTypeOrNone(*this, getInput())
             : OpFoldResult();
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if ((*this)->hasAttr(againAttrName))
    return {};
  return sameTypeOrNone(*this, getInput());
}

OpFoldResult TransposeOp::fold(FoldAdaptor) {
  bool identity = llvm::equal(getPermutation(),
                              llvm::seq<int64_t>(0, getPermutation().size()));
  return identity ? getInput() : Value();
}

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  return getInputs().size() == 1 ? getInputs().front() : Value();
}

OpFoldResult SliceOp::fold(FoldAdaptor) {
  // As many elements as the input has, so all of them; in order if no dimension
  // is walked backwards.
  bool forward =
      llvm::all_of(llvm::zip_equal(getSizes(), getSteps()), [](auto pair) {
        auto [size, step] = pair;
        return size <= 1 || step > 0;
      });
  return forward ? sameTypeOrNone(*this, getInput()) : OpFoldResult();
}

OpFoldResult BroadcastOp::fold(FoldAdaptor) {
  return sameTypeOrNone(*this, getInput());
}

OpFoldResult TileOp::fold(FoldAdaptor) {
  return sameTypeOrNone(*this, getInput());
}

OpFoldResult PadOp::fold(FoldAdaptor) {
  auto isZero = [](int64_t pad) { return pad == 0; };
  return llvm::all_of(getPadsBegin(), isZero) &&
                 llvm::all_of(getPadsEnd(), isZero)
             ? getInput()
             : Value();
}

LogicalResult ConcatOp::canonicalize(ConcatOp op, PatternRewriter &rewriter) {
  SmallVector<Value> inputs;
  for (Value input : op.getInputs())
    if (cast<RankedTensorType>(input.getType()).getDimSize(op.getAxis()) != 0)
      inputs.push_back(input);
  if (inputs.empty() || inputs.size() == op.getInputs().size())
    return failure();
  rewriter.replaceOpWithNewOp<ConcatOp>(op, op.getType(), inputs,
                                        op.getAxisAttr());
  return success();
}

namespace {
/// reshape(reshape(x)) -> reshape(x)
struct ReshapeOfReshape : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<ReshapeOp>();
    if (!inner || inner->hasAttr(againAttrName) || op->hasAttr(againAttrName))
      return failure();
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), inner.getInput(),
                                           op.getShape());
    return success();
  }
};

/// transpose(transpose(x)) -> transpose(x)
struct TransposeOfTranspose : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<TransposeOp>();
    if (!inner)
      return failure();
    SmallVector<int64_t> permutation;
    for (int64_t dimension : op.getPermutation())
      permutation.push_back(inner.getPermutation()[dimension]);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, op.getType(), inner.getInput(),
                                             permutation);
    return success();
  }
};

/// A transpose that moves only dimensions of extent one moves no element.
struct TransposeOfUnitDimensions : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    int64_t last = -1;
    for (int64_t dimension : op.getPermutation()) {
      if (op.getInput().getType().getDimSize(dimension) == 1)
        continue;
      if (dimension < last)
        return failure();
      last = dimension;
    }
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getInput(),
                                           op.getType().getShape());
    return success();
  }
};
} // namespace

void ReshapeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                            MLIRContext *context) {
  patterns.add<ReshapeOfReshape>(context);
}

void TransposeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *context) {
  patterns.add<TransposeOfTranspose, TransposeOfUnitDimensions>(context);
}
