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

/// Writes a picture of each value over the steps, for training (and smoothed)
/// and validation: an SVG file, or an HTML page with a table of the epochs if
/// the name does not end in .svg. Throws RuntimeError CannotWriteFile.
void writeReport(const std::string &path, const std::string &title,
                 const std::vector<LogEntry> &entries);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_TRAIN_REPORT_H
