//===- BuildInfo.cpp - How a model was compiled ---------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/codegen/BuildInfo.h"

#include "compiler/codegen/Codegen.h"
#include "compiler/codegen/Descriptor.h"
#include "compiler/codegen/Target.h"
#include "dialects/rt/RT.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <dnnl.hpp>

using namespace mlcc;

static std::string oneDnnVersion() {
  const dnnl_version_t *version = dnnl_version();
  return std::to_string(version->major) + "." + std::to_string(version->minor) +
         "." + std::to_string(version->patch);
}

std::string mlcc::buildInfo(mlir::ModuleOp module, const TargetCpu &cpu,
                            const CodegenOptions &options) {
  llvm::json::Object arenas;
  for (auto program : module.getOps<rt::ProgramOp>())
    if (!rt::isBody(program))
      arenas[program.getSymName()] = static_cast<int64_t>(program.getArena());
  llvm::json::Object info{
      {"mlcc", MLCC_VERSION},
      {"llvm", LLVM_VERSION_STRING},
      {"onednn", oneDnnVersion()},
      {"target", cpu.triple},
      {"cpu", cpu.cpu},
      {"optimization", static_cast<int64_t>(options.optimizationLevel)},
      {"weights_bytes", static_cast<int64_t>(weightsBytes(module))},
      {"arena_bytes", std::move(arenas)},
  };
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << llvm::json::Value(std::move(info));
  return text;
}

std::string mlcc::versionText() {
  return std::string("mlcc ") + MLCC_VERSION + " (LLVM " + LLVM_VERSION_STRING +
         ", oneDNN " + oneDnnVersion() + ")";
}
