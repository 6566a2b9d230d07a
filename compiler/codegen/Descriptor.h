//===- Descriptor.h - The model's descriptor as LLVM constants ---*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_CODEGEN_DESCRIPTOR_H
#define MLCC_COMPILER_CODEGEN_DESCRIPTOR_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/LogicalResult.h"

#include <string>

namespace llvm {
class Module;
} // namespace llvm

namespace mlir {
class ModuleOp;
} // namespace mlir

namespace mlcc {

struct CodegenOptions;
struct TargetCpu;

/// The symbol of the weights' bytes.
inline std::string weightsSymbol(llvm::StringRef name) {
  return ("mlcc_weights_" + name).str();
}

/// Bytes that all `rt.weight`s of `module` take, their alignment included.
uint64_t weightsBytes(mlir::ModuleOp module);

/// Adds the constant `mlcc_model_<name>` of mlcc/abi.h, which describes the
/// programs of `module`, to `target`, which already has the kernels' entries.
llvm::LogicalResult addDescriptor(mlir::ModuleOp module, llvm::Module &target,
                                  const TargetCpu &cpu,
                                  const CodegenOptions &options);

} // namespace mlcc

#endif // MLCC_COMPILER_CODEGEN_DESCRIPTOR_H
