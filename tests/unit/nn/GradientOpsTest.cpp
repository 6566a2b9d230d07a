//===- GradientOpsTest.cpp - What the pieces of gradients compute ---------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/nn/Evaluation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

using ::testing::ElementsAre;

TEST(ConvWeightGradient, SumsProductsOverWindows) {
  // Windows start at -1 and 1; taps are two apart: (0, 2) and (2, 4).
  EXPECT_THAT(evaluate(R"(
    %x = nn.constant dense<[[[1.0, 2.0, 3.0, 4.0]]]> : tensor<1x1x4xf32>
    %g = nn.constant dense<[[[10.0, 1.0]]]> : tensor<1x1x2xf32>
    %0 = nn.conv_weight_gradient %x, %g {kernel = array<i64: 2>, strides = array<i64: 2>,
        dilations = array<i64: 2>, pads_begin = array<i64: 1>, pads_end = array<i64: 0>}
        : (tensor<1x1x4xf32>, tensor<1x1x2xf32>) -> tensor<1x1x2xf32>)"),
              ElementsAre(2, 24));
}

TEST(ConvWeightGradient, GroupsSeeTheirOwnChannelsOfAllSamples) {
  EXPECT_THAT(evaluate(R"(
    %x = nn.constant dense<[[[1.0], [2.0]], [[3.0], [4.0]]]> : tensor<2x2x1xf32>
    %g = nn.constant dense<[[[1.0], [10.0]], [[100.0], [1000.0]]]> : tensor<2x2x1xf32>
    %0 = nn.conv_weight_gradient %x, %g {groups = 2 : i64, kernel = array<i64: 1>,
        strides = array<i64: 1>, dilations = array<i64: 1>, pads_begin = array<i64: 0>,
        pads_end = array<i64: 0>} : (tensor<2x2x1xf32>, tensor<2x2x1xf32>) -> tensor<2x1x1xf32>)"),
              ElementsAre(301, 4020));
}

TEST(MaxPoolGradient, GoesToTheFirstMaximumAndAddsUp) {
  EXPECT_THAT(evaluate(R"(
    %x = nn.constant dense<[[[2.0, 5.0, 5.0, 1.0, 1.0]]]> : tensor<1x1x5xf32>
    %g = nn.constant dense<[[[1.0, 10.0, 100.0, 1000.0]]]> : tensor<1x1x4xf32>
    %0 = nn.max_pool_gradient %x, %g {kernel = array<i64: 2>, strides = array<i64: 1>,
        dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>}
        : (tensor<1x1x5xf32>, tensor<1x1x4xf32>) -> tensor<1x1x5xf32>)"),
              ElementsAre(0, 11, 100, 1000, 0));
}

TEST(AvgPoolGradient, DividesByWhatTheMeanCounted) {
  const char *form = R"(
    %%g = nn.constant dense<[[[6.0, 12.0]]]> : tensor<1x1x2xf32>
    %%0 = nn.avg_pool_gradient %%g {shape = array<i64: 1, 1, 3>, kernel = array<i64: 3>,
        strides = array<i64: 1>, dilations = array<i64: 1>, pads_begin = array<i64: 1>,
        pads_end = array<i64: 0>, count_include_pad = %s}
        : (tensor<1x1x2xf32>) -> tensor<1x1x3xf32>)";
  char text[512];
  std::snprintf(text, sizeof(text), form, "false");
  EXPECT_THAT(evaluate(text), ElementsAre(7, 7, 4));
  std::snprintf(text, sizeof(text), form, "true");
  EXPECT_THAT(evaluate(text), ElementsAre(6, 6, 4));
}

/// Training's batch normalization of two channels, and its gradient.
static std::vector<double> batchNorm(unsigned result, bool gradient) {
  std::string text = R"(
    %x = nn.constant dense<[[[1.0, 3.0], [0.0, 0.0]], [[5.0, 7.0], [2.0, 2.0]]]>
        : tensor<2x2x2xf64>
    %s = nn.constant dense<[2.0, 3.0]> : tensor<2xf64>
    %b = nn.constant dense<[10.0, 20.0]> : tensor<2xf64>
    %0:3 = nn.batch_norm_train %x, %s, %b {epsilon = 0.0 : f64}
        : (tensor<2x2x2xf64>, tensor<2xf64>, tensor<2xf64>)
        -> (tensor<2x2x2xf64>, tensor<2xf64>, tensor<2xf64>))";
  if (gradient)
    text += R"(
    %g = nn.constant dense<[[[1.0, 0.0], [4.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]]>
        : tensor<2x2x2xf64>
    %1:3 = nn.batch_norm_gradient %x, %g, %s, %0#1, %0#2 {epsilon = 0.0 : f64}
        : (tensor<2x2x2xf64>, tensor<2x2x2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>)
        -> (tensor<2x2x2xf64>, tensor<2xf64>, tensor<2xf64>))";
  return evaluate(text, result);
}

