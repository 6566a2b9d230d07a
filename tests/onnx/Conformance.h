//===- Conformance.h - ONNX backend test cases ------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_TESTS_ONNX_CONFORMANCE_H
#define MLCC_TESTS_ONNX_CONFORMANCE_H

#include "llvm/ADT/StringRef.h"

#include <string>

namespace mlcc::onnx_frontend {

/// What came of a test case.
enum class Outcome {
  Pass,
  Mismatch,    ///< Wrong values, shapes or types.
  Unsupported, ///< A coded error says that mlcc cannot do it.
  Broken       ///< The case itself cannot be read, or the import is at fault.
};

struct CaseResult {
  Outcome outcome;
  std::string message;
};

/// Runs one case: `folder` holds model.onnx and test_data_set_K/ with
/// input_I.pb and output_I.pb. The model is imported with the inputs' shapes,
/// and if it needs their values as constants, with those bound; then the graph
/// is evaluated by nn's reference evaluation. Outputs agree if they differ by
/// at most 1e-7 + 1e-3 |expected|; integers must be equal.
CaseResult runConformanceCase(llvm::StringRef folder);

} // namespace mlcc::onnx_frontend

#endif // MLCC_TESTS_ONNX_CONFORMANCE_H
