//===- bench.cpp - The bench and profile commands -------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlcc/model.hpp"
#include "runtime/cli/commands.h"
#include "runtime/cli/execute.h"
#include "runtime/cli/text.h"
#include "runtime/cli/train/state.h"
#include "runtime/src/thread_pool.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <numeric>

namespace mlcc::cli {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The value that `part` of `values` do not exceed.
double quantile(std::vector<double> values, double part) {
  auto index =
      std::min(static_cast<size_t>(part * static_cast<double>(values.size())),
               values.size() - 1);
  std::nth_element(values.begin(), values.begin() + index, values.end());
  return values[index];
}

int threadsOr(int threads) { return threads ? threads : availableProcessors(); }

/// A loaded model with inputs and outputs, to be run again and again.
class Measurement {
public:
  Measurement(const mlcc_model &model, const FunctionOptions &options,
              int threads, const std::vector<std::string> &files,
              const PictureOptions &picture)
      : number(findFunction(model, options.function)),
        function(model.functions[number]),
        inputs(files.empty() ? makeInputs(function)
                             : loadInputs(function, files, picture)),
        outputs(makeOutputs(function)) {
    auto start = Clock::now();
    loaded.emplace(model, threads);
    loadSeconds = secondsSince(start);
    prepareVariables(*loaded, options.weights, /*seed=*/1);
    inputAddresses = inputPointers(inputs);
    outputAddresses = outputPointers(outputs);
  }

  /// Runs once; returns seconds.
  double run() {
    auto start = Clock::now();
    loaded->run(inputAddresses, outputAddresses, number);
    return secondsSince(start);
  }

  const uint32_t number;
  const mlcc_function &function;
  std::optional<Model> loaded;
  double loadSeconds;

private:
  std::vector<Array> inputs, outputs;
  std::vector<const void *> inputAddresses;
  std::vector<void *> outputAddresses;
};

} // namespace

int benchCommand(const mlcc_model &model, const BenchOptions &options) {
  Measurement measurement(model, options, options.threads, options.inputs,
                          options.picture);
  double first = measurement.run();
  for (auto start = Clock::now(); secondsSince(start) < options.warmup;)
    measurement.run();
  std::vector<double> times;
  for (auto start = Clock::now();
       times.size() < 3 || secondsSince(start) < options.seconds;)
    times.push_back(measurement.run());

  double median = quantile(times, 0.5), least = quantile(times, 0),
         p90 = quantile(times, 0.9);
  double mean = std::accumulate(times.begin(), times.end(), 0.0) /
                static_cast<double>(times.size());
  int threads = threadsOr(options.threads);
  if (options.json) {
    std::printf("{\"model\": %s, \"threads\": %d, \"runs\": %zu, "
                "\"median_seconds\": %s, \"min_seconds\": %s, "
                "\"p90_seconds\": %s, \"mean_seconds\": %s, "
                "\"first_seconds\": %s, \"load_seconds\": %s}\n",
                jsonString(model.name).c_str(), threads, times.size(),
                jsonNumber(median).c_str(), jsonNumber(least).c_str(),
                jsonNumber(p90).c_str(), jsonNumber(mean).c_str(),
                jsonNumber(first).c_str(),
                jsonNumber(measurement.loadSeconds).c_str());
    return 0;
  }
  std::printf("%s, %d thread%s, %zu runs\n", model.name, threads,
              threads == 1 ? "" : "s", times.size());
  std::printf("  median %s   min %s   p90 %s   mean %s\n",
              formatSeconds(median).c_str(), formatSeconds(least).c_str(),
              formatSeconds(p90).c_str(), formatSeconds(mean).c_str());
  std::printf("  load %s   first run %s\n",
              formatSeconds(measurement.loadSeconds).c_str(),
              formatSeconds(first).c_str());
  return 0;
}

