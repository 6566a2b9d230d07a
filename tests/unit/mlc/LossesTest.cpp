//===- LossesTest.cpp - Losses and metrics against libtorch and by hand ---===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/mlc/ModelRunner.h"

#include <gmock/gmock.h>

#include <cmath>

using testing::DoubleNear;
using testing::Pointwise;

namespace {

Numbers waves(double factor, double scale = 1) {
  Numbers values;
  for (int i = 0; i < 12; ++i)
    values.push_back(scale * std::sin(factor * i + 0.1));
  return values;
}

/// The outputs `result` of a function with the inputs x, z, w [4, 3], y [4] and
/// weights [4], which has these nodes.
Numbers compute(const std::string &nodes,
                std::map<std::string, Numbers> inputs = {}) {
  ModelRunner model(R"(
    version: 1
    function {
      name: "f"
      input { name: "x" shape: "4, 3" }
      input { name: "z" shape: "4, 3" }
      input { name: "w" shape: "4, 3" }
      input { name: "y" shape: "4" type: I64 }
      input { name: "weights" shape: "4" }
      )" + nodes +
                    R"(
      output { name: "result" }
    })");
  inputs.insert({{"x", waves(0.7, 2)},
                 {"z", waves(1.1)},
                 {"w", waves(1.9)},
                 {"y", {2, 0, 1, 2}},
                 {"weights", {1, 0, 2, 0.5}}});
  if (!model.isValid())
    return {};
  return model.run("f", inputs)["result"];
}

std::string loss(const std::string &inputs, const std::string &fields) {
  return "node { name: 'result' input: [" + inputs + "] loss { " + fields +
         " } }";
}

const std::map<std::string, std::string> &descriptions() {
  const std::string softmax =
      "node { name: 'p' input: 'z' op: 'softmax' with: 'axis = 1' }";
  const std::string logs =
      "node { name: 'q' input: 'x' op: 'log_softmax' with: 'axis = 1' }";
  const std::string unit = "node { name: 'u' input: 'x' op: 'sigmoid' } "
                           "node { name: 't' input: 'z' op: 'sigmoid' }";
  static const std::map<std::string, std::string> texts = {
      {"cross_entropy", loss("'x', 'y'", "kind: CROSS_ENTROPY")},
      {"smoothed",
       loss("'x', 'y'", "kind: CROSS_ENTROPY label_smoothing: 0.2")},
      {"class_weights",
       loss("'x', 'y'", "kind: CROSS_ENTROPY class_weights: [0.5, 1, 2]")},
      {"ignored", loss("'x', 'y'", "kind: CROSS_ENTROPY ignore_index: 2")},
      {"summed", loss("'x', 'y'", "kind: CROSS_ENTROPY reduction: SUM")},
      {"weighted", loss("'x', 'y', 'weights'", "kind: CROSS_ENTROPY")},
      {"dense", softmax + loss("'x', 'p'", "kind: CROSS_ENTROPY_DENSE")},
      {"nll", logs + loss("'q', 'y'", "kind: NEGATIVE_LOG_LIKELIHOOD")},
      {"bce", unit + loss("'u', 't'", "kind: BINARY_CROSS_ENTROPY")},
      {"bce_logits",
       unit + loss("'x', 't'", "kind: BINARY_CROSS_ENTROPY_LOGITS")},
      {"bce_positive",
       unit + loss("'x', 't'",
                   "kind: BINARY_CROSS_ENTROPY_LOGITS positive_weight: 3")},
      {"mse", loss("'x', 'z'", "kind: MEAN_SQUARED_ERROR")},
      {"mse_batch",
       loss("'x', 'z'", "kind: MEAN_SQUARED_ERROR reduction: BATCH_MEAN")},
      {"mae", loss("'x', 'z'", "kind: MEAN_ABSOLUTE_ERROR")},
      {"huber", loss("'x', 'z'", "kind: HUBER delta: 0.7")},
      {"smooth_l1", loss("'x', 'z'", "kind: SMOOTH_L1 delta: 0.7")},
      {"hinge", "node { name: 's' input: 'z' op: 'sign' }" +
                    loss("'x', 's'", "kind: HINGE")},
      {"kl", softmax + logs +
                 loss("'q', 'p'", "kind: KL_DIVERGENCE reduction: BATCH_MEAN")},
      {"triplet", loss("'x', 'z', 'w'", "kind: TRIPLET margin: 0.8")},
  };
  return texts;
}

struct Expected {
  std::string name;
  double value;
};
const Expected torchLosses[] = {
#define TORCH_LOSS(name, value) {name, value},
#include "tests/unit/mlc/TorchLosses.inc"
#undef TORCH_LOSS
};

class TorchLosses : public testing::TestWithParam<Expected> {};

