//===- npy.h - NumPy's file formats -----------------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_NPY_H
#define MLCC_RUNTIME_CLI_NPY_H

#include "runtime/cli/array.h"

#include <string>
#include <utility>
#include <vector>

namespace mlcc::cli {

/// Reads a .npy file (versions 1 to 3, either byte order, C or Fortran order).
/// `file` names it in errors. Throws RuntimeError MalformedFile or
/// UnsupportedFile.
Array readNpy(Bytes bytes, const std::string &file);

/// The arrays of a .npz file with their names, in the file's order; members may
/// be stored or deflated. Errors as readNpy.
std::vector<std::pair<std::string, Array>> readNpz(Bytes bytes,
                                                   const std::string &file);

/// The header that precedes the data in a .npy file. bf16, which NumPy does not
/// know, is written as its type V2.
std::string npyHeader(int32_t type, std::span<const int64_t> dims);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_NPY_H
