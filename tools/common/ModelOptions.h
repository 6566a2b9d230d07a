//===- ModelOptions.h - Options that tools share -----------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_TOOLS_COMMON_MODELOPTIONS_H
#define MLCC_TOOLS_COMMON_MODELOPTIONS_H

#include "compiler/driver/Stages.h"

#include <CLI/CLI.hpp>

namespace mlcc::tools {

/// A model's path and what the user says of it on the command line.
struct ModelOptions {
  std::string path;
  std::vector<std::string> shapes;     ///< "data=1x3x224x224"
  std::vector<std::string> dimensions; ///< "batch=1"
  std::vector<std::string> bindings;   ///< "sr=16000"
  std::string elementType;             ///< "f32", "f64", or "" for the model's
  bool train = false;                  ///< an ONNX model
  std::string loss;                    ///< "mse:output,target"
  std::string optimizer;               ///< "adam:lr=0.001"
  std::vector<std::string> trainable;  ///< "fc.*"

  void addTo(CLI::App &app);

  /// Parses the options into those of all frontends; emits InvalidOption at an
  /// unknown location.
  llvm::LogicalResult parse(mlir::MLIRContext *context,
                            CompileOptions &options) const;

private:
  llvm::LogicalResult parseTraining(mlir::MLIRContext *context,
                                    CompileOptions &options) const;
};

/// Parses the command line. Returns the exit status if the program ends here:
/// 0 for --help, 2 for a wrong command line.
std::optional<int> parseCommandLine(CLI::App &app, int argc, char **argv);

} // namespace mlcc::tools

#endif // MLCC_TOOLS_COMMON_MODELOPTIONS_H
