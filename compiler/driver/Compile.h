//===- Compile.h - From a file through the stages ----------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_DRIVER_COMPILE_H
#define MLCC_COMPILER_DRIVER_COMPILE_H

#include "compiler/driver/Stages.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace mlcc {

/// Does a piece of the work that has a name; `runPiece` calls it. Observers
/// show progress and take times.
using PieceRunner = llvm::function_ref<llvm::LogicalResult(
    llvm::StringRef name, llvm::function_ref<llvm::LogicalResult()> piece)>;

/// Whether the file's name is that of an mlc description, .mlc.textproto or
/// .mlc.
bool isDescription(llvm::StringRef path);

/// Reads `path` (.onnx, a description, or .mlir as printed after a stage) and
/// runs the stages up to `last`. An .mlir file is taken as the output of stage
/// `first`. Null after errors, which are emitted.
mlir::OwningOpRef<mlir::ModuleOp>
compileTo(llvm::StringRef path, const Stage &first, const Stage &last,
          const CompileOptions &options, mlir::MLIRContext *context,
          PieceRunner runPiece);

/// Runs the stages behind `first` up to `last` on a module that went through
/// `first`. Fails after errors.
llvm::LogicalResult runStages(mlir::ModuleOp module, const Stage &first,
                              const Stage &last, const CompileOptions &options,
                              PieceRunner runPiece);

/// Emits InvalidOption for an unknown CPU; for another one than this, layouts
/// are chosen as there. Once, before the first compilation of the process.
llvm::LogicalResult applyTarget(const CodegenOptions &options,
                                mlir::MLIRContext *context);

} // namespace mlcc

#endif // MLCC_COMPILER_DRIVER_COMPILE_H
