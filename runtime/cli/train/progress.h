//===- progress.h - How far training is -------------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_TRAIN_PROGRESS_H
#define MLCC_RUNTIME_CLI_TRAIN_PROGRESS_H

#include <chrono>
#include <cstdint>
#include <string>

namespace mlcc::cli {

/// A line on standard error that is drawn again and again, or, if that is no
/// terminal, a line every half minute.
class ProgressBar {
public:
  ProgressBar();
  ~ProgressBar() { clear(); }

  /// `done` of `total` steps of this epoch; `secondsLeft` of the whole run.
  void show(const std::string &label, uint64_t done, uint64_t total,
            const std::string &values, double secondsPerStep,
            double secondsLeft);
  /// Removes the line, so that something else can be printed.
  void clear();

private:
  bool terminal, shown = false;
  std::chrono::steady_clock::time_point last;
};

/// "1:02:03", "2:03".
std::string formatClock(double seconds);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_TRAIN_PROGRESS_H
