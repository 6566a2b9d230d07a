//===- state.cpp - First values of variables ------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/train/state.h"

#include "runtime/cli/execute.h"
#include "runtime/src/errors.h"
#include "runtime/src/model_check.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <span>

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

//===----------------------------------------------------------------------===//
// Weights that nothing has given
//===----------------------------------------------------------------------===//

namespace {
/// A parameter of a function, with its value after one initialization.
struct Parameter {
  const mlcc_variable_info *info;
  std::vector<uint8_t> value;
};
} // namespace

static std::vector<Parameter> parametersOf(const Model &model,
                                           const mlcc_function &function) {
  std::vector<Parameter> parameters;
  for (const TensorView &view : variableViews(model, /*onlyWeights=*/true)) {
    auto number = static_cast<uint32_t>(
        mlcc_find_variable(&model.model(), view.name.c_str()));
    const mlcc_variable_info *info = mlcc_variable(&model.model(), number);
    bool isRead = std::ranges::any_of(
        std::span(function.variable_uses, function.variable_use_count),
        [&](const mlcc_variable_use &use) {
          return use.variable == number && (use.access & MLCC_READS);
        });
    if (isRead && info->role == MLCC_PARAMETER)
      parameters.push_back({info, {view.bytes.begin(), view.bytes.end()}});
  }
  return parameters;
}

/// Whether all elements are the same.
static bool isUniform(const Parameter &parameter) {
  const std::vector<uint8_t> &value = parameter.value;
  uint64_t element = typeBytes(parameter.info->tensor.type);
  return value.size() <= element ||
         std::memcmp(value.data(), value.data() + element,
                     value.size() - element) == 0;
}

static void printUntrained(const Model &model, const mlcc_function &function,
                           const std::vector<Parameter> &untrained,
                           size_t parameters) {
  std::string names;
  constexpr size_t few = 3;
  for (size_t i = 0; i < std::min(few, untrained.size()); ++i)
    names +=
        (i ? ", '" : "'") + std::string(untrained[i].info->tensor.name) + "'";
  std::fprintf(stderr,
               "warning: '%s' runs with untrained weights: no file gave %zu of "
               "its %zu parameters (%s%s), which are as they were "
               "initialized\n",
               function.name, untrained.size(), parameters, names.c_str(),
               untrained.size() > few ? "..." : "");
  std::fprintf(stderr,
               "  give --load RUN, a run's folder or an exported file%s\n",
               mlcc_find_function(&model.model(), "train_step") >= 0
                   ? "; the command 'train' makes one"
                   : "");
}

RunState prepareForUse(Model &model, uint32_t function,
                       const std::string &weights, uint64_t seed) {
  RunState state = prepareVariables(model, weights, seed);
  if (!weights.empty())
    return state;
  // What another seed changes is drawn. What no seed changes came from a file
  // when the model was compiled, unless it is a constant.
  const mlcc_function &used = model.function(function);
  std::vector<Parameter> parameters = parametersOf(model, used), untrained;
  if (parameters.empty())
    return state;
  initializeVariables(model, seed + 1);
  std::vector<Parameter> others = parametersOf(model, used);
  initializeVariables(model, seed);
  bool anyDrawn = false, allConstant = true;
  for (size_t i = 0; i < parameters.size(); ++i) {
    bool isDrawn = parameters[i].value != others[i].value;
    bool isConstant = isUniform(parameters[i]);
    anyDrawn |= isDrawn;
    allConstant &= isConstant;
    if (isDrawn || isConstant)
      untrained.push_back(std::move(parameters[i]));
  }
  // Among weights from a file, constants are just that.
  if (anyDrawn || allConstant)
    printUntrained(model, used, untrained, parameters.size());
  return state;
}

//===----------------------------------------------------------------------===//
// Settings
//===----------------------------------------------------------------------===//

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
