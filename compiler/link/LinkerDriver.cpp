//===- LinkerDriver.cpp - Running the C++ compiler as a linker ------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/link/LinkerDriver.h"

#include "dialects/diagnostics/Diagnostics.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"

using namespace llvm;
using namespace mlcc;

/// The path of the compiler driver to link with; empty if there is none.
static std::string findLinker(const std::string &requested) {
  SmallVector<std::string> candidates;
  if (!requested.empty())
    candidates = {requested};
  else if (auto fromEnvironment = sys::Process::GetEnv("CXX"))
    candidates = {*fromEnvironment};
  else
    candidates = {"clang++-22", "clang++", "c++", "g++"};
  for (const std::string &candidate : candidates)
    if (auto path = sys::findProgramByName(candidate))
      return *path;
  return "";
}

/// lld links in a fraction of the time that GNU ld takes.
static bool hasLld(StringRef linker) {
  StringRef folder = sys::path::parent_path(linker);
  SmallString<128> real;
  sys::fs::real_path(linker, real);
  return sys::findProgramByName("ld.lld") ||
         sys::findProgramByName("ld.lld", {folder}) ||
         (sys::path::filename(linker).contains("clang") &&
          sys::findProgramByName("ld.lld", {sys::path::parent_path(real)}));
}

LogicalResult mlcc::runLinker(mlir::Location location,
                              const std::string &linker,
                              ArrayRef<std::string> arguments) {
  std::string program = findLinker(linker);
  if (program.empty())
    return emitError(location, ErrorCode::LinkFailed)
           << "no C++ compiler driver to link with was found; install one "
              "(apt-get "
              "install g++ or clang-22 lld-22) or name one with --linker";

  SmallVector<StringRef> command = {program};
  if (hasLld(program))
    command.push_back("-fuse-ld=lld");
  append_range(command, arguments);

  SmallString<128> log;
  if (std::error_code error =
          sys::fs::createTemporaryFile("mlcc-link", "log", log))
    return emitError(location, ErrorCode::CannotWrite)
           << "a temporary file: " << error.message();
  FileRemover removeLog(log);
  std::string reason;
  std::optional<StringRef> redirects[] = {StringRef(), StringRef(log),
                                          StringRef(log)};
  int status =
      sys::ExecuteAndWait(program, command, std::nullopt, redirects,
                          /*SecondsToWait=*/0, /*MemoryLimit=*/0, &reason);
  if (status == 0)
    return success();
  if (auto output = MemoryBuffer::getFile(log))
    reason += (*output)->getBuffer().rtrim().str();
  return emitError(location, ErrorCode::LinkFailed)
         << program << " failed: " << reason;
}
