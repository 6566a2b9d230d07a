//===- Graph.cpp - The graph stage: nn to nn ------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/Graph.h"

#include "compiler/graph/GraphPasses.h"
#include "compiler/loops/LoopPasses.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

namespace mlcc::graph {
#define GEN_PASS_REGISTRATION
#include "compiler/graph/GraphPasses.h.inc"
} // namespace mlcc::graph

using namespace mlir;
using namespace mlcc;

void mlcc::buildGraphPipeline(OpPassManager &manager,
                              const GraphOptions &options) {
  manager.addPass(createSimplifyLoops());
  OpPassManager &function = manager.nest<func::FuncOp>();
  auto clean = [&] {
    function.addPass(createSimplify());
    function.addPass(createCanonicalizerPass());
  };
  function.addPass(createDeriveIndexRanges());
  // What one round brings together, the next one sees: constants fold,
  // transposes sunk out of the way let reshapes meet, recomposed pieces leave
  // one user where many were, scaled weights leave additions that are a bias.
  clean();
  function.addPass(createCSEPass());
  function.addPass(createSimplify());
  function.addPass(createRecompose());
  function.addPass(createMoveTransposes());
  clean();
  function.addPass(createFoldAffine());
  clean();
  function.addPass(createCSEPass());
  // What is the same in every trip is plain to see now.
  manager.addPass(createSimplifyLoops());
  manager.addPass(createDistributeLoops());
  manager.addPass(createSimplifyLoops());
  manager.addPass(createSymbolDCEPass());
  manager.addNestedPass<func::FuncOp>(createCanonicalizerPass());
  if (options.memoryLimit > 0)
    manager.addNestedPass<func::FuncOp>(
        createRecompute({options.memoryLimit, options.report}));
  manager.addPass(createReleaseWeights());
}

void mlcc::registerGraphPasses() {
  graph::registerGraphPasses();
  PassPipelineRegistration<>(
      "mlcc-graph", "The graph stage: nn to nn",
      [](OpPassManager &manager) { buildGraphPipeline(manager); });
}
