//===- UnrollRecurrent.cpp - Recurrent layers step by step ----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/gradient/UnrollRecurrent.h"
#include "compiler/fuse/FusePasses.h"
#include "compiler/fuse/Recurrent.h"
#include "dialects/diagnostics/Diagnostics.h"

namespace mlcc {
#define GEN_PASS_DEF_UNROLLRECURRENT
#include "compiler/fuse/FusePasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;
using namespace mlcc::fuse;

namespace {
class UnrollRecurrent
    : public mlcc::impl::UnrollRecurrentBase<UnrollRecurrent> {
public:
  using UnrollRecurrentBase::UnrollRecurrentBase;

  void runOnOperation() override {
    SmallVector<RecurrentLayer> layers;
    getOperation().walk([&](Operation *op) {
      std::optional<RecurrentLayer> layer = RecurrentLayer::of(op);
      if (layer && !layer->isPrimitive())
        layers.push_back(std::move(*layer));
    });
    for (const RecurrentLayer &layer : layers) {
      if (failed(check(layer))) {
        signalPassFailure();
        continue;
      }
      OpBuilder builder(layer.op);
      layer.op->replaceAllUsesWith(nn::unrollRecurrent(builder, layer.op));
      layer.op->erase();
    }
  }

private:
  LogicalResult check(const RecurrentLayer &layer) const {
    for (StringRef name : layer.activations)
      if (!llvm::is_contained({"sigmoid", "tanh", "relu"}, name))
        return mlcc::emitError(layer.op->getLoc(), ErrorCode::UnsupportedForm)
               << "the recurrent layer's activation '" << name
               << "' is not supported; sigmoid, tanh and relu are";
    if (layer.steps * layer.directions > maxSteps)
      return mlcc::emitError(layer.op->getLoc(), ErrorCode::UnsupportedForm)
             << "a recurrent layer of " << layer.steps * layer.directions
             << " steps is too long to be unrolled (" << maxSteps.getValue()
             << " at most); one with constant weights, the default activations "
                "and without clip or input_forget need not be";
    return success();
  }
};
} // namespace
