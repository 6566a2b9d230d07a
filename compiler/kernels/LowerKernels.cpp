//===- LowerKernels.cpp - Kernels of nn ops become loops ------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/InPlace.h"
#include "compiler/kernels/KernelsPasses.h"
#include "compiler/kernels/Schedule.h"

#include "llvm/ADT/StringMap.h"

namespace mlcc::kernels {
#define GEN_PASS_DEF_LOWERKERNELSPASS
#include "compiler/kernels/KernelsPasses.h.inc"
} // namespace mlcc::kernels

using namespace mlir;

namespace mlcc::kernels {
namespace {

/// A kernel before this pass: on tensors, with results.
bool isGraphKernel(func::FuncOp function) {
  return function->hasAttr(rt::kernelAttrName) && !function.isExternal() &&
         function.getNumResults() != 0;
}

struct LowerKernels : impl::LowerKernelsPassBase<LowerKernels> {
  void runOnOperation() override {
    llvm::StringMap<LoweredKernel> lowered;
    for (auto graph :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
      if (!isGraphKernel(graph))
        continue;
      LoweredKernel kernel = lowerKernel(graph);
      SmallVector<int64_t> inPlace = findInPlaceInputs(graph);
      if (!inPlace.empty())
        kernel.function->setAttr(
            rt::inPlaceAttrName,
            DenseI64ArrayAttr::get(&getContext(), inPlace));
      if (graph.getNumResults() > 1)
        kernel.function->setAttr(
            rt::outputsAttrName,
            Builder(&getContext()).getI64IntegerAttr(graph.getNumResults()));
      getOperation().getBody()->getOperations().insert(graph->getIterator(),
                                                       kernel.function);
      lowered[graph.getName()] = kernel;
      graph.erase();
    }
    getOperation().walk([&](func::CallOp call) {
      auto kernel = lowered.find(call.getCallee());
      if (kernel == lowered.end())
        return;
      OpBuilder builder(call);
      auto launch = rt::LaunchOp::create(
          builder, call.getLoc(), call.getResultTypes(), call.getCalleeAttr(),
          call.getOperands(), builder.getI64IntegerAttr(kernel->second.work),
          builder.getI64IntegerAttr(kernel->second.grain));
      call.replaceAllUsesWith(launch);
      call.erase();
    });
  }
};

} // namespace
} // namespace mlcc::kernels
