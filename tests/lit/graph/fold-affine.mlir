// RUN: mlcc-opt %s --nn-fold-affine | FileCheck %s

// A batch normalization followed by the multiply-add of a scale layer becomes part
// of the convolution: 2 * (3 * (x - 1) / sqrt(4) + 5) + 7 = 3 x + 14.
// CHECK-LABEL: @batch_norm_mul_add_into_conv
// CHECK-DAG: %[[W:.*]] = nn.constant dense<3.000000e+00> : tensor<2x1x1x1xf32>
// CHECK-DAG: %[[B:.*]] = nn.constant dense<1.400000e+01> : tensor<2xf32>
// CHECK: %[[Y:.*]] = nn.conv %{{.*}}, %[[W]], %[[B]]
// CHECK-NEXT: return %[[Y]]
func.func @batch_norm_mul_add_into_conv(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %w = nn.constant dense<1.0> : tensor<2x1x1x1xf32>
  %scale = nn.constant dense<3.0> : tensor<2xf32>
  %bias = nn.constant dense<5.0> : tensor<2xf32>
  %mean = nn.constant dense<1.0> : tensor<2xf32>
  %variance = nn.constant dense<4.0> : tensor<2xf32>
  %two = nn.constant dense<2.0> : tensor<2x1x1xf32>
  %seven = nn.constant dense<7.0> : tensor<2x1x1xf32>
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  %1 = nn.batch_norm %0, %scale, %bias, %mean, %variance {epsilon = 0.0 : f64} : (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  %2 = nn.mul %1, %two : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %3 = nn.add %2, %seven : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  return %3 : tensor<1x2x4x4xf32>
}

// Weights of a grouped transposed convolution are [C, M / groups, ...]: output channel
// 2 of 4 belongs to the second group.
// CHECK-LABEL: @mul_into_grouped_conv_transpose
// CHECK: nn.constant dense<{{\[\[\[\[}}1.000000e+00]], {{\[\[}}2.000000e+00]]], {{\[\[\[}}3.000000e+00]], {{\[\[}}4.000000e+00]]]]> : tensor<2x2x1x1xf32>
// CHECK-NOT: nn.mul
func.func @mul_into_grouped_conv_transpose(%x: tensor<1x2x4x4xf32>) -> tensor<1x4x4x4xf32> {
  %w = nn.constant dense<1.0> : tensor<2x2x1x1xf32>
  %c = nn.constant dense<[[[1.0]], [[2.0]], [[3.0]], [[4.0]]]> : tensor<4x1x1xf32>
  %0 = nn.conv_transpose %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, output_padding = array<i64: 0, 0>, groups = 2 : i64} : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x4x4x4xf32>
  %1 = nn.mul %0, %c : (tensor<1x4x4x4xf32>, tensor<4x1x1xf32>) -> tensor<1x4x4x4xf32>
  return %1 : tensor<1x4x4x4xf32>
}

