//===- model_check.h - Whether a model makes sense --------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_MODEL_CHECK_H
#define MLCC_RUNTIME_MODEL_CHECK_H

#include "mlcc/abi.h"

#include <cstdint>
#include <string>

namespace mlcc {

/// Checks that this runtime and this CPU can run the model, and that the model
/// holds together. Throws RuntimeError.
void checkModel(const mlcc_model &model);

/// Bytes of the memory that `place` lies in, offset not considered.
uint64_t placeBytes(const mlcc_model &model, const mlcc_function &function,
                    const mlcc_place &place);

/// Checks a caller's pointers: none is null or less aligned than its element
/// type. Throws RuntimeError InvalidArgument.
void checkTensors(const mlcc_function &function, const void *const *inputs,
                  void *const *outputs);

/// Checks that an input has the value that it was bound to when the model was
/// compiled. Throws RuntimeError WrongInputValue.
void checkRequiredValue(const mlcc_tensor_info &input, const void *value);

/// Bytes of one element; 0 if `type` is not an mlcc_type.
uint32_t typeBytes(int32_t type);
/// "f32"; "type 99" if `type` is not an mlcc_type.
std::string typeName(int32_t type);
/// "parameter"; "role 99" if `role` is not an mlcc_role.
std::string roleName(int32_t role);

} // namespace mlcc

#endif // MLCC_RUNTIME_MODEL_CHECK_H
