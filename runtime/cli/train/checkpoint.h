//===- checkpoint.h - What a run leaves to be continued ---------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_TRAIN_CHECKPOINT_H
#define MLCC_RUNTIME_CLI_TRAIN_CHECKPOINT_H

#include "mlcc/model.hpp"
#include "runtime/cli/train/safetensors.h"

#include <string>
#include <vector>

namespace mlcc::cli {

/// Where a run is. Together with the variables it determines all that follows.
struct RunState {
  uint64_t seed = 0;  ///< of the initial values and of the order of samples
  uint64_t epoch = 0; ///< from 0
  uint64_t batch = 0; ///< of the epoch: batches that are done
  uint64_t step = 0;  ///< in all
  /// Of the epoch so far: seconds, samples, and sums over them of the outputs.
  double seconds = 0;
  double samples = 0;
  std::vector<double> sums;
  /// The least loss in validation so far.
  double best = 0;
  bool hasBest = false;
  /// What the order of samples depends on.
  uint64_t trainingSamples = 0;
  std::vector<std::string> vocabulary, classes;
};

/// Names of files in the folder of a run.
inline constexpr const char *lastCheckpointName = "last.safetensors";
inline constexpr const char *bestCheckpointName = "best.safetensors";

/// `path`, or the last checkpoint in it if it is a folder.
std::string checkpointPath(const std::string &path);

/// Writes all variables and the state, durably and complete or not at all.
void saveCheckpoint(const std::string &path, const Model &model,
                    const RunState &state);

/// Reads a checkpoint of a run into the variables. Throws RuntimeError
/// WrongCheckpoint if it is not one of this model.
RunState loadCheckpoint(const std::string &path, Model &model);

/// Reads the variables that a file has; parameters and statistics must not be
/// missing. Returns what the file says of vocabulary and classes. Errors as
/// loadCheckpoint.
RunState loadWeights(const std::string &path, Model &model);

/// The variables of a model as tensors that point into its state.
/// With `onlyWeights`, parameters and statistics.
std::vector<TensorView> variableViews(const Model &model, bool onlyWeights);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_TRAIN_CHECKPOINT_H
