//===- Fuse.cpp - The fuse stage: nn to nn and dnn ------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fuse/Fuse.h"

#include "compiler/fuse/FusePasses.h"
#include "compiler/graph/GraphPasses.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

namespace mlcc::fuse {
#define GEN_PASS_REGISTRATION
#include "compiler/fuse/FusePasses.h.inc"
} // namespace mlcc::fuse

using namespace mlir;
using namespace mlcc;

void mlcc::buildFusePipeline(OpPassManager &manager,
                             const FuseOptions &options) {
  manager.addPass(createUnrollRecurrent());
  OpPassManager &function = manager.nest<func::FuncOp>();
  function.addPass(createExpandBatchNorm());
  // The gradient of a recurrent layer has unrolled it before.
  function.addPass(createCSEPass());
  function.addPass(createFuseRecurrent());
  function.addPass(createFuseLinear());
  function.addPass(createFuseWindows());
  // Weights that a primitive wants transposed, gates that are sliced apart, and
  // reshapes that now meet.
  function.addPass(createCanonicalizerPass());
  function.addPass(createCSEPass());
  function.addPass(createFuseAccumulate());
  manager.addPass(createReleaseWeights());
}

void mlcc::registerFusePasses() {
  fuse::registerFusePasses();
  PassPipelineRegistration<>(
      "mlcc-fuse", "The fuse stage: nn to nn and dnn",
      [](OpPassManager &manager) { buildFusePipeline(manager); });
}
