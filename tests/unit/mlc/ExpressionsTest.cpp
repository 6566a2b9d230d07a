//===- ExpressionsTest.cpp - Expressions of descriptions ------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Expressions.h"

#include <gmock/gmock.h>

using namespace mlcc::mlc_frontend;
using testing::HasSubstr;

namespace {

const Environment &environment() {
  static Environment names = [] {
    Environment names;
    names["width"] = 64.0;
    names["index"] = 0.0;
    names["mode"] = std::string("gelu");
    return names;
  }();
  return names;
}

/// The single number that the text means; -1e9 after a problem.
double number(const std::string &text) {
  std::string problem;
  auto list = evaluateList(text, environment(), problem);
  EXPECT_EQ(problem, "") << text;
  if (!list || list->size() != 1)
    return -1e9;
  return std::get<double>(list->front());
}

std::string problemOf(const std::string &text) {
  std::string problem;
  EXPECT_FALSE(evaluateList(text, environment(), problem)) << text;
  return problem;
}

TEST(Expressions, ArithmeticHasTheOrderOfC) {
  EXPECT_EQ(number("1 + 2 * 3"), 7);
  EXPECT_EQ(number("(1 + 2) * 3"), 9);
  EXPECT_EQ(number("10 - 4 - 3"), 3);
  EXPECT_EQ(number("4 * width // 3"), 85);
  EXPECT_EQ(number("7 / 2"), 3.5);
  EXPECT_EQ(number("-7 % 3"), 2);
  EXPECT_EQ(number("1.5e-3"), 0.0015);
  EXPECT_EQ(number("--2"), 2);
  EXPECT_EQ(number("index == 0 ? 2 : 1"), 2);
  EXPECT_EQ(number("width > 64 ? 1 : width == 64 ? 5 : 3"), 5);
  EXPECT_EQ(number("true"), 1);
  EXPECT_EQ(number("mode == 'gelu'"), 1);
  EXPECT_EQ(number("-2 ^ 2"), -4);
  EXPECT_EQ(number("2 ^ 3 ^ 2 * 2 ^ -1"), 256);
  EXPECT_EQ(number("index == 0 ? 1 : 1 / index"), 1);
}

TEST(Expressions, ListsAndAssignments) {
  std::string problem;
  auto list = evaluateList(" width, 2 , 'same'", environment(), problem);
  ASSERT_TRUE(list);
  EXPECT_EQ(*list, (DatumList{64.0, 2.0, std::string("same")}));
  auto assignment =
      evaluateAssignment("units = 4 * width", environment(), problem);
  ASSERT_TRUE(assignment);
  EXPECT_EQ(assignment->name, "units");
  EXPECT_EQ(assignment->values, DatumList{256.0});
  EXPECT_TRUE(evaluateList("", environment(), problem)->empty());
}

TEST(Expressions, ProblemsAreNamed) {
  EXPECT_THAT(problemOf("height"), HasSubstr("'height'"));
  EXPECT_THAT(problemOf("1 / 0"), HasSubstr("zero"));
  EXPECT_THAT(problemOf("5 % (2 - 2)"), HasSubstr("zero"));
  EXPECT_THAT(problemOf("1 +"), HasSubstr("missing"));
  EXPECT_THAT(problemOf("(1"), HasSubstr("')'"));
  EXPECT_THAT(problemOf("1 2"), HasSubstr("'2'"));
  EXPECT_THAT(problemOf("1 ? 2"), HasSubstr("':'"));
  EXPECT_THAT(problemOf("'word"), HasSubstr("quotation mark"));
  EXPECT_THAT(problemOf("1 + 'word'"), HasSubstr("not a number"));
  EXPECT_THAT(problemOf("1e999"), HasSubstr("'1e999'"));
  EXPECT_THAT(problemOf(std::string(100000, '(')), HasSubstr("deeply"));
  EXPECT_THAT(problemOf("$"), HasSubstr("'$'"));
  EXPECT_THAT(problemOf("log(2)"), HasSubstr("'log' are for formulas"));
  EXPECT_THAT(problemOf("1 @ 2"), HasSubstr("'@' is for formulas"));
  std::string powers = "2", terms = "2";
  for (int i = 0; i < 100000; ++i) {
    powers += " ^ 2";
    terms += " + 2";
  }
  EXPECT_THAT(problemOf(powers), HasSubstr("deeply"));
  EXPECT_THAT(problemOf(terms), HasSubstr("too long"));
  std::string problem;
  EXPECT_FALSE(evaluateAssignment("= 3", environment(), problem));
  EXPECT_FALSE(evaluateAssignment("a b = 3", environment(), problem));
  EXPECT_FALSE(evaluateAssignment("a =", environment(), problem));
}

} // namespace
