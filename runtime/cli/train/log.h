//===- log.h - What training writes down ------------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_TRAIN_LOG_H
#define MLCC_RUNTIME_CLI_TRAIN_LOG_H

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mlcc::cli {

/// One line of a log: a step of training, or a validation.
struct LogEntry {
  bool validation = false;
  uint64_t epoch = 0; ///< from 1
  uint64_t step = 0;  ///< steps done, in all
  double seconds = 0; ///< that the step took, or the validation
  /// Outputs that are single numbers, by name.
  std::vector<std::pair<std::string, double>> values;

  /// Null if there is no such value.
  const double *find(const std::string &name) const;
};

/// Where a resumed run goes on. A checkpoint may lie between the last step of
/// an epoch and its validation.
struct ResumePoint {
  uint64_t step = 0; ///< 0: a new run
  bool validated = true;

  /// Whether the log of the run before has the entry for good.
  bool isPast(uint64_t entryStep, bool validation) const {
    return entryStep < step ||
           (entryStep == step && (!validation || validated));
  }
};

class Log {
public:
  virtual ~Log() = default;
  virtual void write(const LogEntry &entry) = 0;
  /// What was written is in the file when this returns. Throws RuntimeError
  /// CannotWriteFile.
  virtual void flush() = 0;
};

/// Comma-separated values, with the columns split, epoch, step, seconds and
/// `names`. Entries of the file after `resumeAt` are dropped: they will be
/// written again.
std::unique_ptr<Log> openCsvLog(const std::string &path,
                                const std::vector<std::string> &names,
                                const ResumePoint &resumeAt);

/// A JSON object a line, with the same members.
std::unique_ptr<Log> openJsonLog(const std::string &path,
                                 const ResumePoint &resumeAt);

/// A file of events for TensorBoard in `folder`, with scalars train/NAME and
/// validation/NAME.
std::unique_ptr<Log> openEventLog(const std::string &folder,
                                  const ResumePoint &resumeAt);

/// Opens a log by its name: .csv, .jsonl or .json, else a folder of events.
std::unique_ptr<Log> openLog(const std::string &path,
                             const std::vector<std::string> &names,
                             const ResumePoint &resumeAt);

/// The entries of a log that openCsvLog wrote, up to a point.
std::vector<LogEntry> readCsvLog(const std::string &path,
                                 const ResumePoint &last);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_TRAIN_LOG_H
