//===- Normalization.cpp - Reference evaluation of normalizations ---------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/reference/Reference.h"

#include <cmath>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

/// The channel of the element at `offset` of a tensor [N, C, ...].
static int64_t channelOf(ArrayRef<int64_t> shape, int64_t offset) {
  return offset / rowMajorStrides(shape)[1] % shape[1];
}

/// The axes from `axis` to the last.
static Extents axesFrom(int64_t axis, int64_t rank) {
  return llvm::to_vector(llvm::seq(axis, rank));
}

LogicalResult BatchNormOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0];
  HostTensor &result = results.emplace_back(getType());
  double epsilon = getEpsilon().convertToDouble();
  for (int64_t i = 0, e = input.getNumElements(); i < e; ++i) {
    int64_t c = channelOf(input.getShape(), i);
    double scale = operands[1].getAsDouble(c),
           bias = operands[2].getAsDouble(c), mean = operands[3].getAsDouble(c),
           variance = operands[4].getAsDouble(c);
    result.setDouble(i, scale * (input.getAsDouble(i) - mean) /
                                std::sqrt(variance + epsilon) +
                            bias);
  }
  return success();
}

/// All axes of a tensor [N, C, ...] but the channels.
static Extents axesOfChannel(int64_t rank) {
  Extents axes{0};
  llvm::append_range(axes, llvm::seq<int64_t>(2, rank));
  return axes;
}

/// Mean and biased variance of the elements at `offsets` from `base`.
static std::pair<double, double>
momentsOf(const HostTensor &input, ArrayRef<int64_t> offsets, int64_t base) {
  double count = offsets.size(), mean = 0, variance = 0;
  for (int64_t offset : offsets)
    mean += input.getAsDouble(base + offset) / count;
  for (int64_t offset : offsets) {
    double difference = input.getAsDouble(base + offset) - mean;
    variance += difference * difference / count;
  }
  return {mean, variance};
}

/// The offsets of a channel's elements in the samples that exist: all if there
/// is no `count`.
static ArrayRef<int64_t> countedOffsets(const Blocks &blocks,
                                        ArrayRef<int64_t> shape,
                                        const HostTensor *count) {
  if (!count || shape[0] == 0)
    return blocks.inner;
  int64_t samples = std::clamp<int64_t>(count->getAsInt(0), 1, shape[0]);
  return ArrayRef(blocks.inner)
      .take_front(blocks.inner.size() / shape[0] * samples);
}

LogicalResult BatchNormTrainOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0];
  for (Type type : getResultTypes())
    results.emplace_back(cast<RankedTensorType>(type));
  double epsilon = getEpsilon().convertToDouble();
  Blocks blocks(input.getShape(), axesOfChannel(input.getShape().size()));
  ArrayRef<int64_t> counted = countedOffsets(
      blocks, input.getShape(), getCount() ? &operands[3] : nullptr);
  for (auto [c, base] : llvm::enumerate(blocks.bases)) {
    auto [mean, variance] = momentsOf(input, counted, base);
    for (int64_t offset : counted)
      results[0].setDouble(base + offset,
                           operands[1].getAsDouble(c) *
                                   (input.getAsDouble(base + offset) - mean) /
                                   std::sqrt(variance + epsilon) +
                               operands[2].getAsDouble(c));
    results[1].setDouble(c, mean);
    results[2].setDouble(c, variance);
  }
  return success();
}

