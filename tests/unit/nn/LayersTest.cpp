//===- LayersTest.cpp - What convolutions, pooling, normalizations compute ===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/nn/Evaluation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

using ::testing::ElementsAre;

//===----------------------------------------------------------------------===//
// Convolutions and products
//===----------------------------------------------------------------------===//

TEST(Convolution, StridesDilatesAndPadsAsymmetrically) {
  // Windows start at -1 and 1; taps are two apart.
  EXPECT_THAT(evaluate(R"(
    %x = nn.constant dense<[[[1.0, 2.0, 3.0, 4.0]]]> : tensor<1x1x4xf32>
    %w = nn.constant dense<[[[10.0, 1.0]]]> : tensor<1x1x2xf32>
    %b = nn.constant dense<[0.5]> : tensor<1xf32>
    %0 = nn.conv %x, %w, %b {strides = array<i64: 2>, dilations = array<i64: 2>,
        pads_begin = array<i64: 1>, pads_end = array<i64: 0>}
        : (tensor<1x1x4xf32>, tensor<1x1x2xf32>, tensor<1xf32>) -> tensor<1x1x2xf32>)"),
              ElementsAre(2.5, 24.5));
}

TEST(Convolution, GroupsSeeTheirOwnChannels) {
  EXPECT_THAT(evaluate(R"(
    %x = nn.constant dense<[[[1.0], [2.0], [3.0], [4.0]]]> : tensor<1x4x1xf32>
    %w = nn.constant dense<[[[1.0], [10.0]], [[1.0], [100.0]]]> : tensor<2x2x1xf32>
    %0 = nn.conv %x, %w {groups = 2 : i64, strides = array<i64: 1>, dilations = array<i64: 1>,
        pads_begin = array<i64: 0>, pads_end = array<i64: 0>}
        : (tensor<1x4x1xf32>, tensor<2x2x1xf32>) -> tensor<1x2x1xf32>)"),
              ElementsAre(21, 403));
}

TEST(Convolution, TransposedIsTheGradientOfTheInput) {
  // The case test_convtranspose of ONNX.
  EXPECT_THAT(evaluate(R"(
    %x = nn.constant dense<[[[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [6.0, 7.0, 8.0]]]]>
        : tensor<1x1x3x3xf32>
    %w = nn.constant dense<1.0> : tensor<1x1x3x3xf32>
    %0 = nn.conv_transpose %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
        pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>,
        output_padding = array<i64: 0, 0>}
        : (tensor<1x1x3x3xf32>, tensor<1x1x3x3xf32>) -> tensor<1x1x5x5xf32>)"),
              ElementsAre(0, 1, 3, 3, 2, 3, 8, 15, 12, 7, 9, 21, 36, 27, 15, 9,
                          20, 33, 24, 13, 6, 13, 21, 15, 8));
}

TEST(Convolution, TransposedPadsTheResult) {
  EXPECT_THAT(evaluate(R"(
    %x = nn.constant dense<[[[1.0, 2.0]]]> : tensor<1x1x2xf32>
    %w = nn.constant dense<[[[10.0, 20.0, 30.0], [1.0, 2.0, 3.0]]]> : tensor<1x2x3xf32>
    %b = nn.constant dense<[0.0, 100.0]> : tensor<2xf32>
    %0 = nn.conv_transpose %x, %w, %b {strides = array<i64: 2>, dilations = array<i64: 1>,
        pads_begin = array<i64: 1>, pads_end = array<i64: 0>, output_padding = array<i64: 1>}
        : (tensor<1x1x2xf32>, tensor<1x2x3xf32>, tensor<2xf32>) -> tensor<1x2x5xf32>)"),
              ElementsAre(20, 50, 40, 60, 0, 102, 105, 104, 106, 100));
}

