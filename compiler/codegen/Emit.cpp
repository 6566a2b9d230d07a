//===- Emit.cpp - From the LLVM dialect to object code --------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/codegen/Codegen.h"
#include "compiler/codegen/CodegenPasses.h"
#include "compiler/codegen/Descriptor.h"
#include "compiler/codegen/Target.h"
#include "dialects/diagnostics/Diagnostics.h"

#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlcc;

namespace {

/// A module of LLVM IR with the machine it is for.
struct TargetModule {
  llvm::LLVMContext context;
  std::unique_ptr<llvm::TargetMachine> machine;
  std::unique_ptr<llvm::Module> module;
};

} // namespace

static llvm::OptimizationLevel toOptimizationLevel(unsigned level) {
  switch (level) {
  case 0:
    return llvm::OptimizationLevel::O0;
  case 1:
    return llvm::OptimizationLevel::O1;
  case 2:
    return llvm::OptimizationLevel::O2;
  default:
    return llvm::OptimizationLevel::O3;
  }
}

/// Kernels hand nothing from one iteration to the next through memory, which is
/// what this pass looks for: pair by pair, for seconds where a small loop of
/// strided stores has been unrolled.
static bool isWorthwhile(llvm::StringRef pass, llvm::Any) {
  return pass != "LoopLoadEliminationPass";
}

/// LLVM's own pipeline. Inlining an entry's kernel would lose what is known of
/// its pointers, so kernels stay out of line.
static void optimize(TargetModule &target, const CodegenOptions &options) {
  for (llvm::Function &function : *target.module)
    if (!function.isDeclaration())
      function.addFnAttr(llvm::Attribute::NoInline);
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = options.optimizationLevel > 1;
  tuning.SLPVectorization = options.optimizationLevel > 1;
  llvm::PassInstrumentationCallbacks callbacks;
  callbacks.registerShouldRunOptionalPassCallback(isWorthwhile);
  llvm::PassBuilder builder(target.machine.get(), tuning, std::nullopt,
                            &callbacks);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager sccs;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  llvm::OptimizationLevel level =
      toOptimizationLevel(options.optimizationLevel);
  llvm::ModulePassManager passes =
      level == llvm::OptimizationLevel::O0
          ? builder.buildO0DefaultPipeline(level)
          : builder.buildPerModuleDefaultPipeline(level);
  passes.run(*target.module, modules);
}

/// Translates `module`, adds the descriptor and optimizes.
static llvm::LogicalResult translate(mlir::ModuleOp module,
                                     const CodegenOptions &options,
                                     TargetModule &target) {
  auto fail = [&](llvm::Error error) {
    return emitError(module.getLoc(), ErrorCode::CodegenFailed)
           << llvm::toString(std::move(error));
  };
  llvm::Expected<TargetCpu> cpu = resolveTarget(options);
  if (!cpu)
    return emitError(module.getLoc(), ErrorCode::InvalidOption)
           << "--mcpu: " << llvm::toString(cpu.takeError());
  auto machine = createTargetMachine(*cpu, options);
  if (!machine)
    return fail(machine.takeError());
  target.machine = std::move(*machine);
  target.module =
      mlir::translateModuleToLLVMIR(module, target.context, options.name);
  if (!target.module)
    return emitError(module.getLoc(), ErrorCode::CodegenFailed)
           << "the kernels cannot be translated to LLVM IR";
  target.module->setTargetTriple(target.machine->getTargetTriple());
  target.module->setDataLayout(target.machine->createDataLayout());
  if (llvm::failed(addDescriptor(module, *target.module, *cpu, options)))
    return llvm::failure();
  setTargetAttributes(*target.module, *cpu);
  optimize(target, options);
  return llvm::success();
}

llvm::LogicalResult mlcc::emitObject(mlir::ModuleOp module,
                                     const CodegenOptions &options,
                                     llvm::raw_pwrite_stream &stream) {
  TargetModule target;
  if (llvm::failed(translate(module, options, target)))
    return llvm::failure();
  llvm::legacy::PassManager passes;
  if (target.machine->addPassesToEmitFile(passes, stream, nullptr,
                                          llvm::CodeGenFileType::ObjectFile))
    return emitError(module.getLoc(), ErrorCode::CodegenFailed)
           << "LLVM cannot write object files for "
           << target.machine->getTargetTriple().str();
  passes.run(*target.module);
  return llvm::success();
}

llvm::LogicalResult mlcc::emitLLVMIR(mlir::ModuleOp module,
                                     const CodegenOptions &options,
                                     llvm::raw_pwrite_stream &stream) {
  TargetModule target;
  if (llvm::failed(translate(module, options, target)))
    return llvm::failure();
  target.module->print(stream, nullptr);
  return llvm::success();
}
