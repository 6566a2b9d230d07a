//===- KernelRunner.h - Runs generated kernels against the reference
//-------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiles functions of nn ops through the kernels and codegen stages, runs
// them in this process on random inputs, and compares the results with those of
// the reference evaluation of the same ops.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_TESTS_UNIT_KERNELS_KERNELRUNNER_H
#define MLCC_TESTS_UNIT_KERNELS_KERNELRUNNER_H

#include "llvm/ADT/StringRef.h"

#include <gtest/gtest.h>

namespace mlcc::test {

/// How results are compared and inputs chosen.
struct RunOptions {
  /// Largest difference, relative to 1 + |expected|.
  double tolerance = 2e-6;
  /// Inputs are uniform in [low, high); an argument's attribute
  /// `test.range = [low, high]` has precedence.
  double low = -3, high = 3;
  /// Every fourth float is NaN, an infinity, a zero of either sign, a denormal
  /// number, or one of the largest.
  bool special = false;
};

/// Checks every function of the module `text`. Each kernel is launched twice
/// over parts of its range, so that no iteration may depend on another.
testing::AssertionResult kernelsAgree(llvm::StringRef text,
                                      const RunOptions &options = {});

/// The number of kernels that the functions of `text` become.
unsigned countKernels(llvm::StringRef text);

} // namespace mlcc::test

#endif // MLCC_TESTS_UNIT_KERNELS_KERNELRUNNER_H
