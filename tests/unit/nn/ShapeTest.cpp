//===- ShapeTest.cpp - What reductions and data movement compute ----------===//
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

static const std::string matrix =
    "%x = nn.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>\n";

/// A unary op of the matrix 1 2 3 / 4 5 6.
static std::vector<double> onMatrix(const std::string &op,
                                    const std::string &attributes,
                                    const std::string &type) {
  return evaluate(matrix + "%0 = nn." + op + " %x {" + attributes +
                  "} : (tensor<2x3xi32>) -> tensor<" + type + ">");
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

TEST(Reduction, IntegersStayIntegers) {
  auto reduce = [](const std::string &op) {
    return onMatrix("reduce_" + op, "axes = array<i64: 1>, keepdims = false",
                    "2xi32");
  };
  EXPECT_THAT(reduce("sum"), ElementsAre(6, 15));
  EXPECT_THAT(reduce("mean"), ElementsAre(2, 5));
  EXPECT_THAT(reduce("max"), ElementsAre(3, 6));
  EXPECT_THAT(reduce("min"), ElementsAre(1, 4));
  EXPECT_THAT(reduce("prod"), ElementsAre(6, 120));
  EXPECT_THAT(reduce("l1"), ElementsAre(6, 15));
  EXPECT_THAT(reduce("l2"), ElementsAre(3, 8));
  EXPECT_THAT(reduce("sum_square"), ElementsAre(14, 77));
}

TEST(Reduction, TakesSeveralAxesOfFloats) {
  auto reduce = [](const std::string &op) {
    return evaluate(
        "%x = nn.constant dense<[[[1.0, -2.0]], [[2.0, 0.5]]]> : "
        "tensor<2x1x2xf32>\n%0 = nn.reduce_" +
        op +
        " %x {axes = array<i64: 0, 1>, keepdims = true} : (tensor<2x1x2xf32>) "
        "-> tensor<1x1x2xf32>");
  };
  EXPECT_THAT(reduce("sum"), near({3, -1.5}));
  EXPECT_THAT(reduce("mean"), near({1.5, -0.75}));
  EXPECT_THAT(reduce("l1"), near({3, 2.5}));
  EXPECT_THAT(reduce("l2"), near({std::sqrt(5), std::sqrt(4.25)}));
  EXPECT_THAT(reduce("log_sum_exp"),
              near({std::log(std::exp(1) + std::exp(2)),
                    std::log(std::exp(-2) + std::exp(0.5))}));
}

TEST(Reduction, LogSumExpKeepsInfinities) {
  EXPECT_THAT(evaluate(R"(
    %x = nn.constant dense<[[1000.0, 0x7F800000, 0xFF800000], [1000.0, 0.0, 0xFF800000]]>
        : tensor<2x3xf32>
    %0 = nn.reduce_log_sum_exp %x {axes = array<i64: 0>, keepdims = false}
        : (tensor<2x3xf32>) -> tensor<3xf32>)"),
              near({1000.693115234375, INFINITY, -INFINITY}));
}

TEST(Reduction, SelectsTheFirstOrLastOfEqual) {
  std::string x =
      "%x = nn.constant dense<[3, 7, 7, 3]> : tensor<4xi32>\n%0 = nn.";
  std::string types = " : (tensor<4xi32>) -> tensor<i64>";
  std::string attributes = " %x {axis = 0 : i64, keepdims = false";
  EXPECT_THAT(evaluate(x + "arg_max" + attributes + "}" + types),
              ElementsAre(1));
  EXPECT_THAT(evaluate(x + "arg_max" + attributes +
                       ", select_last_index = true}" + types),
              ElementsAre(2));
  EXPECT_THAT(evaluate(x + "arg_min" + attributes + "}" + types),
              ElementsAre(0));
  EXPECT_THAT(evaluate(x + "arg_min" + attributes +
                       ", select_last_index = true}" + types),
              ElementsAre(3));
}

TEST(Reduction, RunningSumsGoBothWays) {
  EXPECT_THAT(onMatrix("cum_sum", "axis = 1 : i64", "2x3xi32"),
              ElementsAre(1, 3, 6, 4, 9, 15));
  EXPECT_THAT(onMatrix("cum_sum",
                       "axis = 1 : i64, exclusive = true, reverse = true",
                       "2x3xi32"),
              ElementsAre(5, 3, 0, 11, 6, 0));
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

TEST(Movement, ElementsChangePlaces) {
  EXPECT_THAT(
      onMatrix("transpose", "permutation = array<i64: 1, 0>", "3x2xi32"),
      ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_THAT(onMatrix("reshape", "shape = array<i64: 3, 2>", "3x2xi32"),
              ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(onMatrix("slice",
                       "starts = array<i64: 1, 2>, sizes = array<i64: 2, 2>, "
                       "steps = array<i64: -1, -2>",
                       "2x2xi32"),
              ElementsAre(6, 4, 3, 1));
  EXPECT_THAT(onMatrix("tile", "repeats = array<i64: 2, 1>", "4x3xi32"),
              ElementsAre(1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6));
  EXPECT_THAT(evaluate(matrix + R"(
    %y = nn.constant dense<[[7], [8]]> : tensor<2x1xi32>
    %0 = nn.concat %x, %y, %x {axis = 1 : i64} : (tensor<2x3xi32>, tensor<2x1xi32>,
        tensor<2x3xi32>) -> tensor<2x7xi32>)"),
              ElementsAre(1, 2, 3, 7, 1, 2, 3, 4, 5, 6, 8, 4, 5, 6));
}

TEST(Movement, PaddingKnowsItsModes) {
  auto pad = [](const std::string &mode, const std::string &begin,
                const std::string &end, const std::string &extent) {
    return evaluate("%x = nn.constant dense<[1, 2, 3]> : tensor<3xi32>\n%v = "
                    "nn.constant dense<9> : tensor<i32>\n%0 = nn.pad %x, %v "
                    "{mode = #nn<pad_mode " +
                    mode + ">, pads_begin = array<i64: " + begin +
                    ">, pads_end = array<i64: " + end +
                    ">} : (tensor<3xi32>, tensor<i32>) -> tensor<" + extent +
                    "xi32>");
  };
  EXPECT_THAT(pad("constant", "2", "1", "6"), ElementsAre(9, 9, 1, 2, 3, 9));
  EXPECT_THAT(pad("edge", "2", "1", "6"), ElementsAre(1, 1, 1, 2, 3, 3));
  EXPECT_THAT(pad("reflect", "2", "1", "6"), ElementsAre(3, 2, 1, 2, 3, 2));
  EXPECT_THAT(pad("wrap", "4", "1", "8"), ElementsAre(3, 1, 2, 3, 1, 2, 3, 1));
  // What is removed is removed first.
  EXPECT_THAT(pad("edge", "-1", "2", "4"), ElementsAre(2, 3, 3, 3));
  EXPECT_THAT(pad("reflect", "1", "-1", "3"), ElementsAre(2, 1, 2));
  EXPECT_THAT(pad("constant", "-1", "-1", "1"), ElementsAre(2));
}

TEST(Movement, GathersCountFromTheEndAndClamp) {
  EXPECT_THAT(evaluate(matrix + R"(
    %i = nn.constant dense<[[-1, 0], [9, -9]]> : tensor<2x2xi64>
    %0 = nn.gather %x, %i {axis = 1 : i64} : (tensor<2x3xi32>, tensor<2x2xi64>)
        -> tensor<2x2x2xi32>)"),
              ElementsAre(3, 1, 3, 1, 6, 4, 6, 4));
  EXPECT_THAT(evaluate(matrix + R"(
    %i = nn.constant dense<[[1, 0, -1]]> : tensor<1x3xi64>
    %0 = nn.gather_elements %x, %i {axis = 0 : i64} : (tensor<2x3xi32>, tensor<1x3xi64>)
        -> tensor<1x3xi32>)"),
              ElementsAre(4, 2, 6));
  EXPECT_THAT(evaluate(matrix + R"(
    %i = nn.constant dense<[[[2], [0]], [[1], [1]]]> : tensor<2x2x1xi64>
    %0 = nn.gather_nd %x, %i {batch_dims = 1 : i64} : (tensor<2x3xi32>, tensor<2x2x1xi64>)
        -> tensor<2x2xi32>)"),
              ElementsAre(3, 1, 5, 5));
  EXPECT_THAT(evaluate(matrix + R"(
    %i = nn.constant dense<[[1], [0]]> : tensor<2x1xi64>
    %0 = nn.gather_nd %x, %i : (tensor<2x3xi32>, tensor<2x1xi64>) -> tensor<2x3xi32>)"),
              ElementsAre(4, 5, 6, 1, 2, 3));
}

TEST(Movement, ScattersMeetTheOldValues) {
  auto scatter = [](const std::string &mode) {
    return evaluate(matrix + R"(
    %i = nn.constant dense<[[0, 0]]> : tensor<1x2xi64>
    %u = nn.constant dense<[[2, 5]]> : tensor<1x2xi32>
    %0 = nn.scatter_elements %x, %i, %u {axis = 1 : i64, mode = #nn<scatter_mode )" +
                    mode +
                    R"(>} : (tensor<2x3xi32>, tensor<1x2xi64>, tensor<1x2xi32>)
        -> tensor<2x3xi32>)");
  };
  EXPECT_THAT(scatter("none"), ElementsAre(5, 2, 3, 4, 5, 6));
  EXPECT_THAT(scatter("add"), ElementsAre(8, 2, 3, 4, 5, 6));
  EXPECT_THAT(scatter("mul"), ElementsAre(10, 2, 3, 4, 5, 6));
  EXPECT_THAT(scatter("max"), ElementsAre(5, 2, 3, 4, 5, 6));
  EXPECT_THAT(scatter("min"), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(evaluate(matrix + R"(
    %i = nn.constant dense<[[-1]]> : tensor<1x1xi64>
    %u = nn.constant dense<[[7, 8, 9]]> : tensor<1x3xi32>
    %0 = nn.scatter_nd %x, %i, %u : (tensor<2x3xi32>, tensor<1x1xi64>, tensor<1x3xi32>)
        -> tensor<2x3xi32>)"),
              ElementsAre(1, 2, 3, 7, 8, 9));
}

TEST(Movement, OneHotLeavesOutWhatIsOutside) {
  EXPECT_THAT(evaluate(R"(
    %i = nn.constant dense<[0, -1, 3]> : tensor<3xi64>
    %off = nn.constant dense<1.0> : tensor<f32>
    %on = nn.constant dense<5.0> : tensor<f32>
    %0 = nn.one_hot %i, %off, %on {axis = 0 : i64, depth = 2 : i64}
        : (tensor<3xi64>, tensor<f32>, tensor<f32>) -> tensor<2x3xf32>)"),
              ElementsAre(5, 1, 1, 1, 5, 1));
}

TEST(Movement, TrianglesAreCutAtTheDiagonal) {
  EXPECT_THAT(onMatrix("trilu", "k = 1 : i64, upper = true", "2x3xi32"),
              ElementsAre(0, 2, 3, 0, 0, 6));
  EXPECT_THAT(onMatrix("trilu", "k = 0 : i64, upper = false", "2x3xi32"),
              ElementsAre(1, 0, 0, 4, 5, 0));
}
