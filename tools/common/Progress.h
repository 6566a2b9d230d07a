//===- Progress.h - What the compiler is doing, and how long -----*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_TOOLS_COMMON_PROGRESS_H
#define MLCC_TOOLS_COMMON_PROGRESS_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/LogicalResult.h"

#include <string>
#include <vector>

namespace mlcc::tools {

/// Runs the pieces of a compilation: shows the one that is running in a line of
/// standard error (if that is a terminal) and takes times.
class Progress {
public:
  /// `pieces` is how many there will be.
  explicit Progress(unsigned pieces);
  ~Progress();

  llvm::LogicalResult
  operator()(llvm::StringRef name,
             llvm::function_ref<llvm::LogicalResult()> piece);

  /// Prints a table of the pieces: seconds, and the peak of memory by then.
  void printTimes() const;

private:
  void clearLine();

  struct Piece {
    std::string name;
    double seconds;
    double peakMegabytes;
  };
  std::vector<Piece> done;
  unsigned pieces;
  bool terminal;
};

} // namespace mlcc::tools

#endif // MLCC_TOOLS_COMMON_PROGRESS_H
