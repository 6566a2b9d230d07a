//===- onnx_weights.h - Trained weights in ONNX files -----------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_TRAIN_ONNX_WEIGHTS_H
#define MLCC_RUNTIME_CLI_TRAIN_ONNX_WEIGHTS_H

#include "runtime/cli/train/safetensors.h"

#include <string>
#include <vector>

namespace mlcc::cli {

/// Writes the ONNX file `model` to `output` with the elements of the
/// initializers that `weights` name replaced by theirs, and every other byte as
/// it is. Throws RuntimeError MalformedFile if `model` is no ONNX model,
/// WrongCheckpoint if an initializer is missing or of another type or shape,
/// UnsupportedFile if its data lie in another file, CannotReadFile,
/// CannotWriteFile.
void writeOnnxWeights(const std::string &model,
                      const std::vector<TensorView> &weights,
                      const std::string &output);

/// Writes the ONNX form of a function (mlcc/abi.h) to `output`, with the
/// variables that it reads, whose values are among `values`, as initializers.
/// Throws RuntimeError NoOnnxForm if the function has none, UnsupportedFile if
/// the file would be larger than the format can be, CannotWriteFile.
void writeOnnxModel(const mlcc_model &model, const mlcc_function &function,
                    const std::vector<TensorView> &values,
                    const std::string &output);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_TRAIN_ONNX_WEIGHTS_H