TEST(MatMul, BroadcastsBatchesAndBias) {
  EXPECT_THAT(evaluate(R"(
    %x = nn.constant dense<[[[1, 2]], [[3, 4]]]> : tensor<2x1x2xi32>
    %y = nn.constant dense<[[1, 10], [100, 1000]]> : tensor<2x2xi32>
    %b = nn.constant dense<[5, 7]> : tensor<2xi32>
    %0 = nn.matmul %x, %y, %b {transpose_rhs = true}
        : (tensor<2x1x2xi32>, tensor<2x2xi32>, tensor<2xi32>) -> tensor<2x1x2xi32>)"),
              ElementsAre(26, 2107, 48, 4307));
}

TEST(MatMul, TakesVectorsAndNarrowIntegers) {
  EXPECT_THAT(evaluate(R"(
    %x = nn.constant dense<[200, 100]> : tensor<2xui8>
    %y = nn.constant dense<[[-100, 1], [1, -128]]> : tensor<2x2xi8>
    %0 = nn.matmul %x, %y : (tensor<2xui8>, tensor<2x2xi8>) -> tensor<2xi32>)"),
              ElementsAre(-19900, -12600));
}

//===----------------------------------------------------------------------===//
// Pooling and resampling
//===----------------------------------------------------------------------===//

/// A pooling op over 1, 2, 3, 4, 5.
static std::vector<double> pool(const std::string &op,
                                const std::string &attributes,
                                const std::string &extent) {
  return evaluate("%x = nn.constant dense<[[[1.0, 2.0, 3.0, 4.0, 5.0]]]> : "
                  "tensor<1x1x5xf32>\n%0 = nn." +
                  op + " %x {" + attributes +
                  "} : (tensor<1x1x5xf32>) -> tensor<1x1x" + extent + "xf32>");
}

TEST(Pooling, PaddingDoesNotTakePart) {
  std::string window = "kernel = array<i64: 3>, strides = array<i64: 2>, "
                       "dilations = array<i64: 1>, pads_begin = array<i64: 1>, "
                       "pads_end = array<i64: 1>";
  EXPECT_THAT(pool("max_pool", window, "3"), ElementsAre(2, 4, 5));
  EXPECT_THAT(pool("avg_pool", window, "3"), ElementsAre(1.5, 3, 4.5));
  EXPECT_THAT(pool("avg_pool", window + ", count_include_pad = true", "3"),
              ElementsAre(1, 3, 3));
  EXPECT_THAT(pool("lp_pool", window, "3"),
              near({std::sqrt(5), std::sqrt(29), std::sqrt(41)}));
}

TEST(Pooling, WindowsBeyondTheEndCountWhatIsThere) {
  std::string window = "kernel = array<i64: 3>, strides = array<i64: 3>, "
                       "dilations = array<i64: 1>, pads_begin = array<i64: 0>, "
                       "pads_end = array<i64: 0>, ceil_mode = true";
  EXPECT_THAT(pool("max_pool", window, "2"), ElementsAre(3, 5));
  EXPECT_THAT(pool("avg_pool", window + ", count_include_pad = true", "2"),
              ElementsAre(2, 4.5));
}

TEST(Pooling, DilatedWindowsSkip) {
  EXPECT_THAT(pool("max_pool",
                   "kernel = array<i64: 2>, strides = array<i64: 1>, dilations "
                   "= array<i64: 3>, pads_begin = array<i64: 0>, pads_end = "
                   "array<i64: 0>",
                   "2"),
              ElementsAre(4, 5));
}

/// 1, 2, 3, 4 resized to `extent` elements.
static std::vector<double> resize(const std::string &mode, int extent,
                                  const std::string &attributes = "") {
  return evaluate(
      "%x = nn.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>\n%0 = "
      "nn.resize %x {mode = #nn<resize_mode " +
      mode + ">, sizes = array<i64: " + std::to_string(extent) +
      ">, scales = array<f64: " + std::to_string(extent / 4.0) + ">" +
      attributes + "} : (tensor<4xf32>) -> tensor<" + std::to_string(extent) +
      "xf32>");
}

TEST(Resize, InterpolatesBetweenCentres) {
  EXPECT_THAT(resize("linear", 8),
              near({1, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4}));
  EXPECT_THAT(resize("linear", 2), near({1.5, 3.5}));
  // Expected values of ONNX's test_resize_upsample_scales_cubic, first row,
  // less what the rows add.
  EXPECT_THAT(resize("cubic", 8),
              near({0.89453125, 1.19140625, 1.66796875, 2.296875, 2.703125,
                    3.33203125, 3.80859375, 4.10546875}));
}