LogicalResult BatchNormGradientOp::evaluate(Operands operands,
                                            Results &results) {
  const HostTensor &input = operands[0], &gradient = operands[1];
  for (Type type : getResultTypes())
    results.emplace_back(cast<RankedTensorType>(type));
  double epsilon = getEpsilon().convertToDouble();
  Blocks blocks(input.getShape(), axesOfChannel(input.getShape().size()));
  ArrayRef<int64_t> counted = countedOffsets(
      blocks, input.getShape(), getCount() ? &operands[5] : nullptr);
  double count = counted.size();
  for (auto [c, base] : llvm::enumerate(blocks.bases)) {
    double scale = operands[2].getAsDouble(c),
           mean = operands[3].getAsDouble(c);
    double factor = 1 / std::sqrt(operands[4].getAsDouble(c) + epsilon);
    double sum = 0, product = 0;
    for (int64_t offset : counted) {
      double dy = gradient.getAsDouble(base + offset);
      sum += dy;
      product += dy * (input.getAsDouble(base + offset) - mean) * factor;
    }
    for (int64_t offset : counted) {
      double normalized = (input.getAsDouble(base + offset) - mean) * factor;
      results[0].setDouble(base + offset,
                           scale * factor *
                               (gradient.getAsDouble(base + offset) -
                                sum / count - normalized * product / count));
    }
    results[1].setDouble(c, product);
    results[2].setDouble(c, sum);
  }
  return success();
}

/// Normalizes each block to mean 0 and variance 1 and passes each element to
/// `store(offset, value)`.
template <typename Store>
static void normalizeBlocks(const HostTensor &input, const Blocks &blocks,
                            double epsilon, Store store) {
  for (int64_t base : blocks.bases) {
    auto [mean, variance] = momentsOf(input, blocks.inner, base);
    for (int64_t offset : blocks.inner)
      store(base + offset, (input.getAsDouble(base + offset) - mean) /
                               std::sqrt(variance + epsilon));
  }
}

LogicalResult InstanceNormOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0];
  HostTensor &result = results.emplace_back(getType());
  Blocks blocks(input.getShape(), axesFrom(2, input.getShape().size()));
  normalizeBlocks(input, blocks, getEpsilon().convertToDouble(),
                  [&](int64_t i, double value) {
                    int64_t c = channelOf(input.getShape(), i);
                    result.setDouble(i, operands[1].getAsDouble(c) * value +
                                            operands[2].getAsDouble(c));
                  });
  return success();
}

LogicalResult GroupNormOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0];
  HostTensor &result = results.emplace_back(getType());
  // A group of channels lies together: split the channels by a dimension.
  int64_t groups = getGroups(), samples = input.getShape()[0] * groups;
  Blocks blocks({samples, samples ? input.getNumElements() / samples : 0}, {1});
  normalizeBlocks(input, blocks, getEpsilon().convertToDouble(),
                  [&](int64_t i, double value) {
                    int64_t c = channelOf(input.getShape(), i);
                    result.setDouble(i, operands[1].getAsDouble(c) * value +
                                            operands[2].getAsDouble(c));
                  });
  return success();
}

/// Offsets of a parameter that broadcasts to the dimensions from `axis`, for
/// each position of these.
static Extents parameterOffsets(const HostTensor &parameter,
                                ArrayRef<int64_t> normalized) {
  Extents offsets;
  for (Walk walk(normalized,
                 {broadcastStrides(parameter.getShape(), normalized)});
       walk; walk.next())
    offsets.push_back(walk.offset(0));
  return offsets;
}

LogicalResult LayerNormOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0];
  const HostTensor *scale = getScale() ? &operands[1] : nullptr;
  const HostTensor *bias = getBias() ? &operands.back() : nullptr;
  HostTensor &result = results.emplace_back(getType());
  int64_t axis = getAxis();
  ArrayRef<int64_t> normalized = input.getShape().drop_front(axis);
  Extents scaleOffsets, biasOffsets;
  if (scale)
    scaleOffsets = parameterOffsets(*scale, normalized);
  if (bias)
    biasOffsets = parameterOffsets(*bias, normalized);
  Blocks blocks(input.getShape(), axesFrom(axis, input.getShape().size()));
  normalizeBlocks(input, blocks, getEpsilon().convertToDouble(),
                  [&](int64_t i, double value) {
                    int64_t j = i % blocks.inner.size();
                    if (scale)
                      value *= scale->getAsDouble(scaleOffsets[j]);
                    if (bias)
                      value += bias->getAsDouble(biasOffsets[j]);
                    result.setDouble(i, value);
                  });
  return success();
}