TEST_P(TorchLosses, ValuesAgree) {
  EXPECT_THAT(compute(descriptions().at(GetParam().name)),
              Pointwise(DoubleNear(1e-13), Numbers{GetParam().value}));
}

INSTANTIATE_TEST_SUITE_P(All, TorchLosses, testing::ValuesIn(torchLosses),
                         [](const auto &info) { return info.param.name; });

TEST(Losses, FocalWithoutFocusIsCrossEntropy) {
  EXPECT_THAT(compute(loss("'x', 'y'", "kind: FOCAL focus: 0")),
              Pointwise(DoubleNear(1e-13),
                        compute(descriptions().at("cross_entropy"))));
}

TEST(Losses, NothingThatCountsIsZero) {
  EXPECT_EQ(
      compute(descriptions().at("cross_entropy"), {{"sample_count", {0}}}),
      Numbers{0});
  EXPECT_EQ(compute(descriptions().at("weighted"), {{"weights", {0, 0, 0, 0}}}),
            Numbers{0});
}

// Samples that only fill the batch up do not count, nor do weights of 0.
TEST(Losses, ValuesOfFormulasAreReducedAsLossesAre) {
  const std::string each = "node { name: 'each' formula: 'sum(x, axes = 1)' }";
  const std::map<std::string, Numbers> x = {
      {"x", {1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 60}}};
  auto with = [&](const std::string &name, const Numbers &values) {
    auto inputs = x;
    inputs[name] = values;
    return inputs;
  };
  const std::string mean = each + loss("'each'", "kind: VALUE");
  EXPECT_EQ(compute(mean, x), Numbers{26.25});
  EXPECT_EQ(compute(mean, with("sample_count", {3})), Numbers{15});
  EXPECT_EQ(compute(each + loss("'each', 'weights'", "kind: VALUE"),
                    with("weights", {1, 0, 0, 1})),
            Numbers{33});
}

TEST(Losses, DivergenceOfNothingIsNothing) {
  // 0 log 0 = 0, and of equal distributions everything is.
  Numbers certain = {1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0};
  Numbers result =
      compute(loss("'x', 'z'", "kind: KL_DIVERGENCE reduction: SUM"),
              {{"x", Numbers(12, -2)}, {"z", certain}});
  EXPECT_THAT(result, Pointwise(DoubleNear(1e-13), Numbers{8}));
}

TEST(Losses, HuberIsContinuousAtItsEdge) {
  Numbers zero(12, 0), edge(12, 1.5), beyond(12, 1.5 + 1e-9);
  auto huber = loss("'x', 'z'", "kind: HUBER delta: 1.5");
  double at = compute(huber, {{"x", edge}, {"z", zero}}).at(0);
  EXPECT_DOUBLE_EQ(at, 1.125);
  EXPECT_NEAR(compute(huber, {{"x", beyond}, {"z", zero}}).at(0), at, 1e-8);
}

TEST(Losses, ContrastiveByHand) {
  // Distances 0 and 5 (beyond the margin): alike costs d^2, unlike max(0, 2 -
  // d)^2.
  Numbers x(12, 0), z = {0, 0, 0, 3, 4, 0, 0, 0, 0, 3, 4, 0};
  Numbers result = compute(loss("'x', 'z', 'weights'",
                                "kind: CONTRASTIVE margin: 2 reduction: NONE"),
                           {{"x", x}, {"z", z}, {"weights", {1, 1, 0, 0}}});
  EXPECT_THAT(result, Pointwise(DoubleNear(2e-5), Numbers{0, 25, 4, 0}));
}

TEST(Metrics, ByHand) {
  auto metric = [](const std::string &fields) {
    return "node { name: 'result' input: ['x', 'y'] metric { " + fields +
           " } }";
  };
  Numbers x = {0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 1}; // Classes 2, 0, 0, 2.
  EXPECT_EQ(compute(metric("kind: ACCURACY"), {{"x", x}}), Numbers{0.75});
  EXPECT_EQ(
      compute(metric("kind: ACCURACY"), {{"x", x}, {"sample_count", {2}}}),
      Numbers{1});
  EXPECT_EQ(compute(metric("kind: ACCURACY ignore_index: 1"), {{"x", x}}),
            Numbers{1});
  double entropy = compute(descriptions().at("cross_entropy")).at(0);
  EXPECT_NEAR(compute(metric("kind: PERPLEXITY")).at(0), std::exp(entropy),
              1e-13);
  EXPECT_NEAR(compute(metric("kind: BITS")).at(0), entropy / std::log(2),
              1e-13);
  EXPECT_EQ(compute("node { name: 'result' input: ['x', 'z'] "
                    "metric { kind: BINARY_ACCURACY threshold: 0 } }",
                    {{"x", {-1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1}},
                     {"z", {0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0}}}),
            Numbers{0.5});
}

} // namespace
