//===- GradientTest.cpp - Pieces of training against the reference --------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelRunner.h"

using namespace mlcc::test;

namespace {

TEST(GradientKernels, ConvolutionWeights) {
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @grouped(%x: tensor<2x4x9x11xf64>, %dy: tensor<2x6x5x9xf64>) -> tensor<6x2x3x3xf64> {
      %0 = nn.conv_weight_gradient %x, %dy {kernel = array<i64: 3, 3>, strides = array<i64: 2, 1>, dilations = array<i64: 1, 2>, pads_begin = array<i64: 1, 2>, pads_end = array<i64: 1, 0>, groups = 2 : i64} : (tensor<2x4x9x11xf64>, tensor<2x6x5x9xf64>) -> tensor<6x2x3x3xf64>
      return %0 : tensor<6x2x3x3xf64>
    }
    func.func @line(%x: tensor<3x2x12xf32>, %dy: tensor<3x5x12xf32>) -> tensor<5x2x3xf32> {
      %0 = nn.conv_weight_gradient %x, %dy {kernel = array<i64: 3>, strides = array<i64: 1>, dilations = array<i64: 1>, pads_begin = array<i64: 1>, pads_end = array<i64: 1>} : (tensor<3x2x12xf32>, tensor<3x5x12xf32>) -> tensor<5x2x3xf32>
      return %0 : tensor<5x2x3xf32>
    })",
                           {.tolerance = 1e-5}));
}

constexpr const char *pools = R"(
    func.func @apart(%x: tensor<2x3x8x8xf32>, %dy: tensor<2x3x4x4xf32>) -> tensor<2x3x8x8xf32> {
      %0 = nn.max_pool_gradient %x, %dy {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<2x3x8x8xf32>, tensor<2x3x4x4xf32>) -> tensor<2x3x8x8xf32>
      return %0 : tensor<2x3x8x8xf32>
    }
    func.func @overlapping(%x: tensor<1x2x7x9xf64>, %dy: tensor<1x2x4x5xf64>) -> tensor<1x2x7x9xf64> {
      %0 = nn.max_pool_gradient %x, %dy {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>} : (tensor<1x2x7x9xf64>, tensor<1x2x4x5xf64>) -> tensor<1x2x7x9xf64>
      return %0 : tensor<1x2x7x9xf64>
    })";

TEST(GradientKernels, MaxPool) {
  EXPECT_TRUE(kernelsAgree(pools, {.tolerance = 1e-5}));
}

// Windows that neither overlap nor leave gaps, with channels inside and outside,
// and of other ranks; the last one leaves a gap.
TEST(GradientKernels, MaxPoolOfTiles) {
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @channels_last(%x: tensor<2x19x6x4xf32, #dnn.layout<"acdb">> {test.range = [0.0, 3.0]}, %dy: tensor<2x19x2x2xf32, #dnn.layout<"acdb">>) -> tensor<2x19x6x4xf32, #dnn.layout<"acdb">> {
      %f = nn.floor %x : (tensor<2x19x6x4xf32, #dnn.layout<"acdb">>) -> tensor<2x19x6x4xf32, #dnn.layout<"acdb">>
      %0 = nn.max_pool_gradient %f, %dy {kernel = array<i64: 3, 2>, strides = array<i64: 3, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<2x19x6x4xf32, #dnn.layout<"acdb">>, tensor<2x19x2x2xf32, #dnn.layout<"acdb">>) -> tensor<2x19x6x4xf32, #dnn.layout<"acdb">>
      return %0 : tensor<2x19x6x4xf32, #dnn.layout<"acdb">>
    }
    func.func @line(%x: tensor<3x2x12xf64>, %dy: tensor<3x2x3xf64>) -> tensor<3x2x12xf64> {
      %0 = nn.max_pool_gradient %x, %dy {kernel = array<i64: 4>, strides = array<i64: 4>, dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>} : (tensor<3x2x12xf64>, tensor<3x2x3xf64>) -> tensor<3x2x12xf64>
      return %0 : tensor<3x2x12xf64>
    }
    func.func @solid(%x: tensor<1x2x2x4x6xf32>, %dy: tensor<1x2x1x2x3xf32>) -> tensor<1x2x2x4x6xf32> {
      %0 = nn.max_pool_gradient %x, %dy {kernel = array<i64: 2, 2, 2>, strides = array<i64: 2, 2, 2>, dilations = array<i64: 1, 1, 1>, pads_begin = array<i64: 0, 0, 0>, pads_end = array<i64: 0, 0, 0>} : (tensor<1x2x2x4x6xf32>, tensor<1x2x1x2x3xf32>) -> tensor<1x2x2x4x6xf32>
      return %0 : tensor<1x2x2x4x6xf32>
    }
    func.func @gap(%x: tensor<1x2x7xf32>, %dy: tensor<1x2x3xf32>) -> tensor<1x2x7xf32> {
      %0 = nn.max_pool_gradient %x, %dy {kernel = array<i64: 2>, strides = array<i64: 2>, dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>} : (tensor<1x2x7xf32>, tensor<1x2x3xf32>) -> tensor<1x2x7xf32>
      return %0 : tensor<1x2x7xf32>
    })",
                           {.tolerance = 1e-5}));
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @special(%x: tensor<1x2x8x8xf64>) -> tensor<1x2x8x8xf64> {
      %dy = nn.constant dense<1.0> : tensor<1x2x4x4xf64>
      %0 = nn.max_pool_gradient %x, %dy {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x2x8x8xf64>, tensor<1x2x4x4xf64>) -> tensor<1x2x8x8xf64>
      return %0 : tensor<1x2x8x8xf64>
    })",
                           {.special = true}));
}

