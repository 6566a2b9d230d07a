//===- state.h - First values of variables ----------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_TRAIN_STATE_H
#define MLCC_RUNTIME_CLI_TRAIN_STATE_H

#include "mlcc/model.hpp"
#include "runtime/cli/train/checkpoint.h"
#include "runtime/cli/train/feeder.h"

#include <string>
#include <vector>

namespace mlcc::cli {

/// Runs the function `initialize`, if the model has it, with a seed.
void initializeVariables(Model &model, uint64_t seed);

/// Initializes the variables and, unless `weights` is empty, reads those that
/// the file has. Returns what the file says of vocabulary and classes.
RunState prepareVariables(Model &model, const std::string &weights,
                          uint64_t seed);

/// The same for the use of a function: without `weights`, says on stderr if
/// parameters that it reads are what `initialize` drew, which no training has
/// touched, or if all are constants.
RunState prepareForUse(Model &model, uint32_t function,
                       const std::string &weights, uint64_t seed);

/// `options` with the vocabulary and the classes of a run, so that data is read
/// as when the model was trained.
DataOptions knownData(DataOptions options, const RunState &state);

/// Sets the variables of role scalar that NAME=VALUE arguments name; returns
/// the others, which are inputs of `function`. Throws RuntimeError
/// InvalidCommandLine, UnknownVariable.
Scalars applySettings(Model &model, const mlcc_function &function,
                      const std::vector<std::string> &settings);

/// Sets a variable without dimensions. Throws RuntimeError UnknownVariable.
void setScalarVariable(Model &model, const std::string &name, double value);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_TRAIN_STATE_H
