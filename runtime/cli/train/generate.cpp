//===- generate.cpp - The generate command --------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/execute.h"
#include "runtime/cli/train/commands.h"
#include "runtime/cli/train/metrics.h"
#include "runtime/cli/train/state.h"
#include "runtime/src/errors.h"
#include "runtime/src/philox.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>

namespace mlcc::cli {

namespace {

/// Numbers for characters and back: those of the training text, or bytes.
class Vocabulary {
public:
  explicit Vocabulary(std::vector<std::string> characters)
      : characters(std::move(characters)) {}

  std::vector<int64_t> encode(const std::string &text) const {
    std::vector<int64_t> codes;
    if (characters.empty()) {
      for (char c : text)
        codes.push_back(static_cast<unsigned char>(c));
      return codes;
    }
    for (size_t position = 0; position < text.size();) {
      auto found =
          std::ranges::find_if(characters, [&](const std::string &character) {
            return !character.empty() &&
                   text.compare(position, character.size(), character) == 0;
          });
      if (found == characters.end())
        throw RuntimeError(RuntimeErrorCode::InvalidData,
                           "--prompt: byte " + std::to_string(position) +
                               " begins no character of the text that the "
                               "model was trained on");
      codes.push_back(found - characters.begin());
      position += found->size();
    }
    return codes;
  }

  std::string decode(int64_t code) const {
    return characters.empty() ? std::string(1, static_cast<char>(code))
                              : characters[static_cast<size_t>(code)];
  }

  size_t size() const { return characters.empty() ? 256 : characters.size(); }

private:
  std::vector<std::string> characters;
};

/// The function `predict` of a language model: from the numbers of a text,
/// batch x length, to scores of what comes next, either behind every place,
/// batch x length x vocabulary, or behind the last one, batch x vocabulary.
class LanguageModel {
public:
  LanguageModel(Model &model, size_t characters)
      : model(model), characters(characters),
        number(requireFunction(model.model(), {"predict"})),
        function(model.function(number)), inputs(makeInputs(function)),
        outputs(makeOutputs(function)) {
    bool found = false;
    for (uint32_t i = 0; i < function.input_count; ++i) {
      const mlcc_tensor_info &info = function.inputs[i];
      if (std::strcmp(info.name, sampleCountName) == 0)
        storeElement(info.type, inputs[i].data.data(), 1);
      if (!needsData(info))
        continue;
      if (found || isFloat(info.type) || info.rank != 2)
        fail();
      found = true;
      input = i;
    }
    for (uint32_t i = function.output_count; i-- > 0;)
      if (isScores(function.outputs[i]))
        output = static_cast<int32_t>(i);
    if (!found || output < 0)
      fail();
  }

  uint64_t length() const {
    return static_cast<uint64_t>(function.inputs[input].dims[1]);
  }

  /// Scores of what follows a text that is not empty; only as much of its end
  /// counts as the model takes.
  std::vector<double> scoresAfter(std::span<const int64_t> text) {
    if (text.size() > length())
      text = text.last(length());
    const mlcc_tensor_info &scores = function.outputs[output];
    bool everyPlace = scores.rank == 3;
    // Behind every place: what comes after the text does not matter.
    // Behind the last: the text must end there.
    uint64_t begin = everyPlace ? 0 : length() - text.size();
    const mlcc_tensor_info &info = function.inputs[input];
    uint8_t *data = inputs[input].data.data();
    std::memset(data, 0, info.bytes);
    uint64_t elementBytes =
        info.bytes / (static_cast<uint64_t>(info.dims[0]) * length());
    for (size_t i = 0; i < text.size(); ++i)
      storeElement(info.type, data + (begin + i) * elementBytes,
                   static_cast<double>(text[i]));
    model.run(inputPointers(inputs), outputPointers(outputs), number);
    auto count = static_cast<uint64_t>(scores.dims[scores.rank - 1]);
    uint64_t first = everyPlace ? (text.size() - 1) * count : 0;
    // The model may have room for more characters than there are.
    std::vector<double> result(std::min<uint64_t>(count, characters));
    for (uint64_t i = 0; i < result.size(); ++i)
      result[i] = outputs[output].at(first + i);
    return result;
  }

private:
  bool isScores(const mlcc_tensor_info &info) const {
    const int64_t *dims = function.inputs[input].dims;
    return isFloat(info.type) &&
           ((info.rank == 3 && info.dims[1] == dims[1]) || info.rank == 2) &&
           info.dims[0] == dims[0];
  }
  [[noreturn]] static void fail() {
    throw RuntimeError(RuntimeErrorCode::NotTrainable,
                       "'predict' is not that of a language model: one integer "
                       "input, batch x length, and scores, batch x length x "
                       "vocabulary or batch x vocabulary");
  }

  Model &model;
  size_t characters; ///< of the vocabulary
  uint32_t number;
  const mlcc_function &function;
  std::vector<Array> inputs, outputs;
  uint32_t input = 0;
  int32_t output = -1;
};

/// Turns scores, which are probabilities or logarithms of some, into
/// probabilities at a temperature.
std::vector<double> toWeights(std::vector<double> scores, double temperature) {
  double sum = 0;
  bool areProbabilities = true;
  for (double score : scores) {
    sum += score;
    areProbabilities &= score >= 0;
  }
  areProbabilities &= std::abs(sum - 1) < 1e-3;
  if (areProbabilities)
    for (double &score : scores)
      score = std::log(score);
  double most = *std::ranges::max_element(scores);
  for (double &score : scores)
    score = std::exp((score - most) / temperature);
  return scores;
}

int64_t draw(const std::vector<double> &scores, double temperature,
             uint64_t seed, uint64_t index) {
  if (temperature == 0)
    return std::ranges::max_element(scores) - scores.begin();
  std::vector<double> weights = toWeights(scores, temperature);
  double sum = 0;
  for (double weight : weights)
    sum += weight;
  Philox::Block bits = Philox::generate(
      {static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32), 0, 0},
      {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
  double left = static_cast<double>(bits[0]) * 0x1p-32 * sum;
  size_t chosen = 0;
  while (chosen + 1 < weights.size() && left >= weights[chosen])
    left -= weights[chosen++];
  return static_cast<int64_t>(chosen);
}

} // namespace

int generateCommand(const mlcc_model &model, const GenerateOptions &options) {
  uint32_t number = requireFunction(model, {"predict"});
  Model loaded(model, options.threads);
  RunState state = prepareForUse(loaded, number, options.weights, /*seed=*/1);
  Vocabulary vocabulary(state.vocabulary);
  LanguageModel language(loaded, vocabulary.size());
  std::vector<int64_t> text = vocabulary.encode(options.prompt);
  if (text.empty())
    throw RuntimeError(RuntimeErrorCode::InvalidCommandLine,
                       "--prompt must not be empty");
  std::fputs(options.prompt.c_str(), stdout);
  for (uint64_t i = 0; i < options.length; ++i) {
    text.push_back(
        draw(language.scoresAfter(text), options.temperature, options.seed, i));
    std::fputs(vocabulary.decode(text.back()).c_str(), stdout);
    std::fflush(stdout);
  }
  std::fputc('\n', stdout);
  return 0;
}

} // namespace mlcc::cli
