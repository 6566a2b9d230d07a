//===- LayersTest.cpp - Layers against libtorch and by hand ---------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/mlc/ModelRunner.h"

#include <gmock/gmock.h>

#include <cmath>

using testing::DoubleNear;
using testing::Each;
using testing::Pointwise;

namespace {

/// A function `f` of x with these nodes, the last of which is its result `r`.
std::string model(const std::string &shape, const std::string &nodes) {
  return "version: 1 function { name: 'f' input { name: 'x' shape: '" + shape +
         "' } " + nodes + " }";
}

int elements(const std::string &shape) {
  int count = 1, extent = 0;
  for (char c : shape + ",")
    if (c == ',') {
      count *= extent;
      extent = 0;
    } else if (c != ' ') {
      extent = 10 * extent + (c - '0');
    }
  return count;
}

Numbers compute(const std::string &shape, const std::string &nodes) {
  ModelRunner runner(model(shape, nodes));
  runner.initialize(1);
  runner.fillParameters();
  return runner.run("f", {{"x", waves(elements(shape))}})["r"];
}

struct Expected {
  std::string name;
  Numbers values;
};
const Expected torchLayers[] = {
#define TORCH_LAYER(name, ...) {name, {__VA_ARGS__}},
#include "tests/unit/mlc/TorchLayers.inc"
#undef TORCH_LAYER
};

class TorchLayers : public testing::TestWithParam<Expected> {};

TEST_P(TorchLayers, ResultsAgree) {
  const std::map<std::string, std::string> nodes = {
      {"lstm", "node { name: 'r' lstm { units: 2 } }"},
      {"gru", "node { name: 'r' gru { units: 2 } }"},
      {"rnn", "node { name: 'r' rnn { units: 2 } }"},
      {"attention", "node { name: 'r' attention { heads: 2 } }"},
      {"causal", "node { name: 'r' attention { heads: 2 causal: true } }"},
      {"conv_transpose",
       "node { name: 'r' conv_transpose { channels: 3 kernel: 3 stride: 2 "
       "padding: 1 output_padding: 1 } }"}};
  std::string shape =
      GetParam().name == "conv_transpose" ? "1, 2, 2, 2" : "2, 3, 4";
  EXPECT_THAT(compute(shape, nodes.at(GetParam().name)),
              Pointwise(DoubleNear(1e-13), GetParam().values));
}

INSTANTIATE_TEST_SUITE_P(All, TorchLayers, testing::ValuesIn(torchLayers),
                         [](const auto &info) { return info.param.name; });

TEST(Layers, TimeFirstIsTheSameTransposed) {
  Numbers batchFirst =
      compute("1, 3, 4", "node { name: 'r' lstm { units: 2 layers: 2 } }");
  Numbers timeFirst = compute(
      "3, 1, 4",
      "node { name: 'r' lstm { units: 2 layers: 2 time_first: true } }");
  EXPECT_EQ(batchFirst.size(), 6u);
  EXPECT_EQ(batchFirst, timeFirst);
}

TEST(Layers, LastStatesAreTheEndsOfSequences) {
  ModelRunner runner(model("1, 3, 4",
                           "node { name: 'l' output: ['all', 'last', 'cell'] "
                           "lstm { units: 2 } }"
                           "output { name: 'all' } output { name: 'last' }"));
  runner.initialize(1);
  auto outputs = runner.run("f", {{"x", waves(12)}});
  Numbers all = outputs["all"];
  EXPECT_EQ(Numbers(all.end() - 2, all.end()), outputs["last"]);
}

TEST(Layers, SamePaddingKeepsExtents) {
  ModelRunner runner(model("1, 1, 7, 6",
                           "node { name: 'r' conv { channels: 2 kernel: [3, 4] "
                           "same: true } }"));
  EXPECT_EQ(runner.shapeOf("r.weight"),
            (llvm::SmallVector<int64_t>{2, 1, 3, 4}));
  runner.initialize(1);
  EXPECT_EQ(runner.run("f", {{"x", waves(42)}})["r"].size(), 84u);
}

TEST(Layers, NormsOfOneChannelHaveMeanZero) {
  for (std::string norm :
       {"layer_norm { dimensions: 3 }", "group_norm { groups: 1 }"}) {
    ModelRunner runner(model("1, 2, 3, 4", "node { name: 'r' " + norm + " }"));
    runner.initialize(1);
    Numbers result = runner.run("f", {{"x", waves(24)}})["r"];
    double sum = 0, squares = 0;
    for (double value : result) {
      sum += value;
      squares += value * value;
    }
    EXPECT_NEAR(sum, 0, 1e-12) << norm;
    EXPECT_NEAR(squares / 24, 1, 1e-4) << norm;
  }
}

TEST(Layers, BlocksRepeatWithTheirOwnParameters) {
  ModelRunner runner(R"(
    version: 1
    dimension { name: "width" size: 3 }
    block {
      name: "residual"
      input: "x"
      argument: "factor = 2"
      node { name: "up" dense { activation: "relu" } with: "units = factor * width + index" }
      node { name: "down" dense {} with: "units = width" }
      node { name: "sum" input: ["x", "down"] op: "add" }
    }
    function {
      name: "f"
      input { name: "x" shape: "1, width" }
      node { name: "body" call { block: "residual" repeat: 2 } with: "factor = 4 + index" }
      node { name: "r" call { block: "residual" } }
    })");
  EXPECT_EQ(runner.shapeOf("body.0.up.weight"),
            (llvm::SmallVector<int64_t>{12, 3}));
  EXPECT_EQ(runner.shapeOf("body.1.up.weight"),
            (llvm::SmallVector<int64_t>{16, 3}));
  EXPECT_EQ(runner.shapeOf("r.up.weight"), (llvm::SmallVector<int64_t>{6, 3}));
  EXPECT_EQ(runner.variablesOf("parameter").size(), 12u);
}

TEST(Layers, SharedLayersAreOne) {
  ModelRunner runner(R"(
    version: 1
    block {
      name: "tower" input: "v"
      node { name: "fc" dense { units: 2 } }
    }
    function {
      name: "f"
      input { name: "a" shape: "1, 3" }
      input { name: "b" shape: "1, 3" }
      node { name: "left" input: "a" call { block: "tower" } }
      node { name: "right" input: "b" share: "left" call { block: "tower" } }
      node { name: "r" input: ["left", "right"] op: "sub" }
    }
    function {
      name: "g"
      input { name: "a" shape: "1, 3" }
      node { name: "left" call { block: "tower" } }
    })");
  EXPECT_EQ(runner.variablesOf("parameter"),
            (std::vector<std::string>{"left.fc.weight", "left.fc.bias"}));
  runner.initialize(3);
  EXPECT_THAT(runner.run("f", {{"a", {1, 2, 3}}, {"b", {1, 2, 3}}})["r"],
              Each(0.0));
}

TEST(Layers, WeightsCanBeTiedToAnEmbedding) {
  ModelRunner runner(R"(
    version: 1
    function {
      name: "f"
      input { name: "x" shape: "2" type: I64 }
      node { name: "embed" embedding { count: 5 size: 3 } }
      node { name: "r" dense { units: 5 weight: "embed.weight" no_bias: true } }
    })");
  EXPECT_EQ(runner.variablesOf("parameter"),
            std::vector<std::string>{"embed.weight"});
}

// A running sum by hand, forwards and backwards.
TEST(Layers, ScanCarriesStates) {
  auto scan = [](const std::string &fields) {
    ModelRunner runner(R"(
      version: 1
      block {
        name: "step" input: ["x", "sum"] output: ["new", "twice"]
        node { name: "new" input: ["x", "sum"] op: "add" }
        node { name: "twice" input: ["new", "new"] op: "add" }
      }
      function {
        name: "f"
        input { name: "x" shape: "4, 1" }
        node { name: "zero" constant { shape: "1" values: 0 } }
        node {
          name: "s" output: ["r", "last"] input: ["x", "zero"]
          scan { block: "step" states: 1 )" +
                       fields + R"( }
        }
        output { name: "r" }
        output { name: "last" }
      })");
    auto outputs = runner.run("f", {{"x", {1, 2, 3, 4}}});
    Numbers all = outputs["r"];
    all.push_back(outputs["last"].at(0));
    return all;
  };
  for (std::string unroll : {"", " unroll: true", " unroll: false"}) {
    EXPECT_EQ(scan(unroll), (Numbers{2, 6, 12, 20, 10}));
    EXPECT_EQ(scan("reverse: true" + unroll), (Numbers{20, 18, 14, 8, 10}));
  }
}

// Parameters, draws, variables that are written, a loop in the loop, and time
// in the second dimension: unrolled or not, the numbers are the same, and so
// are those of the next call.
TEST(Layers, RolledAndUnrolledLoopsAgree) {
  auto run = [](const std::string &unroll) {
    ModelRunner runner(R"(
      version: 1
      block {
        name: "inner" input: ["v", "s"] output: "next"
        node { name: "noise" random { distribution: NORMAL shape: "3" } }
        node { name: "next" input: ["v", "noise"] op: "add" }
      }
      block {
        name: "step" input: ["x", "h"] output: ["new", "new"]
        node { name: "d" input: "x" dense { units: 3 } }
        node { name: "noise" random { distribution: UNIFORM shape: "2, 3" } }
        node { name: "drawn" input: ["d", "noise"] op: "mul" }
        node { name: "count" parameter { shape: "3" role: STATE } }
        node {
          name: "walked" input: ["drawn", "count"]
          scan { block: "inner" states: 1 unroll: )" +
                       unroll + R"( }
        }
        node { name: "counted" input: ["count", "walked"] op: "add" }
        node { name: "kept" input: "counted" assign { variable: "s.count" } }
        node { name: "sum" input: ["drawn", "h"] op: "add" }
        node { name: "new" input: ["sum", "counted"] op: "mul" }
      }
      function {
        name: "f"
        input { name: "x" shape: "2, 4, 5" }
        node { name: "zero" constant { shape: "2, 3" values: 1 } }
        node {
          name: "s" output: ["r", "last"] input: ["x", "zero"]
          scan { block: "step" states: 1 axis: 1 unroll: )" +
                       unroll + R"( }
        }
        node { name: "noise" random { distribution: UNIFORM shape: "2, 3" } }
        node { name: "end" input: ["last", "noise"] op: "add" }
        output { name: "r" }
        output { name: "end" }
      })");
    runner.fillParameters();
    runner.set("random", {5, 0});
    Numbers x(40);
    for (size_t i = 0; i < x.size(); ++i)
      x[i] = std::cos(double(i));
    std::vector<Numbers> all;
    for (int call = 0; call < 2; ++call) {
      auto outputs = runner.run("f", {{"x", x}});
      all.insert(all.end(), {outputs["r"], outputs["end"],
                             runner.get("s.count"), runner.get("random")});
    }
    return all;
  };
  auto unrolled = run("true");
  EXPECT_EQ(unrolled.front().size(), 24u);
  EXPECT_NE(unrolled[0], unrolled[4]);
  EXPECT_EQ(unrolled, run("false"));
}

// A block that asks for gradients, or whose state grows, is made for each step.
TEST(Layers, LoopsThatCannotBeRolledAreNot) {
  ModelRunner descent(R"(
    version: 1
    block {
      name: "step" input: ["x", "w"] output: "next"
      node { name: "product" input: ["x", "w"] op: "mul" }
      node { name: "square" input: ["product", "product"] op: "mul" }
      node { name: "slope" input: ["square", "w"] gradient {} }
      node { name: "next" input: ["w", "slope"] op: "sub" }
    }
    function {
      name: "f"
      input { name: "x" shape: "2, 1" }
      node { name: "one" constant { shape: "1" values: 1 } }
      node { name: "r" input: ["x", "one"] scan { block: "step" states: 1 } }
    })");
  // w - 2 x^2 w: -1, and then 7.
  EXPECT_EQ(descent.run("f", {{"x", {1, 2}}})["r"], Numbers{7});

  ModelRunner growth(R"(
    version: 1
    block {
      name: "step" input: ["x", "s"] output: "next"
      node { name: "next" input: ["s", "x"] op: "concat" with: "axis = 0" }
    }
    function {
      name: "f"
      input { name: "x" shape: "3, 1" }
      node { name: "none" constant { shape: "1" values: 9 } }
      node { name: "r" input: ["x", "none"] scan { block: "step" states: 1 } }
    })");
  EXPECT_EQ(growth.run("f", {{"x", {1, 2, 3}}})["r"], (Numbers{9, 1, 2, 3}));
}

// Doubling until 100 is passed.
TEST(Layers, WhileStopsCounting) {
  ModelRunner runner(R"(
    version: 1
    block {
      name: "double" input: "v" output: ["more", "next"]
      node { name: "next" input: ["v", "v"] op: "add" }
      node { name: "limit" constant { values: 100 } }
      node { name: "more" input: ["next", "limit"] op: "less" }
    }
    function {
      name: "f"
      input { name: "x" }
      node { name: "r" while { block: "double" limit: 12 } }
    })");
  EXPECT_EQ(runner.run("f", {{"x", {3}}})["r"], Numbers{192});
  EXPECT_EQ(runner.run("f", {{"x", {200}}})["r"], Numbers{400});
  EXPECT_EQ(runner.run("f", {{"x", {0.001}}})["r"], Numbers{4.096});
}

TEST(Layers, StateIsKeptFromCallToCall) {
  ModelRunner runner(R"(
    version: 1
    function {
      name: "f"
      input { name: "x" }
      node { name: "total" parameter { role: STATE } }
      node { name: "scale" parameter { role: RUN_TIME initializer { kind: CONSTANT value: 10 } } }
      node { name: "sum" input: ["total", "x"] op: "add" }
      node { input: "sum" assign { variable: "total" } }
      node { name: "r" input: ["sum", "scale"] op: "mul" }
    })");
  runner.initialize(1);
  EXPECT_EQ(runner.run("f", {{"x", {2}}})["r"], Numbers{20});
  EXPECT_EQ(runner.run("f", {{"x", {3}}})["r"], Numbers{50});
  runner.set("scale", {1});
  EXPECT_EQ(runner.run("f", {{"x", {0}}})["r"], Numbers{5});
}

TEST(Layers, DropoutOfWholeChannelsAndRandomNumbers) {
  ModelRunner runner(model(
      "2",
      "node { name: 'u' random { shape: '1000' low: 2 high: 4 } }"
      "node { name: 'n' random { distribution: NORMAL shape: '1000' mean: 5 } }"
      "node { name: 'b' random { distribution: BERNOULLI shape: '1000' "
      "probability: 0.25 } }"
      "output { name: 'u' } output { name: 'n' } output { name: 'b' }"));
  runner.initialize(5);
  auto outputs = runner.run("f", {{"x", {0, 0}}});
  auto mean = [&](const std::string &name) {
    double sum = 0;
    for (double value : outputs[name])
      sum += value;
    return sum / 1000;
  };
  EXPECT_THAT(outputs["u"],
              Each(testing::AllOf(testing::Ge(2), testing::Lt(4))));
  EXPECT_NEAR(mean("u"), 3, 0.1);
  EXPECT_NEAR(mean("n"), 5, 0.15);
  EXPECT_NEAR(mean("b"), 0.25, 0.06);
}

//===----------------------------------------------------------------------===//
// Initializers
//===----------------------------------------------------------------------===//

struct Spread {
  double mean, deviation, largest;
};

Spread initialized(const std::string &initializer,
                   const std::string &shape = "40, 60") {
  ModelRunner runner(model("1", "node { name: 'w' parameter { shape: '" +
                                    shape + "' initializer { " + initializer +
                                    " } } }"
                                    "node { name: 'r' input: 'x' op: 'neg' }"));
  runner.initialize(11);
  double sum = 0, squares = 0, largest = 0;
  Numbers values = runner.get("w");
  for (double value : values) {
    sum += value;
    squares += value * value;
    largest = std::max(largest, std::abs(value));
  }
  double mean = sum / values.size();
  return {mean, std::sqrt(squares / values.size() - mean * mean), largest};
}

TEST(Initializers, HaveTheirSpread) {
  // 2400 numbers: the deviation is known to 3 %.
  auto check = [](const std::string &initializer, double deviation) {
    Spread spread = initialized(initializer);
    EXPECT_NEAR(spread.deviation, deviation, 0.05 * deviation) << initializer;
    EXPECT_NEAR(spread.mean, 0, 0.1 * deviation) << initializer;
  };
  check("kind: XAVIER_UNIFORM", std::sqrt(2.0 / 100));
  check("kind: XAVIER_NORMAL", std::sqrt(2.0 / 100));
  check("kind: HE_UNIFORM", std::sqrt(2.0 / 60));
  check("kind: HE_NORMAL", std::sqrt(2.0 / 60));
  check("kind: LECUN_UNIFORM", std::sqrt(1.0 / 60));
  check("kind: LECUN_NORMAL", std::sqrt(1.0 / 60));
  check("kind: FAN_IN_UNIFORM", std::sqrt(1.0 / 180));
  check("kind: NORMAL deviation: 0.01", 0.01);
  check("kind: NORMAL deviation: 1 scale: 0.01", 0.01);
  check("kind: UNIFORM low: -3 high: 3", std::sqrt(3.0));
  EXPECT_LE(initialized("kind: XAVIER_UNIFORM").largest, std::sqrt(6.0 / 100));
  EXPECT_LE(initialized("kind: HE_UNIFORM").largest, std::sqrt(6.0 / 60));
  EXPECT_EQ(initialized("kind: CONSTANT value: 0.5").mean, 0.5);
  EXPECT_EQ(initialized("kind: ONES").mean, 1);
}

TEST(Initializers, OrthogonalRowsAreOrthonormal) {
  for (std::pair<int, int> size :
       {std::pair(8, 8), std::pair(3, 9), std::pair(9, 3)}) {
    auto [rows, columns] = size;
    ModelRunner runner(
        model("1", "node { name: 'w' parameter { shape: '" +
                       std::to_string(rows) + ", " + std::to_string(columns) +
                       "' initializer { kind: ORTHOGONAL } } } node { name: "
                       "'r' input: 'x' op: 'neg' }"));
    runner.initialize(2);
    Numbers w = runner.get("w");
    bool isWide = rows <= columns;
    int count = std::min(rows, columns), length = std::max(rows, columns);
    for (int a = 0; a < count; ++a)
      for (int b = 0; b < count; ++b) {
        double product = 0;
        for (int k = 0; k < length; ++k)
          product += isWide ? w[a * columns + k] * w[b * columns + k]
                            : w[k * columns + a] * w[k * columns + b];
        EXPECT_NEAR(product, a == b, 1e-9);
      }
  }
}

TEST(Initializers, TheSeedDecides) {
  ModelRunner runner(model("1, 4", "node { name: 'r' dense { units: 3 } }"));
  runner.initialize(1);
  Numbers first = runner.get("r.weight");
  runner.initialize(2);
  EXPECT_NE(runner.get("r.weight"), first);
  runner.initialize(1);
  EXPECT_EQ(runner.get("r.weight"), first);
}

} // namespace
