//===- Codegen.cpp - The codegen stage ------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/codegen/Codegen.h"

#include "compiler/codegen/CodegenPasses.h"
#include "dialects/rt/RT.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Affine/Transforms/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/LLVMTranslationInterface.h"
#include "mlir/Transforms/Passes.h"

namespace mlcc {
#define GEN_PASS_REGISTRATION
#include "compiler/codegen/CodegenPasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;

/// A kernel's memrefs are dense and of static shape: bare pointers say it all.
static ConvertFuncToLLVMPassOptions barePointers() {
  ConvertFuncToLLVMPassOptions options;
  options.useBarePtrCallConv = true;
  return options;
}

void mlcc::buildCodegenPipeline(OpPassManager &manager,
                                const CodegenOptions &) {
  // scf, vector, memref, arith, math -> LLVM dialect, kernel by kernel.
  OpPassManager &kernels = manager.nest<func::FuncOp>();
  kernels.addPass(createApproximateMath());
  kernels.addPass(createConvertVectorToSCFPass());
  kernels.addPass(memref::createExpandStridedMetadataPass());
  kernels.addPass(createLowerAffinePass());
  kernels.addPass(createSCFToControlFlowPass());
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());

  manager.addPass(createConvertVectorToLLVMPass());
  // What LLVM has intrinsics for (fabs, floor, fma...) must not become calls.
  manager.addPass(createConvertMathToLLVMPass());
  manager.addPass(createConvertMathToLibmPass());
  manager.addPass(createConvertIndexToLLVMPass());
  manager.addPass(createArithToLLVMConversionPass());
  manager.addPass(createFinalizeMemRefToLLVMConversionPass());
  manager.addPass(createConvertControlFlowToLLVMPass());
  manager.addPass(createConvertFuncToLLVMPass(barePointers()));
  manager.addPass(createReconcileUnrealizedCastsPass());
  manager.addPass(createKernelEntries());
}

namespace {

/// Programs and weights are data: they become constants once the kernels are
/// translated, not instructions.
class RTTranslation : public LLVMTranslationDialectInterface {
public:
  using LLVMTranslationDialectInterface::LLVMTranslationDialectInterface;

  LogicalResult convertOperation(Operation *, llvm::IRBuilderBase &,
                                 LLVM::ModuleTranslation &) const override {
    return success();
  }
};

} // namespace

void mlcc::registerCodegenTranslations(DialectRegistry &registry) {
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registry.addExtension(+[](MLIRContext *, rt::RTDialect *dialect) {
    dialect->addInterfaces<RTTranslation>();
  });
}

void mlcc::registerCodegenPasses() {
  registerCodegenStagePasses();
  PassPipelineRegistration<>(
      "mlcc-codegen", "Lowers kernels to the LLVM dialect",
      [](OpPassManager &manager) { buildCodegenPipeline(manager, {}); });
}
