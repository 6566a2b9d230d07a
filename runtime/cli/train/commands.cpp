//===- commands.cpp - Training, evaluation, export ------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/train/commands.h"

#include "runtime/cli/execute.h"
#include "runtime/cli/text.h"
#include "runtime/cli/train/npz.h"
#include "runtime/cli/train/onnx_weights.h"
#include "runtime/cli/train/shuffle.h"
#include "runtime/cli/train/state.h"
#include "runtime/cli/train/trainer.h"
#include "runtime/src/errors.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <numeric>

namespace mlcc::cli {

//===----------------------------------------------------------------------===//
// train
//===----------------------------------------------------------------------===//

namespace {

/// What train works on.
struct TrainingData {
  Dataset dataset;
  std::optional<Feeder> feeder;
  std::vector<uint64_t> samples;
  std::optional<Feeder> validationFeeder;
  std::vector<uint64_t> validationSamples;
};

/// The share of the samples that --validation asks for; nothing if it names
/// files.
std::optional<double> validationShare(const TrainOptions &options) {
  if (options.validation.size() != 1)
    return std::nullopt;
  const std::string &text = options.validation.front();
  double share = 0;
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), share);
  if (error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  if (!(share > 0 && share < 1))
    throw RuntimeError(RuntimeErrorCode::InvalidCommandLine,
                       "--validation " + text +
                           ": a share must be more than 0 and less than 1");
  return share;
}

std::vector<uint64_t> allSamples(const Feeder &feeder) {
  std::vector<uint64_t> samples(feeder.samples());
  std::iota(samples.begin(), samples.end(), 0);
  return samples;
}

/// Reads and checks the data of training and of validation.
class DataLoader {
public:
  DataLoader(const Model &model, const TrainOptions &options,
             const Scalars &scalars, RunState &state)
      : model(model.model()), options(options), scalars(scalars), state(state),
        trainStep(
            model.function(requireFunction(this->model, {"train_step"}))) {}

  void load(TrainingData &data) {
    DataOptions files = knownData(options.data, state);
    data.dataset = readDataset(files, trainStep, DataPurpose::Train);
    if (!data.dataset.vocabulary.empty())
      state.vocabulary = data.dataset.vocabulary;
    if (!data.dataset.classes.empty())
      state.classes = data.dataset.classes;
    data.feeder.emplace(feederFor(trainStep, data.dataset));
    data.samples = allSamples(*data.feeder);
    if (std::optional<double> share = validationShare(options))
      return split(data, *share);
    if (!options.validation.empty())
      return loadValidation(data, options.validation);
    if (mayValidate() &&
        hasPartFor(files, validator(), DataPurpose::Validation))
      loadValidation(data, options.data.files);
  }

private:
  bool mayValidate() const {
    return mlcc_find_function(&model, "evaluate") >= 0 ||
           mlcc_find_function(&model, "loss") >= 0;
  }
  const mlcc_function &validator() const {
    return model.functions[requireFunction(model, {"evaluate", "loss"})];
  }
  Feeder feederFor(const mlcc_function &function,
                   const Dataset &dataset) const {
    return {function, dataset, scalars, state.seed, options.data.picture.scale};
  }
  /// The last samples of an order that depends on the seed.
  void split(TrainingData &data, double share) const {
    uint64_t total = data.feeder->samples();
    auto count =
        static_cast<uint64_t>(std::llround(share * static_cast<double>(total)));
    if (count == 0 || count == total)
      throw RuntimeError(RuntimeErrorCode::WrongData,
                         "a share of " + formatNumber(share) + " of " +
                             std::to_string(total) +
                             " samples leaves none for training or for "
                             "validation");
    std::vector<uint64_t> order =
        shuffled(total, state.seed, 0, ShufflePurpose::Split);
    auto middle = order.end() - static_cast<ptrdiff_t>(count);
    data.samples.assign(order.begin(), middle);
    data.validationSamples.assign(middle, order.end());
    std::ranges::sort(data.samples);
    std::ranges::sort(data.validationSamples);
    data.validationFeeder.emplace(feederFor(validator(), data.dataset));
  }

  void loadValidation(TrainingData &data,
                      const std::vector<std::string> &paths) const {
    DataOptions files = knownData(options.data, state);
    files.files = paths;
    const mlcc_function &function = validator();
    DataPurpose purpose = hasPartFor(files, function, DataPurpose::Validation)
                              ? DataPurpose::Validation
                              : DataPurpose::Evaluate;
    data.validationFeeder.emplace(
        feederFor(function, readDataset(files, function, purpose)));
    data.validationSamples = allSamples(*data.validationFeeder);
  }

  const mlcc_model &model;
  const TrainOptions &options;
  const Scalars &scalars;
  RunState &state;
  const mlcc_function &trainStep;
};

/// The state to begin with: that of the checkpoint with --resume, else new.
RunState beginOrResume(Model &model, const TrainOptions &options) {
  if (options.resume) {
    if (options.folder.empty())
      throw RuntimeError(RuntimeErrorCode::InvalidCommandLine,
                         "--resume needs --save FOLDER, the run to go on with");
    return loadCheckpoint(checkpointPath(options.folder), model);
  }
  std::error_code error;
  if (!options.folder.empty() && !options.overwrite &&
      std::filesystem::exists(options.folder + "/" + lastCheckpointName, error))
    throw RuntimeError(RuntimeErrorCode::InvalidCommandLine,
                       options.folder +
                           " holds a run already: --resume goes on with it, "
                           "--overwrite begins anew");
  RunState state = prepareVariables(model, options.weights, options.seed);
  state.seed = options.seed;
  return state;
}

} // namespace

