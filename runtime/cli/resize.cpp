//===- resize.cpp - Scaling of pictures -----------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/resize.h"

#include <algorithm>
#include <cmath>

namespace mlcc::cli {

namespace {

/// The old pixels that a new one is made of: weights of `first`, first + 1...
struct Contributions {
  int first;
  std::vector<float> weights; ///< their sum is 1
};

std::vector<Contributions> contributions(int oldExtent, int newExtent) {
  double scale = static_cast<double>(oldExtent) / newExtent;
  double radius = std::max(scale, 1.0);
  std::vector<Contributions> result;
  for (int i = 0; i < newExtent; ++i) {
    double center = (i + 0.5) * scale;
    int first = std::max(0, static_cast<int>(std::lround(center - radius)));
    int last =
        std::min(oldExtent, static_cast<int>(std::lround(center + radius)));
    Contributions part = {first, {}};
    double sum = 0;
    for (int j = first; j < last; ++j) {
      double weight = std::max(0.0, 1 - std::abs(j + 0.5 - center) / radius);
      part.weights.push_back(static_cast<float>(weight));
      sum += weight;
    }
    for (float &weight : part.weights)
      weight /= static_cast<float>(sum);
    result.push_back(std::move(part));
  }
  return result;
}

} // namespace

Pixels resizePicture(const Pixels &source, int width, int height) {
  auto channels = static_cast<size_t>(source.channels);
  // Rows first: each keeps its place and becomes `width` pixels wide.
  std::vector<Contributions> columns = contributions(source.width, width);
  std::vector<float> narrow(static_cast<size_t>(source.height) * width *
                            channels);
  float *to = narrow.data();
  for (int row = 0; row < source.height; ++row) {
    const uint8_t *line = source.values.data() +
                          static_cast<size_t>(row) * source.width * channels;
    for (const Contributions &part : columns)
      for (size_t channel = 0; channel < channels; ++channel) {
        float sum = 0;
        const uint8_t *pixel = line + part.first * channels + channel;
        for (size_t j = 0; j < part.weights.size(); ++j)
          sum += part.weights[j] * pixel[j * channels];
        *to++ = sum;
      }
  }

  std::vector<Contributions> rows = contributions(source.height, height);
  Pixels result = {width, height, source.channels, {}};
  size_t lineLength = static_cast<size_t>(width) * channels;
  result.values.reserve(lineLength * height);
  std::vector<float> line(lineLength);
  for (const Contributions &part : rows) {
    std::fill(line.begin(), line.end(), 0.0f);
    for (size_t j = 0; j < part.weights.size(); ++j) {
      const float *from = narrow.data() + (part.first + j) * lineLength;
      for (size_t i = 0; i < lineLength; ++i)
        line[i] += part.weights[j] * from[i];
    }
    for (float value : line)
      result.values.push_back(
          static_cast<uint8_t>(std::clamp(value + 0.5f, 0.0f, 255.0f)));
  }
  return result;
}

} // namespace mlcc::cli
