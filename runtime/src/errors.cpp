//===- errors.cpp - The runtime's coded errors ----------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/src/errors.h"

namespace mlcc {

static constexpr RuntimeErrorInfo catalogue[] = {
#define MLCC_RUNTIME_ERROR(name, code, title, remedy)                          \
  {RuntimeErrorCode::name, #name, title, remedy},
#include "runtime/src/errors.def"
};

std::span<const RuntimeErrorInfo> runtimeErrorCatalogue() { return catalogue; }

RuntimeError::RuntimeError(RuntimeErrorCode code, const std::string &message)
    : std::runtime_error("MLCC-" + std::to_string(static_cast<int>(code)) +
                         ": " + message),
      errorCode(code) {}

} // namespace mlcc
