//===- TemporaryFile.h - Files that appear complete or not at all -*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_LINK_TEMPORARYFILE_H
#define MLCC_COMPILER_LINK_TEMPORARYFILE_H

#include "mlir/IR/Location.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/LogicalResult.h"

#include <string>

namespace llvm {
class raw_pwrite_stream;
} // namespace llvm

namespace mlcc {

/// A file beside `target` under a name of its own, removed with this object and
/// if the process is interrupted.
class TemporaryFile {
public:
  /// `suffix` such as ".o" ends the name.
  explicit TemporaryFile(llvm::StringRef target, llvm::StringRef suffix = "");
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile &) = delete;
  TemporaryFile &operator=(const TemporaryFile &) = delete;

  const std::string &path() const { return name; }

  /// Has `writer` write the file. Fails with CannotWrite at `location`, or if
  /// the writer does.
  llvm::LogicalResult
  write(mlir::Location location,
        llvm::function_ref<llvm::LogicalResult(llvm::raw_pwrite_stream &)>
            writer);

  /// Renames the file to the target. Fails with CannotWrite at `location`, also
  /// where that would replace a device or a pipe.
  llvm::LogicalResult keep(mlir::Location location);

private:
  std::string target;
  std::string name;
};

/// Whether there is a device, a pipe or a socket under this name: what is
/// written there goes somewhere else.
bool isSpecialFile(llvm::StringRef path);

} // namespace mlcc

#endif // MLCC_COMPILER_LINK_TEMPORARYFILE_H
