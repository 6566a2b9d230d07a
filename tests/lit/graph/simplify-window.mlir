// RUN: mlcc-opt %s --nn-simplify | FileCheck %s

// CHECK-LABEL: @pad_into_conv
// CHECK-NOT: nn.pad
// CHECK: nn.conv %arg0, %arg1 {{.*}}pads_begin = array<i64: 1, 2>, pads_end = array<i64: 0, 1>
func.func @pad_into_conv(%x: tensor<1x1x4x4xf32>, %w: tensor<1x1x3x3xf32>) -> tensor<1x1x3x5xf32> {
  %0 = nn.pad %x {pads_begin = array<i64: 0, 0, 1, 1>, pads_end = array<i64: 0, 0, 0, 1>} : (tensor<1x1x4x4xf32>) -> tensor<1x1x5x6xf32>
  %1 = nn.conv %0, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 1>, pads_end = array<i64: 0, 0>} : (tensor<1x1x5x6xf32>, tensor<1x1x3x3xf32>) -> tensor<1x1x3x5xf32>
  return %1 : tensor<1x1x3x5xf32>
}

// Padding with ones, or of channels, is no convolution's.
// CHECK-LABEL: @pad_not_into_conv
// CHECK: nn.pad
// CHECK: nn.pad
func.func @pad_not_into_conv(%x: tensor<1x1x4x4xf32>, %w: tensor<1x2x3x3xf32>) -> tensor<1x1x4x4xf32> {
  %one = nn.constant dense<1.0> : tensor<f32>
  %0 = nn.pad %x {pads_begin = array<i64: 0, 1, 0, 0>, pads_end = array<i64: 0, 0, 0, 0>} : (tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32>
  %1 = nn.pad %0, %one {pads_begin = array<i64: 0, 0, 1, 1>, pads_end = array<i64: 0, 0, 1, 1>} : (tensor<1x2x4x4xf32>, tensor<f32>) -> tensor<1x2x6x6xf32>
  %2 = nn.conv %1, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x2x6x6xf32>, tensor<1x2x3x3xf32>) -> tensor<1x1x4x4xf32>
  return %2 : tensor<1x1x4x4xf32>
}

// Zeros beside a relu's results are never the maximum alone.
// CHECK-LABEL: @zeros_into_max_pool_after_relu
// CHECK-NOT: nn.pad
// CHECK: nn.max_pool {{.*}}pads_begin = array<i64: 1, 1>
func.func @zeros_into_max_pool_after_relu(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> {
  %r = nn.relu %x : (tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  %0 = nn.pad %r {pads_begin = array<i64: 0, 0, 1, 1>, pads_end = array<i64: 0, 0, 1, 1>} : (tensor<1x1x4x4xf32>) -> tensor<1x1x6x6xf32>
  %1 = nn.max_pool %0 {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x1x6x6xf32>) -> tensor<1x1x4x4xf32>
  return %1 : tensor<1x1x4x4xf32>
}

// CHECK-LABEL: @zeros_not_into_max_pool
// CHECK: nn.pad
func.func @zeros_not_into_max_pool(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> {
  %0 = nn.pad %x {pads_begin = array<i64: 0, 0, 1, 1>, pads_end = array<i64: 0, 0, 1, 1>} : (tensor<1x1x4x4xf32>) -> tensor<1x1x6x6xf32>
  %1 = nn.max_pool %0 {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x1x6x6xf32>) -> tensor<1x1x4x4xf32>
  return %1 : tensor<1x1x4x4xf32>
}

// CHECK-LABEL: @pad_into_avg_pool
// CHECK-NOT: nn.pad
// CHECK: nn.avg_pool {{.*}}count_include_pad = true
func.func @pad_into_avg_pool(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> {
  %0 = nn.pad %x {pads_begin = array<i64: 0, 0, 1, 1>, pads_end = array<i64: 0, 0, 1, 1>} : (tensor<1x1x4x4xf32>) -> tensor<1x1x6x6xf32>
  %1 = nn.avg_pool %0 {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x1x6x6xf32>) -> tensor<1x1x4x4xf32>
  return %1 : tensor<1x1x4x4xf32>
}

// The pool's own padding does not count, the explicit one would.
// CHECK-LABEL: @two_kinds_of_padding
// CHECK: nn.pad
func.func @two_kinds_of_padding(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x6x6xf32> {
  %0 = nn.pad %x {pads_begin = array<i64: 0, 0, 1, 1>, pads_end = array<i64: 0, 0, 1, 1>} : (tensor<1x1x4x4xf32>) -> tensor<1x1x6x6xf32>
  %1 = nn.avg_pool %0 {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>} : (tensor<1x1x6x6xf32>) -> tensor<1x1x6x6xf32>
  return %1 : tensor<1x1x6x6xf32>
}

// CHECK-LABEL: @global_avg_pool
// CHECK: nn.reduce_mean %arg0 {axes = array<i64: 2, 3>, keepdims = true}
func.func @global_avg_pool(%x: tensor<1x8x7x7xf32>) -> tensor<1x8x1x1xf32> {
  %0 = nn.avg_pool %x {kernel = array<i64: 7, 7>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x8x7x7xf32>) -> tensor<1x8x1x1xf32>
  return %0 : tensor<1x8x1x1xf32>
}
