//===- info.cpp - The info command ----------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/commands.h"
#include "runtime/cli/execute.h"
#include "runtime/cli/text.h"
#include "runtime/src/model_check.h"

#include <cstdio>

namespace mlcc::cli {

namespace {

/// ", from 0 to 9" for an input whose elements have a range.
std::string rangeText(const mlcc_tensor_info &tensor) {
  if (tensor.upper <= tensor.lower)
    return "";
  return ", from " + std::to_string(tensor.lower) + " to " +
         std::to_string(tensor.upper - 1);
}

void printTensors(const char *kind, std::span<const mlcc_tensor_info> tensors) {
  for (const mlcc_tensor_info &tensor : tensors)
    std::printf("  %s  %s: %s (%s)%s%s\n", kind, tensor.name,
                describeTensor(tensor).c_str(),
                formatBytes(tensor.bytes).c_str(),
                tensor.required_value ? ", bound when compiled" : "",
                rangeText(tensor).c_str());
}

/// How many variables of each role there are; all of them if there are few.
void printVariables(const mlcc_model &model, bool all) {
  std::span variables(model.variables, model.variable_count);
  constexpr size_t few = 12;
  if (all || variables.size() <= few) {
    for (const mlcc_variable_info &variable : variables)
      std::printf("variable %s: %s, %s (%s)\n", variable.tensor.name,
                  roleName(variable.role).c_str(),
                  describeTensor(variable.tensor).c_str(),
                  formatBytes(variable.tensor.bytes).c_str());
    return;
  }
  for (int32_t role = MLCC_PARAMETER; role <= MLCC_SCALAR; ++role) {
    uint64_t count = 0, elements = 0, bytes = 0;
    for (const mlcc_variable_info &variable : variables) {
      if (variable.role != role)
        continue;
      ++count;
      elements += variable.tensor.bytes / typeBytes(variable.tensor.type);
      bytes += variable.tensor.bytes;
    }
    if (count > 0)
      std::printf("variables of role %s: %llu, %llu numbers (%s)\n",
                  roleName(role).c_str(),
                  static_cast<unsigned long long>(count),
                  static_cast<unsigned long long>(elements),
                  formatBytes(bytes).c_str());
  }
  std::printf("(info --variables lists them)\n");
}

/// The members of a JSON object that all tensors have.
std::string jsonTensor(const mlcc_tensor_info &tensor) {
  std::string text = "\"name\": " + jsonString(tensor.name) +
                     ", \"type\": " + jsonString(typeName(tensor.type)) +
                     ", \"shape\": [";
  for (int32_t i = 0; i < tensor.rank; ++i)
    text += (i ? ", " : "") + std::to_string(tensor.dims[i]);
  return text + "], \"bytes\": " + std::to_string(tensor.bytes);
}

std::string jsonTensors(std::span<const mlcc_tensor_info> tensors) {
  std::string text = "[";
  for (const mlcc_tensor_info &tensor : tensors) {
    text += text.size() > 1 ? ", {" : "{";
    text += jsonTensor(tensor) +
            ", \"bound\": " + (tensor.required_value ? "true" : "false");
    if (tensor.upper > tensor.lower)
      text += ", \"range\": [" + std::to_string(tensor.lower) + ", " +
              std::to_string(tensor.upper) + "]";
    text += "}";
  }
  return text + "]";
}

std::string jsonVariables(std::span<const mlcc_variable_info> variables) {
  std::string text = "[";
  for (const mlcc_variable_info &variable : variables) {
    text += text.size() > 1 ? ", {" : "{";
    text += jsonTensor(variable.tensor) +
            ", \"role\": " + jsonString(roleName(variable.role)) + "}";
  }
  return text + "]";
}

std::string jsonFunction(const mlcc_function &function) {
  return "{\"name\": " + jsonString(function.name) + ", \"inputs\": " +
         jsonTensors({function.inputs, function.input_count}) +
         ", \"outputs\": " +
         jsonTensors({function.outputs, function.output_count}) +
         ", \"steps\": " + std::to_string(function.step_count) + "}";
}

void printJson(const mlcc_model &model) {
  std::string functions;
  for (auto &function : std::span(model.functions, model.function_count))
    functions += (functions.empty() ? "" : ", ") + jsonFunction(function);
  std::printf("{\"model\": %s,\n \"functions\": [%s],\n \"variables\": %s,\n "
              "\"arena_bytes\": %llu, \"weights_bytes\": %llu, "
              "\"state_bytes\": %llu,\n \"abi_version\": %u, "
              "\"cpu_features\": %s,\n \"build\": %s}\n",
              jsonString(model.name).c_str(), functions.c_str(),
              jsonVariables({model.variables, model.variable_count}).c_str(),
              static_cast<unsigned long long>(model.arena_bytes),
              static_cast<unsigned long long>(model.weights_bytes),
              static_cast<unsigned long long>(model.state_bytes),
              model.abi_version,
              jsonString(model.cpu_features ? model.cpu_features : "").c_str(),
              model.build_info && *model.build_info ? model.build_info : "{}");
}

/// `{"cpu":"native","llvm":"22"}` as `cpu native, llvm 22`.
std::string withoutPunctuation(std::string_view json) {
  std::string text;
  for (char c : json) {
    if (c == ':')
      text += ' ';
    else if (c == ',')
      text += ", ";
    else if (c != '{' && c != '}' && c != '"' && c != ' ')
      text += c;
  }
  return text;
}

void printText(const mlcc_model &model, bool allVariables) {
  std::printf("model %s\n", model.name);
  for (auto &function : std::span(model.functions, model.function_count)) {
    size_t kinds[4] = {};
    for (auto &step : std::span(function.steps, function.step_count))
      if (step.kind < std::size(kinds))
        ++kinds[step.kind];
    std::printf(
        "function %s: %llu steps (%zu oneDNN primitives, %zu kernels, "
        "%zu copies%s)\n",
        function.name, static_cast<unsigned long long>(function.step_count),
        kinds[0], kinds[1], kinds[2],
        kinds[3] ? (", " + std::to_string(kinds[3]) + " loops").c_str() : "");
    printTensors("input ", {function.inputs, function.input_count});
    printTensors("output", {function.outputs, function.output_count});
  }
  printVariables(model, allVariables);
  std::printf("memory: weights %s, arena %s",
              formatBytes(model.weights_bytes).c_str(),
              formatBytes(model.arena_bytes).c_str());
  if (model.state_bytes > 0)
    std::printf(", state %s", formatBytes(model.state_bytes).c_str());
  std::printf("\n");
  if (model.build_info && *model.build_info)
    std::printf("build: %s\n", withoutPunctuation(model.build_info).c_str());
  if (model.cpu_features && *model.cpu_features)
    std::printf("needs: %s\n", model.cpu_features);
}

} // namespace

int infoCommand(const mlcc_model &model, const InfoOptions &options) {
  findFunction(model, "");
  if (options.json)
    printJson(model);
  else
    printText(model, options.variables);
  return 0;
}

} // namespace mlcc::cli
