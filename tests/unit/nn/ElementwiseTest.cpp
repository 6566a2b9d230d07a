//===- ElementwiseTest.cpp - What element-wise nn ops compute -------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/nn/Evaluation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

using ::testing::ElementsAre;

/// The values of a unary op at three points.
static std::vector<double> unary(const std::string &op,
                                 const std::string &attributes = "",
                                 const std::string &points = "-1.0, 0.5, 4.0") {
  return evaluate("%x = nn.constant dense<[" + points +
                  "]> : tensor<3xf64>\n%0 = nn." + op + " %x {" + attributes +
                  "} : (tensor<3xf64>) -> tensor<3xf64>");
}

/// The values of a binary op of vectors.
static std::vector<double> binary(const std::string &op, const std::string &lhs,
                                  const std::string &rhs,
                                  const std::string &type,
                                  const std::string &attributes = "",
                                  const std::string &resultType = "") {
  return evaluate("%x = nn.constant dense<" + lhs + "> : " + type +
                  "\n%y = nn.constant dense<" + rhs + "> : " + type +
                  "\n%0 = nn." + op + " %x, %y {" + attributes + "} : (" +
                  type + ", " + type + ") -> " +
                  (resultType.empty() ? type : resultType));
}

TEST(Elementwise, ActivationsFollowTheirFormulas) {
  auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  double e = std::exp(1);
  EXPECT_THAT(unary("relu"), near({0, 0.5, 4}));
  EXPECT_THAT(unary("leaky_relu", "alpha = 0.1"), near({-0.1, 0.5, 4}));
  EXPECT_THAT(unary("elu", "alpha = 2.0"), near({2 / e - 2, 0.5, 4}));
  EXPECT_THAT(unary("celu", "alpha = 2.0"),
              near({2 * (std::exp(-0.5) - 1), 0.5, 4}));
  EXPECT_THAT(unary("selu"),
              near({-1.1113307378125625, 0.52535051, 4.20280408}));
  EXPECT_THAT(unary("hard_sigmoid"), near({0.3, 0.6, 1}));
  EXPECT_THAT(unary("hard_swish"), near({-1.0 / 3, 0.5 * (0.5 + 0.5 / 6), 4}));
  EXPECT_THAT(unary("sigmoid"), near({sigmoid(-1), sigmoid(0.5), sigmoid(4)}));
  EXPECT_THAT(unary("softplus", "", "-1000.0, 0.0, 1000.0"),
              near({0, std::log(2), 1000}));
  EXPECT_THAT(unary("softsign"), near({-0.5, 0.5 / 1.5, 0.8}));
  EXPECT_THAT(unary("mish"), near({-0.30340146, 0.37524524, 3.99741281}));
  EXPECT_THAT(unary("swish", "alpha = 2.0"),
              near({-sigmoid(-2), 0.5 * sigmoid(1), 4 * sigmoid(8)}));
  EXPECT_THAT(unary("thresholded_relu", "alpha = 0.5"), near({0, 0, 4}));
  EXPECT_THAT(unary("shrink", "bias = 0.25, lambd = 0.5"),
              near({-0.75, 0, 3.75}));
  EXPECT_THAT(unary("gelu"), near({-0.15865525, 0.34573123, 3.99987332}));
  EXPECT_THAT(unary("gelu", "form = #nn<gelu_form tanh>"),
              near({-0.15880801, 0.34571401, 3.99992975}));
}

TEST(Elementwise, RoundingTakesHalvesToEven) {
  EXPECT_THAT(unary("round", "", "-2.5, 0.5, 1.5"), ElementsAre(-2, 0, 2));
  EXPECT_THAT(unary("floor", "", "-2.5, 0.5, 2.0"), ElementsAre(-3, 0, 2));
  EXPECT_THAT(unary("ceil", "", "-2.5, 0.5, 2.0"), ElementsAre(-2, 1, 2));
}

TEST(Elementwise, ClipLetsTheMaximumWin) {
  EXPECT_THAT(unary("clip", "min = 0.0 : f64, max = 1.0 : f64"),
              ElementsAre(0, 0.5, 1));
  EXPECT_THAT(unary("clip", "min = 3.0 : f64, max = 2.0 : f64"),
              ElementsAre(2, 2, 2));
  EXPECT_THAT(unary("clip", "max = 1.0 : f64"), ElementsAre(-1, 0.5, 1));
}

TEST(Elementwise, IntegersWrap) {
  EXPECT_THAT(binary("add", "[127, -128]", "[1, -1]", "tensor<2xi8>"),
              ElementsAre(-128, 127));
  EXPECT_THAT(binary("sub", "[0, 3]", "[1, 1]", "tensor<2xui8>"),
              ElementsAre(255, 2));
  EXPECT_THAT(binary("mul", "[65536, 3]", "[65536, -5]", "tensor<2xi32>"),
              ElementsAre(0, -15));
}

TEST(Elementwise, IntegerDivisionIsTotal) {
  EXPECT_THAT(binary("div", "[7, -7, 5]", "[2, 2, 0]", "tensor<3xi32>"),
              ElementsAre(3, -3, 0));
  EXPECT_THAT(binary("div", "[-9223372036854775808]", "[-1]", "tensor<1xi64>"),
              ElementsAre(-9223372036854775808.0));
  EXPECT_THAT(binary("div", "[18446744073709551615]", "[5]", "tensor<1xui64>"),
              ElementsAre(3689348814741910323.0));
  EXPECT_THAT(binary("mod", "[7, -7, 5]", "[-3, 3, 0]", "tensor<3xi32>"),
              ElementsAre(-2, 2, 0));
  EXPECT_THAT(
      binary("mod", "[7, -7]", "[-3, 3]", "tensor<2xi32>", "fmod = true"),
      ElementsAre(1, -1));
  EXPECT_THAT(binary("mod", "[5.5, -5.5]", "[-2.0, 2.0]", "tensor<2xf32>"),
              ElementsAre(-0.5, 0.5));
}