TEST(Resize, KnowsItsCoordinateModes) {
  auto mode = [](const std::string &name) {
    return ", coordinate_mode = #nn<coordinate_mode " + name + ">";
  };
  EXPECT_THAT(resize("linear", 7, mode("align_corners")),
              near({1, 1.5, 2, 2.5, 3, 3.5, 4}));
  EXPECT_THAT(resize("linear", 8, mode("asymmetric")),
              near({1, 1.5, 2, 2.5, 3, 3.5, 4, 4}));
  EXPECT_THAT(resize("linear", 1, mode("pytorch_half_pixel")), near({1}));
  EXPECT_THAT(resize("linear", 1), near({2.5}));
}

TEST(Resize, RoundsAsAsked) {
  auto attributes = [](const std::string &name) {
    return ", coordinate_mode = #nn<coordinate_mode asymmetric>, nearest_mode "
           "= #nn<nearest_mode " +
           name + ">";
  };
  EXPECT_THAT(resize("nearest", 8, attributes("round_prefer_floor")),
              ElementsAre(1, 1, 2, 2, 3, 3, 4, 4));
  EXPECT_THAT(resize("nearest", 8, attributes("round_prefer_ceil")),
              ElementsAre(1, 2, 2, 3, 3, 4, 4, 4));
  EXPECT_THAT(resize("nearest", 2, attributes("floor")), ElementsAre(1, 3));
  EXPECT_THAT(resize("nearest", 8, attributes("ceil")),
              ElementsAre(1, 2, 2, 3, 3, 4, 4, 4));
}

//===----------------------------------------------------------------------===//
// Normalizations
//===----------------------------------------------------------------------===//

static const std::string samples = R"(
    %x = nn.constant dense<[[[1.0, 3.0], [0.0, 4.0]]]> : tensor<1x2x2xf32>
    %s = nn.constant dense<[1.0, 10.0]> : tensor<2xf32>
    %b = nn.constant dense<[0.5, 0.0]> : tensor<2xf32>
  )";

