//===- safetensors.h - Files of named tensors -------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// https://huggingface.co/docs/safetensors: eight bytes with the length of a
// header, the header in JSON, which gives each tensor's type, shape and range
// of bytes, and the bytes.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_TRAIN_SAFETENSORS_H
#define MLCC_RUNTIME_CLI_TRAIN_SAFETENSORS_H

#include "runtime/cli/array.h"

#include <map>
#include <string>
#include <vector>

namespace mlcc::cli {

/// A tensor somewhere in memory.
struct TensorView {
  std::string name;
  mlcc_type type = MLCC_F32;
  std::vector<int64_t> dims;
  Bytes bytes;
};

using Metadata = std::map<std::string, std::string>;

/// Tensors of a file, which point into its bytes.
struct Safetensors {
  Metadata metadata;
  std::vector<TensorView> tensors;

  /// Null if there is none of that name.
  const TensorView *find(const std::string &name) const;
};

/// `file` names the file in errors. Throws RuntimeError MalformedFile,
/// UnsupportedFile for element types that mlcc does not know.
Safetensors readSafetensors(Bytes bytes, const std::string &file);

/// Writes a file, durably and complete or not at all. Throws RuntimeError
/// CannotWriteFile.
void writeSafetensors(const std::string &path,
                      const std::vector<TensorView> &tensors,
                      const Metadata &metadata);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_TRAIN_SAFETENSORS_H
