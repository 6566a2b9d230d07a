//===- metrics.h - Numbers that functions report ----------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_TRAIN_METRICS_H
#define MLCC_RUNTIME_CLI_TRAIN_METRICS_H

#include "mlcc/model.hpp"
#include "runtime/cli/array.h"
#include "runtime/cli/train/feeder.h"

#include <string>
#include <utility>
#include <vector>

namespace mlcc::cli {

using NamedValues = std::vector<std::pair<std::string, double>>;

/// A function with memory for its outputs, of which those that are single
/// numbers are its metrics.
class MetricFunction {
public:
  MetricFunction(Model &model, uint32_t function);

  const mlcc_function &description() const { return function; }
  /// Runs it on what the feeder holds; returns the metrics.
  const NamedValues &run(const Feeder &feeder);
  /// Runs it again; the number of the first step that computes NaN or infinity,
  /// or -1.
  int64_t findNotFinite(const Feeder &feeder);
  /// Where the loss is among the metrics: the one called so, or the first.
  size_t lossIndex() const { return loss; }
  std::vector<std::string> names() const;

private:
  Model &model;
  uint32_t number;
  const mlcc_function &function;
  std::vector<Array> outputs;
  std::vector<void *> pointers;
  std::vector<uint32_t> metrics; ///< outputs
  NamedValues values;
  size_t loss = 0;
};

/// Means of metrics over samples. Of the learning rate it is the last value
/// that counts.
class Means {
public:
  void add(const NamedValues &values, double samples);
  NamedValues get(const std::vector<std::string> &names) const;

  double samples = 0;
  std::vector<double> sums;
  NamedValues last;
};

/// "loss 0.123  accuracy 0.95".
std::string formatValues(const NamedValues &values);

/// Values of variables that a function writes, to be put back at the end: an
/// evaluation must leave the state as it was.
class SavedVariables {
public:
  SavedVariables(Model &model, const mlcc_function &function);
  ~SavedVariables() { restore(); }
  void restore();
  /// Nothing is put back.
  void dismiss() { values.clear(); }
  SavedVariables(const SavedVariables &) = delete;

private:
  Model &model;
  std::vector<std::pair<uint32_t, std::vector<uint8_t>>> values;
};

/// Means of a function's metrics over the samples `order`. Leaves the variables
/// as they were. Without an input sample_count, samples of the beginning
/// fill up the last batch, and count.
NamedValues evaluate(Model &model, MetricFunction &function, Feeder &feeder,
                     std::vector<uint64_t> order);

/// The number of the first function of these names; throws RuntimeError
/// NotTrainable with the names if there is none.
uint32_t requireFunction(const mlcc_model &model,
                         const std::vector<const char *> &names);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_TRAIN_METRICS_H
