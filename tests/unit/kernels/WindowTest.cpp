//===- WindowTest.cpp - Products, windows and resizing
//---------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelRunner.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlcc::test;

namespace {

TEST(WindowKernels, MatMul) {
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @plain(%x: tensor<5x7xf64>, %y: tensor<7x19xf64>, %b: tensor<19xf64>) -> tensor<5x19xf64> {
      %0 = nn.matmul %x, %y, %b : (tensor<5x7xf64>, tensor<7x19xf64>, tensor<19xf64>) -> tensor<5x19xf64>
      return %0 : tensor<5x19xf64>
    }
    func.func @transposed(%x: tensor<7x5xf32>, %y: tensor<19x7xf32>) -> tensor<5x19xf32> {
      %0 = nn.matmul %x, %y {transpose_lhs = true, transpose_rhs = true} : (tensor<7x5xf32>, tensor<19x7xf32>) -> tensor<5x19xf32>
      return %0 : tensor<5x19xf32>
    }
    func.func @batches(%x: tensor<2x1x5x7xf32>, %y: tensor<3x7x40xf32>) -> tensor<2x3x5x40xf32> {
      %0 = nn.matmul %x, %y : (tensor<2x1x5x7xf32>, tensor<3x7x40xf32>) -> tensor<2x3x5x40xf32>
      %1 = nn.relu %0 : (tensor<2x3x5x40xf32>) -> tensor<2x3x5x40xf32>
      return %1 : tensor<2x3x5x40xf32>
    }
    func.func @integers(%x: tensor<50x70xi8>, %y: tensor<70x90xi8>) -> tensor<50x90xi32> {
      %0 = nn.matmul %x, %y : (tensor<50x70xi8>, tensor<70x90xi8>) -> tensor<50x90xi32>
      return %0 : tensor<50x90xi32>
    }
    func.func @vectors(%x: tensor<7xf32>, %y: tensor<7xf32>, %z: tensor<7x4xf32>, %u: tensor<3x7xf32>) -> (tensor<f32>, tensor<4xf32>, tensor<3xf32>) {
      %0 = nn.matmul %x, %y : (tensor<7xf32>, tensor<7xf32>) -> tensor<f32>
      %1 = nn.matmul %x, %z : (tensor<7xf32>, tensor<7x4xf32>) -> tensor<4xf32>
      %2 = nn.matmul %u, %y : (tensor<3x7xf32>, tensor<7xf32>) -> tensor<3xf32>
      return %0, %1, %2 : tensor<f32>, tensor<4xf32>, tensor<3xf32>
    })",
                           {.tolerance = 1e-5}));
}

TEST(WindowKernels, Convolutions) {
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @conv(%x: tensor<2x4x9x11xf64>, %w: tensor<6x2x3x3xf64>, %b: tensor<6xf64>) -> tensor<2x6x5x11xf64> {
      %0 = nn.conv %x, %w, %b {strides = array<i64: 2, 1>, dilations = array<i64: 1, 2>, pads_begin = array<i64: 1, 2>, pads_end = array<i64: 1, 2>, groups = 2 : i64} : (tensor<2x4x9x11xf64>, tensor<6x2x3x3xf64>, tensor<6xf64>) -> tensor<2x6x5x11xf64>
      return %0 : tensor<2x6x5x11xf64>
    }
    func.func @line(%x: tensor<1x3x40xf32>, %w: tensor<5x3x4xf32>) -> tensor<1x5x37xf32> {
      %0 = nn.conv %x, %w {strides = array<i64: 1>, dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>} : (tensor<1x3x40xf32>, tensor<5x3x4xf32>) -> tensor<1x5x37xf32>
      return %0 : tensor<1x5x37xf32>
    }
    func.func @transposed(%x: tensor<2x4x5x6xf64>, %w: tensor<4x3x3x3xf64>, %b: tensor<6xf64>) -> tensor<2x6x10x13xf64> {
      %0 = nn.conv_transpose %x, %w, %b {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 0>, pads_end = array<i64: 0, 0>, output_padding = array<i64: 0, 0>, groups = 2 : i64} : (tensor<2x4x5x6xf64>, tensor<4x3x3x3xf64>, tensor<6xf64>) -> tensor<2x6x10x13xf64>
      return %0 : tensor<2x6x10x13xf64>
    })",
                           {.tolerance = 1e-5}));
}

