//===- MovementTest.cpp - Data movement kernels against the reference
//------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelRunner.h"

using namespace mlcc::test;

namespace {

TEST(MovementKernels, Transpose) {
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @last(%x: tensor<3x65x70xf32>) -> tensor<3x70x65xf32> {
      %0 = nn.transpose %x {permutation = array<i64: 0, 2, 1>} : (tensor<3x65x70xf32>) -> tensor<3x70x65xf32>
      return %0 : tensor<3x70x65xf32>
    }
    func.func @middle(%x: tensor<2x3x5x7xf32>) -> tensor<2x5x3x7xf32> {
      %0 = nn.transpose %x {permutation = array<i64: 0, 2, 1, 3>} : (tensor<2x3x5x7xf32>) -> tensor<2x5x3x7xf32>
      return %0 : tensor<2x5x3x7xf32>
    }
    func.func @reverse(%x: tensor<2x3x5x7xi8>) -> tensor<7x5x3x2xi8> {
      %0 = nn.transpose %x {permutation = array<i64: 3, 2, 1, 0>} : (tensor<2x3x5x7xi8>) -> tensor<7x5x3x2xi8>
      return %0 : tensor<7x5x3x2xi8>
    }
    func.func @shuffle(%x: tensor<1x24x7x9xf32>) -> tensor<1x24x7x9xf32> {
      %0 = nn.reshape %x {shape = array<i64: 1, 4, 6, 7, 9>} : (tensor<1x24x7x9xf32>) -> tensor<1x4x6x7x9xf32>
      %1 = nn.transpose %0 {permutation = array<i64: 0, 2, 1, 3, 4>} : (tensor<1x4x6x7x9xf32>) -> tensor<1x6x4x7x9xf32>
      %2 = nn.reshape %1 {shape = array<i64: 1, 24, 7, 9>} : (tensor<1x6x4x7x9xf32>) -> tensor<1x24x7x9xf32>
      %3 = nn.relu %2 : (tensor<1x24x7x9xf32>) -> tensor<1x24x7x9xf32>
      return %3 : tensor<1x24x7x9xf32>
    })"));
}

TEST(MovementKernels, SliceBroadcastTile) {
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @slice(%x: tensor<4x9x11xf32>) -> tensor<2x3x11xf32> {
      %0 = nn.slice %x {starts = array<i64: 1, 8, 10>, sizes = array<i64: 2, 3, 11>, steps = array<i64: 2, -3, -1>} : (tensor<4x9x11xf32>) -> tensor<2x3x11xf32>
      return %0 : tensor<2x3x11xf32>
    }
    func.func @broadcast(%x: tensor<3x1xi64>) -> tensor<2x3x5xi64> {
      %0 = nn.broadcast %x {shape = array<i64: 2, 3, 5>} : (tensor<3x1xi64>) -> tensor<2x3x5xi64>
      return %0 : tensor<2x3x5xi64>
    }
    func.func @tile(%x: tensor<3x5xf32>) -> tensor<6x15xf32> {
      %0 = nn.tile %x {repeats = array<i64: 2, 3>} : (tensor<3x5xf32>) -> tensor<6x15xf32>
      return %0 : tensor<6x15xf32>
    }
    func.func @reshapes(%x: tensor<6x10xf32>, %y: tensor<4x15xf32>) -> tensor<4x15xf32> {
      %0 = nn.exp %x : (tensor<6x10xf32>) -> tensor<6x10xf32>
      %1 = nn.reshape %0 {shape = array<i64: 4, 15>} : (tensor<6x10xf32>) -> tensor<4x15xf32>
      %2 = nn.add %1, %y : (tensor<4x15xf32>, tensor<4x15xf32>) -> tensor<4x15xf32>
      return %2 : tensor<4x15xf32>
    })"));
}

