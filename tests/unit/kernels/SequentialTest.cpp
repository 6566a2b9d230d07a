//===- SequentialTest.cpp - Running sums, scatters, recurrent layers
//-------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelRunner.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlcc::test;

namespace {

TEST(SequentialKernels, CumSum) {
  std::string text;
  int counter = 0;
  for (const char *type : {"f32", "i64", "f16"})
    for (int axis : {0, 1, 2})
      for (const char *flags : {"", ", exclusive = true", ", reverse = true",
                                ", exclusive = true, reverse = true"})
        text += llvm::formatv(R"(
    func.func @f{0}(%x: tensor<3x4x5x{1}>) -> tensor<3x4x5x{1}> {{
      %0 = nn.cum_sum %x {{axis = {2} : i64{3}} : (tensor<3x4x5x{1}>) -> tensor<3x4x5x{1}>
      return %0 : tensor<3x4x5x{1}>
    })",
                              counter++, type, axis, flags);
  EXPECT_TRUE(kernelsAgree(text, {.tolerance = 4e-3}));
}

TEST(SequentialKernels, Scatter) {
  std::string text;
  for (const char *mode : {"none", "add", "mul", "max", "min"})
    for (const char *type : {"f32", "i32"})
      text += llvm::formatv(R"(
    func.func @elements_{0}_{1}(%x: tensor<4x7x{1}>, %i: tensor<4x9xi64> {{test.range = [-7, 7]}, %u: tensor<4x9x{1}>) -> tensor<4x7x{1}> {{
      %0 = nn.scatter_elements %x, %i, %u {{axis = 1 : i64, mode = #nn<scatter_mode {0}>} : (tensor<4x7x{1}>, tensor<4x9xi64>, tensor<4x9x{1}>) -> tensor<4x7x{1}>
      return %0 : tensor<4x7x{1}>
    }
    func.func @nd_{0}_{1}(%x: tensor<4x3x5x{1}>, %i: tensor<6x2xi64> {{test.range = [0, 3]}, %u: tensor<6x5x{1}>) -> tensor<4x3x5x{1}> {{
      %0 = nn.scatter_nd %x, %i, %u {{mode = #nn<scatter_mode {0}>} : (tensor<4x3x5x{1}>, tensor<6x2xi64>, tensor<6x5x{1}>) -> tensor<4x3x5x{1}>
      return %0 : tensor<4x3x5x{1}>
    })",
                            mode, type);
  EXPECT_TRUE(kernelsAgree(text));
}

TEST(SequentialKernels, Lstm) {
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @full(%x: tensor<5x2x3xf32>, %w: tensor<2x16x3xf32>, %r: tensor<2x16x4xf32>, %b: tensor<2x32xf32>, %h: tensor<2x2x4xf32>, %c: tensor<2x2x4xf32>, %p: tensor<2x12xf32>) -> (tensor<5x2x2x4xf32>, tensor<2x2x4xf32>, tensor<2x2x4xf32>) {
      %0:3 = "nn.lstm"(%x, %w, %r, %b, %h, %c, %p) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 1, 1, 1>, direction = #nn<rnn_direction bidirectional>, activations = ["sigmoid", "tanh", "tanh", "sigmoid", "relu", "tanh"], clip = 2.0} : (tensor<5x2x3xf32>, tensor<2x16x3xf32>, tensor<2x16x4xf32>, tensor<2x32xf32>, tensor<2x2x4xf32>, tensor<2x2x4xf32>, tensor<2x12xf32>) -> (tensor<5x2x2x4xf32>, tensor<2x2x4xf32>, tensor<2x2x4xf32>)
      return %0#0, %0#1, %0#2 : tensor<5x2x2x4xf32>, tensor<2x2x4xf32>, tensor<2x2x4xf32>
    }
    func.func @plain(%x: tensor<5x2x3xf64>, %w: tensor<1x16x3xf64>, %r: tensor<1x16x4xf64>) -> (tensor<5x1x2x4xf64>, tensor<1x2x4xf64>) {
      %0:3 = "nn.lstm"(%x, %w, %r) {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0>, direction = #nn<rnn_direction reverse>, activations = ["sigmoid", "tanh", "tanh"], input_forget = true} : (tensor<5x2x3xf64>, tensor<1x16x3xf64>, tensor<1x16x4xf64>) -> (tensor<5x1x2x4xf64>, tensor<1x2x4xf64>, tensor<1x2x4xf64>)
      return %0#0, %0#1 : tensor<5x1x2x4xf64>, tensor<1x2x4xf64>
    })",
                           {.tolerance = 1e-5, .low = -1, .high = 1}));
}

TEST(SequentialKernels, GruAndRnn) {
  std::string text;
  for (const char *linear : {"true", "false"})
    text += llvm::formatv(R"(
    func.func @gru_{0}(%x: tensor<5x2x3xf32>, %w: tensor<2x12x3xf32>, %r: tensor<2x12x4xf32>, %b: tensor<2x24xf32>, %h: tensor<2x2x4xf32>) -> (tensor<5x2x2x4xf32>, tensor<2x2x4xf32>) {{
      %0:2 = "nn.gru"(%x, %w, %r, %b, %h) {{operandSegmentSizes = array<i32: 1, 1, 1, 1, 1>, direction = #nn<rnn_direction bidirectional>, activations = ["sigmoid", "tanh", "sigmoid", "tanh"], linear_before_reset = {0}} : (tensor<5x2x3xf32>, tensor<2x12x3xf32>, tensor<2x12x4xf32>, tensor<2x24xf32>, tensor<2x2x4xf32>) -> (tensor<5x2x2x4xf32>, tensor<2x2x4xf32>)
      return %0#0, %0#1 : tensor<5x2x2x4xf32>, tensor<2x2x4xf32>
    })",
                          linear);
  text += R"(
    func.func @rnn(%x: tensor<5x2x3xf32>, %w: tensor<1x4x3xf32>, %r: tensor<1x4x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>) {
      %0:2 = "nn.rnn"(%x, %w, %r) {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0>, direction = #nn<rnn_direction forward>, activations = ["tanh"]} : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
      return %0#0, %0#1 : tensor<5x1x2x4xf32>, tensor<1x2x4xf32>
    })";
  EXPECT_TRUE(kernelsAgree(text, {.tolerance = 1e-5, .low = -1, .high = 1}));
}

} // namespace
