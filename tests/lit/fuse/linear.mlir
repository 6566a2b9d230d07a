// RUN: mlcc-opt %s --split-input-file --fuse-linear | FileCheck %s

// Bias, residual addition and the activation after it.
// CHECK-LABEL: @residual
// CHECK-NEXT: %[[Y:.*]] = dnn.convolution %arg0, %arg1 bias(%arg2 : tensor<4xf32>)
// CHECK-SAME: post_ops [#dnn.binary<add>, #dnn.eltwise<relu>]
// CHECK-SAME: post_operands(%arg3 : tensor<1x4x8x8xf32>)
// CHECK-NEXT: return %[[Y]]
func.func @residual(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x1x1xf32>, %b: tensor<4xf32>, %skip: tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> {
  %0 = nn.conv %x, %w, %b {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
  %1 = nn.add %skip, %0 : (tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  %2 = nn.relu %1 : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return %2 : tensor<1x4x8x8xf32>
}

// -----

// The primitive comes where the last operand is known.
// CHECK-LABEL: @operand_defined_later
// CHECK: %[[S:.*]] = nn.exp %arg2
// CHECK-NEXT: dnn.convolution
// CHECK-SAME: post_operands(%[[S]]
func.func @operand_defined_later(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x1x1xf32>, %z: tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> {
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %1 = nn.exp %z : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  %2 = nn.sub %0, %1 : (tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return %2 : tensor<1x4x8x8xf32>
}

// -----

// Groups are a dimension of the weights; one value per channel is a binary
// post-op, one value in all a linear function.
// CHECK-LABEL: @grouped
// CHECK: %[[W:.*]] = nn.reshape %arg1 {shape = array<i64: 2, 2, 2, 3, 3>}
// CHECK: dnn.convolution %arg0, %[[W]]
// CHECK-SAME: post_ops [#dnn.binary<mul>, #dnn.eltwise<linear, 1.000000e+00, 3.000000e+00>, #dnn.eltwise<clip, 0.000000e+00, 6.000000e+00>]
// CHECK-SAME: post_operands(%{{.*}} : tensor<1x4x1x1xf32>)
func.func @grouped(%x: tensor<1x4x8x8xf32>, %w: tensor<4x2x3x3xf32>, %c: tensor<4x1x1xf32>) -> tensor<1x4x8x8xf32> {
  %three = nn.constant dense<3.0> : tensor<f32>
  %0 = nn.conv %x, %w {groups = 2 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<4x2x3x3xf32>) -> tensor<1x4x8x8xf32>
  %1 = nn.mul %0, %c : (tensor<1x4x8x8xf32>, tensor<4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %2 = nn.add %1, %three : (tensor<1x4x8x8xf32>, tensor<f32>) -> tensor<1x4x8x8xf32>
  %3 = nn.clip %2 {min = 0.0 : f64, max = 6.0 : f64} : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return %3 : tensor<1x4x8x8xf32>
}

// -----

// Two users need the convolution's own result.
// CHECK-LABEL: @two_users
// CHECK: dnn.convolution %arg0, %arg1 {
// CHECK: nn.relu
func.func @two_users(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x1x1xf32>) -> (tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>) {
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %1 = nn.relu %0 : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return %0, %1 : tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>
}

// -----

// An operand along the width, a divided constant, and an op that changes the shape.
// CHECK-LABEL: @not_fused
// CHECK: dnn.convolution %arg0, %arg1 {
// CHECK: nn.add
// CHECK: dnn.convolution %arg0, %arg1 {
// CHECK: nn.div
// CHECK: dnn.convolution %arg0, %arg1 {
// CHECK: nn.add
func.func @not_fused(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x1x1xf32>, %c: tensor<8xf32>, %big: tensor<2x4x8x8xf32>) -> (tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>, tensor<2x4x8x8xf32>) {
  %one = nn.constant dense<1.0> : tensor<f32>
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %1 = nn.add %0, %c : (tensor<1x4x8x8xf32>, tensor<8xf32>) -> tensor<1x4x8x8xf32>
  %2 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %3 = nn.div %one, %2 : (tensor<f32>, tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  %4 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %5 = nn.add %4, %big : (tensor<1x4x8x8xf32>, tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32>
  return %1, %3, %5 : tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>, tensor<2x4x8x8xf32>
}

// -----

// CHECK-LABEL: @activations
// CHECK: dnn.convolution
// CHECK-SAME: #dnn.eltwise<relu, 2.500000e-01>, #dnn.eltwise<elu, 1.000000e+00>, #dnn.eltwise<tanh>, #dnn.eltwise<logistic>,
// CHECK-SAME: #dnn.eltwise<gelu_erf>, #dnn.eltwise<gelu_tanh>, #dnn.eltwise<swish, 1.000000e+00>, #dnn.eltwise<mish>,
// CHECK-SAME: #dnn.eltwise<soft_relu, 1.000000e+00>
// CHECK: nn.softsign
func.func @activations(%x: tensor<1x4x8xf32>, %w: tensor<4x4x1xf32>) -> tensor<1x4x8xf32> {
  %0 = nn.conv %x, %w {strides = array<i64: 1>, dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>} : (tensor<1x4x8xf32>, tensor<4x4x1xf32>) -> tensor<1x4x8xf32>
  %1 = nn.leaky_relu %0 {alpha = 0.25 : f64} : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %2 = nn.elu %1 : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %3 = nn.tanh %2 : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %4 = nn.sigmoid %3 : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %5 = nn.gelu %4 : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %6 = nn.gelu %5 {form = #nn<gelu_form tanh>} : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %7 = nn.swish %6 : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %8 = nn.mish %7 : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %9 = nn.softplus %8 : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %10 = nn.softsign %9 : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  return %10 : tensor<1x4x8xf32>
}

// -----

// CHECK-LABEL: @conv_transpose
// CHECK: %[[G:.*]] = nn.reshape %arg1 {shape = array<i64: 2, 2, 3, 2, 2>}
// CHECK: %[[W:.*]] = nn.transpose %[[G]] {permutation = array<i64: 0, 2, 1, 3, 4>}
// CHECK: dnn.deconvolution %arg0, %[[W]] post_ops [#dnn.eltwise<relu>]
func.func @conv_transpose(%x: tensor<1x4x8x8xf32>, %w: tensor<4x3x2x2xf32>) -> tensor<1x6x16x16xf32> {
  %0 = nn.conv_transpose %x, %w {groups = 2 : i64, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, output_padding = array<i64: 0, 0>} : (tensor<1x4x8x8xf32>, tensor<4x3x2x2xf32>) -> tensor<1x6x16x16xf32>
  %1 = nn.relu %0 : (tensor<1x6x16x16xf32>) -> tensor<1x6x16x16xf32>
  return %1 : tensor<1x6x16x16xf32>
}

// -----

// The residual addition has the shape from before the flattening.
// CHECK-LABEL: @matmul_through_reshape
// CHECK: %[[S:.*]] = nn.reshape %arg3 {shape = array<i64: 6, 8>}
// CHECK: %[[Y:.*]] = dnn.matmul %arg0, %arg1 bias(%{{.*}} : tensor<1x8xf32>) post_ops [#dnn.binary<add>] post_operands(%[[S]] : tensor<6x8xf32>)
// CHECK: %[[R:.*]] = nn.reshape %[[Y]] {shape = array<i64: 2, 3, 8>}
// CHECK-NEXT: return %[[R]]
func.func @matmul_through_reshape(%x: tensor<6x4xf32>, %w: tensor<4x8xf32>, %b: tensor<8xf32>, %skip: tensor<2x3x8xf32>) -> tensor<2x3x8xf32> {
  %0 = nn.matmul %x, %w, %b : (tensor<6x4xf32>, tensor<4x8xf32>, tensor<8xf32>) -> tensor<6x8xf32>
  %1 = nn.reshape %0 {shape = array<i64: 2, 3, 8>} : (tensor<6x8xf32>) -> tensor<2x3x8xf32>
  %2 = nn.add %1, %skip : (tensor<2x3x8xf32>, tensor<2x3x8xf32>) -> tensor<2x3x8xf32>
  return %2 : tensor<2x3x8xf32>
}

// -----

// A row times a matrix in a batch; the bias along the rows is an addition.
// CHECK-LABEL: @matmul_ranks
// CHECK-DAG: %[[X:.*]] = nn.reshape %arg0 {shape = array<i64: 1, 1, 4>}
// CHECK: %[[Y:.*]] = dnn.matmul %[[X]], %arg1 {{.*}}: (tensor<1x1x4xf32>, tensor<2x4x8xf32>) -> tensor<2x1x8xf32>
// CHECK: nn.reshape %[[Y]] {shape = array<i64: 2, 8>}
func.func @matmul_ranks(%x: tensor<4xf32>, %w: tensor<2x4x8xf32>) -> tensor<2x8xf32> {
  %0 = nn.matmul %x, %w : (tensor<4xf32>, tensor<2x4x8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// -----

// CHECK-LABEL: @matmul_full_bias
// CHECK: dnn.matmul %arg0, %arg1 post_ops [#dnn.binary<add>] post_operands(%arg2 : tensor<6x8xf32>)
func.func @matmul_full_bias(%x: tensor<6x4xf32>, %w: tensor<4x8xf32>, %b: tensor<6x8xf32>) -> tensor<6x8xf32> {
  %0 = nn.matmul %x, %w, %b : (tensor<6x4xf32>, tensor<4x8xf32>, tensor<6x8xf32>) -> tensor<6x8xf32>
  return %0 : tensor<6x8xf32>
}

// -----

// Integers and doubles are not oneDNN's.
// CHECK-LABEL: @other_types
// CHECK: nn.matmul
// CHECK: nn.matmul
func.func @other_types(%x: tensor<6x4xf64>, %w: tensor<4x8xf64>, %i: tensor<6x4xi8>, %j: tensor<4x8xi8>) -> (tensor<6x8xf64>, tensor<6x8xi32>) {
  %0 = nn.matmul %x, %w : (tensor<6x4xf64>, tensor<4x8xf64>) -> tensor<6x8xf64>
  %1 = nn.matmul %i, %j : (tensor<6x4xi8>, tensor<4x8xi8>) -> tensor<6x8xi32>
  return %0, %1 : tensor<6x8xf64>, tensor<6x8xi32>
}

// -----

// CHECK-LABEL: @weight_gradient
// CHECK: %[[G:.*]] = dnn.convolution_weight_gradient %arg0, %arg1 {{.*}} : (tensor<2x4x8x8xf32>, tensor<2x6x8x8xf32>) -> tensor<2x3x2x3x3xf32>
// CHECK: nn.reshape %[[G]] {shape = array<i64: 6, 2, 3, 3>}
func.func @weight_gradient(%x: tensor<2x4x8x8xf32>, %dy: tensor<2x6x8x8xf32>) -> tensor<6x2x3x3xf32> {
  %0 = nn.conv_weight_gradient %x, %dy {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, groups = 2 : i64} : (tensor<2x4x8x8xf32>, tensor<2x6x8x8xf32>) -> tensor<6x2x3x3xf32>
  return %0 : tensor<6x2x3x3xf32>
}

// -----

// oneDNN does not compute on f64.
// CHECK-LABEL: @weight_gradient_f64
// CHECK: nn.conv_weight_gradient
func.func @weight_gradient_f64(%x: tensor<2x4x8xf64>, %dy: tensor<2x6x6xf64>) -> tensor<6x4x3xf64> {
  %0 = nn.conv_weight_gradient %x, %dy {kernel = array<i64: 3>, strides = array<i64: 1>, dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>} : (tensor<2x4x8xf64>, tensor<2x6x6xf64>) -> tensor<6x4x3xf64>
  return %0 : tensor<6x4x3xf64>
}