// A matrix product's channels are its last dimension; with transposed weights their rows.
// CHECK-LABEL: @into_transposed_matmul
// CHECK-DAG: %[[W:.*]] = nn.constant dense<{{\[\[}}2.000000e+00, 2.000000e+00, 2.000000e+00], [4.000000e+00, 4.000000e+00, 4.000000e+00]]>
// CHECK-DAG: %[[B:.*]] = nn.constant dense<[2.000000e+01, 4.000000e+01]>
// CHECK: nn.matmul %{{.*}}, %[[W]], %[[B]] {transpose_rhs = true}
// CHECK-NEXT: return
func.func @into_transposed_matmul(%x: tensor<5x3xf32>) -> tensor<5x2xf32> {
  %w = nn.constant dense<1.0> : tensor<2x3xf32>
  %b = nn.constant dense<10.0> : tensor<2xf32>
  %c = nn.constant dense<[2.0, 4.0]> : tensor<2xf32>
  %0 = nn.matmul %x, %w, %b {transpose_rhs = true} : (tensor<5x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<5x2xf32>
  %1 = nn.mul %0, %c : (tensor<5x2xf32>, tensor<2xf32>) -> tensor<5x2xf32>
  return %1 : tensor<5x2xf32>
}

// The scale of attention scores goes into the query's weights and bias.
// CHECK-LABEL: @attention_scale
// CHECK-DAG: nn.constant dense<1.250000e-01> : tensor<8x8xf32>
// CHECK-DAG: nn.constant dense<2.500000e-01> : tensor<8xf32>
// CHECK-NOT: nn.mul
func.func @attention_scale(%x: tensor<4x8xf32>, %k: tensor<2x4x4xf32>) -> tensor<2x4x4xf32> {
  %w = nn.constant dense<1.0> : tensor<8x8xf32>
  %b = nn.constant dense<2.0> : tensor<8xf32>
  %s = nn.constant dense<0.125> : tensor<f32>
  %0 = nn.matmul %x, %w, %b : (tensor<4x8xf32>, tensor<8x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  %1 = nn.reshape %0 {shape = array<i64: 4, 2, 4>} : (tensor<4x8xf32>) -> tensor<4x2x4xf32>
  %2 = nn.transpose %1 {permutation = array<i64: 1, 0, 2>} : (tensor<4x2x4xf32>) -> tensor<2x4x4xf32>
  %3 = nn.matmul %2, %k {transpose_rhs = true} : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %4 = nn.mul %3, %s : (tensor<2x4x4xf32>, tensor<f32>) -> tensor<2x4x4xf32>
  return %4 : tensor<2x4x4xf32>
}

// Without a convolution before it, batch normalization is a multiply-add, and takes the
// multiply-add after it along.
// CHECK-LABEL: @merge
// CHECK: %[[M:.*]] = nn.mul %{{.*}}, %{{.*}} : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>)
// CHECK: %[[A:.*]] = nn.add %[[M]], %{{.*}} : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>)
// CHECK-NEXT: nn.relu %[[A]]
func.func @merge(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %scale = nn.constant dense<[3.0, 4.0]> : tensor<2xf32>
  %bias = nn.constant dense<5.0> : tensor<2xf32>
  %mean = nn.constant dense<1.0> : tensor<2xf32>
  %variance = nn.constant dense<4.0> : tensor<2xf32>
  %two = nn.constant dense<2.0> : tensor<2x1x1xf32>
  %1 = nn.batch_norm %x, %scale, %bias, %mean, %variance : (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  %2 = nn.mul %1, %two : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %3 = nn.relu %2 : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  return %3 : tensor<1x2x4x4xf32>
}

// Statistics that are not constant stay.
// CHECK-LABEL: @variable_statistics
// CHECK: nn.batch_norm
func.func @variable_statistics(%x: tensor<1x2x4x4xf32>, %mean: tensor<2xf32>) -> tensor<1x2x4x4xf32> {
  %c = nn.constant dense<1.0> : tensor<2xf32>
  %1 = nn.batch_norm %x, %c, %c, %mean, %c : (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  return %1 : tensor<1x2x4x4xf32>
}

// A second user of the convolution needs the unscaled result.
// CHECK-LABEL: @two_users
// CHECK: nn.conv
// CHECK: nn.mul
func.func @two_users(%x: tensor<1x1x4x4xf32>) -> (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) {
  %w = nn.constant dense<1.0> : tensor<2x1x1x1xf32>
  %c = nn.constant dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32>
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  %1 = nn.mul %0, %c : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  return %0, %1 : tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>
}

// A factor along the width is not one per output channel.
// CHECK-LABEL: @other_axis
// CHECK: nn.mul
func.func @other_axis(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %w = nn.constant dense<1.0> : tensor<2x1x1x1xf32>
  %c = nn.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  %1 = nn.mul %0, %c : (tensor<1x2x4x4xf32>, tensor<4xf32>) -> tensor<1x2x4x4xf32>
  return %1 : tensor<1x2x4x4xf32>
}

// (x - c) * s keeps its order: the difference of near values must stay exact.
// CHECK-LABEL: @no_gain
// CHECK: nn.sub
// CHECK-NEXT: nn.mul
func.func @no_gain(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c = nn.constant dense<2.0> : tensor<f32>
  %s = nn.constant dense<3.0> : tensor<f32>
  %0 = nn.sub %x, %c : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = nn.mul %0, %s : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// Integers are exact as they are.
// CHECK-LABEL: @integers
// CHECK: nn.mul
// CHECK: nn.mul
func.func @integers(%x: tensor<4xi32>) -> tensor<4xi32> {
  %c = nn.constant dense<2> : tensor<i32>
  %0 = nn.mul %x, %c : (tensor<4xi32>, tensor<i32>) -> tensor<4xi32>
  %1 = nn.mul %0, %c : (tensor<4xi32>, tensor<i32>) -> tensor<4xi32>
  return %1 : tensor<4xi32>
}

// The last bit decides what a number is rounded to.
// CHECK-LABEL: @rounded
// CHECK: nn.conv %arg0, %{{[^,]*}} {
// CHECK-NEXT: nn.div
// CHECK-NEXT: nn.round
func.func @rounded(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %w = nn.constant dense<1.5> : tensor<2x1x1x1xf32>
  %s = nn.constant dense<0.3> : tensor<f32>
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  %1 = nn.div %0, %s : (tensor<1x2x4x4xf32>, tensor<f32>) -> tensor<1x2x4x4xf32>
  %2 = nn.round %1 : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  return %2 : tensor<1x2x4x4xf32>
}
