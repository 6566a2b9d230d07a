//===- ResizeTaps.cpp - What resized elements are made of -----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/ResizeTaps.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

namespace {
/// One dimension of a resize op.
struct ResizedDimension {
  int64_t inputExtent, outputExtent;
  double scale;
};
} // namespace

/// The input position that output position `x` maps to (ONNX Resize).
static double inputCoordinate(int64_t x, const ResizedDimension &dimension,
                              CoordinateMode mode) {
  double input = dimension.inputExtent, output = dimension.outputExtent;
  double scale = dimension.scale;
  double halfPixel = (x + 0.5) / scale - 0.5;
  switch (mode) {
  case CoordinateMode::half_pixel:
    return halfPixel;
  case CoordinateMode::asymmetric:
    return x / scale;
  case CoordinateMode::align_corners:
    return output == 1 ? 0 : x * (input - 1) / (output - 1);
  case CoordinateMode::pytorch_half_pixel:
    return output > 1 ? halfPixel : 0;
  case CoordinateMode::half_pixel_symmetric: {
    double adjustment = output / (scale * input);
    return input / 2 * (1 - adjustment) + halfPixel;
  }
  }
  llvm_unreachable("all modes are handled");
}

static double roundNearest(double x, NearestMode mode) {
  switch (mode) {
  case NearestMode::round_prefer_floor:
    return std::ceil(x - 0.5);
  case NearestMode::round_prefer_ceil:
    return std::floor(x + 0.5);
  case NearestMode::floor:
    return std::floor(x);
  case NearestMode::ceil:
    return std::ceil(x);
  }
  llvm_unreachable("all modes are handled");
}

/// The cubic convolution kernel (Keys, 1981, eq. 4) at distance `x`.
static double cubicWeight(double x, double a) {
  x = std::abs(x);
  if (x <= 1)
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}

ResizeTaps nn::resizeTaps(ResizeOp op, unsigned dim, int64_t x) {
  ResizedDimension dimension{op.getInput().getType().getShape()[dim],
                             op.getSizes()[dim], op.getScales()[dim]};
  double coordinate = inputCoordinate(x, dimension, op.getCoordinateMode());
  int64_t last = dimension.inputExtent - 1;
  // Far outside all coordinates are alike; this keeps them in integers.
  coordinate = std::clamp(coordinate, -4.0, last + 4.0);
  ResizeTaps taps;
  if (op.getMode() == ResizeMode::nearest) {
    taps.push_back(
        {static_cast<int64_t>(roundNearest(coordinate, op.getNearestMode())),
         1});
  } else if (op.getMode() == ResizeMode::linear) {
    int64_t left = std::floor(coordinate);
    double ratio = coordinate - left;
    taps.append({{left, 1 - ratio}, {left + 1, ratio}});
  } else {
    int64_t left = std::floor(coordinate);
    double a = op.getCubicCoefficient().convertToDouble();
    for (int64_t i = left - 1; i <= left + 2; ++i)
      taps.push_back({i, cubicWeight(coordinate - i, a)});
    if (op.getExcludeOutside()) {
      double sum = 0;
      for (ResizeTap &tap : taps) {
        if (tap.position < 0 || tap.position > last)
          tap.weight = 0;
        sum += tap.weight;
      }
      for (ResizeTap &tap : taps)
        tap.weight /= sum;
    }
  }
  llvm::erase_if(taps, [](const ResizeTap &tap) { return tap.weight == 0; });
  for (ResizeTap &tap : taps)
    tap.position = std::clamp<int64_t>(tap.position, 0, last);
  return taps;
}
