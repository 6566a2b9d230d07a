//===- LoopPasses.h - Passes over loops -------------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Loops (nn.scan, nn.while) call functions of the module; these passes look at
// both. Stages run them where they are needed.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_LOOPS_LOOPPASSES_H
#define MLCC_COMPILER_LOOPS_LOOPPASSES_H

#include "dialects/nn/Loops.h"
#include "mlir/Pass/Pass.h"

namespace mlcc {
#define GEN_PASS_DECL
#include "compiler/loops/LoopPasses.h.inc"

void registerLoopPasses();

/// The module's functions, bodies before those that have loops over them.
llvm::SmallVector<mlir::func::FuncOp> functionsInsideOut(mlir::ModuleOp module);

/// The loops of a function.
llvm::SmallVector<mlir::Operation *> loopsOf(mlir::func::FuncOp function);

/// All loops of the module's functions; those of a loop's body come before it.
llvm::SmallVector<mlir::Operation *> loopsInsideOut(mlir::ModuleOp module);

} // namespace mlcc

#endif // MLCC_COMPILER_LOOPS_LOOPPASSES_H
