//===- trainer.h - The loop over epochs -------------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_TRAIN_TRAINER_H
#define MLCC_RUNTIME_CLI_TRAIN_TRAINER_H

#include "runtime/cli/train/checkpoint.h"
#include "runtime/cli/train/commands.h"
#include "runtime/cli/train/log.h"
#include "runtime/cli/train/metrics.h"
#include "runtime/cli/train/progress.h"
#include "runtime/cli/train/report.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mlcc::cli {

/// Trains a model from where its variables and `state` are.
class Trainer {
public:
  /// What is validated after each epoch.
  struct Validation {
    Feeder &feeder;
    std::vector<uint64_t> samples;
  };

  Trainer(Model &model, const TrainOptions &options, RunState state,
          Feeder &feeder, std::vector<uint64_t> samples,
          std::optional<Validation> validation);

  /// Returns the exit status: 0, or 130 if the user stopped it. Throws
  /// RuntimeError LossNotFinite.
  int run();

private:
  /// Whether the run is to go on.
  enum class Next { Continue, Stop };

  Next runEpoch();
  Next step(EpochOrder &batches);
  [[noreturn]] void failAtLoss(double loss, SavedVariables *before);
  void endEpoch();
  void log(LogEntry entry);
  void save(const char *name);
  void report();
  void showProgress(uint64_t batches);
  std::string epochLabel() const;
  double secondsLeft(uint64_t batches) const;

  Model &model;
  const TrainOptions &options;
  RunState state;
  Feeder &feeder;
  std::vector<uint64_t> samples;
  std::optional<Validation> validation;
  MetricFunction trainStep;
  std::optional<MetricFunction> validate;
  Means means;
  std::vector<std::unique_ptr<Log>> logs;
  RunHistory history;
  ProgressBar progress;
  uint64_t stepsHere = 0;
  double secondsHere = 0;
  std::chrono::steady_clock::time_point lastSave{};
};

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_TRAIN_TRAINER_H
