//===- Codegen.h - The codegen stage -----------------------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Makes object code of a planned module.
//
// In: `rt.program`s, `rt.weight`s and kernels on static memrefs. Out: the same
// with kernels in the LLVM dialect, then two object files: one of code and the
// model's descriptor, one of weights.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_CODEGEN_CODEGEN_H
#define MLCC_COMPILER_CODEGEN_CODEGEN_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/LogicalResult.h"

#include <string>

namespace llvm {
class raw_pwrite_stream;
} // namespace llvm

namespace mlir {
class DialectRegistry;
class ModuleOp;
class OpPassManager;
} // namespace mlir

namespace mlcc {

struct CodegenOptions {
  /// A CPU's name as LLVM spells it, or "native" for this machine's.
  std::string cpu = "native";
  /// 0 to 3, as of a C compiler.
  unsigned optimizationLevel = 3;
  /// A C identifier: the model's symbol is `mlcc_model_<name>`.
  std::string name = "model";
  /// Whether the object is for an executable, whose main finds the model
  /// through `mlcc_main_model`.
  bool executable = true;
};

/// Lowers kernels to the LLVM dialect.
void buildCodegenPipeline(mlir::OpPassManager &manager,
                          const CodegenOptions &options);
void registerCodegenPasses();

/// What translation to LLVM IR needs; to be called before the context is made.
void registerCodegenTranslations(mlir::DialectRegistry &registry);

/// Compiles a module that went through the pipeline: writes an object file of
/// the kernels and the descriptor (mlcc/abi.h). It refers to the weights by the
/// symbol `mlcc_weights_<name>`. Errors are emitted at the module.
llvm::LogicalResult emitObject(mlir::ModuleOp module,
                               const CodegenOptions &options,
                               llvm::raw_pwrite_stream &stream);

/// The same as LLVM IR text, optimized.
llvm::LogicalResult emitLLVMIR(mlir::ModuleOp module,
                               const CodegenOptions &options,
                               llvm::raw_pwrite_stream &stream);

/// Writes an object file that defines `mlcc_weights_<name>`: the bytes of all
/// `rt.weight`s, straight from where they lie in the compiler's memory.
llvm::LogicalResult emitWeightsObject(mlir::ModuleOp module,
                                      const CodegenOptions &options,
                                      llvm::raw_pwrite_stream &stream);

} // namespace mlcc

#endif // MLCC_COMPILER_CODEGEN_CODEGEN_H
