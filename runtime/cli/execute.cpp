//===- execute.cpp - Running a model on arrays ----------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/execute.h"

#include "runtime/src/errors.h"

namespace mlcc::cli {

const mlcc_function &mainFunction(const mlcc_model &model) {
  if (model.abi_version != MLCC_ABI_VERSION ||
      model.struct_bytes != sizeof(mlcc_model))
    throw RuntimeError(RuntimeErrorCode::IncompatibleModel,
                       "the model was compiled for another version of mlcc");
  if (model.function_count == 0)
    throw RuntimeError(RuntimeErrorCode::CorruptModel,
                       "the model has no function to run");
  return model.functions[0];
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

void execute(Model &model, const std::vector<Array> &inputs,
             std::vector<Array> &outputs) {
  model.run(inputPointers(inputs), outputPointers(outputs));
}

} // namespace mlcc::cli
