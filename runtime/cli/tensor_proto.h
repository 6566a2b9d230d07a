//===- tensor_proto.h - ONNX TensorProto files ------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_TENSOR_PROTO_H
#define MLCC_RUNTIME_CLI_TENSOR_PROTO_H

#include "runtime/cli/array.h"

#include <string>

namespace mlcc::cli {

struct NamedArray {
  std::string name; ///< empty if the file does not tell
  Array array;
};

/// Reads a serialized onnx.TensorProto. `file` names it in errors. Throws
/// RuntimeError MalformedFile, UnsupportedFile for strings, complex and
/// sub-byte types and external data.
NamedArray readTensorProto(Bytes bytes, const std::string &file);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_TENSOR_PROTO_H