TEST(Normalization, BatchNormUsesGivenStatistics) {
  EXPECT_THAT(evaluate(samples + R"(
    %m = nn.constant dense<[1.0, 2.0]> : tensor<2xf32>
    %v = nn.constant dense<[3.0, 15.0]> : tensor<2xf32>
    %0 = nn.batch_norm %x, %s, %b, %m, %v {epsilon = 1.0} : (tensor<1x2x2xf32>, tensor<2xf32>,
        tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x2xf32>)"),
              near({0.5, 1.5, -5, 5}));
}

TEST(Normalization, InstanceNormTakesEachChannel) {
  EXPECT_THAT(evaluate(samples + R"(
    %0 = nn.instance_norm %x, %s, %b {epsilon = 0.0} : (tensor<1x2x2xf32>, tensor<2xf32>,
        tensor<2xf32>) -> tensor<1x2x2xf32>)"),
              near({-0.5, 1.5, -10, 10}));
}

TEST(Normalization, GroupNormTakesChannelsTogether) {
  double deviation = std::sqrt(2.5);
  EXPECT_THAT(evaluate(samples + R"(
    %0 = nn.group_norm %x, %s, %b {groups = 1 : i64, epsilon = 0.0} : (tensor<1x2x2xf32>,
        tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x2xf32>)"),
              near({-1 / deviation + 0.5, 1 / deviation + 0.5, -20 / deviation,
                    20 / deviation}));
}

TEST(Normalization, LayerNormStartsAtTheAxis) {
  EXPECT_THAT(evaluate(samples + R"(
    %0 = nn.layer_norm %x bias(%b : tensor<2xf32>) {axis = 2 : i64, epsilon = 0.0}
        : (tensor<1x2x2xf32>) -> tensor<1x2x2xf32>)"),
              near({-0.5, 1, -0.5, 1}));
  EXPECT_THAT(evaluate(samples + R"(
    %0 = nn.layer_norm %x scale(%s : tensor<2xf32>) bias(%b : tensor<2xf32>)
        {axis = 2 : i64, epsilon = 0.0} : (tensor<1x2x2xf32>) -> tensor<1x2x2xf32>)"),
              near({-0.5, 10, -0.5, 10}));
}

TEST(Normalization, RmsNormKeepsTheMean) {
  EXPECT_THAT(evaluate(R"(
    %x = nn.constant dense<[3.0, 4.0]> : tensor<2xf32>
    %s = nn.constant dense<[1.0, 2.0]> : tensor<2xf32>
    %0 = nn.rms_norm %x, %s {axis = 0 : i64, epsilon = 0.0} : (tensor<2xf32>, tensor<2xf32>)
        -> tensor<2xf32>)"),
              near({3 / std::sqrt(12.5), 8 / std::sqrt(12.5)}));
}

TEST(Normalization, LrnSumsOverNeighbouringChannels) {
  // An even size reaches further to the higher channels.
  EXPECT_THAT(evaluate(R"(
    %x = nn.constant dense<[[1.0, 2.0, 3.0]]> : tensor<1x3xf32>
    %0 = nn.lrn %x {size = 2 : i64, alpha = 2.0, beta = 1.0, k = 1.0} : (tensor<1x3xf32>)
        -> tensor<1x3xf32>)"),
              near({1.0 / 6, 2.0 / 14, 3.0 / 10}));
}

TEST(Normalization, LpNormOfZeroIsZero) {
  EXPECT_THAT(evaluate(R"(
    %x = nn.constant dense<[[3.0, -4.0], [0.0, 0.0]]> : tensor<2x2xf32>
    %0 = nn.lp_norm %x {axis = 1 : i64} : (tensor<2x2xf32>) -> tensor<2x2xf32>)"),
              near({0.6, -0.8, 0, 0}));
}

TEST(Normalization, SoftmaxDoesNotOverflow) {
  double a = 1 / (1 + std::exp(-1)), b = 1 - a;
  std::string x =
      "%x = nn.constant dense<[[1000.0, 1001.0]]> : tensor<1x2xf32>\n";
  std::string types =
      " {axis = 1 : i64} : (tensor<1x2xf32>) -> tensor<1x2xf32>";
  EXPECT_THAT(evaluate(x + "%0 = nn.softmax %x" + types), near({b, a}));
  EXPECT_THAT(evaluate(x + "%0 = nn.log_softmax %x" + types),
              near({std::log(b), std::log(a)}));
}

//===----------------------------------------------------------------------===//
// Quantization
//===----------------------------------------------------------------------===//

TEST(Quantization, RoundsHalvesToEvenAndSaturates) {
  // The first values of ONNX's test_quantizelinear, and halves.
  EXPECT_THAT(evaluate(R"(
    %x = nn.constant dense<[0.0, 2.0, 3.0, 1000.0, -254.0, -1000.0, 1.0, 5.0]> : tensor<8xf32>
    %s = nn.constant dense<2.0> : tensor<f32>
    %z = nn.constant dense<128> : tensor<ui8>
    %0 = nn.quantize %x, %s, %z {to = ui8} : (tensor<8xf32>, tensor<f32>, tensor<ui8>)
        -> tensor<8xui8>)"),
              ElementsAre(128, 129, 130, 255, 1, 0, 128, 130));
}

TEST(Quantization, ParametersFollowTheAxis) {
  EXPECT_THAT(evaluate(R"(
    %x = nn.constant dense<[[0, 1], [2, 3]]> : tensor<2x2xi8>
    %s = nn.constant dense<[2.0, 10.0]> : tensor<2xf32>
    %z = nn.constant dense<[1, -1]> : tensor<2xi8>
    %0 = nn.dequantize %x, %s, %z {axis = 0 : i64} : (tensor<2x2xi8>, tensor<2xf32>, tensor<2xi8>)
        -> tensor<2x2xf32>)"),
              ElementsAre(-2, 0, 30, 40));
}