// Ties, NaN and infinities: which element is the first largest one?
TEST(GradientKernels, MaxPoolOfEqualElements) {
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @ties(%x: tensor<1x2x7x9xf64> {test.range = [0.0, 2.0]}, %dy: tensor<1x2x4x5xf64>) -> tensor<1x2x7x9xf64> {
      %f = nn.floor %x : (tensor<1x2x7x9xf64>) -> tensor<1x2x7x9xf64>
      %0 = nn.max_pool_gradient %f, %dy {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>} : (tensor<1x2x7x9xf64>, tensor<1x2x4x5xf64>) -> tensor<1x2x7x9xf64>
      return %0 : tensor<1x2x7x9xf64>
    })"));
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @special(%x: tensor<1x2x7x9xf64>) -> tensor<1x2x7x9xf64> {
      %dy = nn.constant dense<1.0> : tensor<1x2x4x5xf64>
      %0 = nn.max_pool_gradient %x, %dy {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>} : (tensor<1x2x7x9xf64>, tensor<1x2x4x5xf64>) -> tensor<1x2x7x9xf64>
      return %0 : tensor<1x2x7x9xf64>
    })",
                           {.special = true}));
}

// Sums of the same rows are made together, along rows and beside them.
TEST(GradientKernels, SumsOfTheSameRows) {
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @beside(%dy: tensor<3x40x35xf32>, %x: tensor<3x40x35xf32>) -> (tensor<3x35xf32>, tensor<3x35xf32>) {
      %0 = nn.mul %dy, %x : (tensor<3x40x35xf32>, tensor<3x40x35xf32>) -> tensor<3x40x35xf32>
      %1 = nn.reduce_sum %dy {axes = array<i64: 1>, keepdims = false} : (tensor<3x40x35xf32>) -> tensor<3x35xf32>
      %2 = nn.reduce_sum %0 {axes = array<i64: 1>, keepdims = false} : (tensor<3x40x35xf32>) -> tensor<3x35xf32>
      return %1, %2 : tensor<3x35xf32>, tensor<3x35xf32>
    }
    func.func @along(%x: tensor<9x70xf32>) -> (tensor<9xf32>, tensor<9xf32>, tensor<9xf32>) {
      %0 = nn.reduce_mean %x {axes = array<i64: 1>, keepdims = false} : (tensor<9x70xf32>) -> tensor<9xf32>
      %1 = nn.reduce_max %x {axes = array<i64: 1>, keepdims = false} : (tensor<9x70xf32>) -> tensor<9xf32>
      %2 = nn.reduce_l2 %x {axes = array<i64: 1>, keepdims = false} : (tensor<9x70xf32>) -> tensor<9xf32>
      return %0, %1, %2 : tensor<9xf32>, tensor<9xf32>, tensor<9xf32>
    }
    func.func @one_after_the_other(%x: tensor<9x70xf32>) -> tensor<9x70xf32> {
      %0 = nn.reduce_max %x {axes = array<i64: 1>, keepdims = true} : (tensor<9x70xf32>) -> tensor<9x1xf32>
      %1 = nn.sub %x, %0 : (tensor<9x70xf32>, tensor<9x1xf32>) -> tensor<9x70xf32>
      %2 = nn.reduce_sum %1 {axes = array<i64: 1>, keepdims = true} : (tensor<9x70xf32>) -> tensor<9x1xf32>
      %3 = nn.reduce_sum %x {axes = array<i64: 1>, keepdims = true} : (tensor<9x70xf32>) -> tensor<9x1xf32>
      %4 = nn.add %1, %2 : (tensor<9x70xf32>, tensor<9x1xf32>) -> tensor<9x70xf32>
      %5 = nn.mul %4, %3 : (tensor<9x70xf32>, tensor<9x1xf32>) -> tensor<9x70xf32>
      return %5 : tensor<9x70xf32>
    })",
                           {.tolerance = 1e-4}));
}

