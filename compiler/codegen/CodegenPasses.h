//===- CodegenPasses.h - Passes of the codegen stage -------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_CODEGEN_CODEGENPASSES_H
#define MLCC_COMPILER_CODEGEN_CODEGENPASSES_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace mlcc {
#define GEN_PASS_DECL
#include "compiler/codegen/CodegenPasses.h.inc"

/// What the entry of a kernel is called.
inline std::string kernelEntryName(llvm::StringRef kernel) {
  return (kernel + ".entry").str();
}
} // namespace mlcc

#endif // MLCC_COMPILER_CODEGEN_CODEGENPASSES_H
