//===- Link.h - The link stage -----------------------------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Makes artefacts of a module that went through codegen.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_LINK_LINK_H
#define MLCC_COMPILER_LINK_LINK_H

#include "compiler/codegen/Codegen.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <string>

namespace mlcc {

enum class ArtefactKind {
  Executable, ///< with the runtime's command line
  Shared,     ///< with the runtime
  Static,     ///< an archive of the model alone
  Object      ///< one relocatable object of the model alone
};

struct LinkOptions {
  ArtefactKind kind = ArtefactKind::Executable;
  /// The file to write. Libraries and objects get `<name>.h` and, but for
  /// objects, `<name>-config.cmake` beside them.
  std::string output;
  /// A C++ compiler driver; if empty $CXX, else the first that is found of
  /// clang++-22, clang++, c++ and g++.
  std::string linker;
  /// The folder of libmlcc_runtime.a and its like.
  std::string libraryDir;
  /// The folder of mlcc/runtime.h, for the CMake glue.
  std::string includeDir;
};

/// Compiles `module` to object code and links it. The output appears complete
/// or, on errors, not at all. `runPiece` does the two pieces of the work, so
/// that their times can be taken: "objects", which is LLVM's work, and "link".
llvm::LogicalResult
linkArtefact(mlir::ModuleOp module, const CodegenOptions &codegen,
             const LinkOptions &options,
             llvm::function_ref<llvm::LogicalResult(
                 llvm::StringRef, llvm::function_ref<llvm::LogicalResult()>)>
                 runPiece);

/// Writes the C header of typed wrappers for the model's entry points.
void writeHeader(mlir::ModuleOp module, llvm::StringRef name,
                 llvm::raw_pwrite_stream &stream);

/// Writes a CMake package configuration that defines the target `name`.
void writeCMakeConfig(const LinkOptions &options, llvm::StringRef name,
                      llvm::raw_pwrite_stream &stream);

} // namespace mlcc

#endif // MLCC_COMPILER_LINK_LINK_H