TEST(GradientKernels, AveragePool) {
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @inside(%dy: tensor<2x3x4x5xf32>) -> tensor<2x3x7x9xf32> {
      %0 = nn.avg_pool_gradient %dy {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, shape = array<i64: 2, 3, 7, 9>} : (tensor<2x3x4x5xf32>) -> tensor<2x3x7x9xf32>
      return %0 : tensor<2x3x7x9xf32>
    }
    func.func @padding_counts(%dy: tensor<1x1x5xf64>) -> tensor<1x1x10xf64> {
      %0 = nn.avg_pool_gradient %dy {kernel = array<i64: 3>, strides = array<i64: 2>, dilations = array<i64: 1>, pads_begin = array<i64: 1>, pads_end = array<i64: 0>, count_include_pad = true, shape = array<i64: 1, 1, 10>} : (tensor<1x1x5xf64>) -> tensor<1x1x10xf64>
      return %0 : tensor<1x1x10xf64>
    })",
                           {.tolerance = 1e-5}));
}

TEST(GradientKernels, BatchNorm) {
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @forward(%x: tensor<4x3x5x7xf32>, %s: tensor<3xf32>, %b: tensor<3xf32>) -> (tensor<4x3x5x7xf32>, tensor<3xf32>, tensor<3xf32>) {
      %0:3 = nn.batch_norm_train %x, %s, %b {epsilon = 1.0e-3} : (tensor<4x3x5x7xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<4x3x5x7xf32>, tensor<3xf32>, tensor<3xf32>)
      return %0#0, %0#1, %0#2 : tensor<4x3x5x7xf32>, tensor<3xf32>, tensor<3xf32>
    }
    func.func @backward(%x: tensor<6x3xf64>, %dy: tensor<6x3xf64>, %s: tensor<3xf64>, %m: tensor<3xf64>, %v: tensor<3xf64> {test.range = [0.5, 2.0]}) -> (tensor<6x3xf64>, tensor<3xf64>, tensor<3xf64>) {
      %0:3 = nn.batch_norm_gradient %x, %dy, %s, %m, %v : (tensor<6x3xf64>, tensor<6x3xf64>, tensor<3xf64>, tensor<3xf64>, tensor<3xf64>) -> (tensor<6x3xf64>, tensor<3xf64>, tensor<3xf64>)
      return %0#0, %0#1, %0#2 : tensor<6x3xf64>, tensor<3xf64>, tensor<3xf64>
    }
    func.func @short_forward(%x: tensor<4x3x5x7xf32>, %s: tensor<3xf32>, %b: tensor<3xf32>, %n: tensor<i64> {test.range = [2, 4]}) -> (tensor<4x3x5x7xf32>, tensor<3xf32>, tensor<3xf32>) {
      %0:3 = nn.batch_norm_train %x, %s, %b, %n {epsilon = 1.0e-3} : (tensor<4x3x5x7xf32>, tensor<3xf32>, tensor<3xf32>, tensor<i64>) -> (tensor<4x3x5x7xf32>, tensor<3xf32>, tensor<3xf32>)
      return %0#0, %0#1, %0#2 : tensor<4x3x5x7xf32>, tensor<3xf32>, tensor<3xf32>
    }
    func.func @short_backward(%x: tensor<9x3xf64>, %dy: tensor<9x3xf64>, %s: tensor<3xf64>, %m: tensor<3xf64>, %v: tensor<3xf64> {test.range = [0.5, 2.0]}, %n: tensor<i32> {test.range = [3, 7]}) -> (tensor<9x3xf64>, tensor<3xf64>, tensor<3xf64>) {
      %0:3 = nn.batch_norm_gradient %x, %dy, %s, %m, %v, %n : (tensor<9x3xf64>, tensor<9x3xf64>, tensor<3xf64>, tensor<3xf64>, tensor<3xf64>, tensor<i32>) -> (tensor<9x3xf64>, tensor<3xf64>, tensor<3xf64>)
      return %0#0, %0#1, %0#2 : tensor<9x3xf64>, tensor<3xf64>, tensor<3xf64>
    })",
                           {.tolerance = 1e-5}));
}

TEST(GradientKernels, RandomBits) {
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @bits(%key: tensor<2xi64> {test.range = [-9.0e18, 9.0e18]}) -> tensor<7x33xui32> {
      %0 = nn.random_bits %key {shape = array<i64: 7, 33>, stream = 3000000001 : i64} : (tensor<2xi64>) -> tensor<7x33xui32>
      return %0 : tensor<7x33xui32>
    }
    func.func @mask(%key: tensor<2xi64>, %x: tensor<40x70xf32>) -> tensor<40x70xf32> {
      %0 = nn.random_bits %key {shape = array<i64: 40, 70>, stream = 2 : i64} : (tensor<2xi64>) -> tensor<40x70xui32>
      %c = nn.constant dense<2147483648> : tensor<ui32>
      %1 = nn.less %0, %c : (tensor<40x70xui32>, tensor<ui32>) -> tensor<40x70xi1>
      %z = nn.constant dense<0.0> : tensor<f32>
      %2 = nn.where %1, %x, %z : (tensor<40x70xi1>, tensor<40x70xf32>, tensor<f32>) -> tensor<40x70xf32>
      return %2 : tensor<40x70xf32>
    })"));
}

} // namespace
