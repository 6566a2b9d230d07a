//===- Layout.cpp - The layout stage --------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/layout/Layout.h"

#include "compiler/layout/LayoutPasses.h"
#include "compiler/loops/LoopPasses.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace mlcc {
#define GEN_PASS_REGISTRATION
#include "compiler/layout/LayoutPasses.h.inc"

void registerLayoutPasses() { registerLayoutStagePasses(); }

void buildLayoutPipeline(OpPassManager &manager, const LayoutOptions &options) {
  AssignLayoutsOptions assign;
  assign.threads = options.threads;
  assign.remarks = options.remarks;
  manager.addNestedPass<func::FuncOp>(createAssignLayouts(assign));
  // Reorders of what does not change move out of loops.
  manager.addPass(createSimplifyLoops());
  // Views that meet, and those that nothing uses.
  manager.addNestedPass<func::FuncOp>(createCSEPass());
  manager.addPass(createPackConstants());
}

} // namespace mlcc
