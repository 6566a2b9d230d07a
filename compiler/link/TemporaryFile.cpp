//===- TemporaryFile.cpp - Files that appear complete or not at all -------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/link/TemporaryFile.h"

#include "dialects/diagnostics/Diagnostics.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlcc;

TemporaryFile::TemporaryFile(llvm::StringRef target, llvm::StringRef suffix)
    : target(target) {
  llvm::SmallString<128> unique;
  llvm::sys::fs::createUniquePath(target + ".%%%%%%%%.tmp" + suffix, unique,
                                  /*MakeAbsolute=*/false);
  name = unique.str();
  llvm::sys::RemoveFileOnSignal(name);
}

TemporaryFile::~TemporaryFile() {
  llvm::sys::fs::remove(name);
  llvm::sys::DontRemoveFileOnSignal(name);
}

llvm::LogicalResult TemporaryFile::write(
    mlir::Location location,
    llvm::function_ref<llvm::LogicalResult(llvm::raw_pwrite_stream &)> writer) {
  std::error_code error;
  llvm::raw_fd_ostream stream(name, error);
  if (error)
    return emitError(location, ErrorCode::CannotWrite)
           << "'" << target << "': " << error.message();
  if (llvm::failed(writer(stream)))
    return llvm::failure();
  stream.close();
  if (stream.has_error()) {
    std::string reason = stream.error().message();
    stream.clear_error();
    return emitError(location, ErrorCode::CannotWrite)
           << "'" << target << "': " << reason;
  }
  return llvm::success();
}

bool mlcc::isSpecialFile(llvm::StringRef path) {
  llvm::sys::fs::file_status status;
  return !llvm::sys::fs::status(path, status) &&
         llvm::sys::fs::is_other(status);
}

llvm::LogicalResult TemporaryFile::keep(mlir::Location location) {
  if (isSpecialFile(target))
    return emitError(location, ErrorCode::CannotWrite)
           << "'" << target << "' is a device or a pipe";
  if (std::error_code error = llvm::sys::fs::rename(name, target))
    return emitError(location, ErrorCode::CannotWrite)
           << "'" << target << "': " << error.message();
  return llvm::success();
}