LogicalResult RmsNormOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0];
  HostTensor &result = results.emplace_back(getType());
  int64_t axis = getAxis();
  double epsilon = getEpsilon().convertToDouble();
  Extents scaleOffsets =
      parameterOffsets(operands[1], input.getShape().drop_front(axis));
  Blocks blocks(input.getShape(), axesFrom(axis, input.getShape().size()));
  double count = blocks.inner.size();
  for (int64_t base : blocks.bases) {
    double meanSquare = 0;
    for (int64_t offset : blocks.inner) {
      double x = input.getAsDouble(base + offset);
      meanSquare += x * x / count;
    }
    for (auto [j, offset] : llvm::enumerate(blocks.inner))
      result.setDouble(base + offset, operands[1].getAsDouble(scaleOffsets[j]) *
                                          input.getAsDouble(base + offset) /
                                          std::sqrt(meanSquare + epsilon));
  }
  return success();
}

LogicalResult LrnOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0];
  HostTensor &result = results.emplace_back(getType());
  int64_t size = getSize(), channels = input.getShape()[1];
  int64_t before = (size - 1) / 2, after = size - 1 - before;
  double alpha = getAlpha().convertToDouble(),
         beta = getBeta().convertToDouble(), k = getK().convertToDouble();
  Blocks blocks(input.getShape(), {1});
  for (int64_t base : blocks.bases)
    for (int64_t c = 0; c < channels; ++c) {
      double sum = 0;
      for (int64_t i = std::max<int64_t>(c - before, 0);
           i <= std::min(c + after, channels - 1); ++i) {
        double x = input.getAsDouble(base + blocks.inner[i]);
        sum += x * x;
      }
      int64_t i = base + blocks.inner[c];
      result.setDouble(i, input.getAsDouble(i) /
                              std::pow(k + alpha / size * sum, beta));
    }
  return success();
}

LogicalResult LpNormOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0];
  HostTensor &result = results.emplace_back(getType());
  int64_t p = getP();
  Blocks blocks(input.getShape(), {static_cast<int64_t>(getAxis())});
  for (int64_t base : blocks.bases) {
    double sum = 0;
    for (int64_t offset : blocks.inner)
      sum += std::pow(std::abs(input.getAsDouble(base + offset)), p);
    double norm = std::pow(sum, 1.0 / p);
    for (int64_t offset : blocks.inner)
      result.setDouble(base + offset,
                       norm == 0 ? 0 : input.getAsDouble(base + offset) / norm);
  }
  return success();
}

/// Passes the offset, x - max and sum e^(x - max) of each element to `store`.
template <typename Store>
static void forEachExponent(const HostTensor &input, int64_t axis,
                            Store store) {
  Blocks blocks(input.getShape(), {axis});
  for (int64_t base : blocks.bases) {
    double max = -INFINITY, sum = 0;
    for (int64_t offset : blocks.inner)
      max = maxOrNaN(max, input.getAsDouble(base + offset));
    for (int64_t offset : blocks.inner)
      sum += std::exp(input.getAsDouble(base + offset) - max);
    for (int64_t offset : blocks.inner)
      store(base + offset, input.getAsDouble(base + offset) - max, sum);
  }
}

LogicalResult SoftmaxOp::evaluate(Operands operands, Results &results) {
  HostTensor &result = results.emplace_back(getType());
  forEachExponent(operands[0], getAxis(),
                  [&](int64_t i, double exponent, double sum) {
                    result.setDouble(i, std::exp(exponent) / sum);
                  });
  return success();
}

LogicalResult LogSoftmaxOp::evaluate(Operands operands, Results &results) {
  HostTensor &result = results.emplace_back(getType());
  forEachExponent(operands[0], getAxis(),
                  [&](int64_t i, double exponent, double sum) {
                    result.setDouble(i, exponent - std::log(sum));
                  });
  return success();
}
