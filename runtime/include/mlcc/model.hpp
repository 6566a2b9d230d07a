//===- mlcc/model.hpp - Running a compiled model from C++ --------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A thin C++17 layer over mlcc/runtime.h: a model is an object, errors are
// exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_MODEL_HPP
#define MLCC_MODEL_HPP

#include "mlcc/runtime.h"

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace mlcc {

/// What a call of the runtime failed with; what() is "MLCC-5003: ...".
class Error : public std::runtime_error {
public:
  explicit Error(mlcc_status code)
      : std::runtime_error(mlcc_last_error()), status(code) {}
  mlcc_status code() const { return status; }

private:
  mlcc_status status;
};

/// A loaded model. Not for use by two threads at the same time; load it once
/// for each instead.
class Model {
public:
  /// `threads` counts the calling thread; 0: all processors allowed.
  explicit Model(const mlcc_model &model, int threads = 0)
      : description(&model) {
    mlcc_options options = {sizeof(mlcc_options), threads};
    check(mlcc_load(&model, &options, &session));
  }
  ~Model() { mlcc_unload(session); }
  Model(Model &&other) noexcept
      : description(other.description),
        session(std::exchange(other.session, nullptr)) {}
  Model &operator=(Model &&other) noexcept {
    std::swap(description, other.description);
    std::swap(session, other.session);
    return *this;
  }

  /// Runs a function (the first, unless said otherwise): one pointer per input
  /// and output, to as many bytes as their descriptions say.
  void run(const std::vector<const void *> &inputs,
           const std::vector<void *> &outputs, uint32_t function = 0) {
    const mlcc_function &signature = this->function(function);
    if (inputs.size() != signature.input_count ||
        outputs.size() != signature.output_count)
      throw std::invalid_argument("wrong number of inputs or outputs");
    check(mlcc_run(session, function, inputs.data(), outputs.data()));
  }

  const mlcc_function &function(uint32_t index = 0) const {
    if (index >= description->function_count)
      throw std::out_of_range("the model has no such function");
    return description->functions[index];
  }
  const mlcc_tensor_info &input(uint32_t index, uint32_t function = 0) const {
    return this->function(function).inputs[index];
  }
  const mlcc_tensor_info &output(uint32_t index, uint32_t function = 0) const {
    return this->function(function).outputs[index];
  }
  const mlcc_model &model() const { return *description; }

  /// The number of the function of that name; throws std::out_of_range.
  uint32_t findFunction(const std::string &name) const {
    return found(mlcc_find_function(description, name.c_str()), "function",
                 name);
  }
  /// The number of the variable of that name; throws std::out_of_range.
  uint32_t findVariable(const std::string &name) const {
    return found(mlcc_find_variable(description, name.c_str()), "variable",
                 name);
  }
  /// Copies a variable's value; T is its element type.
  template <typename T> std::vector<T> get(uint32_t variable) const {
    std::vector<T> value(variableInfo(variable).tensor.bytes / sizeof(T));
    check(mlcc_variable_get(session, variable, value.data(),
                            value.size() * sizeof(T)));
    return value;
  }
  template <typename T>
  void set(uint32_t variable, const std::vector<T> &value) {
    check(mlcc_variable_set(session, variable, value.data(),
                            value.size() * sizeof(T)));
  }
  const mlcc_variable_info &variableInfo(uint32_t variable) const {
    if (const mlcc_variable_info *info = mlcc_variable(description, variable))
      return *info;
    throw std::out_of_range("the model has no such variable");
  }

  /// For what this layer does not cover.
  mlcc_session *get() const { return session; }

private:
  static uint32_t found(int32_t index, const char *kind,
                        const std::string &name) {
    if (index < 0)
      throw std::out_of_range(std::string("the model has no ") + kind + " '" +
                              name + "'");
    return static_cast<uint32_t>(index);
  }
  static void check(mlcc_status status) {
    if (status != 0)
      throw Error(status);
  }

  const mlcc_model *description;
  mlcc_session *session = nullptr;
};

} // namespace mlcc

#endif // MLCC_MODEL_HPP
