//===- RemoveBarriers.cpp - Removing stop_gradient ------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gradient/GradientPasses.h"

namespace mlcc {
#define GEN_PASS_DEF_REMOVEBARRIERS
#include "compiler/gradient/GradientPasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;

namespace {
class RemoveBarriers : public mlcc::impl::RemoveBarriersBase<RemoveBarriers> {
public:
  using RemoveBarriersBase::RemoveBarriersBase;

  void runOnOperation() override {
    getOperation().walk([](nn::StopGradientOp barrier) {
      barrier.getResult().replaceAllUsesWith(barrier.getInput());
      barrier.erase();
    });
  }
};
} // namespace
