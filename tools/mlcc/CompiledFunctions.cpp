//===- CompiledFunctions.cpp - Functions compiled for this process --------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/mlcc/CompiledFunctions.h"

#include "compiler/driver/Compile.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "mlcc/runtime.h"

#include "llvm/Support/DynamicLibrary.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace mlcc;
using llvm::SmallString;
using nn::HostTensor;

namespace {

/// A folder that goes with what is in it.
class TemporaryFolder {
public:
  ~TemporaryFolder() {
    if (!path.empty())
      llvm::sys::fs::remove_directories(path);
  }
  std::error_code create() {
    return llvm::sys::fs::createUniqueDirectory("mlcc", path);
  }
  std::string file(StringRef name) const {
    SmallString<128> result = path;
    llvm::sys::path::append(result, name);
    return std::string(result);
  }

private:
  SmallString<128> path;
};

/// A loaded model.
class CompiledFunctions {
public:
  CompiledFunctions(Location location, llvm::sys::DynamicLibrary library)
      : location(location), library(library) {}
  ~CompiledFunctions() {
    mlcc_unload(session);
    llvm::sys::DynamicLibrary::closeLibrary(library);
  }
  CompiledFunctions(const CompiledFunctions &) = delete;
  CompiledFunctions &operator=(const CompiledFunctions &) = delete;

  LogicalResult load(StringRef symbol) {
    model = static_cast<const mlcc_model *>(
        library.getAddressOfSymbol(symbol.str().c_str()));
    if (!model)
      return error("the library has no symbol '" + symbol + "'");
    if (mlcc_load(model, nullptr, &session) != 0)
      return error(mlcc_last_error());
    return success();
  }

  FailureOr<SmallVector<HostTensor>> run(StringRef name,
                                         ArrayRef<HostTensor> arguments,
                                         TypeRange resultTypes) const {
    int32_t number = mlcc_find_function(model, name.str().c_str());
    if (number < 0)
      return error("the library has no function '" + name + "'");
    const mlcc_function &function = model->functions[number];
    SmallVector<const void *> inputs;
    SmallVector<void *> outputs;
    for (const HostTensor &argument : arguments)
      inputs.push_back(argument.bytes().data());
    SmallVector<HostTensor> results;
    for (Type type : resultTypes) {
      results.emplace_back(cast<RankedTensorType>(type));
      outputs.push_back(results.back().mutableBytes().data());
    }
    if (inputs.size() != function.input_count ||
        outputs.size() != function.output_count)
      return error("'" + name +
                   "' has other inputs or outputs than before it "
                   "was compiled");
    if (mlcc_run(session, number, inputs.data(), outputs.data()) != 0)
      return error(mlcc_last_error());
    return results;
  }

private:
  LogicalResult error(const Twine &message) const {
    return mlcc::emitError(location, ErrorCode::StageFailed) << message;
  }

  Location location;
  mutable llvm::sys::DynamicLibrary library;
  const mlcc_model *model = nullptr;
  mlcc_session *session = nullptr;
};

} // namespace

FailureOr<FunctionEvaluator> tools::compileAndLoad(OwningOpRef<ModuleOp> module,
                                                   CompileOptions options,
                                                   LinkOptions link) {
  Location location = module->getLoc();
  TemporaryFolder folder;
  if (std::error_code error = folder.create())
    return mlcc::emitError(location, ErrorCode::CannotWrite)
           << "a temporary folder: " << error.message();
  options.codegen.name = "functions";
  options.codegen.executable = false;
  link.kind = ArtefactKind::Shared;
  link.output = folder.file("functions.so");
  auto silently = [](StringRef, llvm::function_ref<LogicalResult()> piece) {
    return piece();
  };
  if (failed(runStages(*module, *findStage("import"), allStages().back(),
                       options, silently)) ||
      failed(linkArtefact(*module, options.codegen, link, silently)))
    return failure();
  std::string problem;
  auto library =
      llvm::sys::DynamicLibrary::getLibrary(link.output.c_str(), &problem);
  if (!library.isValid())
    return mlcc::emitError(location, ErrorCode::StageFailed)
           << "what was compiled cannot be loaded: " << problem;
  auto functions = std::make_shared<CompiledFunctions>(location, library);
  if (failed(functions->load("mlcc_model_functions")))
    return failure();
  return FunctionEvaluator([functions](StringRef name,
                                       ArrayRef<HostTensor> arguments,
                                       TypeRange results) {
    return functions->run(name, arguments, results);
  });
}
