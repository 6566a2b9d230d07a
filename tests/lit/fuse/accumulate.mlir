// RUN: mlcc-opt %s --fuse-accumulate | FileCheck %s

// The shortcut is read here for the last time: its memory takes the result.
// CHECK-LABEL: @dies
// CHECK: %[[S:.*]] = dnn.convolution %arg0
// CHECK: dnn.convolution %arg0, %arg1 post_ops [#dnn.sum, #dnn.eltwise<relu>] accumulate(%[[S]] : tensor<1x4x8x8xf32>)
func.func @dies(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32> {
  %s = dnn.convolution %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %y = dnn.convolution %x, %w post_ops [#dnn.binary<add>, #dnn.eltwise<relu>] post_operands(%s : tensor<1x4x8x8xf32>) {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  return %y : tensor<1x4x8x8xf32>
}

// Read again, through a reshape: it must keep its values.
// CHECK-LABEL: @lives
// CHECK-NOT: #dnn.sum
func.func @lives(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x1x1xf32>) -> (tensor<1x4x8x8xf32>, tensor<4x64xf32>) {
  %s = dnn.convolution %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %r = nn.reshape %s {shape = array<i64: 4, 64>} : (tensor<1x4x8x8xf32>) -> tensor<4x64xf32>
  %y = dnn.convolution %x, %w post_ops [#dnn.binary<add>] post_operands(%s : tensor<1x4x8x8xf32>) {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %e = nn.exp %r : (tensor<4x64xf32>) -> tensor<4x64xf32>
  return %y, %e : tensor<1x4x8x8xf32>, tensor<4x64xf32>
}

// The function's argument belongs to the caller.
// CHECK-LABEL: @argument
// CHECK-NOT: #dnn.sum
func.func @argument(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x1x1xf32>, %s: tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> {
  %y = dnn.convolution %x, %w post_ops [#dnn.binary<add>] post_operands(%s : tensor<1x4x8x8xf32>) {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  return %y : tensor<1x4x8x8xf32>
}

// The convolution reads its input while it writes its result.
// CHECK-LABEL: @own_input
// CHECK-NOT: #dnn.sum
func.func @own_input(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32> {
  %s = nn.relu %x : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  %y = dnn.convolution %s, %w post_ops [#dnn.binary<add>] post_operands(%s : tensor<1x4x8x8xf32>) {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  return %y : tensor<1x4x8x8xf32>
}

// A sum is fast as the first post-op only.
// CHECK-LABEL: @second
// CHECK-NOT: #dnn.sum
func.func @second(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32> {
  %s = nn.relu %x : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  %y = dnn.convolution %x, %w post_ops [#dnn.eltwise<relu>, #dnn.binary<add>] post_operands(%s : tensor<1x4x8x8xf32>) {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  return %y : tensor<1x4x8x8xf32>
}