namespace {

/// What executes a step, in words.
std::string implementationOf(const Model &model, uint32_t function,
                             const mlcc_step &step, uint64_t index) {
  switch (step.kind) {
  case MLCC_STEP_PRIMITIVE:
    return mlcc_step_implementation(model.get(), function, index);
  case MLCC_STEP_KERNEL:
    return "kernel";
  case MLCC_STEP_LOOP:
    return "loop of " + std::to_string(step.loop->trips) + " trips";
  default:
    return "copy";
  }
}

std::string percent(double part, double whole) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f", whole > 0 ? 100 * part / whole : 0);
  return text;
}

std::string milliseconds(double seconds) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.4f", seconds * 1e3);
  return text;
}

void printProfile(const mlcc_function &function,
                  const std::vector<double> &seconds,
                  const std::vector<std::string> &implementations,
                  bool byTime) {
  double total = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  std::vector<size_t> order(seconds.size());
  std::iota(order.begin(), order.end(), 0);
  if (byTime)
    std::ranges::sort(order, std::greater(),
                      [&](size_t i) { return std::make_pair(seconds[i], i); });
  Table steps({">step", ">ms", ">%", "implementation", "name"});
  std::map<std::string, std::pair<double, int>> groups;
  for (size_t i : order) {
    steps.add({std::to_string(i), milliseconds(seconds[i]),
               percent(seconds[i], total), implementations[i],
               function.steps[i].name});
    groups[implementations[i]].first += seconds[i];
    groups[implementations[i]].second += 1;
  }
  steps.print();

  std::vector<std::pair<std::string, std::pair<double, int>>> sorted(
      groups.begin(), groups.end());
  std::ranges::sort(sorted, std::greater(),
                    [](const auto &group) { return group.second.first; });
  Table summary({">steps", ">ms", ">%", "implementation"});
  for (const auto &[name, group] : sorted)
    summary.add({std::to_string(group.second), milliseconds(group.first),
                 percent(group.first, total), name});
  summary.add({std::to_string(seconds.size()), milliseconds(total), "100.0",
               "all steps"});
  std::printf("\n");
  summary.print();
}

void printProfileJson(const mlcc_model &model, const mlcc_function &function,
                      const std::vector<double> &seconds,
                      const std::vector<std::string> &implementations,
                      int threads) {
  std::printf("{\"model\": %s, \"threads\": %d, \"steps\": [",
              jsonString(model.name).c_str(), threads);
  for (size_t i = 0; i < seconds.size(); ++i)
    std::printf("%s\n  {\"name\": %s, \"implementation\": %s, \"seconds\": %s}",
                i ? "," : "", jsonString(function.steps[i].name).c_str(),
                jsonString(implementations[i]).c_str(),
                jsonNumber(seconds[i]).c_str());
  std::printf("]}\n");
}

} // namespace

int profileCommand(const mlcc_model &model, const ProfileOptions &options) {
  Measurement measurement(model, options, options.threads, options.inputs,
                          options.picture);
  const mlcc_function &function = measurement.function;
  mlcc_profile(measurement.loaded->get(), 1);
  measurement.run();
  // The median of a step's times is that of a typical run, whatever else the
  // machine did meanwhile. The number of runs is limited for very small models.
  constexpr size_t mostRuns = 2000;
  std::vector<std::vector<double>> times(function.step_count);
  std::vector<double> seconds(function.step_count);
  auto start = Clock::now();
  for (size_t run = 0;
       run < 3 || (run < mostRuns && secondsSince(start) < options.seconds);
       ++run) {
    measurement.run();
    mlcc_step_seconds(measurement.loaded->get(), seconds.data());
    for (size_t i = 0; i < seconds.size(); ++i)
      times[i].push_back(seconds[i]);
  }
  std::vector<std::string> implementations;
  for (size_t i = 0; i < seconds.size(); ++i) {
    seconds[i] = quantile(std::move(times[i]), 0.5);
    implementations.push_back(implementationOf(
        *measurement.loaded, measurement.number, function.steps[i], i));
  }
  if (options.json)
    printProfileJson(model, function, seconds, implementations,
                     threadsOr(options.threads));
  else
    printProfile(function, seconds, implementations, options.byTime);
  return 0;
}

} // namespace mlcc::cli
