//===- RecurrentTest.cpp - What recurrent layers compute ------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One feature and one hidden unit, so that a layer is a formula of numbers,
// which the tests write out. The weights of gate g are g + 1 tenths.
//
//===----------------------------------------------------------------------===//

#include "tests/unit/nn/Evaluation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

static double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

static const std::string operands = R"(
    %x = nn.constant dense<[[[1.0]], [[-2.0]]]> : tensor<2x1x1xf64>
    %w1 = nn.constant dense<[[[0.1]]]> : tensor<1x1x1xf64>
    %b1 = nn.constant dense<[[0.5, 0.25]]> : tensor<1x2xf64>
    %w3 = nn.constant dense<[[[0.1], [0.2], [0.3]]]> : tensor<1x3x1xf64>
    %b3 = nn.constant dense<[[0.0, 0.0, 0.0, 0.0, 0.0, 0.5]]> : tensor<1x6xf64>
    %w4 = nn.constant dense<[[[0.1], [0.2], [0.3], [0.4]]]> : tensor<1x4x1xf64>
    %h = nn.constant dense<[[[0.5]]]> : tensor<1x1x1xf64>
    %c = nn.constant dense<[[[2.0]]]> : tensor<1x1x1xf64>
    %p = nn.constant dense<[[0.7, 0.8, 0.9]]> : tensor<1x3xf64>
  )";

static const std::string results =
    " -> (tensor<2x1x1x1xf64>, tensor<1x1x1xf64>)";

TEST(Recurrent, RnnFeedsBack) {
  std::string op =
      operands +
      "%0:2 = nn.rnn %x, %w1, %w1, %b1 {activations = [\"tanh\"], direction = "
      "#nn<rnn_direction DIRECTION>, operandSegmentSizes = array<i32: 1, 1, 1, "
      "1, 0>} : (tensor<2x1x1xf64>, tensor<1x1x1xf64>, tensor<1x1x1xf64>, "
      "tensor<1x2xf64>)" +
      results;
  auto in = [&](const std::string &direction) {
    std::string text = op;
    return text.replace(text.find("DIRECTION"), 9, direction);
  };
  double first = std::tanh(0.1 + 0.75);
  double second = std::tanh(-0.2 + 0.1 * first + 0.75);
  EXPECT_THAT(evaluate(in("forward")), near({first, second}));
  EXPECT_THAT(evaluate(in("forward"), 1), near({second}));
  double last = std::tanh(-0.2 + 0.75);
  double beforeLast = std::tanh(0.1 + 0.1 * last + 0.75);
  EXPECT_THAT(evaluate(in("reverse")), near({beforeLast, last}));
  EXPECT_THAT(evaluate(in("reverse"), 1), near({beforeLast}));
}

TEST(Recurrent, BothDirectionsAreIndependent) {
  std::string text = R"(
    %x = nn.constant dense<[[[1.0]], [[-2.0]]]> : tensor<2x1x1xf64>
    %w = nn.constant dense<[[[0.1]], [[-0.2]]]> : tensor<2x1x1xf64>
    %0:2 = nn.rnn %x, %w, %w {activations = ["relu", "tanh"],
        direction = #nn<rnn_direction bidirectional>,
        operandSegmentSizes = array<i32: 1, 1, 1, 0, 0>}
        : (tensor<2x1x1xf64>, tensor<2x1x1xf64>, tensor<2x1x1xf64>)
        -> (tensor<2x2x1x1xf64>, tensor<2x1x1xf64>))";
  double last = std::tanh(0.4), first = std::tanh(-0.2 - 0.2 * last);
  EXPECT_THAT(evaluate(text), near({0.1, first, 0, last}));
  EXPECT_THAT(evaluate(text, 1), near({0, first}));
}

TEST(Recurrent, GruResetsTheStateOrItsProduct) {
  auto text = [&](const std::string &attributes) {
    return operands +
           "%0:2 = nn.gru %x, %w3, %w3, %b3, %h {activations = [\"sigmoid\", "
           "\"tanh\"], direction = #nn<rnn_direction forward>, "
           "operandSegmentSizes = array<i32: 1, 1, 1, 1, 1>" +
           attributes +
           "} : (tensor<2x1x1xf64>, tensor<1x3x1xf64>, tensor<1x3x1xf64>, "
           "tensor<1x6xf64>, tensor<1x1x1xf64>)" +
           results;
  };
  auto expected = [](bool linearBeforeReset) {
    std::vector<double> states;
    double h = 0.5;
    for (double x : {1.0, -2.0}) {
      double z = sigmoid(0.1 * x + 0.1 * h), r = sigmoid(0.2 * x + 0.2 * h);
      double product =
          linearBeforeReset ? r * (0.3 * h + 0.5) : 0.3 * (r * h) + 0.5;
      h = (1 - z) * std::tanh(0.3 * x + product) + z * h;
      states.push_back(h);
    }
    return states;
  };
  EXPECT_THAT(evaluate(text("")), near(expected(false)));
  EXPECT_THAT(evaluate(text(", linear_before_reset = true")),
              near(expected(true)));
}

TEST(Recurrent, LstmGatesSeeTheCell) {
  auto text = [&](const std::string &attributes) {
    return operands +
           "%0:3 = nn.lstm %x, %w4, %w4, %h, %c, %p {activations = "
           "[\"sigmoid\", \"tanh\", \"tanh\"], direction = #nn<rnn_direction "
           "forward>, operandSegmentSizes = array<i32: 1, 1, 1, 0, 1, 1, 1>" +
           attributes +
           "} : (tensor<2x1x1xf64>, tensor<1x4x1xf64>, tensor<1x4x1xf64>, "
           "tensor<1x1x1xf64>, tensor<1x1x1xf64>, tensor<1x3xf64>) -> "
           "(tensor<2x1x1x1xf64>, tensor<1x1x1xf64>, tensor<1x1x1xf64>)";
  };
  double h = 0.5, c = 2, clippedH = 0.5, clippedC = 2;
  auto clip = [](double x) { return std::min(std::max(x, -0.3), 0.3); };
  std::vector<double> states, clippedStates;
  for (double x : {1.0, -2.0}) {
    double i = sigmoid(0.1 * (x + h) + 0.7 * c);
    double f = sigmoid(0.3 * (x + h) + 0.9 * c);
    c = f * c + i * std::tanh(0.4 * (x + h));
    h = sigmoid(0.2 * (x + h) + 0.8 * c) * std::tanh(c);
    states.push_back(h);

    i = sigmoid(clip(0.1 * (x + clippedH) + 0.7 * clippedC));
    f = 1 - i;
    clippedC = f * clippedC + i * std::tanh(clip(0.4 * (x + clippedH)));
    clippedH = sigmoid(clip(0.2 * (x + clippedH) + 0.8 * clippedC)) *
               std::tanh(clip(clippedC));
    clippedStates.push_back(clippedH);
  }
  EXPECT_THAT(evaluate(text("")), near(states));
  EXPECT_THAT(evaluate(text(""), 1), near({h}));
  EXPECT_THAT(evaluate(text(""), 2), near({c}));
  EXPECT_THAT(evaluate(text(", clip = 0.3, input_forget = true")),
              near(clippedStates));
  EXPECT_THAT(evaluate(text(", clip = 0.3, input_forget = true"), 2),
              near({clippedC}));
}
