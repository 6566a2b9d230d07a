//===- file.h - Reading and writing whole files -----------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_FILE_H
#define MLCC_RUNTIME_CLI_FILE_H

#include "runtime/cli/array.h"

#include <string>
#include <string_view>

namespace mlcc::cli {

/// The contents of a regular file. Throws RuntimeError CannotReadFile.
Buffer readFile(const std::string &path);

/// Writes a file under a temporary name beside `path` and renames it, so that
/// `path` never holds a part of it. Throws RuntimeError CannotWriteFile.
void writeFile(const std::string &path, std::string_view head, Bytes body = {});

/// Like writeFile, of several parts one after the other; when it returns, the
/// file survives a failure of the machine.
void writeFileDurably(const std::string &path, std::span<const Bytes> parts);

/// Makes a folder and those above it. Throws RuntimeError CannotWriteFile.
void makeFolder(const std::string &path);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_FILE_H
