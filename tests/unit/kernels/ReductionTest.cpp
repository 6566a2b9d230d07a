//===- ReductionTest.cpp - Reductions and norms against the reference
//------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelRunner.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlcc::test;

namespace {

std::string reduce(llvm::StringRef op, llvm::StringRef input,
                   llvm::StringRef axes, bool keepdims,
                   llvm::StringRef result) {
  static int counter = 0;
  return llvm::formatv("func.func @r{0}(%x: {1}) -> {2} {{\n"
                       "  %0 = nn.{3} %x {{axes = array<i64{4}>, keepdims = "
                       "{5}} : ({1}) -> {2}\n"
                       "  return %0 : {2}\n}\n",
                       counter++, input, result, op, axes,
                       keepdims ? "true" : "false");
}

std::string alongAxis(llvm::StringRef op, llvm::StringRef type, int axis,
                      llvm::StringRef attributes = "") {
  static int counter = 0;
  return llvm::formatv(
      "func.func @a{0}(%x: {1}) -> {1} {{\n"
      "  %0 = nn.{2} %x {{axis = {3} : i64{4}} : ({1}) -> {1}\n"
      "  return %0 : {1}\n}\n",
      counter++, type, op, axis, attributes);
}

TEST(ReductionKernels, AllKindsOverAllAxes) {
  std::string text;
  for (const char *op :
       {"reduce_sum", "reduce_mean", "reduce_max", "reduce_min", "reduce_prod",
        "reduce_l1", "reduce_l2", "reduce_sum_square", "reduce_log_sum",
        "reduce_log_sum_exp"}) {
    text += reduce(op, "tensor<3x5x33xf32>", ": 2", true, "tensor<3x5x1xf32>");
    text += reduce(op, "tensor<3x5x33xf32>", ": 2", false, "tensor<3x5xf32>");
    text += reduce(op, "tensor<3x5x33xf32>", ": 0", false, "tensor<5x33xf32>");
    text += reduce(op, "tensor<3x5x33xf32>", ": 1", true, "tensor<3x1x33xf32>");
    text += reduce(op, "tensor<3x5x9xf32>", ": 0, 2", false, "tensor<5xf32>");
    text += reduce(op, "tensor<3x5x9xf32>", ": 0, 1, 2", false, "tensor<f32>");
    text += reduce(op, "tensor<3x5x9xf32>", "", true, "tensor<3x5x9xf32>");
  }
  EXPECT_TRUE(kernelsAgree(text, {.tolerance = 2e-5, .low = 0.6, .high = 1.5}));
}

TEST(ReductionKernels, MeansOfImages) {
  std::string text;
  for (const char *size : {"1x2", "2x2", "3x5", "7x7", "16x4"})
    for (const char *element : {"f32", "f64", "bf16"}) {
      auto type = [&](const char *format) {
        return llvm::formatv(format, size, element).str();
      };
      text += reduce("reduce_mean", type("tensor<2x20x{0}x{1}>"), ": 2, 3",
                     true, type("tensor<2x20x1x1x{1}>"));
      text += reduce("reduce_mean", type("tensor<2x{0}x20x{1}>"), ": 1, 2",
                     false, type("tensor<2x20x{1}>"));
    }
  EXPECT_TRUE(kernelsAgree(text, {.tolerance = 2e-5, .low = 0.6, .high = 1.5}));
}

TEST(ReductionKernels, Integers) {
  std::string text;
  for (const char *type : {"i32", "i64", "ui8", "i8"})
    for (const char *op : {"reduce_sum", "reduce_max", "reduce_min"})
      text += reduce(op, llvm::formatv("tensor<4x9x{0}>", type).str(), ": 1",
                     false, llvm::formatv("tensor<4x{0}>", type).str());
  EXPECT_TRUE(kernelsAgree(text, {.low = 0, .high = 9}));
}

TEST(ReductionKernels, MaximumOfSpecialValues) {
  std::string text =
      reduce("reduce_max", "tensor<50x7xf32>", ": 1", false, "tensor<50xf32>");
  text +=
      reduce("reduce_min", "tensor<7x50xf32>", ": 0", false, "tensor<50xf32>");
  EXPECT_TRUE(kernelsAgree(text, {.special = true}));
}

TEST(ReductionKernels, ArgMaxAndArgMin) {
  std::string text;
  for (const char *op : {"arg_max", "arg_min"})
    for (const char *last : {"true", "false"})
      text += llvm::formatv(R"(
    func.func @{0}_{1}(%x: tensor<4x9x5xi32>, %y: tensor<40x90xf32>) -> (tensor<4x1x5xi64>, tensor<40xi64>) {{
      %0 = nn.{0} %x {{axis = 1 : i64, keepdims = true, select_last_index = {1}} : (tensor<4x9x5xi32>) -> tensor<4x1x5xi64>
      %1 = nn.{0} %y {{axis = 1 : i64, keepdims = false, select_last_index = {1}} : (tensor<40x90xf32>) -> tensor<40xi64>
      return %0, %1 : tensor<4x1x5xi64>, tensor<40xi64>
    })",
                            op, last);
  EXPECT_TRUE(kernelsAgree(text));
}

TEST(ReductionKernels, SoftmaxAndNorms) {
  std::string text;
  for (const char *op : {"softmax", "log_softmax", "lp_norm"})
    for (int axis : {0, 1, 2}) {
      text += alongAxis(op, "tensor<4x33x47xf32>", axis);
      text += alongAxis(op, "tensor<3x5x16xf64>", axis);
    }
  text += alongAxis("softmax", "tensor<9x300xf16>", 1);
  text += alongAxis("lp_norm", "tensor<9x300xf32>", 1, ", p = 1 : i64");
  EXPECT_TRUE(kernelsAgree(text, {.tolerance = 1e-3}));
}

TEST(ReductionKernels, SoftmaxIsAccurate) {
  EXPECT_TRUE(kernelsAgree(alongAxis("softmax", "tensor<9x1000xf32>", 1),
                           {.tolerance = 1e-6, .low = -30, .high = 30}));
}

TEST(ReductionKernels, Normalizations) {
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @layer(%x: tensor<4x9x70xf32>, %s: tensor<70xf32>, %b: tensor<70xf32>) -> tensor<4x9x70xf32> {
      %0 = nn.layer_norm %x scale(%s : tensor<70xf32>) bias(%b : tensor<70xf32>) {axis = 2 : i64} : (tensor<4x9x70xf32>) -> tensor<4x9x70xf32>
      return %0 : tensor<4x9x70xf32>
    }
    func.func @layerPlain(%x: tensor<4x9x70xf32>) -> tensor<4x9x70xf32> {
      %0 = nn.layer_norm %x {axis = 1 : i64} : (tensor<4x9x70xf32>) -> tensor<4x9x70xf32>
      return %0 : tensor<4x9x70xf32>
    }
    func.func @rms(%x: tensor<4x9x70xf32>, %s: tensor<70xf32>) -> tensor<4x9x70xf32> {
      %0 = nn.rms_norm %x, %s {axis = 2 : i64} : (tensor<4x9x70xf32>, tensor<70xf32>) -> tensor<4x9x70xf32>
      return %0 : tensor<4x9x70xf32>
    }
    func.func @instance(%x: tensor<2x6x8x9xf32>, %s: tensor<6xf32>, %b: tensor<6xf32>) -> tensor<2x6x8x9xf32> {
      %0 = nn.instance_norm %x, %s, %b : (tensor<2x6x8x9xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<2x6x8x9xf32>
      %1 = nn.relu %0 : (tensor<2x6x8x9xf32>) -> tensor<2x6x8x9xf32>
      return %1 : tensor<2x6x8x9xf32>
    }
    func.func @group(%x: tensor<2x6x8x9xf32>, %s: tensor<6xf32>, %b: tensor<6xf32>) -> tensor<2x6x8x9xf32> {
      %0 = nn.group_norm %x, %s, %b {groups = 3 : i64} : (tensor<2x6x8x9xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<2x6x8x9xf32>
      return %0 : tensor<2x6x8x9xf32>
    }
    func.func @batch(%x: tensor<2x6x8x9xf32>, %s: tensor<6xf32>, %b: tensor<6xf32>, %m: tensor<6xf32>, %v: tensor<6xf32> {test.range = [1, 2]}) -> tensor<2x6x8x9xf32> {
      %0 = nn.batch_norm %x, %s, %b, %m, %v : (tensor<2x6x8x9xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<2x6x8x9xf32>
      %1 = nn.relu %0 : (tensor<2x6x8x9xf32>) -> tensor<2x6x8x9xf32>
      return %1 : tensor<2x6x8x9xf32>
    })",
                           {.tolerance = 1e-5}));
}

TEST(ReductionKernels, NormWithActivationIsOneKernel) {
  const char *text = R"(
    func.func @f(%x: tensor<40x70xf32>, %y: tensor<40x70xf32>, %s: tensor<70xf32>) -> tensor<40x70xf32> {
      %0 = nn.add %x, %y : (tensor<40x70xf32>, tensor<40x70xf32>) -> tensor<40x70xf32>
      %1 = nn.rms_norm %0, %s {axis = 1 : i64} : (tensor<40x70xf32>, tensor<70xf32>) -> tensor<40x70xf32>
      %2 = nn.gelu %1 : (tensor<40x70xf32>) -> tensor<40x70xf32>
      return %2 : tensor<40x70xf32>
    })";
  EXPECT_EQ(countKernels(text), 1u);
  EXPECT_TRUE(kernelsAgree(text, {.tolerance = 1e-5}));
}

/// Layer normalization as exporters write it.
TEST(ReductionKernels, NormInPiecesIsOneKernel) {
  const char *text = R"(
    func.func @f(%x: tensor<40x70xf32>) -> tensor<40x70xf32> {
      %two = nn.constant dense<2.0> : tensor<f32>
      %epsilon = nn.constant dense<1.0e-5> : tensor<f32>
      %0 = nn.reduce_mean %x {axes = array<i64: 1>, keepdims = true} : (tensor<40x70xf32>) -> tensor<40x1xf32>
      %1 = nn.sub %x, %0 : (tensor<40x70xf32>, tensor<40x1xf32>) -> tensor<40x70xf32>
      %2 = nn.pow %1, %two : (tensor<40x70xf32>, tensor<f32>) -> tensor<40x70xf32>
      %3 = nn.reduce_mean %2 {axes = array<i64: 1>, keepdims = true} : (tensor<40x70xf32>) -> tensor<40x1xf32>
      %4 = nn.add %3, %epsilon : (tensor<40x1xf32>, tensor<f32>) -> tensor<40x1xf32>
      %5 = nn.sqrt %4 : (tensor<40x1xf32>) -> tensor<40x1xf32>
      %6 = nn.div %1, %5 : (tensor<40x70xf32>, tensor<40x1xf32>) -> tensor<40x70xf32>
      return %6 : tensor<40x70xf32>
    })";
  EXPECT_EQ(countKernels(text), 1u);
  EXPECT_TRUE(kernelsAgree(text, {.tolerance = 1e-5}));
}

} // namespace
