//===- Evaluation.h - Evaluating nn ops written as text ----------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_TESTS_UNIT_NN_EVALUATION_H
#define MLCC_TESTS_UNIT_NN_EVALUATION_H

#include "llvm/ADT/StringRef.h"

#include <gmock/gmock.h>

#include <vector>

/// The elements, in row-major order, of a result of the last op of `body`, which
/// is ops as MLIR text (without nn.: `%c = constant dense<1> : tensor<i64>`).
/// Fails the test and gives nothing if the text is not valid or an op is not
/// evaluated.
std::vector<double> evaluate(llvm::StringRef body, unsigned result = 0);

/// Matches elements within 1e-6 relative or absolute.
::testing::Matcher<std::vector<double>> near(const std::vector<double> &values);

#endif // MLCC_TESTS_UNIT_NN_EVALUATION_H
