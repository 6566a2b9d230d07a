//===- run.cpp - The run command ------------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlcc/model.hpp"
#include "runtime/cli/commands.h"
#include "runtime/cli/execute.h"
#include "runtime/cli/file.h"
#include "runtime/cli/npy.h"
#include "runtime/cli/text.h"
#include "runtime/cli/train/state.h"
#include "runtime/src/errors.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <set>

namespace mlcc::cli {

static std::vector<std::string> readLabels(const std::string &path) {
  std::vector<std::string> labels;
  if (path.empty())
    return labels;
  Buffer contents = readFile(path);
  std::string_view text(reinterpret_cast<const char *>(contents.data()),
                        contents.size());
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    labels.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return labels;
}

/// One line: name, shape, range, and the first values.
static void printSummary(const mlcc_tensor_info &tensor, const Array &array) {
  uint64_t count = array.elements();
  std::printf("%s: %s", tensor.name, array.describe().c_str());
  if (count == 0) {
    std::printf(", empty\n");
    return;
  }
  constexpr uint64_t shown = 8;
  if (count > shown) {
    double least = INFINITY, most = -INFINITY, sum = 0;
    uint64_t notFinite = 0;
    for (uint64_t i = 0; i < count; ++i) {
      double value = array.at(i);
      if (!std::isfinite(value)) {
        ++notFinite;
        continue;
      }
      least = std::min(least, value);
      most = std::max(most, value);
      sum += value;
    }
    if (notFinite < count)
      std::printf(
          ", from %s to %s, mean %s", formatNumber(least).c_str(),
          formatNumber(most).c_str(),
          formatNumber(sum / static_cast<double>(count - notFinite)).c_str());
    if (notFinite > 0)
      std::printf(", %llu not finite",
                  static_cast<unsigned long long>(notFinite));
  }
  std::printf("\n  ");
  for (uint64_t i = 0; i < std::min(count, shown); ++i)
    std::printf("%s%s", i ? " " : "", formatNumber(array.at(i)).c_str());
  std::printf(count > shown ? " ...\n" : "\n");
}

/// The last extent with more than one element is taken for the classes.
static int64_t classCount(const Array &array) {
  for (size_t i = array.dims.size(); i-- > 0;)
    if (array.dims[i] > 1)
      return array.dims[i];
  return 1;
}

/// Whether the values of one row are probabilities already.
static bool isDistribution(const std::vector<double> &scores) {
  double sum = std::accumulate(scores.begin(), scores.end(), 0.0);
  return std::abs(sum - 1) < 1e-2 &&
         std::ranges::all_of(scores, [](double score) { return score >= 0; });
}

/// Normalized exponentials (softmax) of `scores`.
static std::vector<double> toProbabilities(std::vector<double> scores) {
  double most = *std::ranges::max_element(scores), sum = 0;
  for (double &score : scores)
    sum += score = std::exp(score - most);
  for (double &score : scores)
    score /= sum;
  return scores;
}

/// The `top` likeliest classes of every row of an output.
static void printClasses(const mlcc_tensor_info &tensor, const Array &array,
                         int top, const std::vector<std::string> &labels) {
  auto classes = static_cast<uint64_t>(classCount(array));
  constexpr uint64_t mostRows = 16;
  uint64_t rows = array.elements() / std::max<uint64_t>(classes, 1);
  for (uint64_t row = 0; row < std::min(rows, mostRows); ++row) {
    std::vector<double> scores(classes);
    for (uint64_t i = 0; i < classes; ++i)
      scores[i] = array.at(row * classes + i);
    bool scaled = !isDistribution(scores);
    std::vector<double> likely = scaled ? toProbabilities(scores) : scores;
    std::vector<uint64_t> order(classes);
    std::iota(order.begin(), order.end(), 0);
    uint64_t shown = std::min<uint64_t>(static_cast<uint64_t>(top), classes);
    std::partial_sort(order.begin(), order.begin() + shown, order.end(),
                      [&](uint64_t a, uint64_t b) {
                        return scores[a] != scores[b] ? scores[a] > scores[b]
                                                      : a < b;
                      });
    std::printf("%s", tensor.name);
    if (rows > 1)
      std::printf(" [%llu]", static_cast<unsigned long long>(row));
    std::printf(": likeliest classes\n");
    for (uint64_t i = 0; i < shown; ++i) {
      uint64_t index = order[i];
      std::printf("  %6.2f %%  class %llu", 100 * likely[index],
                  static_cast<unsigned long long>(index));
      if (index < labels.size())
        std::printf("  %s", labels[index].c_str());
      if (scaled)
        std::printf("  (score %s)", formatNumber(scores[index]).c_str());
      std::printf("\n");
    }
  }
  if (rows > mostRows)
    std::printf("  ... and %llu more rows\n",
                static_cast<unsigned long long>(rows - mostRows));
}

static void writeOutputs(const mlcc_function &function,
                         const std::vector<Array> &outputs,
                         const std::string &folder) {
  makeFolder(folder);
  std::set<std::string> taken;
  for (uint32_t i = 0; i < function.output_count; ++i) {
    std::string name = fileNameOf(function.outputs[i].name);
    if (!taken.insert(name).second)
      taken.insert(name += "_" + std::to_string(i));
    std::string path = folder + "/" + name + ".npy";
    writeFile(path, npyHeader(outputs[i].type, outputs[i].dims),
              {outputs[i].data.data(), outputs[i].data.size()});
    std::printf("wrote %s\n", path.c_str());
  }
}

int runCommand(const mlcc_model &model, const RunOptions &options) {
  uint32_t number = findFunction(model, options.function);
  const mlcc_function &function = model.functions[number];
  std::vector<std::string> labels = readLabels(options.labels);
  std::vector<Array> inputs =
      loadInputs(function, options.inputs, options.picture);
  std::vector<Array> outputs = makeOutputs(function);
  Model loaded(model, options.threads);
  prepareForUse(loaded, number, options.weights, /*seed=*/1);
  auto start = std::chrono::steady_clock::now();
  execute(loaded, number, inputs, outputs);
  std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  for (uint32_t i = 0; i < function.output_count; ++i) {
    if (options.top > 0 && outputs[i].elements() > 0)
      printClasses(function.outputs[i], outputs[i], options.top, labels);
    else
      printSummary(function.outputs[i], outputs[i]);
  }
  if (!options.outputFolder.empty())
    writeOutputs(function, outputs, options.outputFolder);
  std::fprintf(stderr, "ran in %s (the first run; see bench)\n",
               formatSeconds(time.count()).c_str());
  return 0;
}

} // namespace mlcc::cli
