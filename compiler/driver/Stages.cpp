//===- Stages.cpp - The order of the stages -------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/driver/Stages.h"

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/dnn/DNN.h"
#include "dialects/nn/Loops.h"
#include "dialects/rt/RT.h"
#include "dialects/train/Train.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace mlcc;

//===----------------------------------------------------------------------===//
// Contracts
//===----------------------------------------------------------------------===//

template <typename... Dialects> static bool isOf(Operation *op) {
  return isa_and_nonnull<Dialects...>(op->getDialect());
}

/// The module, functions with their returns, and what stays beside them to the
/// end.
static bool isFrame(Operation *op) {
  return isa<ModuleOp, func::FuncOp, func::ReturnOp, rt::VariableOp,
             rt::ExportOp>(op);
}

static bool isInKernel(Operation *op) {
  for (; op; op = op->getParentOp())
    if (op->hasAttr(rt::kernelAttrName))
      return true;
  return false;
}

static bool isPlain(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return !tensor || !tensor.getEncoding();
}

static bool hasPlainTypes(Operation *op) {
  return llvm::all_of(op->getOperandTypes(), isPlain) &&
         llvm::all_of(op->getResultTypes(), isPlain);
}

/// nn on plain tensors, and what training is to be.
static bool isLegalAfterImport(Operation *op) {
  return isFrame(op) || isOf<train::TrainDialect>(op) ||
         (isOf<nn::NNDialect>(op) && hasPlainTypes(op));
}

/// nn on plain tensors, without barriers to differentiation.
static bool isLegalAfterGraph(Operation *op) {
  return isFrame(op) || (isOf<nn::NNDialect>(op) && hasPlainTypes(op) &&
                         !isa<nn::StopGradientOp>(op));
}

/// nn and dnn on plain tensors.
static bool isLegalAfterFuse(Operation *op) {
  return isFrame(op) ||
         (isOf<nn::NNDialect, dnn::DNNDialect>(op) && hasPlainTypes(op));
}

/// dnn on tensors with layouts; of nn, element-wise operations, the gradients
/// of pooling and invariants of loops may stand on them too.
static bool isLegalAfterLayout(Operation *op) {
  if (isFrame(op) || isOf<dnn::DNNDialect>(op) || nn::isLoop(op))
    return true;
  return isOf<nn::NNDialect>(op) &&
         (op->hasTrait<nn::IsElementwise>() ||
          isa<nn::MaxPoolGradientOp, nn::AvgPoolGradientOp>(op) ||
          hasPlainTypes(op));
}

/// Primitives, launches, loops, constants and views; kernels are loops over
/// memory.
static bool isLegalAfterKernels(Operation *op) {
  if (isFrame(op))
    return true;
  if (isInKernel(op))
    return isOf<arith::ArithDialect, math::MathDialect, memref::MemRefDialect,
                scf::SCFDialect, vector::VectorDialect>(op);
  return isOf<dnn::DNNDialect>(op) ||
         isa<rt::LaunchOp, nn::ConstantOp, nn::ReshapeOp>(op) || nn::isLoop(op);
}

/// Programs, weights and kernels.
static bool isLegalAfterPlan(Operation *op) {
  if (isInKernel(op))
    return isLegalAfterKernels(op);
  return isa<ModuleOp>(op) ||
         (isOf<rt::RTDialect>(op) && !isa<rt::LaunchOp>(op));
}

/// Programs, weights and LLVM.
static bool isLegalAfterCodegen(Operation *op) {
  return isa<ModuleOp>(op) || isOf<LLVM::LLVMDialect>(op) ||
         (isOf<rt::RTDialect>(op) && !isa<rt::LaunchOp>(op));
}

LogicalResult mlcc::verifyContract(ModuleOp module, const Stage &stage) {
  constexpr int most = 10;
  int violations = 0;
  module.walk([&](Operation *op) {
    if (stage.isLegal(op))
      return WalkResult::advance();
    InFlightDiagnostic error = emitError(op->getLoc(), ErrorCode::StageContract)
                               << "'" << op->getName()
                               << "' may not be left after stage '"
                               << stage.name << "'";
    if (op->getNumResults() > 0)
      error << "; its type is " << op->getResultTypes().front();
    return ++violations < most ? WalkResult::skip() : WalkResult::interrupt();
  });
  return success(violations == 0);
}

//===----------------------------------------------------------------------===//
// The stages
//===----------------------------------------------------------------------===//

static constexpr Stage stages[] = {
    {"import", "the file as nn operations", nullptr, isLegalAfterImport},
    {"gradient", "training as functions",
     [](OpPassManager &manager, const CompileOptions &options) {
       buildGradientPipeline(manager, options.gradient);
     },
     isLegalAfterGraph},
    {"graph", "folded, cleaned and recomposed",
     [](OpPassManager &manager, const CompileOptions &options) {
       buildGraphPipeline(manager, options.graph);
     },
     isLegalAfterGraph},
    {"fuse", "oneDNN primitives with post-ops",
     [](OpPassManager &manager, const CompileOptions &options) {
       buildFusePipeline(manager, options.fuse);
     },
     isLegalAfterFuse},
    {"layout", "layouts chosen, weights packed",
     [](OpPassManager &manager, const CompileOptions &options) {
       buildLayoutPipeline(manager, options.layout);
     },
     isLegalAfterLayout},
    {"kernels", "all else as loops",
     [](OpPassManager &manager, const CompileOptions &options) {
       buildKernelsPipeline(manager, options.kernels);
     },
     isLegalAfterKernels},
    {"plan", "steps over places in memory",
     [](OpPassManager &manager, const CompileOptions &options) {
       buildPlanPipeline(manager, options.plan);
     },
     isLegalAfterPlan},
    {"codegen", "kernels in the LLVM dialect",
     [](OpPassManager &manager, const CompileOptions &options) {
       buildCodegenPipeline(manager, options.codegen);
     },
     isLegalAfterCodegen},
};

llvm::ArrayRef<Stage> mlcc::allStages() { return stages; }

const Stage *mlcc::findStage(llvm::StringRef name) {
  const Stage *stage = llvm::find_if(
      stages, [&](const Stage &stage) { return stage.name == name; });
  return stage == std::end(stages) ? nullptr : stage;
}
