//===- execute.h - Running a model on arrays --------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_EXECUTE_H
#define MLCC_RUNTIME_CLI_EXECUTE_H

#include "mlcc/model.hpp"
#include "runtime/cli/array.h"

#include <string>
#include <vector>

namespace mlcc::cli {

/// The number of the function that the commands run: the one called `name` or,
/// if that is empty, `predict`, or the model's first. Throws RuntimeError if
/// there is none.
uint32_t findFunction(const mlcc_model &model, const std::string &name);

/// Addresses of arrays, as Model::run wants them.
std::vector<const void *> inputPointers(const std::vector<Array> &arrays);
std::vector<void *> outputPointers(std::vector<Array> &arrays);

/// Runs a function once.
void execute(Model &model, uint32_t function, const std::vector<Array> &inputs,
             std::vector<Array> &outputs);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_EXECUTE_H