TEST(Elementwise, ShiftsArePlainBits) {
  EXPECT_THAT(binary("shift_left", "[3, 128]", "[2, 1]", "tensor<2xui8>"),
              ElementsAre(12, 0));
  EXPECT_THAT(binary("shift_right", "[-1, 8]", "[4, 9]", "tensor<2xi8>"),
              ElementsAre(15, 0));
}

TEST(Elementwise, NotANumberSpreads) {
  double nan = NAN;
  std::string x = "[0x7FC00000, 1.0]", y = "[1.0, 0x7FC00000]";
  EXPECT_THAT(binary("max", x, y, "tensor<2xf32>"), near({nan, nan}));
  EXPECT_THAT(binary("min", x, y, "tensor<2xf32>"), near({nan, nan}));
  EXPECT_THAT(binary("equal", x, x, "tensor<2xf32>", "", "tensor<2xi1>"),
              ElementsAre(0, 1));
}

TEST(Elementwise, UnsignedNumbersCompareAsSuch) {
  std::string large = "[18446744073709551615]", small = "[1]";
  EXPECT_THAT(
      binary("less", large, small, "tensor<1xui64>", "", "tensor<1xi1>"),
      ElementsAre(0));
  EXPECT_THAT(
      binary("less_equal", small, large, "tensor<1xui64>", "", "tensor<1xi1>"),
      ElementsAre(1));
  EXPECT_THAT(binary("max", large, small, "tensor<1xui64>"),
              ElementsAre(18446744073709551615.0));
}

TEST(Elementwise, PowersOfIntegersAreExact) {
  EXPECT_THAT(binary("pow", "[3, -2]", "[39, 63]", "tensor<2xi64>"),
              ElementsAre(4052555153018976267.0, -9223372036854775808.0));
  EXPECT_THAT(binary("pow", "[4.0, 2.0]", "[0.5, -1.0]", "tensor<2xf32>"),
              ElementsAre(2, 0.5));
}

TEST(Elementwise, CastsSaturateAndTruncate) {
  auto cast = [](const std::string &values, const std::string &from,
                 const std::string &to) {
    return evaluate("%x = nn.constant dense<" + values + "> : tensor<3x" +
                    from + ">\n%0 = nn.cast %x {to = " + to + "} : (tensor<3x" +
                    from + ">) -> tensor<3x" + to + ">");
  };
  EXPECT_THAT(cast("[-1.9, 1.9, 1.0e10]", "f32", "i32"),
              ElementsAre(-1, 1, 2147483647));
  EXPECT_THAT(cast("[-1.0, 300.0, 0x7FC00000]", "f32", "ui8"),
              ElementsAre(0, 255, 0));
  EXPECT_THAT(cast("[257, -1, 128]", "i32", "i8"), ElementsAre(1, -1, -128));
  EXPECT_THAT(cast("[0.0, 0.5, -3.0]", "f32", "i1"), ElementsAre(0, 1, 1));
  // Halfway between neighbours of bf16 goes to the even one.
  EXPECT_THAT(cast("[1.00390625, 1.01171875, 65536.0]", "f32", "bf16"),
              ElementsAre(1, 1.015625, 65536));
  EXPECT_THAT(cast("[65536.0, 0.1, -2.0]", "f32", "f16"),
              ElementsAre(INFINITY, 0.0999755859375, -2));
  // Rounding to f32 by way of f64 would give 2^60.
  EXPECT_THAT(cast("[1152921573326323713, 3, 1]", "i64", "f32"),
              ElementsAre(1152921642045800448.0, 3, 1));
}

TEST(Elementwise, OperandsBroadcast) {
  EXPECT_THAT(evaluate(R"(
    %x = nn.constant dense<[[1], [2]]> : tensor<2x1xi32>
    %y = nn.constant dense<[10, 20, 30]> : tensor<3xi32>
    %0 = nn.add %x, %y : (tensor<2x1xi32>, tensor<3xi32>) -> tensor<2x3xi32>)"),
              ElementsAre(11, 21, 31, 12, 22, 32));
  EXPECT_THAT(evaluate(R"(
    %c = nn.constant dense<[true, false]> : tensor<2xi1>
    %x = nn.constant dense<[[1], [2]]> : tensor<2x1xi32>
    %y = nn.constant dense<7> : tensor<i32>
    %0 = nn.where %c, %x, %y : (tensor<2xi1>, tensor<2x1xi32>, tensor<i32>) -> tensor<2x2xi32>)"),
              ElementsAre(1, 7, 2, 7));
}

TEST(Elementwise, InfinitiesAreSelectedBySign) {
  std::string x = "%x = nn.constant dense<[0x7F800000, 0xFF800000, 1.0]> : "
                  "tensor<3xf32>\n";
  std::string types = " : (tensor<3xf32>) -> tensor<3xi1>";
  EXPECT_THAT(evaluate(x + "%0 = nn.is_inf %x" + types), ElementsAre(1, 1, 0));
  EXPECT_THAT(
      evaluate(x + "%0 = nn.is_inf %x {detect_negative = false}" + types),
      ElementsAre(1, 0, 0));
}
