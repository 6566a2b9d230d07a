//===- feeder.cpp - From samples to inputs --------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/train/feeder.h"

#include "runtime/src/errors.h"
#include "runtime/src/model_check.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace mlcc::cli {

//===----------------------------------------------------------------------===//
// Checking and converting columns
//===----------------------------------------------------------------------===//

static std::vector<int64_t> withoutOnes(std::span<const int64_t> dims) {
  std::vector<int64_t> result;
  std::ranges::copy_if(dims, std::back_inserter(result),
                       [](int64_t extent) { return extent != 1; });
  return result;
}

/// A sample may be flat, or differ in extents of one.
static void requireShape(const mlcc_tensor_info &input, const Column &column) {
  std::span<const int64_t> wanted(input.dims + 1, input.rank - 1);
  if (column.elements() == sampleElements(input) &&
      (column.dims.size() <= 1 ||
       withoutOnes(column.dims) == withoutOnes(wanted)))
    return;
  throw RuntimeError(RuntimeErrorCode::WrongData,
                     column.source + ": a sample for '" + input.name +
                         "' needs " + describeTensor(input.type, wanted) +
                         ", the file has " +
                         describeTensor(column.array->type, column.dims));
}

[[noreturn]] static void failAt(const Column &column, uint64_t index,
                                const std::string &what) {
  uint64_t sample = column.step > 0 && index >= column.first
                        ? (index - column.first) / column.step
                        : index;
  throw RuntimeError(RuntimeErrorCode::InvalidData,
                     column.source + ": sample " + std::to_string(sample) +
                         " (counted from 0) " + what);
}

static bool isInteger(int32_t type) {
  return !isFloat(type) && type != MLCC_BOOL;
}

/// The smallest and the largest value that survive in an integer type.
static std::pair<double, double> limitsOf(int32_t type) {
  double bits = 8.0 * typeBytes(type);
  if (type == MLCC_U8 || type == MLCC_U16 || type == MLCC_U32 ||
      type == MLCC_U64)
    return {0, std::exp2(bits) - 1};
  return {-std::exp2(bits - 1), std::exp2(bits - 1) - 1};
}

/// Throws InvalidData for values that an input cannot take.
static void checkValue(const mlcc_tensor_info &input, const Column &column,
                       uint64_t index, double value) {
  if (!std::isfinite(value))
    failAt(column, index, std::string("is not finite in '") + input.name + "'");
  if (!isInteger(input.type))
    return;
  auto [least, most] = limitsOf(input.type);
  if (value != std::floor(value))
    failAt(column, index,
           "has " + std::to_string(value) + " in '" + input.name +
               "', which needs whole numbers");
  if (input.upper > input.lower) {
    least = static_cast<double>(input.lower);
    most = static_cast<double>(input.upper - 1);
  }
  if (value < least || value > most)
    failAt(column, index,
           "has " + std::to_string(static_cast<int64_t>(value)) + " in '" +
               input.name + "', which must be from " +
               std::to_string(static_cast<int64_t>(least)) + " to " +
               std::to_string(static_cast<int64_t>(most)));
}

/// The column with elements of the input's type, each of them checked.
static Column convert(const mlcc_tensor_info &input, Column column,
                      double pixelScale) {
  bool pixels = column.array->type == MLCC_U8 && isFloat(input.type) &&
                column.dims.size() > 1;
  double scale = !pixels ? 1 : pixelScale > 0 ? pixelScale : 1.0 / 255;
  const Array &from = *column.array;
  bool same = from.type == input.type;
  Array to;
  if (!same)
    to =
        makeArray(static_cast<mlcc_type>(input.type), from.dims, column.source);
  uint64_t elementBytes = typeBytes(input.type), count = from.elements();
  for (uint64_t i = 0; i < count; ++i) {
    double value = from.at(i) * scale;
    checkValue(input, column, i, value);
    if (!same)
      storeElement(input.type, to.data.data() + i * elementBytes, value);
  }
  if (!same)
    column.array = std::make_shared<Array>(std::move(to));
  return column;
}

//===----------------------------------------------------------------------===//
// Feeder
//===----------------------------------------------------------------------===//

/// The column for an input: that of its name, or the only one without a name.
static const Column *columnFor(const mlcc_tensor_info &input,
                               const Dataset &dataset) {
  for (const Column &column : dataset.columns)
    if (column.name == input.name)
      return &column;
  const Column *nameless = nullptr;
  for (const Column &column : dataset.columns) {
    if (!column.name.empty())
      continue;
    if (nameless)
      throw RuntimeError(RuntimeErrorCode::MissingData,
                         column.source +
                             ": say which input the file is for: --data "
                             "NAME=" +
                             column.source);
    nameless = &column;
  }
  return nameless;
}

