//===- commands.h - Training and what goes with it --------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_TRAIN_COMMANDS_H
#define MLCC_RUNTIME_CLI_TRAIN_COMMANDS_H

#include "runtime/cli/train/dataset.h"

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace mlcc::cli {

/// Options that train, eval and predict share.
struct SampleOptions {
  int threads = 0; ///< 0: all processors allowed
  DataOptions data;
  std::string weights;           ///< a checkpoint to start from
  std::vector<std::string> sets; ///< NAME=VALUE
  uint64_t seed = 1;
};

struct TrainOptions : SampleOptions {
  /// A share of the samples, or files.
  std::vector<std::string> validation;
  uint64_t epochs = 10;
  std::optional<double> rate; ///< else the model's own
  std::string folder;         ///< of the run; empty: nothing is saved
  bool resume = false;
  bool findNan = false;   ///< say which operation made a loss NaN
  bool overwrite = false; ///< a run that the folder has already
  bool shuffle = true;
  uint64_t saveEvery = 0; ///< steps; 0: after every epoch only
  uint64_t mostSteps = 0; ///< 0: no limit
  std::vector<std::string> logs;
  std::string report;
};
/// 0; 130 or 143 if a signal stopped it.
int trainCommand(const mlcc_model &model, const TrainOptions &options);

struct EvalOptions : SampleOptions {
  bool json = false;
};
int evalCommand(const mlcc_model &model, const EvalOptions &options);

struct PredictOptions : SampleOptions {
  std::string output; ///< a folder or .npz file; empty: none
  uint64_t shown = 10;
};
int predictCommand(const mlcc_model &model, const PredictOptions &options);

struct GenerateOptions {
  int threads = 0;
  std::string weights;
  std::string prompt = "\n";
  uint64_t length = 500; ///< characters
  double temperature = 1;
  uint64_t seed = 1;
};
/// Text from a language model, a character at a time.
int generateCommand(const mlcc_model &model, const GenerateOptions &options);

struct ExportOptions {
  std::string weights;
  std::string output;               ///< .safetensors, .npz or .onnx
  std::string onnx;                 ///< the file that was trained; empty: none
  std::string function = "predict"; ///< that of which .onnx is written
  bool all = false;                 ///< optimizer and counters too
};
int exportCommand(const mlcc_model &model, const ExportOptions &options);

/// The commands with their options, as part of a command line.
class TrainCommands {
public:
  TrainCommands(CLI::App &app, const mlcc_model &model,
                const std::string &program);

  /// Executes the command that was given; nothing if it is none of these.
  std::optional<int> execute(const mlcc_model &model) const;

private:
  void addTrain(CLI::App &app, const std::string &program);
  void addEval(CLI::App &app, const std::string &program);
  void addPredict(CLI::App &app, const std::string &program);
  void addGenerate(CLI::App &app, const std::string &program);
  void addExport(CLI::App &app, const std::string &program);

  CLI::App *trainApp, *evalApp, *predictApp, *generateApp, *exportApp;
  TrainOptions train;
  EvalOptions eval;
  PredictOptions predict;
  GenerateOptions generate;
  ExportOptions exported;
};

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_TRAIN_COMMANDS_H
