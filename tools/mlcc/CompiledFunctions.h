//===- CompiledFunctions.h - Functions compiled for this process -*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_TOOLS_MLCC_COMPILEDFUNCTIONS_H
#define MLCC_TOOLS_MLCC_COMPILEDFUNCTIONS_H

#include "compiler/driver/Stages.h"
#include "compiler/gradient/CheckGradients.h"
#include "compiler/link/Link.h"

namespace mlcc::tools {

/// Compiles a module that went through import for this processor, links it to
/// a shared library that is gone when this returns, and loads it. Fails after
/// an error. What is returned keeps the library loaded.
mlir::FailureOr<FunctionEvaluator>
compileAndLoad(mlir::OwningOpRef<mlir::ModuleOp> module, CompileOptions options,
               LinkOptions link);

} // namespace mlcc::tools

#endif // MLCC_TOOLS_MLCC_COMPILEDFUNCTIONS_H
