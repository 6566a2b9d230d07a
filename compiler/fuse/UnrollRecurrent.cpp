//===- UnrollRecurrent.cpp - Recurrent layers step by step ----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/gradient/UnrollRecurrent.h"
#include "compiler/fuse/FusePasses.h"
#include "compiler/fuse/Recurrent.h"

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
      OpBuilder builder(layer.op);
      layer.op->replaceAllUsesWith(nn::unrollRecurrent(builder, layer.op));
      layer.op->erase();
    }
  }
};
} // namespace
