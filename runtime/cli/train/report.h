//===- report.h - Pictures of loss curves -----------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_TRAIN_REPORT_H
#define MLCC_RUNTIME_CLI_TRAIN_REPORT_H

#include "runtime/cli/train/log.h"

#include <string>
#include <vector>

namespace mlcc::cli {

/// What is kept of a run for its report: all validations, and as many steps as
/// a picture can show.
class RunHistory {
public:
  void add(LogEntry entry);
  const std::vector<LogEntry> &entries() const { return kept; }

private:
  std::vector<LogEntry> kept;
  /// A step is kept if its number is a multiple of this.
  uint64_t stride = 1;
  size_t steps = 0;
};

/// Writes a picture of each value over the steps, for training (and smoothed)
/// and validation: an SVG file, or an HTML page with a table of the epochs if
/// the name does not end in .svg. Throws RuntimeError CannotWriteFile.
void writeReport(const std::string &path, const std::string &title,
                 const std::vector<LogEntry> &entries);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_TRAIN_REPORT_H
