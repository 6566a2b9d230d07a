//===- Kernels.cpp - The kernels stage ------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/Kernels.h"

#include "compiler/kernels/KernelsPasses.h"

#include "mlir/Dialect/Func/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace mlcc {

void buildKernelsPipeline(OpPassManager &pipeline, const KernelsOptions &) {
  pipeline.addNestedPass<func::FuncOp>(kernels::createExpandResizePass());
  // Legal after it: dnn; nn.constant, nn.reshape; func.call of kernels of nn.
  pipeline.addPass(kernels::createFormKernelsPass());
  // Equal kernels are lowered and compiled once.
  pipeline.addPass(func::createDuplicateFunctionEliminationPass());
  pipeline.addNestedPass<func::FuncOp>(kernels::createDecomposeKernelsPass());
  // Legal after it: dnn; nn.constant, nn.reshape; rt.launch; kernels of scf,
  // memref, arith and math.
  pipeline.addPass(kernels::createLowerKernelsPass());
  pipeline.addNestedPass<func::FuncOp>(createCSEPass());
}

void registerKernelsPasses() {
  kernels::registerKernelsPasses();
  PassPipelineRegistration<>(
      "kernels", "Generates loops for everything that oneDNN does not do",
      [](OpPassManager &pipeline) { buildKernelsPipeline(pipeline); });
}

} // namespace mlcc
