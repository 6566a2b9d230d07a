//===- inputs.h - From files to a model's inputs ----------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_INPUTS_H
#define MLCC_RUNTIME_CLI_INPUTS_H

#include "runtime/cli/array.h"

#include <string>
#include <vector>

namespace mlcc::cli {

/// How pictures become numbers: (pixel * scale - mean) / std.
struct PictureOptions {
  std::vector<double> mean; ///< one, or one per channel; empty: 0
  std::vector<double> std;  ///< likewise; empty: 1
  double scale = 0;         ///< 0: 1/255 for floats, 1 for integers
  std::string layout;       ///< "nchw", "nhwc"; empty: by the input's shape
  bool bgr = false;
  bool crop = false; ///< keep the aspect ratio and cut off what is too much
};

/// Loads all inputs of `function` in its order. Each of `arguments` is
/// `name=file`, or a file alone for the only input or for an archive that names
/// its arrays. Inputs bound when the model was compiled need no file.
/// Throws RuntimeError.
std::vector<Array> loadInputs(const mlcc_function &function,
                              const std::vector<std::string> &arguments,
                              const PictureOptions &options);

/// Inputs to measure with: floats from 0 to 1 that look random, integers 0.
std::vector<Array> makeInputs(const mlcc_function &function);

/// An uninitialized output for each that `function` has.
std::vector<Array> makeOutputs(const mlcc_function &function);

/// The shape and type that `tensor` needs, "f32 1x3x224x224".
std::string describeTensor(const mlcc_tensor_info &tensor);

/// Throws RuntimeError WrongShape unless `array` is what `tensor` needs;
/// leading extents of 1 may be missing or too many. Words of 16 bits become
/// what `tensor` has if that is bf16: formats without bf16 store its bits so,
/// ONNX's own test data among them. `source` names the array.
void requireShape(const mlcc_tensor_info &tensor, Array &array,
                  const std::string &source);

/// A file name for a tensor: what file names should not contain becomes '_'.
std::string fileNameOf(const std::string &tensorName);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_INPUTS_H
