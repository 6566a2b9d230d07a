//===- SimplifyMatMul.cpp - Matrix products -------------------------------===//
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

/// A transposed operand whose transposition brings an operand's last dimension
/// to the place before the last -> the product's flag, and a transpose that
/// leaves the last dimension in place: it moves whole rows, or nothing.
class TransposeIntoMatMul : public OpRewritePattern<nn::MatMulOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::MatMulOp op,
                                PatternRewriter &rewriter) const override {
    for (bool left : {true, false}) {
      OpOperand &operand = left ? op.getLhsMutable() : op.getRhsMutable();
      auto transpose = operand.get().getDefiningOp<nn::TransposeOp>();
      if (!transpose)
        continue;
      SmallVector<int64_t> permutation(transpose.getPermutation());
      int64_t rank = permutation.size();
      if (rank < 2 || permutation[rank - 2] != rank - 1)
        continue;
      std::swap(permutation[rank - 2], permutation[rank - 1]);
      Value source = transpose.getInput();
      if (!llvm::equal(permutation, llvm::seq<int64_t>(0, rank)))
        source = nn::TransposeOp::create(rewriter, transpose.getLoc(), source,
                                         permutation);
      rewriter.modifyOpInPlace(op, [&] {
        operand.set(source);
        if (left)
          op.setTransposeLhs(!op.getTransposeLhs());
        else
          op.setTransposeRhs(!op.getTransposeRhs());
      });
      return success();
    }
    return failure();
  }
};

/// matmul(x, w) + constant -> matmul with bias, where the constant varies along
/// the last dimension at most.
class AddIntoBias : public OpRewritePattern<nn::AddOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::AddOp op,
                                PatternRewriter &rewriter) const override {
    for (int i : {0, 1}) {
      auto matmul = op->getOperand(i).getDefiningOp<nn::MatMulOp>();
      Value bias = op->getOperand(1 - i);
      if (!matmul || !matmul->hasOneUse() || matmul.getBias() ||
          !isConstant(bias) || matmul.getType() != op.getType() ||
          !isa<FloatType>(typeOf(op).getElementType()) ||
          typeOf(op).getRank() == 0)
        continue;
      int64_t elements = typeOf(bias).getNumElements();
      bool alongLast = typeOf(bias).getRank() > 0 &&
                       typeOf(bias).getShape().back() == elements;
      if (elements != 1 && !alongLast)
        continue;
      Value vector = reshapeTo(rewriter, bias.getLoc(), bias, {elements});
      rewriter.replaceOpWithNewOp<nn::MatMulOp>(
          op, op.getType(), matmul.getLhs(), matmul.getRhs(), vector,
          matmul.getTransposeLhsAttr(), matmul.getTransposeRhsAttr());
      return success();
    }
    return failure();
  }
};

/// matmul([..., M, K], [K, N]) -> one product of [... * M, K] between reshapes:
/// one large product is faster than many small ones.
class FlattenLeft : public OpRewritePattern<nn::MatMulOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::MatMulOp op,
                                PatternRewriter &rewriter) const override {
    auto lhs = typeOf(op.getLhs());
    int64_t rank = lhs.getRank();
    if (rank <= 2 || op.getTransposeLhs())
      return failure();
    // Leading dimensions of one do not make the right side a batch.
    auto rhs = typeOf(op.getRhs());
    ArrayRef<int64_t> rhsBatch =
        rhs.getShape().drop_back(std::min<int64_t>(2, rhs.getRank()));
    if (rhs.getRank() < 2 || rhs.getRank() > rank ||
        llvm::any_of(rhsBatch, [](int64_t extent) { return extent != 1; }))
      return failure();
    if (op.getBias() && !isVectorAlongLast(op.getBias()))
      return failure();
    int64_t depth = lhs.getShape().back();
    int64_t rows = 1;
    for (int64_t extent : lhs.getShape().drop_back())
      rows *= extent;
    Location location = op.getLoc();
    Value left = reshapeTo(rewriter, location, op.getLhs(), {rows, depth});
    Value right =
        reshapeTo(rewriter, location, op.getRhs(), rhs.getShape().take_back(2));
    Value bias = op.getBias();
    if (bias)
      bias =
          reshapeTo(rewriter, location, bias, {typeOf(bias).getNumElements()});
    auto flatType = typeOf(op).clone({rows, typeOf(op).getShape().back()});
    auto flat = nn::MatMulOp::create(rewriter, location, flatType, left, right,
                                     bias, op.getTransposeLhsAttr(),
                                     op.getTransposeRhsAttr());
    rewriter.replaceOpWithNewOp<nn::ReshapeOp>(op, flat, typeOf(op).getShape());
    return success();
  }

private:
  static bool isVectorAlongLast(Value bias) {
    auto type = typeOf(bias);
    return type.getRank() > 0 &&
           type.getShape().back() == type.getNumElements();
  }
};

} // namespace

void graph::addMatMulPatterns(RewritePatternSet &patterns) {
  patterns.add<TransposeIntoMatMul, AddIntoBias, FlattenLeft>(
      patterns.getContext());
}
