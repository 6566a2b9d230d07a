//===- predict.cpp - The predict command ----------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/execute.h"
#include "runtime/cli/file.h"
#include "runtime/cli/npy.h"
#include "runtime/cli/text.h"
#include "runtime/cli/train/commands.h"
#include "runtime/cli/train/metrics.h"
#include "runtime/cli/train/npz.h"
#include "runtime/cli/train/state.h"
#include "runtime/src/errors.h"
#include "runtime/src/model_check.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <numeric>

namespace mlcc::cli {

namespace {

/// An output of all samples.
struct Prediction {
  std::string name;
  Array array;
  uint64_t bytes; ///< of a sample
};

/// Runs predict over all samples and gathers the outputs that have a row for
/// each of them.
class Predictor {
public:
  Predictor(Model &model, uint32_t number, Feeder &feeder)
      : model(model), number(number), function(model.function(number)),
        feeder(feeder), outputs(makeOutputs(function)) {
    for (uint32_t i = 0; i < function.output_count; ++i) {
      const mlcc_tensor_info &output = function.outputs[i];
      std::vector<int64_t> dims(output.dims, output.dims + output.rank);
      if (dims.empty() || static_cast<uint64_t>(dims[0]) != feeder.batch())
        continue;
      dims[0] = static_cast<int64_t>(feeder.samples());
      numbers.push_back(i);
      predictions.push_back(
          {output.name,
           makeArray(static_cast<mlcc_type>(output.type), dims, output.name),
           output.bytes / feeder.batch()});
    }
    if (predictions.empty())
      throw RuntimeError(RuntimeErrorCode::NotTrainable,
                         "function 'predict' has no output with a row for "
                         "each sample");
  }

  std::vector<Prediction> run() {
    std::vector<void *> pointers = outputPointers(outputs);
    std::vector<uint64_t> samples;
    for (uint64_t begin = 0; begin < feeder.samples();
         begin += feeder.batch()) {
      samples.resize(
          std::min<uint64_t>(feeder.batch(), feeder.samples() - begin));
      std::iota(samples.begin(), samples.end(), begin);
      feeder.fill(samples);
      model.run(feeder.inputs(), pointers, number);
      for (size_t i = 0; i < numbers.size(); ++i)
        std::memcpy(predictions[i].array.data.data() +
                        begin * predictions[i].bytes,
                    outputs[numbers[i]].data.data(),
                    samples.size() * predictions[i].bytes);
    }
    return std::move(predictions);
  }

private:
  Model &model;
  uint32_t number;
  const mlcc_function &function;
  Feeder &feeder;
  std::vector<Array> outputs;
  std::vector<uint32_t> numbers;
  std::vector<Prediction> predictions;
};

void writePredictions(const std::vector<Prediction> &predictions,
                      const std::string &path) {
  if (path.ends_with(".npz")) {
    std::vector<TensorView> views;
    for (const Prediction &prediction : predictions)
      views.push_back(
          {prediction.name,
           prediction.array.type,
           prediction.array.dims,
           {prediction.array.data.data(), prediction.array.data.size()}});
    writeNpz(path, views);
    std::printf("wrote %s\n", path.c_str());
    return;
  }
  makeFolder(path);
  for (const Prediction &prediction : predictions) {
    std::string file = path + "/" + fileNameOf(prediction.name) + ".npy";
    const Array &array = prediction.array;
    writeFile(file, npyHeader(array.type, array.dims),
              {array.data.data(), array.data.size()});
    std::printf("wrote %s\n", file.c_str());
  }
}

/// The values of one sample: all if they are few, and which is the largest.
std::string describeSample(const Prediction &prediction, uint64_t sample,
                           const std::vector<std::string> &classes) {
  const Array &array = prediction.array;
  uint64_t count = prediction.bytes / typeBytes(array.type);
  uint64_t first = sample * count, best = 0;
  constexpr uint64_t few = 4;
  std::string text;
  for (uint64_t i = 0; i < count; ++i) {
    if (array.at(first + i) > array.at(first + best))
      best = i;
    if (i < few || count <= 2 * few)
      text += (i ? " " : "") + formatNumber(array.at(first + i));
  }
  if (count > 2 * few)
    text += " ...";
  if (count > 1) {
    text += "  (largest: " + std::to_string(best);
    text += best < classes.size() ? " " + classes[best] + ")" : ")";
  }
  return text;
}

void printPredictions(const std::vector<Prediction> &predictions,
                      uint64_t samples, uint64_t shown,
                      const std::vector<std::string> &classes) {
  std::vector<std::string> headings = {">sample"};
  for (const Prediction &prediction : predictions)
    headings.push_back(prediction.name);
  Table table(headings);
  for (uint64_t sample = 0; sample < std::min(samples, shown); ++sample) {
    std::vector<std::string> row = {std::to_string(sample)};
    for (const Prediction &prediction : predictions)
      row.push_back(describeSample(prediction, sample, classes));
    table.add(std::move(row));
  }
  table.print();
  if (samples > shown)
    std::printf("... and %llu more samples\n",
                static_cast<unsigned long long>(samples - shown));
}

} // namespace

int predictCommand(const mlcc_model &model, const PredictOptions &options) {
  uint32_t number = requireFunction(model, {"predict"});
  Model loaded(model, options.threads);
  RunState state = prepareForUse(loaded, number, options.weights, options.seed);
  const mlcc_function &function = loaded.function(number);
  Scalars scalars = applySettings(loaded, function, options.sets);
  DataOptions files = knownData(options.data, state);
  Feeder feeder(function, readDataset(files, function, DataPurpose::Predict),
                scalars, options.seed, files.picture.scale);
  std::vector<Prediction> predictions = Predictor(loaded, number, feeder).run();
  printPredictions(predictions, feeder.samples(), options.shown, state.classes);
  if (!options.output.empty())
    writePredictions(predictions, options.output);
  return 0;
}

} // namespace mlcc::cli
