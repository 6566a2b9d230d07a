//===- model_check.cpp - Whether a model makes sense ----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/src/model_check.h"

#include "runtime/src/cpu_features.h"
#include "runtime/src/errors.h"

#include <cstring>
#include <span>

namespace mlcc {

namespace {

struct TypeInfo {
  const char *name;
  uint32_t bytes;
};

/// Indexed by mlcc_type.
constexpr TypeInfo types[] = {{"", 0},     {"f32", 4}, {"f64", 8}, {"f16", 2},
                              {"bf16", 2}, {"i8", 1},  {"u8", 1},  {"i16", 2},
                              {"u16", 2},  {"i32", 4}, {"u32", 4}, {"i64", 8},
                              {"u64", 8},  {"bool", 1}};

bool isType(int32_t type) {
  return type > 0 && type < static_cast<int32_t>(std::size(types));
}

[[noreturn]] void corrupt(const std::string &what) {
  throw RuntimeError(RuntimeErrorCode::CorruptModel, what);
}

void checkTensorInfo(const mlcc_tensor_info &tensor) {
  if (!tensor.name || !isType(tensor.type) || tensor.rank < 0 ||
      (tensor.rank > 0 && !tensor.dims))
    corrupt("an input, output or variable has no name, type or shape");
  uint64_t bytes = typeBytes(tensor.type);
  for (int32_t i = 0; i < tensor.rank; ++i)
    if (tensor.dims[i] < 0 ||
        __builtin_mul_overflow(bytes, static_cast<uint64_t>(tensor.dims[i]),
                               &bytes))
      corrupt(std::string("tensor '") + tensor.name + "' has no valid shape");
  if (bytes != tensor.bytes)
    corrupt(std::string("tensor '") + tensor.name + "' has " +
            std::to_string(tensor.bytes) + " bytes, its shape needs " +
            std::to_string(bytes));
}

/// Whether a loop step of a function that may run the first `bodies` bodies is
/// complete.
bool isLoop(const mlcc_model &model, const mlcc_step &step, uint32_t bodies) {
  const mlcc_loop *loop = step.loop;
  if (!loop || loop->body >= bodies || loop->trips < 1 || loop->is_while > 1)
    return false;
  const mlcc_function &body = model.bodies[loop->body];
  uint64_t tensors = uint64_t(body.input_count) + body.output_count;
  if ((tensors > 0 && !loop->strides) ||
      step.place_count != tensors + loop->state_count + 1 ||
      uint64_t(loop->first_state) + loop->state_count > body.input_count ||
      uint64_t(loop->state_count) + loop->is_while > body.output_count ||
      step.places[step.place_count - 1].space != MLCC_ARENA)
    return false;
  for (uint32_t i = 0; i < loop->state_count; ++i) {
    uint32_t input = loop->first_state + i;
    uint32_t output = body.output_count - loop->state_count + i;
    if (body.inputs[input].bytes != body.outputs[output].bytes ||
        loop->strides[input] != 0 ||
        loop->strides[body.input_count + output] != 0)
      return false;
  }
  return !loop->is_while || body.outputs[0].bytes == 1;
}

void checkStep(const mlcc_model &model, const mlcc_function &function,
               const mlcc_step &step, uint32_t bodies) {
  if (!step.name || (step.place_count > 0 && !step.places))
    corrupt("a step has no name or places");
  auto bad = [&](const char *what) {
    corrupt(std::string("step '") + step.name + "' " + what);
  };
  for (const mlcc_place &place : std::span(step.places, step.place_count))
    if (place.space > MLCC_STATE ||
        (place.space == MLCC_INPUT && place.index >= function.input_count) ||
        (place.space == MLCC_OUTPUT && place.index >= function.output_count))
      bad("has a place that does not exist");
  if (step.result_bytes > 0 &&
      (step.result_place >= step.place_count || !isType(step.result_type)))
    bad("does not say what its result is");
  switch (step.kind) {
  case MLCC_STEP_PRIMITIVE:
    if (!step.spec)
      bad("has no description of its primitive");
    return;
  case MLCC_STEP_KERNEL:
    if (!step.kernel || step.work < 0)
      bad("has no kernel or no valid work");
    return;
  case MLCC_STEP_COPY:
    if (step.place_count != 2 || step.work < 0)
      bad("does not copy one place to another");
    return;
  case MLCC_STEP_LOOP:
    if (!isLoop(model, step, bodies))
      bad("is no complete loop");
    return;
  default:
    bad("is of an unknown kind");
  }
}

void checkVariableUses(const mlcc_model &model, const mlcc_function &function) {
  if (function.variable_use_count > 0 && !function.variable_uses)
    corrupt("a function does not say which variables it uses");
  int64_t previous = -1;
  for (auto &use :
       std::span(function.variable_uses, function.variable_use_count)) {
    if (use.variable <= previous || use.variable >= model.variable_count ||
        use.access == 0 || use.access > MLCC_READS_WRITES)
      corrupt(std::string("function '") + function.name +
              "' uses a variable that does not exist");
    previous = use.variable;
  }
}

/// `bodies` is the number of bodies that the function's loops may run.
void checkFunction(const mlcc_model &model, const mlcc_function &function,
                   uint32_t bodies) {
  if (!function.name || (function.input_count > 0 && !function.inputs) ||
      (function.output_count > 0 && !function.outputs) ||
      (function.step_count > 0 && !function.steps))
    corrupt("a function has no name, tensors or steps");
  for (auto &input : std::span(function.inputs, function.input_count))
    checkTensorInfo(input);
  for (auto &output : std::span(function.outputs, function.output_count))
    checkTensorInfo(output);
  for (auto &step : std::span(function.steps, function.step_count))
    checkStep(model, function, step, bodies);
  checkVariableUses(model, function);
}

/// Variables lie in the state one after the other.
void checkVariables(const mlcc_model &model) {
  if (model.variable_count > 0 && !model.variables)
    corrupt("the model does not describe its variables");
  uint64_t end = 0;
  for (auto &variable : std::span(model.variables, model.variable_count)) {
    checkTensorInfo(variable.tensor);
    if (variable.role < MLCC_PARAMETER || variable.role > MLCC_SCALAR ||
        variable.offset % 64 != 0 || variable.offset < end ||
        __builtin_add_overflow(variable.offset, variable.tensor.bytes, &end) ||
        end > model.state_bytes)
      corrupt(std::string("variable '") + variable.tensor.name +
              "' has no valid role or place");
  }
}

} // namespace

uint32_t typeBytes(int32_t type) {
  return isType(type) ? types[type].bytes : 0;
}

std::string typeName(int32_t type) {
  return isType(type) ? types[type].name : "type " + std::to_string(type);
}

std::string roleName(int32_t role) {
  constexpr const char *names[] = {"parameter", "statistic", "optimizer",
                                   "counter",   "random",    "scalar"};
  return role >= 0 && role < static_cast<int32_t>(std::size(names))
             ? names[role]
             : "role " + std::to_string(role);
}

void checkModel(const mlcc_model &model) {
  if (model.abi_version != MLCC_ABI_VERSION)
    throw RuntimeError(
        RuntimeErrorCode::IncompatibleModel,
        "the model has ABI version " + std::to_string(model.abi_version) +
            ", this runtime " + std::to_string(MLCC_ABI_VERSION));
  if (model.struct_bytes != sizeof(mlcc_model))
    throw RuntimeError(RuntimeErrorCode::IncompatibleModel,
                       "the model's descriptor has " +
                           std::to_string(model.struct_bytes) +
                           " bytes, this runtime expects " +
                           std::to_string(sizeof(mlcc_model)));
  std::string missing;
  for (const std::string &feature :
       missingCpuFeatures(model.cpu_features ? model.cpu_features : ""))
    missing += (missing.empty() ? "" : ", ") + feature;
  if (!missing.empty())
    throw RuntimeError(RuntimeErrorCode::MissingCpuFeature,
                       "the model needs " + missing + ", which this CPU (" +
                           cpuName() + ") does not offer");
  if (!model.name || (model.function_count > 0 && !model.functions) ||
      (model.weights_bytes > 0 && !model.weights))
    corrupt("the model has no name, functions or weights");
  if (model.body_count > 0 && !model.bodies)
    corrupt("the bodies of the model's loops are missing");
  for (uint32_t i = 0; i < model.body_count; ++i)
    checkFunction(model, model.bodies[i], /*bodies=*/i);
  for (const mlcc_function &function :
       std::span(model.functions, model.function_count))
    checkFunction(model, function, model.body_count);
  checkVariables(model);
}

uint64_t placeBytes(const mlcc_model &model, const mlcc_function &function,
                    const mlcc_place &place) {
  switch (place.space) {
  case MLCC_ARENA:
    return model.arena_bytes;
  case MLCC_WEIGHTS:
    return model.weights_bytes;
  case MLCC_STATE:
    return model.state_bytes;
  case MLCC_INPUT:
    return function.inputs[place.index].bytes;
  default:
    return function.outputs[place.index].bytes;
  }
}

static void checkPointer(const mlcc_tensor_info &tensor, const void *pointer,
                         const char *kind) {
  auto bad = [&](const std::string &what) {
    throw RuntimeError(RuntimeErrorCode::InvalidArgument,
                       std::string(kind) + " '" + tensor.name + "' " + what);
  };
  if (!pointer && tensor.bytes > 0)
    bad("is null");
  if (reinterpret_cast<uintptr_t>(pointer) % typeBytes(tensor.type) != 0)
    bad("is not aligned to its elements of " +
        std::to_string(typeBytes(tensor.type)) + " bytes");
}

void checkTensors(const mlcc_function &function, const void *const *inputs,
                  void *const *outputs) {
  if ((!inputs && function.input_count) || (!outputs && function.output_count))
    throw RuntimeError(RuntimeErrorCode::InvalidArgument,
                       "the array of inputs or outputs is null");
  for (uint32_t i = 0; i < function.input_count; ++i)
    checkPointer(function.inputs[i], inputs[i], "input");
  for (uint32_t i = 0; i < function.output_count; ++i)
    checkPointer(function.outputs[i], outputs[i], "output");
}

void checkRequiredValue(const mlcc_tensor_info &input, const void *value) {
  if (std::memcmp(value, input.required_value, input.bytes) != 0)
    throw RuntimeError(RuntimeErrorCode::WrongInputValue,
                       std::string("input '") + input.name +
                           "' differs from the value that it was bound to when "
                           "the model was compiled");
}

} // namespace mlcc
