//===- SchedulesTest.cpp - Learning rates against libtorch and by hand ----===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/train/RuleRunner.h"

#include <gmock/gmock.h>

using testing::DoubleNear;
using testing::Pointwise;

namespace {

const Expected torchSchedules[] = {
#define TORCH_OPTIMIZER(rule, ...)
#define TORCH_SCHEDULE(rule, ...) {rule, {__VA_ARGS__}},
#include "tests/unit/train/TorchValues.inc"
#undef TORCH_OPTIMIZER
#undef TORCH_SCHEDULE
};

class TorchSchedules : public testing::TestWithParam<Expected> {};

TEST_P(TorchSchedules, RatesEqualLibtorch) {
  EXPECT_THAT(RuleRunner().rates(GetParam().rule, 0.1, 12),
              Pointwise(DoubleNear(1e-15), GetParam().values));
}

INSTANTIATE_TEST_SUITE_P(All, TorchSchedules,
                         testing::ValuesIn(torchSchedules));

TEST(Schedules, ConstantIsTheBaseForEver) {
  EXPECT_EQ(RuleRunner().rateOf("constant", 0.25, 1000000), 0.25);
}

// The worked table of cosine decay with warm restarts: period 10, growing by 2,
// from 0.1 to 0.01.
TEST(Schedules, CosineWithRestartsTable) {
  RuleRunner runner;
  auto rate = [&](int64_t epoch) {
    return runner.rateOf("cosine<period = 10, minimum = 0.01, growth = 2, "
                         "restarts = true>",
                         0.1, epoch);
  };
  EXPECT_NEAR(rate(0), 0.1, 1e-12);
  EXPECT_NEAR(rate(1), 0.097797543233, 1e-12);
  EXPECT_NEAR(rate(2), 0.091405764747, 1e-12);
  EXPECT_NEAR(rate(5), 0.055, 1e-12);
  EXPECT_NEAR(rate(9), 0.012202456767, 1e-12);
  for (int64_t restart : {10, 30, 70})
    EXPECT_EQ(rate(restart), 0.1);
  EXPECT_NEAR(rate(20), 0.055, 1e-12);
  EXPECT_NEAR(rate(50), 0.055, 1e-12);
  EXPECT_NEAR(rate(29), 0.010554024673, 1e-12);
  // 10 (2^40 - 1) is the 40th restart; the step before is at the minimum.
  int64_t restart = 10 * ((int64_t(1) << 40) - 1);
  EXPECT_EQ(rate(restart), 0.1);
  EXPECT_NEAR(rate(restart - 1), 0.01, 1e-12);
}

TEST(Schedules, CosineWithoutRestartsStaysAtTheMinimum) {
  EXPECT_THAT(RuleRunner().rates("cosine<period = 2, minimum = 0.5>", 1, 5),
              Pointwise(DoubleNear(1e-15), Numbers{1, 0.75, 0.5, 0.5, 0.5}));
}

// a0 / (1 + decay epoch) with a0 = 0.2 and decay 1.
TEST(Schedules, InverseDecayTable) {
  Numbers rates = RuleRunner().rates("inverse<decay = 1.0>", 0.2, 5);
  EXPECT_THAT(rates, Pointwise(DoubleNear(1e-15),
                               Numbers{0.2, 0.1, 0.2 / 3, 0.05, 0.04}));
}

// 0.95^n a0.
TEST(Schedules, ExponentialDecayTable) {
  Numbers rates = RuleRunner().rates("exponential<factor = 0.95>", 0.2, 5);
  EXPECT_THAT(rates,
              Pointwise(DoubleNear(1e-15),
                        Numbers{0.2, 0.19, 0.1805, 0.171475, 0.16290125}));
}

// "Deep Learning", equation 8.14: e_k = (1 - k / tau) e_0 + k / tau e_tau, then
// e_tau.
TEST(Schedules, LinearDecayEndsAtItsEnd) {
  Numbers rates = RuleRunner().rates("linear<steps = 4, end = 0.01>", 1, 7);
  EXPECT_THAT(rates,
              Pointwise(DoubleNear(1e-15),
                        Numbers{1, 0.7525, 0.505, 0.2575, 0.01, 0.01, 0.01}));
}

TEST(Schedules, WarmupWithoutMoreStaysAtTheBase) {
  EXPECT_THAT(RuleRunner().rates("warmup<steps = 2>", 1, 4),
              Pointwise(DoubleNear(1e-15), Numbers{0, 0.5, 1, 1}));
}

TEST(Schedules, WhatIsWrongWithNumbers) {
  RuleRunner runner;
  auto problem = [&](const std::string &rule) {
    return llvm::cast<mlcc::train::ScheduleAttrInterface>(runner.parse(rule))
        .problem();
  };
  EXPECT_EQ(problem("staircase<every = 0>"), "every must be positive");
  EXPECT_EQ(problem("cosine<period = -3>"), "period must be positive");
  EXPECT_EQ(problem("cosine<period = 3, growth = 0>"),
            "growth must be positive");
  EXPECT_EQ(problem("epochs<steps = 0, of = #train.constant>"),
            "steps must be positive");
  EXPECT_EQ(problem("epochs<steps = 5, of = #train.sgd<lr = 1.0>>"),
            "it holds something else than a schedule");
  EXPECT_EQ(problem("warmup<steps = 5, then = #train.linear<steps = 0>>"),
            "steps must be positive");
}

} // namespace
