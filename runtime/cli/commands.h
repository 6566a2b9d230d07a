//===- commands.h - What an executable artefact can do ----------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_COMMANDS_H
#define MLCC_RUNTIME_CLI_COMMANDS_H

#include "runtime/cli/inputs.h"

#include <string>
#include <vector>

namespace mlcc::cli {

/// Each command returns the exit status of the program and throws RuntimeError
/// or mlcc::Error.

/// Which function is run, and with which values of variables.
struct FunctionOptions {
  std::string function; ///< empty: predict, or the first
  std::string weights;  ///< a checkpoint; empty: initial values
};

struct RunOptions : FunctionOptions {
  int threads = 0; ///< 0: all processors allowed
  std::vector<std::string> inputs;
  PictureOptions picture;
  std::string outputFolder; ///< empty: none is written
  int top = 0;              ///< classes to print; 0: none
  std::string labels;       ///< file with a class name per line
};
int runCommand(const mlcc_model &model, const RunOptions &options);

struct BenchOptions : FunctionOptions {
  int threads = 0;
  std::vector<std::string> inputs; ///< empty: made up
  PictureOptions picture;
  double seconds = 3;  ///< to measure for
  double warmup = 0.5; ///< seconds before
  bool json = false;
};
int benchCommand(const mlcc_model &model, const BenchOptions &options);

struct ProfileOptions : FunctionOptions {
  int threads = 0;
  std::vector<std::string> inputs;
  PictureOptions picture;
  double seconds = 2;
  bool byTime = false; ///< the slowest step first
  bool json = false;
};
int profileCommand(const mlcc_model &model, const ProfileOptions &options);

struct InfoOptions {
  bool json = false;
  bool variables = false; ///< list all of them
};
int infoCommand(const mlcc_model &model, const InfoOptions &options);

struct VerifyOptions : FunctionOptions {
  int threads = 0;
  std::vector<std::string> folders;
  double relative = 1e-3, absolute = 1e-6;
};
/// 0 if all outputs agree, 1 if not.
int verifyCommand(const mlcc_model &model, const VerifyOptions &options);

/// The whole program: parses the command line, runs the command and prints
/// errors. Returns the exit status: 0, 1 if a run fails or outputs differ,
/// 2 for bad input.
int mainWith(const mlcc_model &model, int argc, const char *const *argv);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_COMMANDS_H
