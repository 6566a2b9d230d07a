// RUN: mlcc-opt %s --fuse-windows | FileCheck %s

// Rounding up is more padding at the end.
// CHECK-LABEL: @ceil_mode
// CHECK: dnn.pooling max %arg0 {{.*}}pads_end = array<i64: 1, 1>
func.func @ceil_mode(%x: tensor<1x8x6x6xf32>) -> tensor<1x8x3x3xf32> {
  %0 = nn.max_pool %x {ceil_mode = true, kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x8x6x6xf32>) -> tensor<1x8x3x3xf32>
  return %0 : tensor<1x8x3x3xf32>
}

// CHECK-LABEL: @average
// CHECK: dnn.pooling avg_exclude_padding
// CHECK: dnn.pooling avg_include_padding
func.func @average(%x: tensor<1x8x6x6xf32>) -> (tensor<1x8x6x6xf32>, tensor<1x8x6x6xf32>) {
  %0 = nn.avg_pool %x {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>} : (tensor<1x8x6x6xf32>) -> tensor<1x8x6x6xf32>
  %1 = nn.avg_pool %x {count_include_pad = true, kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>} : (tensor<1x8x6x6xf32>) -> tensor<1x8x6x6xf32>
  return %0, %1 : tensor<1x8x6x6xf32>, tensor<1x8x6x6xf32>
}

// Padding from rounding up does not count even where the rest does; dilation has no
// fast implementation.
// CHECK-LABEL: @stay
// CHECK: nn.avg_pool
// CHECK: nn.max_pool
func.func @stay(%x: tensor<1x8x6x6xf32>) -> (tensor<1x8x3x3xf32>, tensor<1x8x4x4xf32>) {
  %0 = nn.avg_pool %x {count_include_pad = true, ceil_mode = true, kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x8x6x6xf32>) -> tensor<1x8x3x3xf32>
  %1 = nn.max_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 2, 2>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x8x6x6xf32>) -> tensor<1x8x4x4xf32>
  return %0, %1 : tensor<1x8x3x3xf32>, tensor<1x8x4x4xf32>
}

// CHECK-LABEL: @global_max
// CHECK: %[[P:.*]] = dnn.pooling max %arg0 {{.*}}kernel = array<i64: 7, 7>{{.*}} : (tensor<1x8x7x7xf32>) -> tensor<1x8x1x1xf32>
// CHECK: nn.reshape %[[P]] {shape = array<i64: 1, 8>}
func.func @global_max(%x: tensor<1x8x7x7xf32>) -> tensor<1x8xf32> {
  %0 = nn.reduce_max %x {axes = array<i64: 2, 3>, keepdims = false} : (tensor<1x8x7x7xf32>) -> tensor<1x8xf32>
  return %0 : tensor<1x8xf32>
}

// CHECK-LABEL: @global_mean
// CHECK: nn.reduce_mean
func.func @global_mean(%x: tensor<1x8x7x7xf32>) -> tensor<1x8xf32> {
  %0 = nn.reduce_mean %x {axes = array<i64: 2, 3>, keepdims = false} : (tensor<1x8x7x7xf32>) -> tensor<1x8xf32>
  return %0 : tensor<1x8xf32>
}

// CHECK-LABEL: @mean_of_channels
// CHECK: nn.reduce_mean
func.func @mean_of_channels(%x: tensor<1x8x7x7xf32>) -> tensor<1x7x7xf32> {
  %0 = nn.reduce_mean %x {axes = array<i64: 1>, keepdims = false} : (tensor<1x8x7x7xf32>) -> tensor<1x7x7xf32>
  return %0 : tensor<1x7x7xf32>
}

// CHECK-LABEL: @lrn
// CHECK: dnn.lrn %arg0 {alpha = 9.99999974E-5 : f32
// CHECK: nn.lrn
func.func @lrn(%x: tensor<1x8x7x7xf32>) -> (tensor<1x8x7x7xf32>, tensor<1x8x7x7xf32>) {
  %0 = nn.lrn %x {size = 5 : i64} : (tensor<1x8x7x7xf32>) -> tensor<1x8x7x7xf32>
  %1 = nn.lrn %x {size = 4 : i64} : (tensor<1x8x7x7xf32>) -> tensor<1x8x7x7xf32>
  return %0, %1 : tensor<1x8x7x7xf32>, tensor<1x8x7x7xf32>
}

// Channels that a primitive made may be blocked; arguments are plain.
// CHECK-LABEL: @concat
// CHECK: dnn.concat
// CHECK: nn.concat
func.func @concat(%x: tensor<1x8x7x7xf32>) -> (tensor<1x16x7x7xf32>, tensor<1x16x7x7xf32>) {
  %0 = nn.lrn %x {size = 5 : i64} : (tensor<1x8x7x7xf32>) -> tensor<1x8x7x7xf32>
  %1 = nn.relu %0 : (tensor<1x8x7x7xf32>) -> tensor<1x8x7x7xf32>
  %2 = nn.concat %1, %x {axis = 1 : i64} : (tensor<1x8x7x7xf32>, tensor<1x8x7x7xf32>) -> tensor<1x16x7x7xf32>
  %3 = nn.concat %x, %x {axis = 1 : i64} : (tensor<1x8x7x7xf32>, tensor<1x8x7x7xf32>) -> tensor<1x16x7x7xf32>
  return %2, %3 : tensor<1x16x7x7xf32>, tensor<1x16x7x7xf32>
}
