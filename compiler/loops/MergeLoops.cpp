//===- MergeLoops.cpp - Scans in the place of others ----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/loops/LoopPasses.h"

namespace mlcc {
#define GEN_PASS_DEF_MERGELOOPS
#include "compiler/loops/LoopPasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;

namespace {
class MergeLoops : public mlcc::impl::MergeLoopsBase<MergeLoops> {
public:
  using MergeLoopsBase::MergeLoopsBase;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!function.isExternal())
        merged += nn::mergeScans(function.front());
  }
};
} // namespace
