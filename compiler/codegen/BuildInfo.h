//===- BuildInfo.h - How a model was compiled --------------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_CODEGEN_BUILDINFO_H
#define MLCC_COMPILER_CODEGEN_BUILDINFO_H

#include <string>

namespace mlir {
class ModuleOp;
} // namespace mlir

namespace mlcc {

struct CodegenOptions;
struct TargetCpu;

/// A JSON object of versions, target, options, and the programs' memory in
/// bytes.
std::string buildInfo(mlir::ModuleOp module, const TargetCpu &cpu,
                      const CodegenOptions &options);

/// "mlcc 0.1.0 (LLVM 22.1.1, oneDNN 3.7.2)".
std::string versionText();

} // namespace mlcc

#endif // MLCC_COMPILER_CODEGEN_BUILDINFO_H
