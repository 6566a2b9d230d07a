//===- Target.h - The CPU that code is made for ------------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_CODEGEN_TARGET_H
#define MLCC_COMPILER_CODEGEN_TARGET_H

#include "llvm/Support/Error.h"

#include <memory>
#include <string>
#include <vector>

namespace llvm {
class Module;
class TargetMachine;
} // namespace llvm

namespace mlcc {

struct CodegenOptions;

/// A CPU with what its code may use.
struct TargetCpu {
  std::string triple;
  std::string cpu;
  /// LLVM's names of the instruction sets that kernels may use.
  std::vector<std::string> features;
};

/// Resolves "native"; fails for a CPU that LLVM does not know.
llvm::Expected<TargetCpu> resolveTarget(const CodegenOptions &options);

/// Fails if LLVM has no back end for the target.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(const TargetCpu &target, const CodegenOptions &options);

/// Tells each function of `module` which CPU it is for.
void setTargetAttributes(llvm::Module &module, const TargetCpu &target);

} // namespace mlcc

#endif // MLCC_COMPILER_CODEGEN_TARGET_H
