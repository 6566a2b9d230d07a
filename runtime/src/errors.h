//===- errors.h - The runtime's coded errors ---------------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The catalogue is errors.def. Inside the runtime an error is thrown as
// RuntimeError; the C API turns it into its code and the text of
// mlcc_last_error.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_ERRORS_H
#define MLCC_RUNTIME_ERRORS_H

#include <span>
#include <stdexcept>
#include <string>

namespace mlcc {

/// The numeric value is the code that is printed and returned.
enum class RuntimeErrorCode : int {
#define MLCC_RUNTIME_ERROR(name, code, title, remedy) name = code,
#include "runtime/src/errors.def"
};

/// What errors.def says of a code.
struct RuntimeErrorInfo {
  RuntimeErrorCode code;
  const char *name;
  const char *title;
  const char *remedy;
};

/// All errors in the order of their codes.
std::span<const RuntimeErrorInfo> runtimeErrorCatalogue();

/// A failure with its code; what() is "MLCC-5002: <message>".
class RuntimeError : public std::runtime_error {
public:
  RuntimeError(RuntimeErrorCode code, const std::string &message);
  RuntimeErrorCode code() const { return errorCode; }
  /// Whether what the user gave is at fault, rather than machine or model.
  bool isInputError() const { return static_cast<int>(errorCode) >= 5100; }

private:
  RuntimeErrorCode errorCode;
};

} // namespace mlcc

#endif // MLCC_RUNTIME_ERRORS_H
