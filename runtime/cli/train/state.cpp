//===- state.cpp - First values of variables ------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/train/state.h"

#include "runtime/cli/execute.h"
#include "runtime/src/errors.h"

#include <charconv>
#include <cstring>

namespace mlcc::cli {

void initializeVariables(Model &model, uint64_t seed) {
  const mlcc_model &description = model.model();
  if (description.variable_count == 0)
    return;
  // Without the function, all bytes stay zero.
  int32_t found = mlcc_find_function(&description, "initialize");
  if (found < 0)
    return;
  auto number = static_cast<uint32_t>(found);
  const mlcc_function &function = model.function(number);
  std::vector<Array> inputs = makeInputs(function);
  for (uint32_t i = 0; i < function.input_count; ++i)
    if (std::strcmp(function.inputs[i].name, seedName) == 0 &&
        function.inputs[i].bytes == sizeof(seed))
      std::memcpy(inputs[i].data.data(), &seed, sizeof(seed));
  std::vector<Array> outputs = makeOutputs(function);
  model.run(inputPointers(inputs), outputPointers(outputs), number);
}

RunState prepareVariables(Model &model, const std::string &weights,
                          uint64_t seed) {
  initializeVariables(model, seed);
  return weights.empty() ? RunState()
                         : loadWeights(checkpointPath(weights), model);
}

void setScalarVariable(Model &model, const std::string &name, double value) {
  int32_t number = mlcc_find_variable(&model.model(), name.c_str());
  const mlcc_variable_info *variable =
      number < 0 ? nullptr
                 : mlcc_variable(&model.model(), static_cast<uint32_t>(number));
  if (!variable || variable->tensor.rank != 0)
    throw RuntimeError(RuntimeErrorCode::UnknownVariable,
                       "the model has no variable '" + name +
                           "' that is a single number");
  uint8_t bytes[8] = {};
  storeElement(variable->tensor.type, bytes, value);
  mlcc_variable_set(model.get(), static_cast<uint32_t>(number), bytes,
                    variable->tensor.bytes);
}

Scalars applySettings(Model &model, const mlcc_function &function,
                      const std::vector<std::string> &settings) {
  Scalars scalars;
  for (const std::string &setting : settings) {
    size_t equal = setting.rfind('=');
    double value = 0;
    const char *last = setting.data() + setting.size();
    if (equal == std::string::npos ||
        std::from_chars(setting.data() + equal + 1, last, value).ptr != last)
      throw RuntimeError(RuntimeErrorCode::InvalidCommandLine,
                         "--set " + setting + ": give NAME=NUMBER");
    std::string name = setting.substr(0, equal);
    bool isInput = false;
    for (auto &input : std::span(function.inputs, function.input_count))
      isInput |= input.rank == 0 && name == input.name;
    if (isInput)
      scalars[name] = value;
    else
      setScalarVariable(model, name, value);
  }
  return scalars;
}

DataOptions knownData(DataOptions options, const RunState &state) {
  options.knownVocabulary = state.vocabulary;
  options.knownClasses = state.classes;
  return options;
}

} // namespace mlcc::cli
