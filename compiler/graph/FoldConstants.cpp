//===- FoldConstants.cpp - Evaluation of ops on constants -----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/Constants.h"
#include "compiler/graph/GraphPasses.h"

namespace mlcc {
#define GEN_PASS_DEF_FOLDCONSTANTS
#include "compiler/graph/GraphPasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;
using namespace mlcc::graph;

namespace {
class FoldConstants : public mlcc::impl::FoldConstantsBase<FoldConstants> {
public:
  using FoldConstantsBase::FoldConstantsBase;
  void runOnOperation() override;

private:
  bool isWorthFolding(Operation *op) const;
  LogicalResult fold(Operation *op);
};
} // namespace

/// Multiplications that evaluating `op` takes per result element.
static int64_t workPerElement(Operation *op) {
  if (auto matmul = dyn_cast<nn::MatMulOp>(op)) {
    ArrayRef<int64_t> shape = typeOf(matmul.getLhs()).getShape();
    return shape[matmul.getTransposeLhs() && shape.size() > 1
                     ? shape.size() - 2
                     : shape.size() - 1];
  }
  if (isa<nn::ConvOp, nn::ConvTransposeOp>(op)) {
    auto weights = typeOf(op->getOperand(1));
    return weights.getNumElements() /
           std::max<int64_t>(1, weights.getDimSize(0));
  }
  return 1;
}

/// Whether the results are small enough to be stored, and cheap enough for
/// the reference evaluation to compute.
bool FoldConstants::isWorthFolding(Operation *op) const {
  constexpr int64_t workLimit = int64_t(1) << 28;
  int64_t operandBytes = 0, resultBytes = 0, elements = 0;
  for (Value operand : op->getOperands())
    operandBytes += nn::tensorBytes(typeOf(operand));
  for (Value result : op->getResults()) {
    resultBytes += nn::tensorBytes(typeOf(result));
    elements += typeOf(result).getNumElements();
  }
  if (elements * workPerElement(op) > workLimit)
    return false;
  return resultBytes <= std::max<int64_t>(limitBytes, operandBytes);
}

/// Ops whose result has only elements of their first operand.
static bool movesElements(Operation *op) {
  return isa<nn::TransposeOp, nn::SliceOp, nn::BroadcastOp, nn::TileOp>(op);
}

LogicalResult FoldConstants::fold(Operation *op) {
  OpBuilder builder(op);
  if (auto reshape = dyn_cast<nn::ReshapeOp>(op)) {
    op->replaceAllUsesWith(
        ValueRange{reshapeTo(builder, op->getLoc(), reshape.getInput(),
                             typeOf(reshape).getShape())});
    return success();
  }
  if (movesElements(op))
    if (auto dense = dyn_cast<DenseElementsAttr>(
            op->getOperand(0).getDefiningOp<nn::ConstantOp>().getValue());
        dense && dense.isSplat()) {
      auto moved = nn::ConstantOp::create(
          builder, op->getLoc(),
          cast<ElementsAttr>(dense.resizeSplat(typeOf(op->getResult(0)))));
      op->replaceAllUsesWith(moved);
      return success();
    }

  if (!isWorthFolding(op))
    return failure();
  SmallVector<nn::HostTensor> operands, results;
  for (Value operand : op->getOperands()) {
    std::optional<nn::HostTensor> tensor = constantOf(operand);
    if (!tensor)
      return failure();
    operands.push_back(std::move(*tensor));
  }
  auto reference = cast<nn::ReferenceOpInterface>(op);
  if (failed(reference.evaluate(operands, results)))
    return failure();
  for (auto [result, tensor] : llvm::zip_equal(op->getResults(), results))
    result.replaceAllUsesWith(makeConstant(builder, op->getLoc(), tensor));
  return success();
}

void FoldConstants::runOnOperation() {
  for (Block &block : getOperation().getBody()) {
    for (Operation &op : llvm::make_early_inc_range(block)) {
      if (!isa<nn::ReferenceOpInterface>(op) || op.getNumOperands() == 0 ||
          !llvm::all_of(op.getOperands(), isConstant))
        continue;
      if (succeeded(fold(&op))) {
        op.erase();
        ++folded;
      }
    }
    for (Operation &op : llvm::make_early_inc_range(block))
      if (isa<nn::ConstantOp>(op) && op.use_empty())
        op.erase();
  }
}
