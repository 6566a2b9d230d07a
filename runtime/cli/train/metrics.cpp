//===- metrics.cpp - Numbers that functions report ------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/train/metrics.h"

#include "runtime/cli/execute.h"
#include "runtime/cli/text.h"
#include "runtime/src/errors.h"
#include "runtime/src/model_check.h"

#include <algorithm>
#include <cstring>

namespace mlcc::cli {

MetricFunction::MetricFunction(Model &model, uint32_t number)
    : model(model), number(number), function(model.function(number)),
      outputs(makeOutputs(function)), pointers(outputPointers(outputs)) {
  for (uint32_t i = 0; i < function.output_count; ++i) {
    if (function.outputs[i].rank != 0)
      continue;
    if (std::strcmp(function.outputs[i].name, "loss") == 0)
      loss = values.size();
    metrics.push_back(i);
    values.emplace_back(function.outputs[i].name, 0);
  }
  if (metrics.empty())
    throw RuntimeError(RuntimeErrorCode::NotTrainable,
                       std::string("function '") + function.name +
                           "' has no output that is a single number");
}

const NamedValues &MetricFunction::run(const Feeder &feeder) {
  model.run(feeder.inputs(), pointers, number);
  for (size_t i = 0; i < metrics.size(); ++i)
    values[i].second = outputs[metrics[i]].at(0);
  return values;
}

int64_t MetricFunction::findNotFinite(const Feeder &feeder) {
  int64_t step = -1;
  mlcc_run_checked(model.get(), number, feeder.inputs().data(), pointers.data(),
                   &step);
  return step;
}

std::vector<std::string> MetricFunction::names() const {
  std::vector<std::string> result;
  for (const auto &[name, value] : values)
    result.push_back(name);
  return result;
}

void Means::add(const NamedValues &values, double count) {
  sums.resize(values.size());
  for (size_t i = 0; i < values.size(); ++i)
    sums[i] += values[i].second * count;
  samples += count;
  last = values;
}

NamedValues Means::get(const std::vector<std::string> &names) const {
  NamedValues result;
  for (size_t i = 0; i < std::min(names.size(), sums.size()); ++i) {
    bool rate = names[i] == "learning_rate" && i < last.size();
    result.emplace_back(names[i], rate ? last[i].second
                                       : sums[i] / std::max(samples, 1.0));
  }
  return result;
}

std::string formatValues(const NamedValues &values) {
  std::string text;
  for (const auto &[name, value] : values)
    text += (text.empty() ? "" : "  ") + name + " " + formatNumber(value);
  return text;
}

SavedVariables::SavedVariables(Model &model, const mlcc_function &function)
    : model(model) {
  for (auto &use :
       std::span(function.variable_uses, function.variable_use_count))
    if (use.access & MLCC_WRITES)
      values.emplace_back(use.variable, model.get<uint8_t>(use.variable));
}

void SavedVariables::restore() {
  for (const auto &[variable, value] : values)
    mlcc_variable_set(model.get(), variable, value.data(), value.size());
}

NamedValues evaluate(Model &model, MetricFunction &function, Feeder &feeder,
                     std::vector<uint64_t> order) {
  SavedVariables saved(model, function.description());
  Means means;
  EpochOrder batches(std::move(order), feeder.batch(), feeder.countsSamples());
  for (uint64_t i = 0; i < batches.batches(); ++i) {
    std::span<const uint64_t> samples = batches[i];
    feeder.fill(samples);
    means.add(function.run(feeder), static_cast<double>(samples.size()));
  }
  return means.get(function.names());
}

uint32_t requireFunction(const mlcc_model &model,
                         const std::vector<const char *> &names) {
  std::string all;
  for (const char *name : names) {
    int32_t found = mlcc_find_function(&model, name);
    if (found >= 0)
      return static_cast<uint32_t>(found);
    all += (all.empty() ? "'" : " or '") + std::string(name) + "'";
  }
  throw RuntimeError(RuntimeErrorCode::NotTrainable,
                     "the model has no function " + all);
}

} // namespace mlcc::cli
