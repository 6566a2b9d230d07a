// RUN: mlcc-opt %s -o %t && mlcc-opt %t | FileCheck %s
// RUN: mlcc-opt %t | diff %t -

// Reductions and data movement print as they are read.

// Reductions keep or drop dimensions.
// CHECK-LABEL: func @reduction
func.func @reduction(
    %a0: tensor<2x3xf32>, %a1: tensor<2x3xf32>, %a2: tensor<2x3xf32>, %a3: tensor<2x3xf32>, %a4:
    tensor<2x3xf32>, %a5: tensor<2x3xf32>, %a6: tensor<2x3xf32>, %a7: tensor<2x3xf32>, %a8:
    tensor<2x3xf32>, %a9: tensor<2x3xf32>, %a10: tensor<2x3xf32>, %a11: tensor<2x3xf32>, %a12:
    tensor<2x3xf32>) {
  // CHECK: nn.reduce_sum
  %0 = nn.reduce_sum %a0 {axes = array<i64: 1>, keepdims = false} : (tensor<2x3xf32>) -> tensor<2xf32>
  // CHECK: nn.reduce_mean
  %1 = nn.reduce_mean %a1 {axes = array<i64: 1>, keepdims = true} : (tensor<2x3xf32>) -> tensor<2x1xf32>
  // CHECK: nn.reduce_max
  %2 = nn.reduce_max %a2 {axes = array<i64: 1>, keepdims = false} : (tensor<2x3xf32>) -> tensor<2xf32>
  // CHECK: nn.reduce_min
  %3 = nn.reduce_min %a3 {axes = array<i64: 1>, keepdims = true} : (tensor<2x3xf32>) -> tensor<2x1xf32>
  // CHECK: nn.reduce_prod
  %4 = nn.reduce_prod %a4 {axes = array<i64: 1>, keepdims = false} : (tensor<2x3xf32>) -> tensor<2xf32>
  // CHECK: nn.reduce_l1
  %5 = nn.reduce_l1 %a5 {axes = array<i64: 1>, keepdims = true} : (tensor<2x3xf32>) -> tensor<2x1xf32>
  // CHECK: nn.reduce_l2
  %6 = nn.reduce_l2 %a6 {axes = array<i64: 1>, keepdims = false} : (tensor<2x3xf32>) -> tensor<2xf32>
  // CHECK: nn.reduce_sum_square
  %7 = nn.reduce_sum_square %a7 {axes = array<i64: 1>, keepdims = true} : (tensor<2x3xf32>) -> tensor<2x1xf32>
  // CHECK: nn.reduce_log_sum
  %8 = nn.reduce_log_sum %a8 {axes = array<i64: 1>, keepdims = false} : (tensor<2x3xf32>) -> tensor<2xf32>
  // CHECK: nn.reduce_log_sum_exp
  %9 = nn.reduce_log_sum_exp %a9 {axes = array<i64: 1>, keepdims = true} : (tensor<2x3xf32>) -> tensor<2x1xf32>
  // CHECK: nn.arg_max
  %10 = nn.arg_max %a10 {axis = 0 : i64, keepdims = false} : (tensor<2x3xf32>) -> tensor<3xi64>
  // CHECK: nn.arg_min
  %11 = nn.arg_min %a11 {axis = 1 : i64, keepdims = true, select_last_index = true} : (tensor<2x3xf32>) -> tensor<2x1xi64>
  // CHECK: nn.cum_sum
  %12 = nn.cum_sum %a12 {axis = 1 : i64, exclusive = true, reverse = true} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// Data movement.
// CHECK-LABEL: func @movement
func.func @movement(
    %a0: tensor<2x3xf32>, %a1: tensor<2x3x4xf32>, %a2: tensor<2x3xf32>, %a3: tensor<2x1xf32>,
    %a4: tensor<4x6xf32>, %a5: tensor<2x3xf32>, %a6: tensor<f32>, %a7: tensor<2x3xf32>, %a8:
    tensor<3xf32>, %a9: tensor<2x3xf32>, %a10: tensor<2x3xf32>, %a11: tensor<4x1xi64>, %a12:
    tensor<2x3xf32>, %a13: tensor<1x3xi64>, %a14: tensor<2x3x4xf32>, %a15: tensor<2x5x1xi64>,
    %a16: tensor<2x3xf32>, %a17: tensor<1x3xi64>, %a18: tensor<1x3xf32>, %a19:
    tensor<2x3x4xf32>, %a20: tensor<5x2xi64>, %a21: tensor<5x4xf32>, %a22: tensor<2xi64>, %a23:
    tensor<f32>, %a24: tensor<f32>, %a25: tensor<2x3xf32>) {
  // CHECK: nn.constant dense<[1, 2]> : tensor<2xi64>
  %0 = nn.constant dense<[1, 2]> : tensor<2xi64>
  // CHECK: nn.constant dense_resource<blob> : tensor<2xf32>
  %1 = nn.constant dense_resource<blob> : tensor<2xf32>
  // CHECK: nn.reshape
  %2 = nn.reshape %a0 {shape = array<i64: 3, 1, 2>} : (tensor<2x3xf32>) -> tensor<3x1x2xf32>
  // CHECK: nn.transpose
  %3 = nn.transpose %a1 {permutation = array<i64: 2, 0, 1>} : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  // CHECK: nn.concat
  %4 = nn.concat %a2, %a3 {axis = 1 : i64} : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  // CHECK: nn.slice
  %5 = nn.slice %a4 {sizes = array<i64: 2, 3>, starts = array<i64: 3, 0>, steps = array<i64: -2, 2>} : (tensor<4x6xf32>) -> tensor<2x3xf32>
  // CHECK: nn.pad
  %6 = nn.pad %a5, %a6 {pads_begin = array<i64: 1, -1>, pads_end = array<i64: 0, 2>} : (tensor<2x3xf32>, tensor<f32>) -> tensor<3x4xf32>
  // CHECK: nn.pad
  %7 = nn.pad %a7 {mode = #nn<pad_mode reflect>, pads_begin = array<i64: 1, 2>, pads_end = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<4x5xf32>
  // CHECK: nn.broadcast
  %8 = nn.broadcast %a8 {shape = array<i64: 4, 2, 3>} : (tensor<3xf32>) -> tensor<4x2x3xf32>
  // CHECK: nn.tile
  %9 = nn.tile %a9 {repeats = array<i64: 2, 3>} : (tensor<2x3xf32>) -> tensor<4x9xf32>
  // CHECK: nn.gather
  %10 = nn.gather %a10, %a11 {axis = 1 : i64} : (tensor<2x3xf32>, tensor<4x1xi64>) -> tensor<2x4x1xf32>
  // CHECK: nn.gather_elements
  %11 = nn.gather_elements %a12, %a13 {axis = 0 : i64} : (tensor<2x3xf32>, tensor<1x3xi64>) -> tensor<1x3xf32>
  // CHECK: nn.gather_nd
  %12 = nn.gather_nd %a14, %a15 {batch_dims = 1 : i64} : (tensor<2x3x4xf32>, tensor<2x5x1xi64>) -> tensor<2x5x4xf32>
  // CHECK: nn.scatter_elements
  %13 = nn.scatter_elements %a16, %a17, %a18 {axis = 0 : i64, mode = #nn<scatter_mode add>} : (tensor<2x3xf32>, tensor<1x3xi64>, tensor<1x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.scatter_nd
  %14 = nn.scatter_nd %a19, %a20, %a21 : (tensor<2x3x4xf32>, tensor<5x2xi64>, tensor<5x4xf32>) -> tensor<2x3x4xf32>
  // CHECK: nn.one_hot
  %15 = nn.one_hot %a22, %a23, %a24 {axis = 1 : i64, depth = 5 : i64} : (tensor<2xi64>, tensor<f32>, tensor<f32>) -> tensor<2x5xf32>
  // CHECK: nn.trilu
  %16 = nn.trilu %a25 {k = -1 : i64, upper = false} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

{-#
  dialect_resources: {
    builtin: {
      blob: "0x040000000000803F00000040"
    }
  }
#-}
