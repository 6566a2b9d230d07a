//===- ErrorsTest.cpp - Errors point to lines of the text -----------------===//
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

/// A function of x [2, 3]; what is given starts in line 5.
std::string function(const std::string &rest) {
  return "version: 1\nfunction {\n  name: 'f'\n  input { name: 'x' shape: '2, "
         "3' }\n" +
         rest + "\n}\n";
}

TEST(Errors, OfTheTextHaveLineAndColumn) {
  EXPECT_THAT(
      problemsOf("version: 1\nfunktion { }\n"),
      AllOf(StartsWith("2:"), HasSubstr("MLCC-1040"), HasSubstr("funktion")));
  EXPECT_THAT(problemsOf("version: one"), HasSubstr("MLCC-1040"));
  EXPECT_THAT(problemsOf("version: 1 function { name: 'f'"),
              HasSubstr("MLCC-1040"));
  EXPECT_THAT(problemsOf(function("  node { loss { kind: CROSS_ENTRPY } }")),
              AllOf(StartsWith("5:"), HasSubstr("CROSS_ENTRPY")));
}

TEST(Errors, OfTheModel) {
  EXPECT_THAT(problemsOf(""), HasSubstr("version must be 1"));
  EXPECT_THAT(problemsOf("version: 2 function { name: 'f' }"),
              HasSubstr("here it is 2"));
  EXPECT_THAT(problemsOf("version: 1"), HasSubstr("no functions"));
  EXPECT_THAT(problemsOf(function("") + "element_type: I64"),
              HasSubstr("F32 or F64"));
  EXPECT_THAT(problemsOf(function("") + "dimension { name: 'n' size: 0 }"),
              HasSubstr("from 1"));
  EXPECT_THAT(problemsOf(function(" node { name: 'r' op: 'abs' }") +
                         "dimension { name: 'n' size: 2 } "
                         "dimension { name: 'n' size: 3 }"),
              HasSubstr("MLCC-1043"));
  EXPECT_THAT(problemsOf("version: 1 function { name: 'a b' }"),
              HasSubstr("MLCC-1041"));
  EXPECT_THAT(problemsOf("version: 1 function { name: 'initialize' }"),
              HasSubstr("MLCC-1043"));
  EXPECT_THAT(problemsOf(function(" node { name: 'r' op: 'abs' }"),
                         {{{"batch", 3}}, ""}),
              HasSubstr("no dimension of this name"));
}

TEST(Errors, SayWhatMayBeMeant) {
  EXPECT_THAT(problemsOf(function("  node { name: 'hidden' op: 'abs' }\n"
                                  "  node { input: 'hiden' op: 'abs' }")),
              HasSubstr("is 'hidden' meant?"));
  EXPECT_THAT(problemsOf(function("  node { name: 'a' op: 'transpos' }")),
              HasSubstr("is 'transpose' meant?"));
  EXPECT_THAT(problemsOf(function("  node { name: 'a' op: 'fourier' }")),
              testing::Not(HasSubstr("meant")));
}

TEST(Errors, VariablesAreNotCalledAsFunctions) {
  for (const char *name : {"f", "train_step", "initialize"})
    EXPECT_THAT(
        problemsOf(function("  node { name: '" + std::string(name) +
                            "' parameter {} }\n  node { name: 'r' formula: \"" +
                            name + "^2\" }") +
                   "training { function: 'f' optimizer { sgd {} } }"),
        AllOf(StartsWith("5:3: MLCC-1043"), HasSubstr("a function")));
}

