//===- Plan.cpp - The plan stage ------------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/Plan.h"
#include "compiler/plan/PlanPasses.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

namespace mlcc {
#define GEN_PASS_REGISTRATION
#include "compiler/plan/PlanPasses.h.inc"
} // namespace mlcc

using namespace mlir;

void mlcc::buildPlanPipeline(OpPassManager &manager,
                             const PlanOptions &options) {
  manager.addPass(createPlanPrograms(
      PlanProgramsOptions{options.report, options.memoryLimit}));
  manager.addPass(createInPlaceKernels());
}

void mlcc::registerPlanPasses() {
  registerPlanStagePasses();
  PassPipelineRegistration<>(
      "mlcc-plan", "Gives every value a place in memory",
      [](OpPassManager &manager) { buildPlanPipeline(manager, {}); });
}