TEST(BatchNormTrain, NormalizesByTheBatchsBiasedStatistics) {
  double r = 3 / std::sqrt(5.0), q = 1 / std::sqrt(5.0);
  EXPECT_THAT(batchNorm(0, false), near({10 - 2 * r, 10 - 2 * q, 17, 17,
                                         10 + 2 * q, 10 + 2 * r, 23, 23}));
  EXPECT_THAT(batchNorm(1, false), near({4, 1}));
  EXPECT_THAT(batchNorm(2, false), near({5, 1}));
}

/// Of the first two samples of three, the last of which is no number, or of
/// the two alone: all results of training's batch normalization, and of its
/// gradient.
static std::string shortBatch(bool padded) {
  std::string type = padded ? "tensor<3x2xf64>" : "tensor<2x2xf64>";
  std::string count = padded ? ", %n" : "",
              countType = padded ? ", tensor<i8>" : "";
  std::string x = "[1.0, 3.0], [4.0, 2.0]", g = "[0.5, -1.0], [2.0, 3.0]";
  if (padded) {
    x += ", [0x7FF8000000000000, 0x7FF0000000000000]";
    g += ", [0x7FF8000000000000, 7.0]";
  }
  return "%x = nn.constant dense<[" + x + "]> : " + type +
         "%g = nn.constant dense<[" + g + "]> : " + type + R"(
    %n = nn.constant dense<2> : tensor<i8>
    %s = nn.constant dense<[2.0, 3.0]> : tensor<2xf64>
    %0:3 = nn.batch_norm_train %x, %s, %s)" +
         count + " : (" + type + ", tensor<2xf64>, tensor<2xf64>" + countType +
         ") -> (" + type + R"(, tensor<2xf64>, tensor<2xf64>)
    %1:3 = nn.batch_norm_gradient %x, %g, %s, %0#1, %0#2)" +
         count + " : (" + type + ", " + type +
         ", tensor<2xf64>, tensor<2xf64>, tensor<2xf64>" + countType +
         ") -> (" + type + ", tensor<2xf64>, tensor<2xf64>)";
}

TEST(BatchNormTrain, PaddingIsNotThere) {
  for (const char *op : {"%0", "%1"})
    for (int result = 0; result < 3; ++result) {
      auto numbers = [&](bool padded) {
        std::string type = result   ? "tensor<2xf64>"
                           : padded ? "tensor<3x2xf64>"
                                    : "tensor<2x2xf64>";
        return evaluate(shortBatch(padded) + "\n%r = nn.stop_gradient " + op +
                        "#" + std::to_string(result) + " : (" + type + ") -> " +
                        type);
      };
      std::vector<double> expected = numbers(false);
      if (result == 0)
        expected.insert(expected.end(), {0, 0});
      EXPECT_THAT(numbers(true), near(expected));
    }
}

TEST(BatchNormGradient, TakesOutMeanAndProjection) {
  // Channel 0: h = (-3, -1, 1, 3) / sqrt 5, dy = (1, 0, 0, 0); channel 1:
  // h = (-1, -1, 1, 1), dy = (4, 0, 0, 0).
  double h = 3 / std::sqrt(5.0), f = 2 / std::sqrt(5.0);
  auto dx = [&](double dy, double x) { return f * (dy - 0.25 + x * h / 4); };
  double q = h / 3;
  EXPECT_THAT(batchNorm(0, true),
              near({dx(1, -h), dx(0, -q), 6, -6, dx(0, q), dx(0, h), 0, 0}));
  EXPECT_THAT(batchNorm(1, true), near({-h, -4}));
  EXPECT_THAT(batchNorm(2, true), near({1, 4}));
}
