//===- UnrollLoops.cpp - Short scans step by step -------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/loops/LoopPasses.h"

#include "mlir/Pass/PassRegistry.h"
#include "llvm/ADT/DenseSet.h"

namespace mlcc {
#define GEN_PASS_DEF_UNROLLLOOPS
#include "compiler/loops/LoopPasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;

SmallVector<Operation *> mlcc::loopsOf(func::FuncOp function) {
  SmallVector<Operation *> loops;
  function.walk([&](Operation *op) {
    if (nn::isLoop(op))
      loops.push_back(op);
  });
  return loops;
}

SmallVector<func::FuncOp> mlcc::functionsInsideOut(ModuleOp module) {
  SmallVector<func::FuncOp> functions;
  llvm::DenseSet<Operation *> seen;
  auto visit = [&](auto &self, func::FuncOp function) -> void {
    if (!function || !seen.insert(function).second)
      return;
    for (Operation *loop : loopsOf(function))
      self(self, nn::bodyOf(loop));
    functions.push_back(function);
  };
  for (auto function : module.getOps<func::FuncOp>())
    visit(visit, function);
  return functions;
}

SmallVector<Operation *> mlcc::loopsInsideOut(ModuleOp module) {
  SmallVector<Operation *> loops;
  for (func::FuncOp function : functionsInsideOut(module))
    llvm::append_range(loops, loopsOf(function));
  return loops;
}

namespace {
class UnrollLoops : public mlcc::impl::UnrollLoopsBase<UnrollLoops> {
public:
  using UnrollLoopsBase::UnrollLoopsBase;

  void runOnOperation() override {
    for (Operation *loop : loopsInsideOut(getOperation())) {
      auto scan = dyn_cast<nn::ScanOp>(loop);
      if (!scan || !isToUnroll(scan))
        continue;
      nn::unrollScan(scan);
      ++unrolled;
    }
  }

private:
  bool isToUnroll(nn::ScanOp scan) const {
    if (std::optional<bool> wish = scan.getUnroll())
      return *wish;
    return nn::countUnrolled(scan) <= maxOps;
  }
};
} // namespace
