//===- FormulaTest.cpp - Values written as mathematics is -----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/mlc/ModelRunner.h"

#include <gmock/gmock.h>

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

/// A function of x [2, 3], i [2] and dimension n = 3 whose result is the
/// formula's, in line 6.
std::string modelOf(const std::string &formula) {
  return "version: 1\ndimension { name: 'n' size: 3 }\nfunction { name: 'f'\n"
         "  input { name: 'x' shape: '2, n' }\n"
         "  input { name: 'i' shape: '2' type: I64 }\n"
         "  node { name: 'r' formula: \"" +
         formula + "\" }\n}\n";
}

Numbers compute(const std::string &formula) {
  ModelRunner model(modelOf(formula));
  if (!model.isValid())
    return {};
  return model.run("f", {{"x", {1, -2, 3, -4, 5, -6}}, {"i", {1, 0}}})["r"];
}

TEST(Formulas, OperatorsAreOperations) {
  EXPECT_EQ(compute("3 * x - x / 2 + 1"),
            (Numbers{3.5, -4, 8.5, -9, 13.5, -14}));
  EXPECT_EQ(compute("-x^2"), (Numbers{-1, -4, -9, -16, -25, -36}));
  EXPECT_EQ(compute("2^x"), (Numbers{2, 0.25, 8, 0.0625, 32, 1.0 / 64}));
  EXPECT_EQ(compute("x > 0 ? x : -1"), (Numbers{1, -1, 3, -1, 5, -1}));
  EXPECT_EQ(compute("x // n"), (Numbers{0, -1, 1, -2, 1, -2}));
  EXPECT_EQ(compute("x % n"), (Numbers{1, 1, 0, 2, 2, 0}));
  EXPECT_EQ(compute("x @ transpose(x, permutation = [1, 0])"),
            (Numbers{14, -32, -32, 77}));
  EXPECT_EQ(compute("x >= 3 ? 1 : x != 1 ? 2 : 3"),
            (Numbers{3, 2, 1, 2, 1, 2}));
}

TEST(Formulas, NumbersTakeTheTypeOfWhatTheyMeet) {
  EXPECT_EQ(compute("i + 1"), (Numbers{2, 1}));
  EXPECT_EQ(compute("i == 0 ? 0.5 : 0"), (Numbers{0, 0.5}));
  EXPECT_EQ(compute("one_hot(i, 0, 1, depth = n - 1, axis = -1)"),
            (Numbers{0, 1, 1, 0}));
  EXPECT_EQ(compute("1 / 3 + 2 / n"), (Numbers{1}));
  EXPECT_EQ(compute("n > 2 ? log(1) : x"), (Numbers{0}));
  EXPECT_EQ(compute("float(i) / 2 + float(i != 0)"), (Numbers{1.5, 0}));
  EXPECT_EQ(compute("int(x / 2)"), (Numbers{0, -1, 1, -2, 2, -3}));
}

TEST(Formulas, ReductionsHaveShortNames) {
  EXPECT_EQ(compute("sum(x)"), (Numbers{-3}));
  EXPECT_EQ(compute("mean(x, axes = -1)"), (Numbers{2.0 / 3, -5.0 / 3}));
  EXPECT_EQ(compute("x - max(x, axes = 1, keepdims = true)"),
            (Numbers{-2, -5, 0, -9, 0, -11}));
  EXPECT_EQ(compute("max(x, 0)"), (Numbers{1, 0, 3, 0, 5, 0}));
  EXPECT_EQ(compute("reduce_l1(x)"), (Numbers{21}));
}

TEST(Formulas, WordsAreVariables) {
  ModelRunner model(R"mlc(
    version: 1
    block {
      name: 'b' input: 'x'
      node { name: 'd' dense { units: 2 } }
      node { name: 'near' formula: "sum('d.weight') + sum(d)"
}
}
    function {
      name: 'f' input { name: 'x' shape: '1, 1' }
      node { name: 'c' input: 'x' call { block: 'b' } }
      node { name: 'far' formula: "c + 10 * 'c.d.bias'" }
    })mlc");
  model.set("c.d.weight", {1, 2});
  model.set("c.d.bias", {4, 8});
  EXPECT_EQ(model.run("f", {{"x", {3}}})["far"], (Numbers{64, 104}));
}

TEST(Formulas, ProblemsPointToThem) {
  auto problem = [](const std::string &formula) {
    return problemsOf(modelOf(formula));
  };
  EXPECT_THAT(problem("x + y"), AllOf(StartsWith("6:20: "), HasSubstr("'y'"),
                                      HasSubstr("MLCC-1042")));
  EXPECT_THAT(problem("x +"), AllOf(StartsWith("6:20: "), HasSubstr("missing"),
                                    HasSubstr("MLCC-1045")));
  EXPECT_THAT(problem("i + 0.5"), HasSubstr("fraction"));
  EXPECT_THAT(problem("x + i"), HasSubstr("f32 and i64"));
  EXPECT_THAT(problem("x + relu(x, 1)"), HasSubstr("relu:"));
  EXPECT_THAT(problem("nothing(x)"), HasSubstr("'nothing'"));
  EXPECT_THAT(problem("sotfmax(x)"),
              AllOf(StartsWith("6:20: "), HasSubstr("is 'softmax' meant?")));
  EXPECT_THAT(problem("x + X"), HasSubstr("'X'"));
  EXPECT_THAT(problem("softmax(x)"), HasSubstr("axis"));
  EXPECT_THAT(problem("softmax(axis = 1, x)"), HasSubstr("operands stand"));
  EXPECT_THAT(problem("x, x"), HasSubstr("list"));
  EXPECT_THAT(problem(""), HasSubstr("empty"));
  EXPECT_THAT(problem("x @ 2"), HasSubstr("matrix product"));
  EXPECT_THAT(problem("f("), HasSubstr("missing"));
  EXPECT_THAT(problem("max(x, axes = [1"), HasSubstr("']'"));
  EXPECT_THAT(problem("where('a', x, x)"), HasSubstr("variable 'a'"));
  EXPECT_THAT(problem("sum('a')"), HasSubstr("variable 'a'"));
  EXPECT_THAT(problem("sum(x, axes = 7)"), HasSubstr("axis 7"));
  EXPECT_THAT(problem("softmax(x, axis = -3)"), HasSubstr("axis"));
  EXPECT_THAT(problem("constant(value = 3)"), HasSubstr("`constant`"));
  EXPECT_THAT(problem("sum()"), HasSubstr("sum"));
  EXPECT_THAT(problemsOf("version: 1 function { name: 'f' node { name: 'r' "
                         "input: 'x' formula: '1' } input { name: 'x' } }"),
              HasSubstr("itself"));
}

} // namespace