Feeder::Feeder(const mlcc_function &function, const Dataset &dataset,
               const Scalars &scalars, uint64_t seed, double pixelScale)
    : function(function), arrays(makeInputs(function)) {
  std::string missing;
  for (uint32_t i = 0; i < function.input_count; ++i) {
    const mlcc_tensor_info &input = function.inputs[i];
    if (input.required_value)
      continue;
    if (std::strcmp(input.name, sampleCountName) == 0) {
      countInput = static_cast<int32_t>(i);
    } else if (std::strcmp(input.name, seedName) == 0) {
      bindInteger(i, seed);
    } else if (auto scalar = scalars.find(input.name);
               scalar != scalars.end() && input.rank == 0) {
      bindScalar(i, scalar->second);
    } else if (const Column *column =
                   input.rank > 0 ? columnFor(input, dataset) : nullptr) {
      bindColumn(i, *column, pixelScale);
    } else {
      missing += (missing.empty() ? "'" : ", '") + std::string(input.name) +
                 "' (" + describeTensor(input) + ")" +
                 (input.rank == 0 ? " [--set NAME=VALUE]" : "");
    }
  }
  if (!missing.empty())
    throw RuntimeError(RuntimeErrorCode::MissingData,
                       std::string("function '") + function.name +
                           "' needs data for " + missing);
  countSamples();
  for (const Array &array : arrays)
    pointers.push_back(array.data.data());
}

void Feeder::bindColumn(uint32_t index, Column column, double pixelScale) {
  const mlcc_tensor_info &input = function.inputs[index];
  requireShape(input, column);
  auto batch = static_cast<uint64_t>(input.dims[0]);
  if (batchSize == 0)
    batchSize = batch;
  if (batch != batchSize)
    throw RuntimeError(RuntimeErrorCode::WrongData,
                       std::string("input '") + input.name +
                           "' has batches of " + std::to_string(batch) +
                           " samples, another one of " +
                           std::to_string(batchSize));
  sources.push_back({index, convert(input, std::move(column), pixelScale)});
}

void Feeder::bindScalar(uint32_t index, double value) {
  storeElement(function.inputs[index].type, arrays[index].data.data(), value);
}

void Feeder::bindInteger(uint32_t index, uint64_t value) {
  const mlcc_tensor_info &input = function.inputs[index];
  if (input.bytes == sizeof(value) && isInteger(input.type))
    std::memcpy(arrays[index].data.data(), &value, sizeof(value));
  else
    bindScalar(index, static_cast<double>(value));
}

void Feeder::countSamples() {
  for (const Source &source : sources)
    if (source.column.samples != sources.front().column.samples)
      throw RuntimeError(RuntimeErrorCode::WrongData,
                         source.column.source + " has " +
                             std::to_string(source.column.samples) +
                             " samples, " + sources.front().column.source +
                             " has " +
                             std::to_string(sources.front().column.samples));
  if (!sources.empty())
    sampleCount = sources.front().column.samples;
  if (sampleCount == 0)
    throw RuntimeError(RuntimeErrorCode::MissingData,
                       "there are no samples in the data");
}

void Feeder::fill(std::span<const uint64_t> samples) {
  for (Source &source : sources) {
    const Column &column = source.column;
    const mlcc_tensor_info &input = function.inputs[source.input];
    uint64_t elementBytes = typeBytes(input.type);
    uint64_t bytes = sampleElements(input) * elementBytes;
    uint8_t *to = arrays[source.input].data.data();
    for (uint64_t row = 0; row < batchSize; ++row, to += bytes) {
      // Padding repeats the samples in turn: it does not count, but where
      // statistics of the batch are taken they stay those of its samples.
      uint64_t sample = samples[row % samples.size()];
      uint64_t first = column.first + sample * column.step;
      std::memcpy(to, column.array->data.data() + first * elementBytes, bytes);
    }
  }
  if (countInput >= 0)
    bindInteger(static_cast<uint32_t>(countInput), samples.size());
}

//===----------------------------------------------------------------------===//
// EpochOrder
//===----------------------------------------------------------------------===//

EpochOrder::EpochOrder(std::vector<uint64_t> order, uint64_t batch,
                       bool mayBeShort)
    : order(std::move(order)), batch(batch), mayBeShort(mayBeShort) {}

uint64_t EpochOrder::batches() const {
  return (order.size() + batch - 1) / batch;
}

std::span<const uint64_t> EpochOrder::operator[](uint64_t index) {
  uint64_t begin = index * batch;
  uint64_t present = std::min<uint64_t>(batch, order.size() - begin);
  if (present == batch || mayBeShort)
    return {order.data() + begin, present};
  filled.clear();
  for (uint64_t i = 0; i < batch; ++i)
    filled.push_back(order[(begin + i) % order.size()]);
  return filled;
}

} // namespace mlcc::cli