int trainCommand(const mlcc_model &model, const TrainOptions &options) {
  const mlcc_function &function =
      model.functions[requireFunction(model, {"train_step"})];
  requireFunction(model, {"initialize"});
  Model loaded(model, options.threads);
  RunState state = beginOrResume(loaded, options);
  if (options.rate)
    setScalarVariable(loaded, "learning_rate", *options.rate);
  Scalars scalars = applySettings(loaded, function, options.sets);

  TrainingData data;
  DataLoader(loaded, options, scalars, state).load(data);
  if (options.resume && state.trainingSamples != data.samples.size())
    throw RuntimeError(RuntimeErrorCode::WrongCheckpoint,
                       "the run was begun with " +
                           std::to_string(state.trainingSamples) +
                           " samples to train on, now there are " +
                           std::to_string(data.samples.size()));
  state.trainingSamples = data.samples.size();
  std::printf("%s: %zu samples to train on%s, batches of %llu\n", model.name,
              data.samples.size(),
              data.validationFeeder
                  ? (", " + std::to_string(data.validationSamples.size()) +
                     " to validate")
                        .c_str()
                  : "",
              static_cast<unsigned long long>(data.feeder->batch()));
  if (options.resume)
    std::printf("going on after step %llu\n",
                static_cast<unsigned long long>(state.step));
  std::optional<Trainer::Validation> validation;
  if (data.validationFeeder)
    validation.emplace(Trainer::Validation{*data.validationFeeder,
                                           std::move(data.validationSamples)});
  return Trainer(loaded, options, std::move(state), *data.feeder,
                 std::move(data.samples), std::move(validation))
      .run();
}

//===----------------------------------------------------------------------===//
// eval
//===----------------------------------------------------------------------===//

int evalCommand(const mlcc_model &model, const EvalOptions &options) {
  uint32_t number = requireFunction(model, {"evaluate", "loss"});
  Model loaded(model, options.threads);
  RunState state = prepareForUse(loaded, number, options.weights, options.seed);
  const mlcc_function &function = loaded.function(number);
  Scalars scalars = applySettings(loaded, function, options.sets);
  DataOptions files = knownData(options.data, state);
  Feeder feeder(function, readDataset(files, function, DataPurpose::Evaluate),
                scalars, options.seed, files.picture.scale);
  MetricFunction metrics(loaded, number);
  NamedValues values = evaluate(loaded, metrics, feeder, allSamples(feeder));
  if (!options.json) {
    std::printf("%s  (%llu samples)\n", formatValues(values).c_str(),
                static_cast<unsigned long long>(feeder.samples()));
    return 0;
  }
  std::printf("{\"samples\": %llu",
              static_cast<unsigned long long>(feeder.samples()));
  for (const auto &[name, value] : values)
    std::printf(", %s: %s", jsonString(name).c_str(),
                jsonNumber(value).c_str());
  std::printf("}\n");
  return 0;
}

//===----------------------------------------------------------------------===//
// export
//===----------------------------------------------------------------------===//

/// Checks that what is to be written is what the file's name says.
static void checkOutput(const ExportOptions &options) {
  bool toOnnx = options.output.ends_with(".onnx");
  if (!toOnnx &&
      (!options.onnx.empty() || (!options.output.ends_with(".npz") &&
                                 !options.output.ends_with(".safetensors"))))
    throw RuntimeError(
        RuntimeErrorCode::InvalidCommandLine,
        options.output + ": the name must end in .onnx" +
            (options.onnx.empty() ? ", .safetensors or .npz" : ""));
  if (toOnnx && options.all)
    throw RuntimeError(RuntimeErrorCode::InvalidCommandLine,
                       "--all: an ONNX model has no place for anything but "
                       "weights");
}

/// Writes the ONNX form of a function, with all that it reads.
static void writeFunction(const Model &loaded, const ExportOptions &options) {
  const mlcc_model &model = loaded.model();
  writeOnnxModel(model, model.functions[findFunction(model, options.function)],
                 variableViews(loaded, /*onlyWeights=*/false), options.output);
  std::printf("wrote function '%s' to %s\n", options.function.c_str(),
              options.output.c_str());
}

int exportCommand(const mlcc_model &model, const ExportOptions &options) {
  checkOutput(options);
  Model loaded(model, 1);
  RunState state = prepareVariables(loaded, options.weights, 1);
  if (options.onnx.empty() && options.output.ends_with(".onnx")) {
    writeFunction(loaded, options);
    return 0;
  }
  std::vector<TensorView> views =
      variableViews(loaded, /*onlyWeights=*/!options.all);
  if (!options.onnx.empty())
    writeOnnxWeights(options.onnx, views, options.output);
  else if (options.output.ends_with(".npz"))
    writeNpz(options.output, views);
  else
    writeSafetensors(options.output, views, {{"model", model.name}});
  uint64_t bytes = 0;
  for (const TensorView &view : views)
    bytes += view.bytes.size();
  std::printf("wrote %zu variables (%s) to %s\n", views.size(),
              formatBytes(bytes).c_str(), options.output.c_str());
  return 0;
}

} // namespace mlcc::cli
