//===- SimplifyBroadcast.cpp - Broadcasts and reshapes around element-wise ops
//===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// A reshape is free, and what is broadcast late is computed once: both should
// stand where they do not part ops that could be one loop, or part of one
// primitive.
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/Constants.h"
#include "compiler/graph/Patterns.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::graph;

/// A copy of `op` with other operands, its result type inferred anew.
static Operation *cloneWith(PatternRewriter &rewriter, Operation *op,
                            ValueRange operands) {
  SmallVector<Type> types;
  auto inference = cast<InferTypeOpInterface>(op);
  if (failed(inference.inferReturnTypes(
          op->getContext(), op->getLoc(), operands, op->getRawDictionaryAttrs(),
          op->getPropertiesStorage(), op->getRegions(), types)))
    return nullptr;
  OperationState state(op->getLoc(), op->getName(), operands, types);
  state.propertiesAttr = op->getPropertiesAsAttribute();
  state.attributes = op->getDiscardableAttrDictionary();
  return rewriter.create(state);
}

namespace {

/// f(broadcast(x), scalar) -> broadcast(f(x, scalar)): less is computed.
class SinkBroadcast : public OpTraitRewritePattern<nn::IsElementwise> {
public:
  using OpTraitRewritePattern::OpTraitRewritePattern;

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    SmallVector<Value> operands;
    nn::BroadcastOp broadcast;
    for (Value operand : op->getOperands()) {
      if (auto candidate = operand.getDefiningOp<nn::BroadcastOp>();
          candidate && !broadcast) {
        broadcast = candidate;
        operand = candidate.getInput();
      } else if (!uniformOf(operand) || typeOf(operand).getRank() != 0) {
        return failure();
      }
      operands.push_back(operand);
    }
    if (!broadcast ||
        typeOf(broadcast).getShape() != typeOf(op->getResult(0)).getShape())
      return failure();
    Operation *clone = cloneWith(rewriter, op, operands);
    if (!clone)
      return failure();
    rewriter.replaceOpWithNewOp<nn::BroadcastOp>(
        op, clone->getResult(0), typeOf(op->getResult(0)).getShape());
    return success();
  }
};

/// f(reshape(x), ...) -> reshape(f(x, ...)) where every other operand is a
/// scalar, a reshape from the same shape, a vector along a last dimension that
/// the reshape keeps, or a constant beside a reshape that only adds and drops
/// extents of one.
class SinkReshape : public OpTraitRewritePattern<nn::IsElementwise> {
public:
  using OpTraitRewritePattern::OpTraitRewritePattern;

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    auto result = typeOf(op->getResult(0));
    nn::ReshapeOp reshape = findReshape(op, result);
    if (!reshape)
      return failure();
    ArrayRef<int64_t> source = typeOf(reshape.getInput()).getShape();
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      Value replaced = withoutReshape(operand, result, source, rewriter);
      if (!replaced)
        return failure();
      operands.push_back(replaced);
    }
    Operation *clone = cloneWith(rewriter, op, operands);
    if (!clone || typeOf(clone->getResult(0)).getShape() != source)
      return failure();
    rewriter.replaceOpWithNewOp<nn::ReshapeOp>(op, clone->getResult(0),
                                               result.getShape());
    return success();
  }

private:
  /// The first operand that is a reshape to the result's shape. Reshapes of
  /// constants fold, and those with other users would be computed in vain.
  static nn::ReshapeOp findReshape(Operation *op, RankedTensorType result) {
    for (Value operand : op->getOperands())
      if (auto reshape = operand.getDefiningOp<nn::ReshapeOp>();
          reshape && typeOf(reshape).getShape() == result.getShape() &&
          reshape->hasOneUse() && !isConstant(reshape.getInput()))
        return reshape;
    return nullptr;
  }

  /// The shape of a constant before a reshape that only adds and drops extents
  /// of one; nothing for other reshapes.
  static std::optional<SmallVector<int64_t>>
  acrossUnitExtents(RankedTensorType constant, RankedTensorType result,
                    ArrayRef<int64_t> source) {
    auto isLong = [](int64_t extent) { return extent != 1; };
    if (!llvm::equal(llvm::make_filter_range(result.getShape(), isLong),
                     llvm::make_filter_range(source, isLong)))
      return std::nullopt;
    int64_t missing = result.getRank() - constant.getRank();
    SmallVector<int64_t> extents;
    for (int64_t i = 0; i < result.getRank(); ++i)
      if (result.getDimSize(i) != 1)
        extents.push_back(i < missing ? 1 : constant.getDimSize(i - missing));
    SmallVector<int64_t> shape;
    auto next = extents.begin();
    for (int64_t extent : source)
      shape.push_back(extent == 1 ? 1 : *next++);
    return shape;
  }

  static Value withoutReshape(Value operand, RankedTensorType result,
                              ArrayRef<int64_t> source, OpBuilder &builder) {
    if (auto reshape = operand.getDefiningOp<nn::ReshapeOp>())
      if (typeOf(reshape).getShape() == result.getShape() &&
          typeOf(reshape.getInput()).getShape() == source)
        return reshape.getInput();
    if (!isConstant(operand))
      return nullptr;
    auto type = typeOf(operand);
    int64_t elements = type.getNumElements();
    if (elements == 1 && (type.getRank() == 0 || !source.empty()))
      return type.getRank() <= static_cast<int64_t>(source.size())
                 ? operand
                 : reshapeTo(builder, operand.getLoc(), operand, {1});
    if (auto shape = acrossUnitExtents(type, result, source))
      return reshapeTo(builder, operand.getLoc(), operand, *shape);
    // A vector along the last dimension.
    if (type.getRank() == 0 || source.empty() || elements != source.back() ||
        type.getShape().back() != elements ||
        result.getShape().back() != elements)
      return nullptr;
    return reshapeTo(builder, operand.getLoc(), operand, {elements});
  }
};

} // namespace

void graph::addBroadcastPatterns(RewritePatternSet &patterns) {
  patterns.add<SinkBroadcast, SinkReshape>(patterns.getContext());
}
