//===- main.cpp - A compiled model inside a C++ program -------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads a drawing of a digit from a text file (28 lines of 28 characters,
// darker ones are brighter: " .:-=+*#%@") and says which digit it is:
//
//   ./embed three.txt
//
//===----------------------------------------------------------------------===//

#include "digits.h"       // made by mlcc: the model's sizes
#include "mlcc/model.hpp" // the runtime

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>

using Image = std::array<float, DIGITS_PREDICT_INPUT3_SIZE>;
using Scores = std::array<float, DIGITS_PREDICT_PLUS214_OUTPUT_0_SIZE>;

/// Fills `image` with values from 0 to 1. Returns false if there is no drawing.
static bool readDrawing(const char *path, Image &image) {
  constexpr size_t extent = 28;
  const std::string brightness = " .:-=+*#%@";
  std::ifstream file(path);
  std::string line;
  image.fill(0);
  size_t row = 0;
  for (; row < extent && std::getline(file, line); ++row)
    for (size_t column = 0; column < std::min(extent, line.size()); ++column) {
      size_t value = brightness.find(line[column]);
      if (value == std::string::npos)
        return false;
      image[row * extent + column] =
          static_cast<float>(value) / static_cast<float>(brightness.size() - 1);
    }
  return row > 0;
}

int main(int argc, char **argv) {
  Image image;
  if (argc != 2 || !readDrawing(argv[1], image)) {
    std::fprintf(stderr, "usage: %s DRAWING\n", argv[0]);
    return 2;
  }
  try {
    mlcc::Model model(mlcc_model_digits, /*threads=*/1);
    Scores scores;
    model.run({image.data()}, {scores.data()});

    auto best = std::max_element(scores.begin(), scores.end());
    float sum = 0;
    for (float score : scores)
      sum += std::exp(score - *best);
    std::printf("%d (%.1f %%)\n", static_cast<int>(best - scores.begin()),
                100 / sum);
  } catch (const mlcc::Error &error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
