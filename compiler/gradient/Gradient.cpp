//===- Gradient.cpp - The gradient stage: training to nn ------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gradient/Gradient.h"

#include "compiler/gradient/GradientPasses.h"
#include "compiler/loops/LoopPasses.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

namespace mlcc::gradient {
#define GEN_PASS_REGISTRATION
#include "compiler/gradient/GradientPasses.h.inc"
} // namespace mlcc::gradient

using namespace mlir;
using namespace mlcc;

void mlcc::buildGradientPipeline(OpPassManager &manager,
                                 const GradientOptions &options) {
  // Gradients that a description asks for have brought loops that do the work
  // of others.
  manager.addPass(createRollRecurrent());
  manager.addPass(createMergeLoops());
  manager.addPass(createUnrollLoops());
  manager.addPass(createExpandTrainStep());
  manager.addPass(createMergeLoops());
  manager.addPass(createSymbolDCEPass());
  manager.addNestedPass<func::FuncOp>(createRemoveBarriers());
}

void mlcc::registerGradientPasses() {
  gradient::registerGradientPasses();
  PassPipelineRegistration<>(
      "mlcc-gradient", "The gradient stage: training to nn",
      [](OpPassManager &manager) { buildGradientPipeline(manager); });
}
