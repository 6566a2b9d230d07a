//===- Problems.h - What is wrong with a number --------------- -*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_TRAIN_PROBLEMS_H
#define MLCC_DIALECTS_TRAIN_PROBLEMS_H

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"

#include <cmath>
#include <initializer_list>
#include <string>

namespace mlcc::train {

/// Each returns what is wrong with the number `name`, or nothing. NaN and
/// infinity are always wrong.

inline std::string notNegative(llvm::StringRef name, double value) {
  if (value >= 0 && std::isfinite(value))
    return "";
  return (name + " must not be negative").str();
}
inline std::string positive(llvm::StringRef name, double value) {
  if (value > 0 && std::isfinite(value))
    return "";
  return (name + " must be positive").str();
}
/// In [0, 1).
inline std::string fraction(llvm::StringRef name, double value) {
  if (value >= 0 && value < 1)
    return "";
  return (name + " must be at least 0 and less than 1").str();
}
inline std::string finite(llvm::StringRef name, double value) {
  return std::isfinite(value) ? "" : (name + " must be finite").str();
}

inline std::string firstOf(std::initializer_list<std::string> problems) {
  for (const std::string &problem : problems)
    if (!problem.empty())
      return problem;
  return "";
}

} // namespace mlcc::train

#endif // MLCC_DIALECTS_TRAIN_PROBLEMS_H