// Places in a piece that is not the first one are behind where it begins,
// modulo extents that are no powers of two.
TEST(MovementKernels, ReshapedPiecesOfConcatenations) {
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @pieces(%x: tensor<2x3x6xf32>, %y: tensor<3x6xf32>) -> tensor<3x18xf32> {
      %0 = nn.slice %x {starts = array<i64: 1, 0, 0>, sizes = array<i64: 1, 3, 6>, steps = array<i64: 1, 1, 1>} : (tensor<2x3x6xf32>) -> tensor<1x3x6xf32>
      %1 = nn.reshape %0 {shape = array<i64: 3, 6>} : (tensor<1x3x6xf32>) -> tensor<3x6xf32>
      %2 = nn.add %1, %y : (tensor<3x6xf32>, tensor<3x6xf32>) -> tensor<3x6xf32>
      %3 = nn.relu %2 : (tensor<3x6xf32>) -> tensor<3x6xf32>
      %4 = nn.neg %2 : (tensor<3x6xf32>) -> tensor<3x6xf32>
      %5 = nn.concat %2, %3, %4 {axis = 1 : i64} : (tensor<3x6xf32>, tensor<3x6xf32>, tensor<3x6xf32>) -> tensor<3x18xf32>
      return %5 : tensor<3x18xf32>
    })"));
}

TEST(MovementKernels, Concat) {
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @channels(%x: tensor<1x3x5x7xf32>, %y: tensor<1x4x5x7xf32>, %z: tensor<1x1x5x7xf32>) -> tensor<1x8x5x7xf32> {
      %0 = nn.concat %x, %y, %z {axis = 1 : i64} : (tensor<1x3x5x7xf32>, tensor<1x4x5x7xf32>, tensor<1x1x5x7xf32>) -> tensor<1x8x5x7xf32>
      %1 = nn.relu %0 : (tensor<1x8x5x7xf32>) -> tensor<1x8x5x7xf32>
      return %1 : tensor<1x8x5x7xf32>
    }
    func.func @large(%x: tensor<1x30x50x70xf32>, %y: tensor<1x41x50x70xf32>) -> tensor<1x71x50x70xf32> {
      %0 = nn.concat %x, %y {axis = 1 : i64} : (tensor<1x30x50x70xf32>, tensor<1x41x50x70xf32>) -> tensor<1x71x50x70xf32>
      return %0 : tensor<1x71x50x70xf32>
    }
    func.func @last(%x: tensor<9x3xi1>, %y: tensor<9x2xi1>) -> tensor<9x5xi1> {
      %0 = nn.concat %x, %y {axis = 1 : i64} : (tensor<9x3xi1>, tensor<9x2xi1>) -> tensor<9x5xi1>
      return %0 : tensor<9x5xi1>
    }
    func.func @transposed(%x: tensor<9x3xf32>, %y: tensor<9x2xf32>) -> tensor<5x9xf32> {
      %0 = nn.concat %x, %y {axis = 1 : i64} : (tensor<9x3xf32>, tensor<9x2xf32>) -> tensor<9x5xf32>
      %1 = nn.transpose %0 {permutation = array<i64: 1, 0>} : (tensor<9x5xf32>) -> tensor<5x9xf32>
      return %1 : tensor<5x9xf32>
    }
    func.func @reshaped(%x: tensor<4x3xf32>, %y: tensor<4x2xf32>) -> tensor<2x10xf32> {
      %0 = nn.concat %x, %y {axis = 1 : i64} : (tensor<4x3xf32>, tensor<4x2xf32>) -> tensor<4x5xf32>
      %1 = nn.reshape %0 {shape = array<i64: 2, 10>} : (tensor<4x5xf32>) -> tensor<2x10xf32>
      %2 = nn.neg %1 : (tensor<2x10xf32>) -> tensor<2x10xf32>
      return %2 : tensor<2x10xf32>
    })"));
}

