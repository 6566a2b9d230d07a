//===- IndexRanges.cpp - What integer inputs may hold ---------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/GraphPasses.h"
#include "dialects/rt/RT.h"

#include "mlir/IR/Builders.h"

namespace mlcc {
#define GEN_PASS_DEF_DERIVEINDEXRANGES
#include "compiler/graph/GraphPasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;

/// How many things the indices that `use` is can name; nothing if it is no use
/// as indices.
static std::optional<int64_t> countIndexed(OpOperand &use) {
  auto extent = [](Value input, int64_t axis) {
    return cast<RankedTensorType>(input.getType()).getDimSize(axis);
  };
  Operation *user = use.getOwner();
  if (auto gather = dyn_cast<nn::GatherOp>(user);
      gather && use.get() == gather.getIndices())
    return extent(gather.getInput(), gather.getAxis());
  if (auto gather = dyn_cast<nn::GatherElementsOp>(user);
      gather && use.get() == gather.getIndices())
    return extent(gather.getInput(), gather.getAxis());
  if (auto oneHot = dyn_cast<nn::OneHotOp>(user);
      oneHot && use.get() == oneHot.getIndices())
    return oneHot.getDepth();
  return std::nullopt;
}

/// A comparison with a constant: some values are treated apart, like labels
/// that a loss ignores.
static bool singlesOutValues(OpOperand &use) {
  return isa<nn::EqualOp, nn::LessOp, nn::LessEqualOp>(use.getOwner()) &&
         llvm::any_of(use.getOwner()->getOperands(), [](Value operand) {
           return operand.getDefiningOp<nn::ConstantOp>() != nullptr;
         });
}

/// The least count over all uses as indices, also of views and casts.
static std::optional<int64_t> findCount(BlockArgument argument) {
  std::optional<int64_t> least;
  SmallVector<Value> values = {argument};
  while (!values.empty())
    for (OpOperand &use : values.pop_back_val().getUses()) {
      if (singlesOutValues(use))
        return std::nullopt;
      if (std::optional<int64_t> count = countIndexed(use))
        least = least ? std::min(*least, *count) : *count;
      else if (isa<nn::ReshapeOp, nn::CastOp>(use.getOwner()))
        values.push_back(use.getOwner()->getResult(0));
    }
  return least;
}

namespace {

class DeriveIndexRanges
    : public mlcc::impl::DeriveIndexRangesBase<DeriveIndexRanges> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    for (BlockArgument argument : function.getArguments()) {
      unsigned number = argument.getArgNumber();
      auto type = dyn_cast<RankedTensorType>(argument.getType());
      if (!type || !isa<IntegerType>(type.getElementType()) ||
          type.getElementType().isInteger(1) ||
          function.getArgAttr(number, rt::variableAttrName) ||
          function.getArgAttr(number, rt::indexRangeAttrName))
        continue;
      if (std::optional<int64_t> count = findCount(argument))
        function.setArgAttr(number, rt::indexRangeAttrName,
                            DenseI64ArrayAttr::get(&getContext(), {0, *count}));
    }
  }
};

} // namespace