TEST(Errors, OfNodesPointToTheField) {
  EXPECT_THAT(
      problemsOf(function("  node { name: 'a'\n    dense { units: -3 } }")),
      AllOf(StartsWith("6:13:"), HasSubstr("MLCC-1041"), HasSubstr("'a'"),
            HasSubstr("units")));
  EXPECT_THAT(
      problemsOf(function(
          "  node { name: 'a'\n    input: ['x', 'z']\n    op: 'add' }")),
      AllOf(StartsWith("6:"), HasSubstr("MLCC-1042"), HasSubstr("'z'")));
  EXPECT_THAT(problemsOf(function("  node { dense { units: 3 } }")),
              HasSubstr("needs a name"));
  EXPECT_THAT(problemsOf(function("  node { name: 'a' }")),
              HasSubstr("does not say what it is"));
  EXPECT_THAT(problemsOf(function("  node { name: 'a.b' op: 'abs' }")),
              HasSubstr("MLCC-1041"));
  EXPECT_THAT(problemsOf(function("  node { name: 'x' op: 'abs' }")),
              HasSubstr("MLCC-1043"));
  EXPECT_THAT(
      problemsOf(
          function("  node { name: 'a'\n  with: 'units = widht'\n dense {} }")),
      AllOf(StartsWith("6:"), HasSubstr("MLCC-1045"), HasSubstr("'widht'")));
  EXPECT_THAT(
      problemsOf(function("  node { name: 'a' with: 'unit = 3' dense {} }")),
      HasSubstr("dense has no field 'unit'"));
  EXPECT_THAT(
      problemsOf(function("  node { name: 'a' with: 'units = 2.5' dense {} }")),
      HasSubstr("another kind"));
  EXPECT_THAT(
      problemsOf(function(
          "  node { name: 'a' dense { units: 2 activation: 'rleu' } }")),
      HasSubstr("'rleu'"));
  EXPECT_THAT(problemsOf(function(
                  "  node { name: 'a' conv { channels: 2 kernel: 3 } }")),
              HasSubstr("at least 3 dimensions"));
  EXPECT_THAT(
      problemsOf(function("  node { name: 'a' output: ['p', 'q'] op: 'abs' }")),
      HasSubstr("2 names for 1 results"));
  EXPECT_THAT(problemsOf(function("  node { name: 'a' dropout { rate: 1 } }")),
              HasSubstr("less than 1"));
}

TEST(Errors, OfShapesNameTheNode) {
  EXPECT_THAT(problemsOf(function(
                  "  node { name: 'm'\n  input: ['x', 'x'] op: 'matmul' }")),
              AllOf(StartsWith("5:3:"), HasSubstr("MLCC-2001")));
  EXPECT_THAT(problemsOf(function("  node { name: 'l' input: ['x', 'x'] loss { "
                                  "kind: CROSS_ENTROPY } }")),
              HasSubstr("labels are integers"));
  EXPECT_THAT(
      problemsOf(function(
          "  node { name: 'l' input: 'x' loss { kind: CROSS_ENTROPY } }")),
      HasSubstr("takes 2 inputs"));
  EXPECT_THAT(
      problemsOf(function("  node { name: 'l' input: ['x', 'x'] loss { } }")),
      HasSubstr("kind must be given"));
}

TEST(Errors, AllAreReportedAtOnce) {
  std::string problems =
      problemsOf(function("  node { name: 'a' dense { } }\n"
                          "  node { name: 'b' op: 'relu' }\n"
                          "  node { name: 'c' input: 'q' op: 'abs' }\n"
                          "  node { name: 'd' input: 'x' op: 'nothing' }"));
  // b reads what could not be made: it is not reported.
  EXPECT_EQ(std::count(problems.begin(), problems.end(), '\n'), 3) << problems;
  EXPECT_THAT(problems,
              AllOf(HasSubstr("5:"), HasSubstr("7:"), HasSubstr("8:")));
}

TEST(Errors, OfGradients) {
  EXPECT_THAT(problemsOf(function("  node { name: 'g' gradient {} }")),
              HasSubstr("takes 2 to"));
  EXPECT_THAT(problemsOf(function(
                  "  node { name: 'i' op: 'cast' with: \"to = 'i64'\" }\n"
                  "  node { name: 'g' input: ['i', 'x'] gradient {} }")),
              AllOf(StartsWith("6:"), HasSubstr("MLCC-2002")));
  EXPECT_THAT(
      problemsOf(function(
          "  node { name: 'm' input: ['x'] op: 'cum_sum' with: 'axis = 1' }\n"
          "  node { name: 'g' input: ['m', 'x'] gradient {} }")),
      testing::Eq("imported"));
}