TEST(WindowKernels, Pooling) {
  std::string text;
  for (const char *op : {"max_pool", "avg_pool", "lp_pool"})
    for (const char *type : {"f64", "f32", "i8"}) {
      if (llvm::StringRef(type) == "i8" && llvm::StringRef(op) != "max_pool")
        continue;
      text += llvm::formatv(R"(
    func.func @{0}_{1}(%x: tensor<2x3x13x14x{1}>) -> (tensor<2x3x7x14x{1}>, tensor<2x3x7x7x{1}>) {{
      %0 = nn.{0} %x {{kernel = array<i64: 3, 2>, strides = array<i64: 2, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 0>, pads_end = array<i64: 1, 1>} : (tensor<2x3x13x14x{1}>) -> tensor<2x3x7x14x{1}>
      %1 = nn.{0} %x {{kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, ceil_mode = true} : (tensor<2x3x13x14x{1}>) -> tensor<2x3x7x7x{1}>
      return %0, %1 : tensor<2x3x7x14x{1}>, tensor<2x3x7x7x{1}>
    })",
                            op, type);
    }
  text += R"(
    func.func @padded(%x: tensor<1x2x6x7xf32>) -> tensor<1x2x4x4xf32> {
      %0 = nn.avg_pool %x {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, ceil_mode = true, count_include_pad = true} : (tensor<1x2x6x7xf32>) -> tensor<1x2x4x4xf32>
      return %0 : tensor<1x2x4x4xf32>
    })";
  EXPECT_TRUE(kernelsAgree(text, {.tolerance = 1e-5}));
}

TEST(WindowKernels, LocalResponse) {
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @lrn(%x: tensor<2x9x5x6xf32>) -> tensor<2x9x5x6xf32> {
      %0 = nn.lrn %x {size = 5 : i64, alpha = 0.3, beta = 0.75, k = 2.0} : (tensor<2x9x5x6xf32>) -> tensor<2x9x5x6xf32>
      return %0 : tensor<2x9x5x6xf32>
    }
    func.func @even(%x: tensor<2x3x50xf64>) -> tensor<2x3x50xf64> {
      %0 = nn.lrn %x {size = 4 : i64} : (tensor<2x3x50xf64>) -> tensor<2x3x50xf64>
      return %0 : tensor<2x3x50xf64>
    })"));
}

std::string resize(llvm::StringRef from, llvm::StringRef to,
                   llvm::StringRef sizes, llvm::StringRef scales,
                   llvm::StringRef mode, llvm::StringRef rest = "") {
  static int counter = 0;
  return llvm::formatv(R"(
    func.func @resize{0}(%x: tensor<{1}>) -> tensor<{2}> {{
      %0 = nn.resize %x {{sizes = array<i64: {3}>, scales = array<f64: {4}>, mode = #nn<resize_mode {5}>{6}} : (tensor<{1}>) -> tensor<{2}>
      return %0 : tensor<{2}>
    })",
                       counter++, from, to, sizes, scales, mode, rest);
}

TEST(WindowKernels, Resize) {
  std::string text;
  for (const char *mode : {"nearest", "linear", "cubic"})
    for (const char *coordinates :
         {"half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"}) {
      std::string rest = llvm::formatv(
          ", coordinate_mode = #nn<coordinate_mode {0}>", coordinates);
      text += resize("1x2x6x7xf32", "1x2x12x14xf32", "1, 2, 12, 14",
                     "1., 1., 2., 2.", mode, rest);
      text += resize("1x2x6x7xf32", "1x2x3x5xf32", "1, 2, 3, 5",
                     "1., 1., 0.5, 0.7142857", mode, rest);
    }
  for (const char *rounding : {"floor", "ceil", "round_prefer_ceil"})
    text +=
        resize("2x5xi8", "4x8xi8", "4, 8", "2., 1.6", "nearest",
               llvm::formatv(", nearest_mode = #nn<nearest_mode {0}>", rounding)
                   .str());
  text += resize("1x2x6x7xf32", "1x2x12x14xf32", "1, 2, 12, 14",
                 "1., 1., 2., 2.", "cubic", ", exclude_outside = true");
  text += resize("1x6x7x16xf32", "1x9x14x16xf32", "1, 9, 14, 16",
                 "1., 1.5, 2., 1.", "linear");
  EXPECT_TRUE(kernelsAgree(text, {.tolerance = 1e-5}));
}

} // namespace