TEST(MovementKernels, Pad) {
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @zero(%x: tensor<2x3x15x17xf32>) -> tensor<2x3x18x19xf32> {
      %0 = nn.pad %x {pads_begin = array<i64: 0, 0, 1, 2>, pads_end = array<i64: 0, 0, 2, 0>} : (tensor<2x3x15x17xf32>) -> tensor<2x3x18x19xf32>
      return %0 : tensor<2x3x18x19xf32>
    }
    func.func @value(%x: tensor<3x5xf32>, %v: tensor<f32>) -> tensor<4x5xf32> {
      %0 = nn.pad %x, %v {pads_begin = array<i64: 1, -1>, pads_end = array<i64: 0, 1>} : (tensor<3x5xf32>, tensor<f32>) -> tensor<4x5xf32>
      return %0 : tensor<4x5xf32>
    }
    func.func @reflect(%x: tensor<4x7xf32>) -> tensor<9x13xf32> {
      %0 = nn.pad %x {mode = #nn<pad_mode reflect>, pads_begin = array<i64: 2, 3>, pads_end = array<i64: 3, 3>} : (tensor<4x7xf32>) -> tensor<9x13xf32>
      return %0 : tensor<9x13xf32>
    }
    func.func @edge(%x: tensor<4x7xf32>) -> tensor<9x13xf32> {
      %0 = nn.pad %x {mode = #nn<pad_mode edge>, pads_begin = array<i64: 2, 3>, pads_end = array<i64: 3, 3>} : (tensor<4x7xf32>) -> tensor<9x13xf32>
      return %0 : tensor<9x13xf32>
    }
    func.func @wrap(%x: tensor<4x7xf32>) -> tensor<9x13xf32> {
      %0 = nn.pad %x {mode = #nn<pad_mode wrap>, pads_begin = array<i64: 2, 3>, pads_end = array<i64: 3, 3>} : (tensor<4x7xf32>) -> tensor<9x13xf32>
      return %0 : tensor<9x13xf32>
    })"));
}

TEST(MovementKernels, Gather) {
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @rows(%x: tensor<7x33xf32>, %i: tensor<2x3xi64> {test.range = [-7, 7]}) -> tensor<2x3x33xf32> {
      %0 = nn.gather %x, %i {axis = 0 : i64} : (tensor<7x33xf32>, tensor<2x3xi64>) -> tensor<2x3x33xf32>
      return %0 : tensor<2x3x33xf32>
    }
    func.func @scalar(%x: tensor<4x7x3xf32>, %i: tensor<i32> {test.range = [0, 7]}) -> tensor<4x3xf32> {
      %0 = nn.gather %x, %i {axis = 1 : i64} : (tensor<4x7x3xf32>, tensor<i32>) -> tensor<4x3xf32>
      return %0 : tensor<4x3xf32>
    }
    func.func @elements(%x: tensor<4x7xf32>, %i: tensor<4x9xi64> {test.range = [-7, 7]}) -> tensor<4x9xf32> {
      %0 = nn.gather_elements %x, %i {axis = 1 : i64} : (tensor<4x7xf32>, tensor<4x9xi64>) -> tensor<4x9xf32>
      return %0 : tensor<4x9xf32>
    }
    func.func @nd(%x: tensor<4x4x5xf32>, %i: tensor<6x2xi64> {test.range = [-4, 4]}) -> tensor<6x5xf32> {
      %0 = nn.gather_nd %x, %i : (tensor<4x4x5xf32>, tensor<6x2xi64>) -> tensor<6x5xf32>
      return %0 : tensor<6x5xf32>
    }
    func.func @ndBatch(%x: tensor<2x4x5xf32>, %i: tensor<2x3x1xi32> {test.range = [0, 4]}) -> tensor<2x3x5xf32> {
      %0 = nn.gather_nd %x, %i {batch_dims = 1 : i64} : (tensor<2x4x5xf32>, tensor<2x3x1xi32>) -> tensor<2x3x5xf32>
      return %0 : tensor<2x3x5xf32>
    })"));
}

TEST(MovementKernels, OneHotAndTriangles) {
  EXPECT_TRUE(kernelsAgree(R"(
    func.func @oneHot(%i: tensor<2x3xi64> {test.range = [-7, 7]}, %off: tensor<f32>, %on: tensor<f32>) -> tensor<2x5x3xf32> {
      %0 = nn.one_hot %i, %off, %on {depth = 5 : i64, axis = 1 : i64} : (tensor<2x3xi64>, tensor<f32>, tensor<f32>) -> tensor<2x5x3xf32>
      return %0 : tensor<2x5x3xf32>
    }
    func.func @upper(%x: tensor<2x5x6xf32>) -> tensor<2x5x6xf32> {
      %0 = nn.trilu %x {k = 1 : i64, upper = true} : (tensor<2x5x6xf32>) -> tensor<2x5x6xf32>
      return %0 : tensor<2x5x6xf32>
    }
    func.func @lower(%x: tensor<2x5x6xi64>) -> tensor<2x5x6xi64> {
      %0 = nn.trilu %x {k = -1 : i64, upper = false} : (tensor<2x5x6xi64>) -> tensor<2x5x6xi64>
      return %0 : tensor<2x5x6xi64>
    })"));
}

} // namespace