TEST(Errors, OfBlocks) {
  std::string block =
      "block { name: 'b' input: 'v' argument: 'n' argument: 'm = n' "
      "node { name: 'd' dense {} with: 'units = n' } }";
  EXPECT_THAT(
      problemsOf(
          function(" node { name: 'r' call { block: 'b' } with: 'n = 3' }") +
          block),
      testing::Eq("imported"));
  EXPECT_THAT(
      problemsOf(function(" node { name: 'r' call { block: 'b' } }") + block),
      HasSubstr("'n' must be given"));
  EXPECT_THAT(problemsOf(function(" node { name: 'r' call { block: 'b' } with: "
                                  "'n = 3' with: 'k = 2' }") +
                         block),
              HasSubstr("no argument 'k'"));
  EXPECT_THAT(
      problemsOf(function(" node { name: 'r' call { block: 'c' } }") + block),
      HasSubstr("no block 'c'"));
  EXPECT_THAT(problemsOf(function(" node { name: 'r' input: ['x', 'x'] call { "
                                  "block: 'b' } with: 'n = 3' }") +
                         block),
              HasSubstr("takes 1 inputs, not 2"));
  EXPECT_THAT(problemsOf(function(" node { name: 'r' call { block: 'b' } }") +
                         "block { name: 'b' input: 'v' output: 'w' node { "
                         "name: 'd' op: 'abs' } }"),
              HasSubstr("'w'"));
  EXPECT_THAT(
      problemsOf(function(" node { name: 'r' share: 'q' dense { units: 2 } }")),
      HasSubstr("no layer or call is called 'q'"));
}

TEST(Errors, LayersOfOneNameMustBeTheSame) {
  EXPECT_THAT(
      problemsOf("version: 1 "
                 "function { name: 'f' input { name: 'x' shape: '2, 3' } node "
                 "{ name: 'd' dense { units: 2 } } }\n"
                 "function { name: 'g' input { name: 'x' shape: '2, 4' } node "
                 "{ name: 'd' dense { units: 2 } } }"),
      AllOf(HasSubstr("MLCC-1043"), HasSubstr("'d.weight'"), HasSubstr("2:")));
}

TEST(Errors, OfTraining) {
  auto training = [](const std::string &text) {
    return problemsOf(
        "version: 1 function { name: 'loss' input { name: 'x' shape: '2, 3' } "
        "node { name: 'd' dense { units: 1 } } }\ntraining {\n" +
        text + "\n}");
  };
  EXPECT_THAT(training(""), HasSubstr("optimizer must be given"));
  EXPECT_THAT(training("optimizer { }"), HasSubstr("MLCC-1050"));
  EXPECT_THAT(training("function: 'g' optimizer { sgd {} }"),
              HasSubstr("no function 'g'"));
  EXPECT_THAT(training("optimizer { sgd { lr: -1 } }"),
              HasSubstr("lr must not be negative"));
  EXPECT_THAT(training("optimizer { adam { beta1: 1 } }"), HasSubstr("beta1"));
  EXPECT_THAT(training("optimizer { sgd {} } schedule { cosine { } }"),
              HasSubstr("period must be positive"));
  EXPECT_THAT(training("optimizer { sgd {} } schedule { warmup { steps: 3 then "
                       "{ staircase {} } } }"),
              HasSubstr("every must be positive"));
  EXPECT_THAT(training("optimizer { sgd {} } clip { }"),
              HasSubstr("clip_value or clip_norm"));
  EXPECT_THAT(training("optimizer { sgd {} } clip { clip_norm { norm: 0 } }"),
              HasSubstr("norm must be positive"));
  EXPECT_THAT(training("optimizer { sgd {} } group { pattern: '[' }"),
              HasSubstr("MLCC-1050"));
  EXPECT_THAT(training("optimizer { sgd { lr: nan } }"),
              HasSubstr("MLCC-1050"));
  EXPECT_THAT(training("optimizer { sgd { lr: inf } }"),
              HasSubstr("MLCC-1050"));
}

} // namespace
