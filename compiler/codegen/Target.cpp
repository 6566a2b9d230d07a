//===- Target.cpp - The CPU that code is made for -------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/codegen/Target.h"

#include "compiler/codegen/Codegen.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/TargetParser/X86TargetParser.h"

using namespace llvm;
using namespace mlcc;

/// Instruction sets that loops over numbers can use. The others (virtual
/// machines, cryptography, synchronization) need no check when a model is
/// loaded.
static bool isComputational(StringRef feature) {
  static constexpr StringLiteral prefixes[] = {
      "sse", "ssse", "avx", "fma", "f16c", "bmi", "lzcnt", "popcnt", "movbe"};
  return llvm::any_of(prefixes, [&](StringRef prefix) {
    return feature.starts_with(prefix) && feature != "sse4a" &&
           feature != "fma4";
  });
}

static Error unknownCpu(StringRef cpu) {
  return createStringError("the CPU '" + cpu +
                           "' is not known; clang --print-supported-cpus lists "
                           "those that are, and 'native' is this machine's");
}

Expected<TargetCpu> mlcc::resolveTarget(const CodegenOptions &options) {
  TargetCpu target;
  target.triple = sys::getDefaultTargetTriple();
  bool isX86 = Triple(target.triple).isX86();
  if (options.cpu == "native") {
    target.cpu = sys::getHostCPUName().str();
    for (const auto &[feature, available] : sys::getHostCPUFeatures())
      if (available && isComputational(feature))
        target.features.push_back(feature.str());
  } else if (isX86) {
    if (X86::parseArchX86(options.cpu, /*Only64Bit=*/true) == X86::CK_None)
      return unknownCpu(options.cpu);
    target.cpu = options.cpu;
    SmallVector<StringRef> features;
    X86::getFeaturesForCPU(options.cpu, features);
    for (StringRef feature : features)
      if (isComputational(feature))
        target.features.push_back(feature.str());
  } else {
    target.cpu = options.cpu;
  }
  llvm::sort(target.features);
  return target;
}

static CodeGenOptLevel toCodeGenLevel(unsigned level) {
  switch (level) {
  case 0:
    return CodeGenOptLevel::None;
  case 1:
    return CodeGenOptLevel::Less;
  case 2:
    return CodeGenOptLevel::Default;
  default:
    return CodeGenOptLevel::Aggressive;
  }
}

static std::string joinFeatures(const TargetCpu &target) {
  return join(map_range(target.features,
                        [](const std::string &name) { return "+" + name; }),
              ",");
}

Expected<std::unique_ptr<TargetMachine>>
mlcc::createTargetMachine(const TargetCpu &target,
                          const CodegenOptions &options) {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  std::string reason;
  Triple triple(target.triple);
  const Target *backend = TargetRegistry::lookupTarget(triple, reason);
  if (!backend)
    return createStringError(reason);
  TargetOptions targetOptions;
  // a * b + c may be one instruction: it is more exact, not less.
  targetOptions.AllowFPOpFusion = FPOpFusion::Fast;
  targetOptions.FunctionSections = true;
  targetOptions.DataSections = true;
  std::unique_ptr<TargetMachine> machine(backend->createTargetMachine(
      triple, target.cpu, joinFeatures(target), targetOptions, Reloc::PIC_,
      std::nullopt, toCodeGenLevel(options.optimizationLevel)));
  if (!machine)
    return createStringError("LLVM has no back end for " + target.triple);
  if (!machine->getMCSubtargetInfo()->isCPUStringValid(target.cpu))
    return unknownCpu(target.cpu);
  return machine;
}

void mlcc::setTargetAttributes(Module &module, const TargetCpu &target) {
  bool wide = is_contained(target.features, "avx512f");
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", target.cpu);
    function.addFnAttr("target-features", joinFeatures(target));
    // By default LLVM uses half of a 512-bit register, which spares a frequency
    // drop on the first CPUs that had them. Kernels are all vector code.
    if (wide)
      function.addFnAttr("prefer-vector-width", "512");
    function.setDoesNotThrow();
  }
}
