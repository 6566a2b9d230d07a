//===- feeder.h - From samples to inputs ------------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_TRAIN_FEEDER_H
#define MLCC_RUNTIME_CLI_TRAIN_FEEDER_H

#include "runtime/cli/train/dataset.h"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace mlcc::cli {

/// Values of inputs without dimensions, by name.
using Scalars = std::map<std::string, double>;

/// Fills the inputs of a function with batches of samples.
class Feeder {
public:
  /// Takes the columns that the function's inputs need, converted to their
  /// types. Bytes for an input of floats are pixels: they are scaled by
  /// `pixelScale`. Throws RuntimeError MissingData, WrongData, InvalidData.
  Feeder(const mlcc_function &function, const Dataset &dataset,
         const Scalars &scalars, uint64_t seed, double pixelScale = 0);

  uint64_t samples() const { return sampleCount; }
  /// Samples in a run, as the model was compiled.
  uint64_t batch() const { return batchSize; }
  /// Whether the function has the input sample_count, so that a batch may have
  /// fewer samples.
  bool countsSamples() const { return countInput >= 0; }

  /// Puts samples into the inputs, at least one and at most batch(); the rest
  /// of the batch is filled up with them in turn.
  void fill(std::span<const uint64_t> samples);

  const std::vector<const void *> &inputs() const { return pointers; }

private:
  struct Source {
    uint32_t input;
    Column column; ///< of the input's type
  };

  void bindColumn(uint32_t input, Column column, double pixelScale);
  void bindScalar(uint32_t input, double value);
  void bindInteger(uint32_t input, uint64_t value);
  void countSamples();

  const mlcc_function &function;
  std::vector<Array> arrays; ///< one per input
  std::vector<const void *> pointers;
  std::vector<Source> sources;
  uint64_t sampleCount = 0, batchSize = 0;
  int32_t countInput = -1;
};

/// The numbers of samples of one epoch, in batches. Without an input
/// sample_count, a last short batch is filled up from the order's begin.
class EpochOrder {
public:
  EpochOrder(std::vector<uint64_t> order, uint64_t batch, bool mayBeShort);
  uint64_t batches() const;
  /// The samples of batch `index`, until the next call.
  std::span<const uint64_t> operator[](uint64_t index);

private:
  std::vector<uint64_t> order, filled;
  uint64_t batch;
  bool mayBeShort;
};

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_TRAIN_FEEDER_H
