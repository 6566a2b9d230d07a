//===- execute.cpp - Running a model on arrays ----------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/execute.h"

#include "runtime/src/errors.h"

#include <algorithm>
#include <span>

namespace mlcc::cli {

uint32_t findFunction(const mlcc_model &model, const std::string &name) {
  if (model.abi_version != MLCC_ABI_VERSION ||
      model.struct_bytes != sizeof(mlcc_model))
    throw RuntimeError(RuntimeErrorCode::IncompatibleModel,
                       "the model was compiled for another version of mlcc");
  if (model.function_count == 0)
    throw RuntimeError(RuntimeErrorCode::CorruptModel,
                       "the model has no function to run");
  int32_t found =
      mlcc_find_function(&model, name.empty() ? "predict" : name.c_str());
  if (found < 0 && !name.empty()) {
    std::string names;
    for (auto &function : std::span(model.functions, model.function_count))
      names += (names.empty() ? "'" : ", '") + std::string(function.name) + "'";
    throw RuntimeError(RuntimeErrorCode::NotTrainable,
                       "the model has no function '" + name + "'; it has " +
                           names);
  }
  return static_cast<uint32_t>(std::max(found, 0));
}

std::vector<const void *> inputPointers(const std::vector<Array> &arrays) {
  std::vector<const void *> pointers;
  for (const Array &array : arrays)
    pointers.push_back(array.data.data());
  return pointers;
}

std::vector<void *> outputPointers(std::vector<Array> &arrays) {
  std::vector<void *> pointers;
  for (Array &array : arrays)
    pointers.push_back(array.data.data());
  return pointers;
}

void execute(Model &model, uint32_t function, const std::vector<Array> &inputs,
             std::vector<Array> &outputs) {
  model.run(inputPointers(inputs), outputPointers(outputs), function);
}

} // namespace mlcc::cli
