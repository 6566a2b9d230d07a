//===- mlcc-opt.cpp - Runs single passes on MLIR text ---------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/codegen/Codegen.h"
#include "compiler/driver/Registry.h"
#include "compiler/fuse/Fuse.h"
#include "compiler/gradient/Gradient.h"
#include "compiler/graph/Graph.h"
#include "compiler/kernels/Kernels.h"
#include "compiler/layout/Layout.h"
#include "compiler/loops/LoopPasses.h"
#include "compiler/plan/Plan.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  // Upstream passes.
  mlir::registerAllPasses();

  // The stages' passes, in the order of the stages.
  mlcc::registerLoopPasses();
  mlcc::registerGradientPasses();
  mlcc::registerGraphPasses();
  mlcc::registerFusePasses();
  mlcc::registerLayoutPasses();
  mlcc::registerKernelsPasses();
  mlcc::registerPlanPasses();
  mlcc::registerCodegenPasses();

  mlir::DialectRegistry registry;
  mlcc::registerAllDialects(registry);
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv, "mlcc-opt: runs passes of mlcc on MLIR text\n", registry));
}
