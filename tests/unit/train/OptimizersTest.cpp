//===- OptimizersTest.cpp - Optimizers against libtorch and by hand -------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/train/RuleRunner.h"

#include <gmock/gmock.h>

#include <cmath>

using testing::DoubleNear;
using testing::Pointwise;

namespace {

const Expected torchOptimizers[] = {
#define TORCH_OPTIMIZER(rule, ...) {rule, {__VA_ARGS__}},
#define TORCH_SCHEDULE(rule, ...)
#include "tests/unit/train/TorchValues.inc"
#undef TORCH_OPTIMIZER
#undef TORCH_SCHEDULE
};

/// The gradients of torch_values.py.
const std::vector<Numbers> gradients = {{0.3, -0.1, 2.0},   {-0.2, 0.4, 1.0},
                                        {0.5, 0.0, -3.0},   {0.1, -0.6, 0.25},
                                        {-0.7, 0.2, 0.125}, {0.05, 0.3, -1.5}};

class TorchOptimizers : public testing::TestWithParam<Expected> {};

TEST_P(TorchOptimizers, FrameworkVariantsEqualLibtorch) {
  RuleRunner runner;
  Numbers values =
      runner.optimize(GetParam().rule, {1.0, -2.0, 0.5}, 6,
                      [](int step, Numbers) { return gradients[step]; });
  EXPECT_THAT(values, Pointwise(DoubleNear(1e-13), GetParam().values));
}

INSTANTIATE_TEST_SUITE_P(All, TorchOptimizers,
                         testing::ValuesIn(torchOptimizers));

/// One number, with a gradient of 1 in each step.
Numbers unitSteps(const std::string &rule, int steps, Numbers rates = {}) {
  return RuleRunner().optimize(
      rule, {0}, steps, [](int, Numbers) { return Numbers{1}; }, rates);
}

// "Deep Learning", section 8.3.2: v(1) = -e s1, v(2) = -e (a s1 + s2),
// v(3) = -e (a^2 s1 + a s2 + s3).
TEST(Optimizers, TextbookMomentumKeepsTheRateOfEachStep) {
  Numbers steps = RuleRunner().optimize(
      "momentum<lr = 0.5, momentum = 0.1, variant = textbook>", {0}, 3,
      [](int step, Numbers) { return Numbers{double(step + 1)}; });
  double v1 = -0.5 * 1, v2 = -0.5 * (0.1 * 1 + 2),
         v3 = -0.5 * (0.01 * 1 + 0.1 * 2 + 3);
  EXPECT_THAT(steps,
              Pointwise(DoubleNear(1e-15), Numbers{v1, v1 + v2, v1 + v2 + v3}));
  // After a change of the rate the variants differ.
  EXPECT_THAT(
      unitSteps("momentum<momentum = 0.5, variant = textbook>", 2, {1, 0.1}),
      Pointwise(DoubleNear(1e-15), Numbers{-1, -1.6}));
  EXPECT_THAT(unitSteps("momentum<momentum = 0.5>", 2, {1, 0.1}),
              Pointwise(DoubleNear(1e-15), Numbers{-1, -1.15}));
}

// The averaging form, V = beta V + (1 - beta) dW.
TEST(Optimizers, MomentumAsARunningAverage) {
  EXPECT_THAT(unitSteps("momentum<lr = 1.0, momentum = 0.9, dampening = 0.9, "
                        "variant = textbook>",
                        2),
              Pointwise(DoubleNear(1e-15), Numbers{-0.1, -0.29}));
}

// On p^2 / 2, whose gradient is p: the gradient at p + momentum v.
TEST(Optimizers, TextbookNesterovTakesTheGradientAhead) {
  Numbers points;
  Numbers steps = RuleRunner().optimize(
      "nesterov<lr = 0.1, momentum = 0.9, variant = textbook>", {1}, 3,
      [&](int, Numbers point) {
        points.push_back(point.front());
        return point;
      });
  double p = 1, v = 0;
  Numbers expected, expectedPoints;
  for (int step = 0; step < 3; ++step) {
    double ahead = p + 0.9 * v;
    expectedPoints.push_back(ahead);
    v = 0.9 * v - 0.1 * ahead;
    expected.push_back(p += v);
  }
  EXPECT_THAT(points, Pointwise(DoubleNear(1e-15), expectedPoints));
  EXPECT_THAT(steps, Pointwise(DoubleNear(1e-15), expected));
}

// Bias correction makes the first step lr * sign(g) whatever beta is.
TEST(Optimizers, TheFirstStepOfAdamIsTheRate) {
  for (double gradient : {1e-3, 5.0, -200.0})
    for (std::string rule :
         {"adam<lr = 0.01>", "adam<lr = 0.01, beta1 = 0.5, beta2 = 0.6>",
          "adam<lr = 0.01, beta2 = 0.99, epsilon = 0, variant = textbook>",
          "amsgrad<lr = 0.01>"}) {
      Numbers steps = RuleRunner().optimize(
          rule, {0}, 1, [&](int, Numbers) { return Numbers{gradient}; });
      EXPECT_NEAR(steps[0], std::copysign(0.01, -gradient), 1e-6) << rule;
    }
}

TEST(Optimizers, TextbookEpsilonIsUnderTheRoot) {
  // s = 0.1 * 1, epsilon 0.3: 1 / sqrt(0.4).
  EXPECT_NEAR(unitSteps("rmsprop<lr = 1.0, alpha = 0.9, epsilon = 0.3, "
                        "variant = textbook>",
                        1)[0],
              -1 / std::sqrt(0.4), 1e-15);
  EXPECT_NEAR(
      unitSteps("adam<lr = 1.0, epsilon = 3.0, variant = textbook>", 1)[0],
      -0.5, 1e-12);
  EXPECT_NEAR(
      unitSteps("adagrad<lr = 1.0, epsilon = 3.0, variant = textbook>", 1)[0],
      -0.5, 1e-15);
  // "Deep Learning", algorithm 8.4: delta + sqrt(r), delta = 1.0e-7.
  EXPECT_NEAR(unitSteps("adagrad<lr = 1.0, epsilon = 1.0e-7>", 1)[0],
              -1 / (1 + 1e-7), 1e-15);
}

// Reddi et al.: no corrections, and v never decreases.
TEST(Optimizers, TextbookAmsgradIsNotCorrected) {
  Numbers steps = RuleRunner().optimize(
      "amsgrad<lr = 1.0, beta1 = 0.5, beta2 = 0.75, epsilon = 0, "
      "variant = textbook>",
      {0}, 2, [](int step, Numbers) { return Numbers{step ? 0.0 : 2.0}; });
  // m = 1, 0.5; v = 1, 0.75, of which the largest is 1.
  EXPECT_THAT(steps, Pointwise(DoubleNear(1e-15), Numbers{-1, -1.5}));
}

// Loshchilov and Hutter: the decay follows the schedule, not the rate.
TEST(Optimizers, TextbookWeightDecayIsNotScaledByTheBaseRate) {
  auto run = [](const std::string &variant) {
    return RuleRunner().optimize(
        "adamw<lr = 0.1, decay = 0.5, variant = " + variant + ">", {1}, 2,
        [](int, Numbers) { return Numbers{0}; }, {0.1, 0.05});
  };
  EXPECT_THAT(run("framework"),
              Pointwise(DoubleNear(1e-15), Numbers{0.95, 0.95 * 0.975}));
  EXPECT_THAT(run("textbook"),
              Pointwise(DoubleNear(1e-15), Numbers{0.5, 0.5 * 0.75}));
}

TEST(Optimizers, WhatIsWrongWithNumbers) {
  RuleRunner runner;
  auto problem = [&](const std::string &rule) {
    return llvm::cast<mlcc::train::OptimizerAttrInterface>(runner.parse(rule))
        .problem();
  };
  EXPECT_EQ(problem("sgd<lr = -1.0>"), "lr must not be negative");
  EXPECT_EQ(problem("momentum<momentum = 1.0>"),
            "momentum must be at least 0 and less than 1");
  EXPECT_EQ(problem("adam<beta2 = 1.5>"),
            "beta2 must be at least 0 and less than 1");
  EXPECT_EQ(problem("adadelta<epsilon = 0>"), "epsilon must be positive");
  EXPECT_EQ(problem("adamw<decay = -0.1>"), "decay must not be negative");
}

TEST(Clipping, ByValueAndByNorm) {
  RuleRunner runner;
  EXPECT_THAT(runner.clip("clip_value<minimum = -1.0, maximum = 0.5>",
                          {{3, -4}, {0.25}}),
              Pointwise(DoubleNear(0), Numbers{0.5, -1, 0.25}));
  // The norm of (3, 4) is 5; libtorch adds 1e-6 to it.
  EXPECT_THAT(
      runner.clip("clip_norm<norm = 1.0, variant = textbook>", {{3}, {4}}),
      Pointwise(DoubleNear(1e-15), Numbers{0.6, 0.8}));
  EXPECT_THAT(
      runner.clip("clip_norm<norm = 1.0>", {{3}, {4}}),
      Pointwise(DoubleNear(1e-15), Numbers{3 / (5 + 1e-6), 4 / (5 + 1e-6)}));
  // A small gradient stays as it is.
  for (std::string rule :
       {"clip_norm<norm = 6.0>", "clip_norm<norm = 6.0, variant = textbook>"})
    EXPECT_THAT(runner.clip(rule, {{3}, {4}}),
                Pointwise(DoubleNear(0), Numbers{3, 4}));
}

} // namespace
