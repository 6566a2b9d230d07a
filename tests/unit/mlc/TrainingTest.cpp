//===- TrainingTest.cpp - Training curves against libtorch ----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/mlc/ModelRunner.h"

#include <gmock/gmock.h>

#include <cmath>

using testing::DoubleNear;
using testing::HasSubstr;
using testing::Pointwise;

namespace {

std::string perceptron(const std::string &training) {
  return R"(
    version: 1
    function {
      name: "loss"
      input { name: "x" shape: "4, 5" }
      input { name: "y" shape: "4" type: I64 }
      node { name: "hidden" input: "x" dense { units: 6 activation: "tanh" } }
      node { name: "logits" dense { units: 3 } }
      node { name: "loss" input: ["logits", "y"] loss { kind: CROSS_ENTROPY } }
    }
    training { )" +
         training + " }";
}

std::string convolutions(const std::string &training) {
  return R"(
    version: 1
    function {
      name: "loss"
      input { name: "x" shape: "4, 1, 6, 6" }
      input { name: "y" shape: "4" type: I64 }
      node { name: "conv1" input: "x" conv { channels: 3 kernel: 3 same: true } }
      node { name: "norm" batch_norm { activation: "relu" } }
      node { max_pool { kernel: 2 } }
      node { name: "conv2" conv { channels: 4 kernel: 3 activation: "relu" } }
      node { flatten {} }
      node { name: "logits" dense { units: 3 } }
      node {
        name: "loss" input: ["logits", "y"]
        loss { kind: CROSS_ENTROPY label_smoothing: 0.1 }
      }
    }
    training { )" +
         training + " }";
}

struct Curve {
  std::string name;
  Numbers values;
};
const Curve curves[] = {
#define TORCH_CURVE(name, ...) {name, {__VA_ARGS__}},
#include "tests/unit/mlc/TorchTraining.inc"
#undef TORCH_CURVE
};

/// The description whose curve is called so.
std::string describe(const std::string &name) {
  if (name == "sgd")
    return perceptron("optimizer { sgd { lr: 0.5 } }");
  if (name == "momentum")
    return perceptron("optimizer { momentum { lr: 0.2 } }");
  if (name == "adam")
    return perceptron("optimizer { adam { lr: 0.05 } }");
  if (name == "adamw")
    return perceptron("optimizer { adamw { lr: 0.05 decay: 0.1 } }");
  if (name == "decay")
    return perceptron(
        "optimizer { sgd { lr: 0.5 } } group { pattern: '*' l2: 0.02 }");
  if (name == "clipped")
    return perceptron(
        "optimizer { momentum { lr: 0.5 } } clip { clip_norm { norm: 0.1 } }");
  if (name == "scheduled")
    return perceptron("optimizer { sgd { lr: 0.5 } } schedule { cosine { "
                      "period: 4 growth: 2 minimum: 0.01 restarts: true } }");
  if (name == "convolutions" || name == "convolutions_short")
    return convolutions("optimizer { momentum { lr: 0.1 } }");
  return convolutions("optimizer { adam { lr: 0.02 } }");
}

class TorchCurves : public testing::TestWithParam<Curve> {};

TEST_P(TorchCurves, LossesOfTenStepsAgree) {
  bool isPerceptron = GetParam().name.substr(0, 4) != "conv";
  ModelRunner model(describe(GetParam().name));
  model.initialize(1);
  model.fillParameters();
  Numbers losses;
  bool isShort = GetParam().name == "convolutions_short";
  for (int step = 0; step < 10; ++step) {
    auto outputs =
        model.run("train_step", {{"x", waves(isPerceptron ? 20 : 144)},
                                 {"y", {0, 1, 2, 1}},
                                 {"sample_count", {isShort ? 3.0 : 4.0}}});
    losses.push_back(outputs.at("loss").at(0));
  }
  if (!isPerceptron)
    for (std::string name : {"norm.mean", "norm.variance"})
      for (double value : model.get(name))
        losses.push_back(value);
  EXPECT_THAT(losses, Pointwise(DoubleNear(1e-9), GetParam().values));
  EXPECT_EQ(model.get("step"), Numbers{10});
}

INSTANTIATE_TEST_SUITE_P(All, TorchCurves, testing::ValuesIn(curves),
                         [](const auto &info) { return info.param.name; });

//===----------------------------------------------------------------------===//
// What training is told
//===----------------------------------------------------------------------===//

/// One step on w * x - y squared, w = 2, x = 3, y = 5: the error is 1, the
/// gradient 6.
std::string scalarModel(const std::string &training,
                        const std::string &more = "") {
  return R"(
    version: 1
    function {
      name: "loss"
      input { name: "x" shape: "1" }
      input { name: "y" shape: "1" }
      node {
        name: "w"
        parameter { shape: "1" initializer { kind: CONSTANT value: 2 } }
      )" +
         more +
         R"( }
      node { name: "product" input: ["w", "x"] op: "mul" }
      node { name: "error" input: ["product", "y"] loss { kind: MEAN_SQUARED_ERROR } }
      node { name: "half" input: ["product", "y"] loss { kind: MEAN_SQUARED_ERROR scale: 0.5 } }
      output { name: "error" }
      output { name: "half" }
    }
    training { )" +
         training + " }";
}

double stepped(const std::string &training,
               std::map<std::string, Numbers> *outputs = nullptr) {
  ModelRunner model(scalarModel(training));
  model.initialize(1);
  auto results = model.run("train_step", {{"x", {3}}, {"y", {5}}});
  if (outputs)
    *outputs = results;
  return model.get("w").at(0);
}

TEST(Training, StepsByHand) {
  std::map<std::string, Numbers> outputs;
  EXPECT_DOUBLE_EQ(stepped("optimizer { sgd { lr: 0.1 } }", &outputs), 1.4);
  EXPECT_EQ(outputs.at("error"), Numbers{1});
  EXPECT_EQ(outputs.at("half"), Numbers{0.5});
  EXPECT_EQ(outputs.at("gradient_norm"), Numbers{6});
  EXPECT_EQ(outputs.at("learning_rate"), Numbers{0.1});
  // Weighted sums of objectives; a negative weight maximizes.
  EXPECT_DOUBLE_EQ(
      stepped("optimizer { sgd { lr: 0.1 } } minimize { output: 'half' }"),
      1.7);
  EXPECT_DOUBLE_EQ(
      stepped(
          "optimizer { sgd { lr: 0.1 } } minimize { output: 'half' weight: 2 } "
          "minimize { output: 'error' weight: -2 }"),
      2.6);
  // Penalties: l2 adds l2 w, l1 adds l1 sign(w).
  EXPECT_DOUBLE_EQ(
      stepped("optimizer { sgd { lr: 0.1 } } group { pattern: 'w' l2: 0.5 }"),
      1.3);
  EXPECT_DOUBLE_EQ(
      stepped("optimizer { sgd { lr: 0.1 } } group { pattern: 'w' l1: 1 }"),
      1.3);
  // Decoupled decay comes first: 2 (1 - 0.1 * 0.5) - 0.6.
  EXPECT_DOUBLE_EQ(stepped("optimizer { sgd { lr: 0.1 } } group { pattern: 'w' "
                           "weight_decay: 0.5 }"),
                   1.3);
  EXPECT_DOUBLE_EQ(
      stepped("optimizer { sgd { lr: 0.1 } } group { pattern: 'w' rate: 0.5 }"),
      1.7);
  EXPECT_DOUBLE_EQ(stepped("optimizer { sgd { lr: 0.1 } } clip { clip_value { "
                           "minimum: -2 maximum: 2 } }"),
                   1.8);
  EXPECT_DOUBLE_EQ(stepped("optimizer { sgd { lr: 0.1 } } clip { clip_norm { "
                           "norm: 3 variant: TEXTBOOK } }"),
                   1.7);
}

TEST(Training, TextbookNesterovTakesTheGradientAhead) {
  ModelRunner model(scalarModel(
      "optimizer { nesterov { lr: 0.01 momentum: 0.5 variant: TEXTBOOK } }"));
  model.initialize(1);
  double w = 2, v = 0;
  for (int step = 0; step < 3; ++step) {
    double ahead = w + 0.5 * v, error = 3 * ahead - 5;
    auto outputs = model.run("train_step", {{"x", {3}}, {"y", {5}}});
    EXPECT_DOUBLE_EQ(outputs.at("error").at(0), error * error);
    v = 0.5 * v - 0.01 * 6 * error;
    w += v;
    EXPECT_NEAR(model.get("w").at(0), w, 1e-14);
  }
}

TEST(Training, TheRateIsAVariableThatUsersMaySet) {
  ModelRunner model(scalarModel("optimizer { sgd { lr: 0.1 } }"));
  model.initialize(1);
  EXPECT_EQ(model.get("learning_rate"), Numbers{0.1});
  model.set("learning_rate", {0.2});
  model.run("train_step", {{"x", {3}}, {"y", {5}}});
  EXPECT_DOUBLE_EQ(model.get("w").at(0), 0.8);
}

TEST(Training, FrozenLayersAreNotLearnt) {
  ModelRunner model(R"(
    version: 1
    function {
      name: "loss"
      input { name: "x" shape: "2, 3" }
      node { name: "body" dense { units: 2 } frozen: true }
      node { name: "head" dense { units: 2 } }
      node { name: "loss" op: "reduce_sum_square" with: "axes = 0, 1" with: "keepdims = false" }
    }
    training {
      optimizer { momentum {} }
      group { pattern: "*.bias" frozen: true }
    })");
  model.initialize(1);
  model.fillParameters();
  Numbers body = model.get("body.weight"), bias = model.get("head.bias"),
          head = model.get("head.weight");
  model.run("train_step", {{"x", waves(6)}});
  EXPECT_EQ(model.get("body.weight"), body);
  EXPECT_EQ(model.get("head.bias"), bias);
  EXPECT_NE(model.get("head.weight"), head);
  EXPECT_EQ(model.variablesOf("optimizer"),
            std::vector<std::string>{"head.weight.velocity"});
}

TEST(Training, TwoStepsHaveTheirOwnRatesAndSlots) {
  ModelRunner model(
      scalarModel("optimizer { adam {} }") +
      "training { name: 'fine' optimizer { momentum { lr: 0.5 } } }");
  model.initialize(1);
  EXPECT_EQ(model.variablesOf("optimizer"),
            (std::vector<std::string>{"fine.w.velocity", "w.second_moment",
                                      "w.first_moment"}));
  EXPECT_EQ(model.get("fine.learning_rate"), Numbers{0.5});
  model.run("fine", {{"x", {3}}, {"y", {5}}});
  EXPECT_EQ(model.get("fine.step"), Numbers{1});
  EXPECT_EQ(model.get("step"), Numbers{0});
}

// y = sum w x^2: the gradient by x is 2 w x, the sum of its squares 4 w^2 x^2,
// and the gradient of that by w is 8 w x^2.
TEST(Training, GoesThroughGradients) {
  ModelRunner model(R"(
    version: 1
    function {
      name: "loss"
      input { name: "x" shape: "2" }
      node { name: "w" parameter { initializer { kind: CONSTANT value: 0.5 } } }
      node { name: "square" input: ["x", "x"] op: "mul" }
      node { name: "y" input: ["w", "square"] op: "mul" }
      node { name: "slope" input: ["y", "x"] gradient {} }
      node { name: "loss" op: "reduce_sum_square" with: "axes = 0" with: "keepdims = false" }
      output { name: "loss" }
      output { name: "slope" }
    }
    training { optimizer { sgd { lr: 0.01 } } })");
  model.initialize(1);
  auto outputs = model.run("train_step", {{"x", {3, -1}}});
  EXPECT_EQ(outputs.at("slope"), (Numbers{3, -1}));
  EXPECT_DOUBLE_EQ(outputs.at("loss").at(0), 10);
  EXPECT_DOUBLE_EQ(model.get("w").at(0), 0.5 - 0.01 * 8 * 0.5 * 10);
}

TEST(Training, PaddingDoesNotCount) {
  // Three samples alone, and as the first of four of which the last is noise.
  std::string text = perceptron("optimizer { sgd { lr: 0.5 } }");
  std::string small = text;
  for (size_t at; (at = small.find("\"4")) != std::string::npos;)
    small.replace(at, 2, "\"3");
  ModelRunner whole(small), padded(text);
  Numbers data = waves(15), noisy = data;
  noisy.insert(noisy.end(), {9, -9, 9, -9, 9});
  for (ModelRunner *model : {&whole, &padded}) {
    model->initialize(1);
    model->fillParameters();
  }
  for (int step = 0; step < 3; ++step) {
    auto first = whole.run("train_step", {{"x", data}, {"y", {0, 1, 2}}});
    auto second =
        padded.run("train_step",
                   {{"x", noisy}, {"y", {0, 1, 2, 0}}, {"sample_count", {3}}});
    EXPECT_NEAR(first.at("loss").at(0), second.at("loss").at(0), 1e-14);
  }
  EXPECT_THAT(padded.get("hidden.weight"),
              Pointwise(DoubleNear(1e-14), whole.get("hidden.weight")));
}

TEST(Training, DropoutIsOnlyInTheTrainedForm) {
  ModelRunner model(R"(
    version: 1
    function {
      name: "loss"
      input { name: "x" shape: "8, 40" }
      node { name: "w" parameter { shape: "40" initializer { kind: ONES } } }
      node { name: "scaled" input: ["x", "w"] op: "mul" }
      node { dropout { rate: 0.5 } }
      node { name: "loss" op: "reduce_mean" with: "axes = 0, 1" with: "keepdims = false" }
    }
    training { optimizer { sgd { lr: 0 } } })");
  model.initialize(7);
  EXPECT_EQ(model.get("random"), (Numbers{7, 1}));
  Numbers ones(320, 1);
  EXPECT_DOUBLE_EQ(model.run("loss", {{"x", ones}}).at("loss").at(0), 1);
  double first = model.run("train_step", {{"x", ones}}).at("loss").at(0);
  double second = model.run("train_step", {{"x", ones}}).at("loss").at(0);
  EXPECT_EQ(model.get("random"), (Numbers{7, 3}));
  EXPECT_NE(first, second);
  EXPECT_NEAR(first, 1, 0.25);
  // Each kept element counts 2: the mean is a multiple of 2 / 320.
  EXPECT_NEAR(first * 160, std::round(first * 160), 1e-9);
}

// A network that follows another: the parameters of layers can be written
// where they are not learnt.
TEST(Training, ParametersCanBeAssigned) {
  const std::string text = R"mlc(
    version: 1
    block { name: 'net' input: 'x' node { name: 'd' dense { units: 1 no_bias: true } } }
    function {
      name: 'loss' input { name: 'x' shape: '1, 1' }
      node { name: 'q' input: 'x' call { block: 'net' } }
      node { name: 'target' input: 'x' call { block: 'net' } }
      node { name: 'wanted' op: 'stop_gradient' }
      node { name: 'loss' formula: 'sum((q - wanted)^2)' }
    }
    function {
      name: 'follow'
      node { name: 'next' formula: "0.75 * 'target.d.weight' + 0.25 * 'q.d.weight'" }
      node { assign { variable: 'target.d.weight' } }
    })mlc";
  ModelRunner model(text);
  model.set("q.d.weight", {8});
  model.run("follow");
  EXPECT_EQ(model.get("target.d.weight"), (Numbers{2}));
  model.run("follow");
  EXPECT_EQ(model.get("target.d.weight"), (Numbers{3.5}));
}

TEST(Training, ResultsCanBeLeftWithoutAName) {
  ModelRunner model(R"mlc(
    version: 1
    block {
      name: 'two' input: 'x'
      node { name: 'a' formula: 'x + 1' } node { name: 'b' formula: '2 * x' }
      output: 'a' output: 'b'
    }
    function {
      name: 'f' input { name: 'x' }
      node { call { block: 'two' } output: ['', 'second'] }
      node { name: 'y' formula: 'second - 1' }
    })mlc");
  EXPECT_EQ(model.run("f", {{"x", {5}}})["y"], (Numbers{9}));
}

} // namespace
