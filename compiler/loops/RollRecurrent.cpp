//===- RollRecurrent.cpp - Long recurrent layers as loops -----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/loops/LoopPasses.h"

#include "dialects/nn/gradient/UnrollRecurrent.h"

namespace mlcc {
#define GEN_PASS_DEF_ROLLRECURRENT
#include "compiler/loops/LoopPasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;

/// Whether a layer's weights may be trained, and its steps are many.
static bool isToRoll(Operation *op) {
  if (!isa<nn::LstmOp, nn::GruOp, nn::RnnOp>(op))
    return false;
  auto input = cast<RankedTensorType>(op->getOperand(0).getType());
  bool isConstant =
      llvm::all_of(op->getOperands().slice(1, 2), [](Value value) {
        return value.getDefiningOp<nn::ConstantOp>();
      });
  return !isConstant && input.getDimSize(0) > nn::longestUnrolledLayer;
}

namespace {
class RollRecurrent : public mlcc::impl::RollRecurrentBase<RollRecurrent> {
public:
  using RollRecurrentBase::RollRecurrentBase;

  void runOnOperation() override {
    SmallVector<Operation *> layers;
    getOperation().walk([&](Operation *op) {
      if (isToRoll(op))
        layers.push_back(op);
    });
    for (Operation *layer : layers) {
      OpBuilder builder(layer);
      layer->replaceAllUsesWith(nn::unrollRecurrent(builder, layer));
      layer->erase();
    }
    rolled += layers.size();
  }
};
} // namespace
