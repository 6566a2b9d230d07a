//===- Compile.cpp - From a file through the stages -----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/driver/Compile.h"

#include "compiler/codegen/Target.h"
#include "compiler/layout/TargetIsa.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "frontends/onnx/Export.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace mlcc;

/// A place in a file as a whole.
static Location fileLocation(StringRef path, MLIRContext *context) {
  return FileLineColLoc::get(context, path, 0, 0);
}

static OwningOpRef<ModuleOp> parseText(StringRef path, MLIRContext *context) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer) {
    emitError(fileLocation(path, context), ErrorCode::CannotRead)
        << buffer.getError().message();
    return nullptr;
  }
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(*buffer), llvm::SMLoc());
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, context);
  if (!module)
    emitError(fileLocation(path, context), ErrorCode::MalformedModel)
        << "the file is not valid MLIR text";
  return module;
}

bool mlcc::isDescription(StringRef path) {
  return path.ends_with(".mlc") || path.ends_with(".mlc.textproto");
}

static OwningOpRef<ModuleOp>
readFile(StringRef path, const CompileOptions &options, MLIRContext *context) {
  StringRef extension = llvm::sys::path::extension(path);
  if (extension == ".mlir")
    return parseText(path, context);
  if (extension == ".onnx")
    return onnx_frontend::importModel(path, options.import, context);
  if (isDescription(path)) {
    OwningOpRef<ModuleOp> module =
        mlc_frontend::importModel(path, options.description, context);
    if (module)
      onnx_frontend::addExports(*module);
    return module;
  }
  emitError(fileLocation(path, context), ErrorCode::UnsupportedFormat)
      << "the name does not end in .onnx, .mlc.textproto or .mlc";
  return nullptr;
}

static LogicalResult runStage(ModuleOp module, const Stage &stage,
                              const CompileOptions &options) {
  PassManager manager(module->getContext(), ModuleOp::getOperationName());
  stage.build(manager, options);
  bool reported = false;
  {
    ScopedDiagnosticHandler watch(
        module->getContext(), [&](Diagnostic &diagnostic) {
          reported |= diagnostic.getSeverity() == DiagnosticSeverity::Error;
          return failure(); // others handle it
        });
    if (succeeded(manager.run(module)))
      return verifyContract(module, stage);
  }
  if (!reported)
    emitError(module.getLoc(), ErrorCode::StageFailed)
        << "stage '" << stage.name << "' failed without saying why";
  return failure();
}

LogicalResult mlcc::runStages(ModuleOp module, const Stage &first,
                              const Stage &last, const CompileOptions &options,
                              PieceRunner runPiece) {
  for (const Stage *stage = &first + 1; stage <= &last; ++stage)
    if (failed(runPiece(stage->name,
                        [&] { return runStage(module, *stage, options); })))
      return failure();
  return success();
}

OwningOpRef<ModuleOp> mlcc::compileTo(StringRef path, const Stage &first,
                                      const Stage &last,
                                      const CompileOptions &options,
                                      MLIRContext *context,
                                      PieceRunner runPiece) {
  OwningOpRef<ModuleOp> module;
  if (failed(runPiece("import",
                      [&] {
                        module = readFile(path, options, context);
                        return success(module && succeeded(verifyContract(
                                                     *module, first)));
                      })) ||
      failed(runStages(*module, first, last, options, runPiece)))
    return nullptr;
  return module;
}

LogicalResult mlcc::applyTarget(const CodegenOptions &options,
                                MLIRContext *context) {
  llvm::Expected<TargetCpu> target = resolveTarget(options);
  if (!target)
    return emitError(UnknownLoc::get(context), ErrorCode::InvalidOption)
           << "--mcpu: " << llvm::toString(target.takeError());
  if (options.cpu != "native")
    chooseLayoutsFor(target->features);
  return success();
}
