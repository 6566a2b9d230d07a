//===- mlcc-onnx-conformance.cpp - Runs ONNX backend test cases -----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   mlcc-onnx-conformance [-v] FOLDER...
//
// A folder is a case, or holds cases. Prints mismatches, with -v every case
// that does not pass, and the counts. The exit status is 1 if a case gives a
// wrong result.
//
//===----------------------------------------------------------------------===//

#include "tests/onnx/Conformance.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <vector>

using namespace mlcc::onnx_frontend;

static std::vector<std::string> findCases(llvm::StringRef folder) {
  if (llvm::sys::fs::exists(folder + "/model.onnx"))
    return {folder.str()};
  std::vector<std::string> cases;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator entry(folder, error), end;
       entry != end && !error; entry.increment(error))
    if (llvm::sys::fs::exists(entry->path() + "/model.onnx"))
      cases.push_back(entry->path());
  llvm::sort(cases);
  return cases;
}

int main(int argc, char **argv) {
  bool verbose = false;
  std::vector<std::string> cases;
  for (llvm::StringRef argument : llvm::ArrayRef(argv, argc).drop_front()) {
    if (argument == "-v")
      verbose = true;
    else
      llvm::append_range(cases, findCases(argument));
  }
  if (cases.empty()) {
    llvm::errs() << "usage: mlcc-onnx-conformance [-v] FOLDER...\n";
    return 2;
  }
  static constexpr const char *words[] = {"pass", "MISMATCH", "unsupported",
                                          "BROKEN"};
  int counts[4] = {};
  for (const std::string &folder : cases) {
    CaseResult result = runConformanceCase(folder);
    int outcome = static_cast<int>(result.outcome);
    ++counts[outcome];
    bool isWrong = result.outcome == Outcome::Mismatch ||
                   result.outcome == Outcome::Broken;
    if (isWrong || (verbose && result.outcome != Outcome::Pass))
      llvm::outs() << words[outcome] << ' ' << llvm::sys::path::filename(folder)
                   << ": " << result.message << '\n';
  }
  llvm::outs() << cases.size() << " cases: " << counts[0] << " pass, "
               << counts[1] << " mismatch, " << counts[2] << " unsupported, "
               << counts[3] << " broken\n";
  return counts[1] || counts[3];
}
