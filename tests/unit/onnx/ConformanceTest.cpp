//===- ConformanceTest.cpp - The ONNX project's test cases ----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Runs where the package libonnx-testdata is installed.
//
//===----------------------------------------------------------------------===//

#include "tests/onnx/Conformance.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "gtest/gtest.h"

using namespace mlcc::onnx_frontend;

namespace {

constexpr llvm::StringLiteral data = "/usr/share/libonnx-testdata/data";

/// Cases whose stored outputs other engines do not give either: the first was
/// made with a cast that truncates, the others with a scale that is not that of
/// the extents, which ONNX Runtime excludes too.
const llvm::StringSet<> differing = {
    "test_cast_FLOAT_to_BFLOAT16",
    "test_resize_downsample_scales_cubic_align_corners",
    "test_resize_downsample_scales_linear_align_corners",
};

/// Runs all cases of a folder and returns how many passed.
int countPasses(llvm::StringRef folder) {
  int passes = 0;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator entry(data + "/" + folder, error), end;
       entry != end && !error; entry.increment(error)) {
    CaseResult result = runConformanceCase(entry->path());
    llvm::StringRef name = llvm::sys::path::filename(entry->path());
    passes += result.outcome == Outcome::Pass;
    bool isFine = result.outcome == Outcome::Pass ||
                  result.outcome == Outcome::Unsupported;
    EXPECT_TRUE(isFine || differing.contains(name))
        << name.str() << ": " << result.message;
  }
  return passes;
}

TEST(ConformanceTest, SupportedOperatorsGiveTheStoredOutputs) {
  if (!llvm::sys::fs::is_directory(data))
    GTEST_SKIP() << "libonnx-testdata is not installed";
  EXPECT_GE(countPasses("node"), 795);
  EXPECT_EQ(countPasses("pytorch-converted"), 82);
  EXPECT_EQ(countPasses("simple"), 7);
  EXPECT_EQ(countPasses("pytorch-operator"), 35);
}

} // namespace
