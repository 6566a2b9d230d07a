//===- FolderTest.h - Tests with files -------------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_TESTS_UNIT_RUNTIME_FOLDERTEST_H
#define MLCC_TESTS_UNIT_RUNTIME_FOLDERTEST_H

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace mlcc::test {

/// A test with a folder for its files, which goes with it.
class FolderTest : public testing::Test {
protected:
  void SetUp() override {
    const testing::TestInfo *test =
        testing::UnitTest::GetInstance()->current_test_info();
    folder =
        std::filesystem::path(testing::TempDir()) /
        (std::string("mlcc-") + test->test_suite_name() + "-" + test->name());
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::string path(const std::string &name) const {
    return (folder / name).string();
  }

  std::filesystem::path folder;
};

} // namespace mlcc::test

#endif // MLCC_TESTS_UNIT_RUNTIME_FOLDERTEST_H
