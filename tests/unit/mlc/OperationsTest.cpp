//===- OperationsTest.cpp - nn operations one to one ----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/mlc/ModelRunner.h"

#include "dialects/nn/NN.h"

#include <gmock/gmock.h>

using testing::HasSubstr;

namespace {

/// A function of x [2, 3] and i [2] whose result is that of `op`.
std::string operation(const std::string &node) {
  return "version: 1 function { name: 'f' input { name: 'x' shape: '2, 3' } "
         "input { name: 'i' shape: '2' type: I64 } node { name: 'r' " +
         node + " } }";
}

Numbers compute(const std::string &node) {
  ModelRunner model(operation(node));
  if (!model.isValid())
    return {};
  return model.run("f", {{"x", {1, -2, 3, -4, 5, -6}}, {"i", {1, 0}}})["r"];
}

TEST(Operations, AttributesOfEveryKind) {
  // Integers, lists, booleans, numbers, words of enumerations, types.
  EXPECT_EQ(compute("input: 'x' op: 'reduce_sum' with: 'axes = 1' with: "
                    "'keepdims = false'"),
            (Numbers{2, -5}));
  EXPECT_EQ(compute("input: 'x' op: 'transpose' with: 'permutation = 1, 0'"),
            (Numbers{1, -4, -2, 5, 3, -6}));
  EXPECT_EQ(compute("input: 'x' op: 'leaky_relu' with: 'alpha = 0.5'"),
            (Numbers{1, -1, 3, -2, 5, -3}));
  EXPECT_EQ(compute("input: 'x' op: 'leaky_relu' with: 'alpha = 1'"),
            (Numbers{1, -2, 3, -4, 5, -6}));
  EXPECT_EQ(compute("input: 'x' op: 'pad' with: 'pads_begin = 0, 1' with: "
                    "'pads_end = 0, 0' "
                    "with: \"mode = 'edge'\""),
            (Numbers{1, 1, -2, 3, -4, -4, 5, -6}));
  EXPECT_EQ(compute("input: 'i' op: 'cast' with: \"to = 'f64'\""),
            (Numbers{1, 0}));
  // Bounds have the kind of what they bound.
  EXPECT_EQ(compute("input: 'x' op: 'clip' with: 'min = -1' with: 'max = 2'"),
            (Numbers{1, -1, 2, -1, 2, -1}));
  EXPECT_EQ(compute("input: 'i' op: 'clip' with: 'max = 0'"), (Numbers{0, 0}));
  EXPECT_EQ(compute("input: ['x', 'i'] op: 'gather' with: 'axis = 0'"),
            (Numbers{-4, 5, -6, 1, -2, 3}));
  EXPECT_EQ(compute("input: ['x', 'x'] op: 'concat' with: 'axis = 0'").size(),
            12u);
}

TEST(Operations, SeveralOptionalOperands) {
  ModelRunner model(R"(
    version: 1
    function {
      name: "f"
      input { name: "x" shape: "3, 1, 2" }
      input { name: "w" shape: "1, 2, 2" }
      input { name: "r" shape: "1, 2, 2" }
      input { name: "h" shape: "1, 1, 2" }
      node {
        name: "states" output: ["all", "last"]
        input: ["x", "w", "r", "", "h"]
        op: "rnn" with: "direction = 'forward'" with: "activations = 'tanh'"
      }
      output { name: "last" }
    })");
  EXPECT_EQ(model.run("f", {{"x", Numbers(6, 0)},
                            {"w", Numbers(4, 1)},
                            {"r", {1, 0, 0, 1}},
                            {"h", {0, 0}}})["last"],
            (Numbers{0, 0}));
}

/// Whatever is missing or wrong is an error, for every operation there is.
TEST(Operations, NothingMissingReachesAnAssertion) {
  TestContext context;
  int operations = 0;
  for (mlir::RegisteredOperationName name : context.getRegisteredOperations()) {
    if (name.getDialectNamespace() != "nn")
      continue;
    std::string op = name.getStringRef().drop_front(3).str();
    ++operations;
    for (std::string inputs :
         {"['x']", "['i']", "['x', 'x']", "['x', 'i']", "['x', 'x', 'x']",
          "['x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x']", "['', '']",
          "['', 'x']", "['x', '', 'x']"}) {
      std::string problems =
          problemsOf(operation("input: " + inputs + " op: '" + op + "'"));
      EXPECT_THAT(problems, testing::AnyOf("imported", HasSubstr("MLCC-")))
          << op;
    }
    // Every attribute, with values of every kind.
    for (mlir::StringAttr attribute : name.getAttributeNames())
      for (std::string value :
           {"0", "1", "-1", "1, 2", "0.5", "'tanh'", "'f32'", "'a', 'b'",
            "9007199254740992", "1, 'a'"}) {
        std::string problems =
            problemsOf(operation("input: ['x', 'x'] op: '" + op + "' with: \"" +
                                 attribute.str() + " = " + value + "\""));
        EXPECT_THAT(problems, testing::AnyOf("imported", HasSubstr("MLCC-")))
            << op << ' ' << attribute.str();
      }
  }
  EXPECT_GT(operations, 100);
}

TEST(Operations, ErrorsSayWhatIsMissing) {
  EXPECT_THAT(problemsOf(operation("input: 'x' op: 'concat'")),
              HasSubstr("requires attribute 'axis'"));
  EXPECT_THAT(problemsOf(operation("input: 'x' op: 'add'")),
              HasSubstr("operands"));
  EXPECT_THAT(
      problemsOf(operation("input: 'x' op: 'softmax' with: 'axes = 1'")),
      HasSubstr("softmax has no attribute 'axes', but axis"));
  EXPECT_THAT(
      problemsOf(operation("input: 'x' op: 'softmax' with: 'axis = 0.5'")),
      HasSubstr("values of another kind"));
  EXPECT_THAT(problemsOf(operation("input: 'x' op: 'sofmax'")),
              HasSubstr("MLCC-1042"));
  EXPECT_THAT(problemsOf(operation("input: 'i' op: 'exp'")),
              HasSubstr("MLCC-"));
}

} // namespace
