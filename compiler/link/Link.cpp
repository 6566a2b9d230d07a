//===- Link.cpp - The link stage ------------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/link/Link.h"

#include "compiler/link/LinkerDriver.h"
#include "compiler/link/TemporaryFile.h"
#include "dialects/diagnostics/Diagnostics.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlcc;
using llvm::failed;
using llvm::failure;
using llvm::LogicalResult;
using llvm::success;

namespace {

/// The model's object files while the artefact is made of them.
struct Objects {
  explicit Objects(llvm::StringRef output)
      : code(output, ".o"), weights(output, ".weights.o") {}
  TemporaryFile code, weights;

  LogicalResult emit(mlir::ModuleOp module, const CodegenOptions &options) {
    return success(
        llvm::succeeded(code.write(module.getLoc(),
                                   [&](auto &stream) {
                                     return emitObject(module, options, stream);
                                   })) &&
        llvm::succeeded(weights.write(module.getLoc(), [&](auto &stream) {
          return emitWeightsObject(module, options, stream);
        })));
  }
};

} // namespace

static std::string libraryPath(const LinkOptions &options,
                               llvm::StringRef name) {
  llvm::SmallString<128> path(options.libraryDir);
  llvm::sys::path::append(path, "lib" + name + ".a");
  return path.str().str();
}

/// The archives that the artefact needs, in the order of linking. Fails if one
/// is missing.
static LogicalResult findLibraries(mlir::Location location,
                                   const LinkOptions &options,
                                   std::vector<std::string> &paths) {
  bool executable = options.kind == ArtefactKind::Executable;
  llvm::SmallVector<llvm::StringRef> names = {"mlcc_runtime", "dnnl"};
  if (executable)
    names.insert(names.begin(), "mlcc_cli");
  for (llvm::StringRef name : names) {
    paths.push_back(libraryPath(options, name));
    if (!llvm::sys::fs::exists(paths.back()))
      return emitError(location, ErrorCode::RuntimeMissing)
             << "'" << paths.back() << "' does not exist";
  }
  return success();
}

static LogicalResult linkImage(mlir::Location location, const Objects &objects,
                               const LinkOptions &options,
                               const std::string &output) {
  std::vector<std::string> arguments = {"-o", output, objects.code.path(),
                                        objects.weights.path()};
  if (failed(findLibraries(location, options, arguments)))
    return failure();
  // The artefact needs nothing but the C library where it runs.
  for (const char *flag :
       {"-static-libstdc++", "-static-libgcc", "-pthread", "-ldl", "-lm",
        "-Wl,--gc-sections", "-Wl,-O1", "-Wl,-z,noexecstack"})
    arguments.push_back(flag);
  if (options.kind == ArtefactKind::Executable) {
    arguments.push_back("-pie");
    return runLinker(location, options.linker, arguments);
  }
  // A library shows the C interface alone.
  TemporaryFile exports(options.output, ".map");
  if (failed(exports.write(location, [](llvm::raw_ostream &stream) {
        stream << "{ global: mlcc_*; local: *; };\n";
        return success();
      })))
    return failure();
  for (const std::string &flag :
       {std::string("-shared"), std::string("-Wl,-Bsymbolic"),
        "-Wl,--version-script=" + exports.path(),
        "-Wl,-soname," + llvm::sys::path::filename(options.output).str(),
        // Archives' members are taken for the interface's sake, not for a
        // reference to them.
        std::string("-Wl,-u,mlcc_load")})
    arguments.push_back(flag);
  return runLinker(location, options.linker, arguments);
}

static LogicalResult writeStaticArchive(mlir::Location location,
                                        const Objects &objects,
                                        const std::string &output) {
  auto fail = [&](llvm::Error error) {
    return emitError(location, ErrorCode::CannotWrite)
           << "'" << output << "': " << llvm::toString(std::move(error));
  };
  std::vector<llvm::NewArchiveMember> members;
  for (auto [object, name] : {std::pair(&objects.code, "model.o"),
                              std::pair(&objects.weights, "weights.o")}) {
    auto member = llvm::NewArchiveMember::getFile(object->path(),
                                                  /*Deterministic=*/true);
    if (!member)
      return fail(member.takeError());
    member->MemberName = name;
    members.push_back(std::move(*member));
  }
  if (llvm::Error error = llvm::writeArchive(
          output, members, llvm::SymtabWritingMode::NormalSymtab,
          llvm::object::Archive::K_GNU, /*Deterministic=*/true,
          /*Thin=*/false))
    return fail(std::move(error));
  return success();
}

static LogicalResult linkObject(mlir::Location location, const Objects &objects,
                                const LinkOptions &options,
                                const std::string &output) {
  return runLinker(location, options.linker,
                   {"-r", "-nostdlib", "-o", output, objects.code.path(),
                    objects.weights.path()});
}

/// Writes a text file beside the output.
template <typename Writer>
static LogicalResult writeBeside(mlir::Location location,
                                 const LinkOptions &options,
                                 const std::string &name, Writer writer) {
  llvm::SmallString<128> path(llvm::sys::path::parent_path(options.output));
  llvm::sys::path::append(path, name);
  TemporaryFile file(path);
  if (failed(file.write(location, [&](llvm::raw_pwrite_stream &stream) {
        writer(stream);
        return success();
      })))
    return failure();
  return file.keep(location);
}

static LogicalResult makeImage(mlir::Location location, const Objects &objects,
                               const LinkOptions &options,
                               const std::string &output) {
  switch (options.kind) {
  case ArtefactKind::Executable:
  case ArtefactKind::Shared:
    return linkImage(location, objects, options, output);
  case ArtefactKind::Static:
    return writeStaticArchive(location, objects, output);
  case ArtefactKind::Object:
    return linkObject(location, objects, options, output);
  }
  return failure();
}

/// Links `objects`, and writes what goes beside the artefact.
static LogicalResult writeArtefact(mlir::ModuleOp module,
                                   const Objects &objects,
                                   const CodegenOptions &codegen,
                                   const LinkOptions &options) {
  mlir::Location location = module.getLoc();
  TemporaryFile image(options.output);
  if (failed(makeImage(location, objects, options, image.path())) ||
      failed(image.keep(location)))
    return failure();
  if (options.kind == ArtefactKind::Executable)
    return success();

  if (failed(writeBeside(location, options, codegen.name + ".h",
                         [&](llvm::raw_pwrite_stream &stream) {
                           writeHeader(module, codegen.name, stream);
                         })))
    return failure();
  if (options.kind == ArtefactKind::Object)
    return success();
  return writeBeside(location, options, codegen.name + "-config.cmake",
                     [&](llvm::raw_pwrite_stream &stream) {
                       writeCMakeConfig(options, codegen.name, stream);
                     });
}

LogicalResult mlcc::linkArtefact(
    mlir::ModuleOp module, const CodegenOptions &codegen,
    const LinkOptions &options,
    llvm::function_ref<LogicalResult(llvm::StringRef,
                                     llvm::function_ref<LogicalResult()>)>
        runPiece) {
  Objects objects(options.output);
  return success(
      llvm::succeeded(
          runPiece("objects", [&] { return objects.emit(module, codegen); })) &&
      llvm::succeeded(runPiece("link", [&] {
        return writeArtefact(module, objects, codegen, options);
      })));
}
