// RUN: mlcc-opt %s -o %t && mlcc-opt %t | FileCheck %s
// RUN: mlcc-opt %t | diff %t -

// Layers print as they are read.

// Convolutions of 1 to 3 spatial dimensions, with groups, dilation, asymmetric pads.
// CHECK-LABEL: func @convolution
func.func @convolution(
    %a0: tensor<1x3x8xf32>, %a1: tensor<4x3x3xf32>, %a2: tensor<1x4x8x8xf32>, %a3:
    tensor<4x1x3x3xf32>, %a4: tensor<4xf32>, %a5: tensor<1x2x9x9x9xf32>, %a6:
    tensor<4x2x3x3x3xf32>, %a7: tensor<1x4x3x3xf32>, %a8: tensor<4x2x3x3xf32>, %a9:
    tensor<4xf32>) {
  // CHECK: nn.conv
  %0 = nn.conv %a0, %a1 {dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 1>} : (tensor<1x3x8xf32>, tensor<4x3x3xf32>) -> tensor<1x4x6xf32>
  // CHECK: nn.conv
  %1 = nn.conv %a2, %a3, %a4 {groups = 4 : i64, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x4x8x8xf32>, tensor<4x1x3x3xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32>
  // CHECK: nn.conv
  %2 = nn.conv %a5, %a6 {dilations = array<i64: 2, 2, 2>, pads_begin = array<i64: 0, 0, 0>, pads_end = array<i64: 0, 0, 0>, strides = array<i64: 1, 1, 1>} : (tensor<1x2x9x9x9xf32>, tensor<4x2x3x3x3xf32>) -> tensor<1x4x5x5x5xf32>
  // CHECK: nn.conv_transpose
  %3 = nn.conv_transpose %a7, %a8, %a9 {groups = 2 : i64, output_padding = array<i64: 1, 0>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x3x3xf32>, tensor<4x2x3x3xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  return
}

// Matrix products with batches, transpositions, vectors and narrow integers.
// CHECK-LABEL: func @product
func.func @product(
    %a0: tensor<5x1x2x3xf32>, %a1: tensor<4x3x6xf32>, %a2: tensor<3x2xf32>, %a3:
    tensor<6x3xf32>, %a4: tensor<6xf32>, %a5: tensor<3xf32>, %a6: tensor<3xf32>, %a7:
    tensor<2x3xui8>, %a8: tensor<3x4xi8>) {
  // CHECK: nn.matmul
  %0 = nn.matmul %a0, %a1 : (tensor<5x1x2x3xf32>, tensor<4x3x6xf32>) -> tensor<5x4x2x6xf32>
  // CHECK: nn.matmul
  %1 = nn.matmul %a2, %a3, %a4 {transpose_lhs = true, transpose_rhs = true} : (tensor<3x2xf32>, tensor<6x3xf32>, tensor<6xf32>) -> tensor<2x6xf32>
  // CHECK: nn.matmul
  %2 = nn.matmul %a5, %a6 : (tensor<3xf32>, tensor<3xf32>) -> tensor<f32>
  // CHECK: nn.matmul
  %3 = nn.matmul %a7, %a8 : (tensor<2x3xui8>, tensor<3x4xi8>) -> tensor<2x4xi32>
  return
}

// Normalizations and softmax.
// CHECK-LABEL: func @normalization
func.func @normalization(
    %a0: tensor<2x4x5x5xf32>, %a1: tensor<4xf32>, %a2: tensor<4xf32>, %a3: tensor<4xf32>, %a4:
    tensor<4xf32>, %a5: tensor<2x4x5x5xf32>, %a6: tensor<4xf32>, %a7: tensor<4xf32>, %a8:
    tensor<2x4x5x5xf32>, %a9: tensor<4xf32>, %a10: tensor<4xf32>, %a11: tensor<2x3xf32>, %a12:
    tensor<3xf32>, %a13: tensor<2x4x5x5xf32>, %a14: tensor<2x3xf32>, %a15: tensor<2x3xf32>,
    %a16: tensor<2x3xf32>, %a17: tensor<2x3xf32>, %a18: tensor<2x3xf32>, %a19: tensor<3xf32>,
    %a20: tensor<2x3xf32>, %a21: tensor<3xf32>, %a22: tensor<3xf32>) {
  // CHECK: nn.batch_norm
  %0 = nn.batch_norm %a0, %a1, %a2, %a3, %a4 {epsilon = 1.000000e-03 : f64} : (tensor<2x4x5x5xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4x5x5xf32>
  // CHECK: nn.instance_norm
  %1 = nn.instance_norm %a5, %a6, %a7 : (tensor<2x4x5x5xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4x5x5xf32>
  // CHECK: nn.group_norm
  %2 = nn.group_norm %a8, %a9, %a10 {groups = 2 : i64} : (tensor<2x4x5x5xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4x5x5xf32>
  // CHECK: nn.rms_norm
  %3 = nn.rms_norm %a11, %a12 {axis = 1 : i64} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.lrn
  %4 = nn.lrn %a13 {size = 3 : i64} : (tensor<2x4x5x5xf32>) -> tensor<2x4x5x5xf32>
  // CHECK: nn.lp_norm
  %5 = nn.lp_norm %a14 {axis = 1 : i64, p = 1 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.softmax
  %6 = nn.softmax %a15 {axis = 1 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.log_softmax
  %7 = nn.log_softmax %a16 {axis = 0 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.layer_norm %{{.*}} {axis
  %8 = nn.layer_norm %a17 {axis = 1 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.layer_norm %{{.*}} scale({{.*}}) {axis
  %9 = nn.layer_norm %a18 scale(%a19 : tensor<3xf32>) {axis = 1 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.layer_norm %{{.*}} scale({{.*}}) bias({{.*}}) {axis
  %10 = nn.layer_norm %a20 scale(%a21 : tensor<3xf32>) bias(%a22 : tensor<3xf32>) {axis = 1 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// Pooling and resampling.
// CHECK-LABEL: func @pooling
func.func @pooling(
    %a0: tensor<1x2x8x8xf32>, %a1: tensor<1x2x8x8xf32>, %a2: tensor<1x2x8xf32>, %a3:
    tensor<1x1x2x2xf32>, %a4: tensor<1x1x2x2xf32>, %a5: tensor<1x1x2x2xf32>) {
  // CHECK: nn.max_pool
  %0 = nn.max_pool %a0 {ceil_mode = true, dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: nn.avg_pool
  %1 = nn.avg_pool %a1 {count_include_pad = true, dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
  // CHECK: nn.lp_pool
  %2 = nn.lp_pool %a2 {p = 3 : i64, dilations = array<i64: 1>, kernel = array<i64: 2>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 1>} : (tensor<1x2x8xf32>) -> tensor<1x2x7xf32>
  // CHECK: nn.resize
  %3 = nn.resize %a3 {mode = #nn<resize_mode linear>, scales = array<f64: 1.0, 1.0, 2.0, 2.0>, sizes = array<i64: 1, 1, 4, 4>} : (tensor<1x1x2x2xf32>) -> tensor<1x1x4x4xf32>
  // CHECK: nn.resize
  %4 = nn.resize %a4 {coordinate_mode = #nn<coordinate_mode align_corners>, cubic_coefficient = -5.000000e-01 : f64, exclude_outside = true, mode = #nn<resize_mode cubic>, scales = array<f64: 1.0, 1.0, 2.0, 2.0>, sizes = array<i64: 1, 1, 4, 4>} : (tensor<1x1x2x2xf32>) -> tensor<1x1x4x4xf32>
  // CHECK: nn.resize
  %5 = nn.resize %a5 {coordinate_mode = #nn<coordinate_mode asymmetric>, mode = #nn<resize_mode nearest>, nearest_mode = #nn<nearest_mode floor>, scales = array<f64: 1.0, 1.0, 2.0, 2.0>, sizes = array<i64: 1, 1, 4, 4>} : (tensor<1x1x2x2xf32>) -> tensor<1x1x4x4xf32>
  return
}

// Quantization per tensor and per axis.
// CHECK-LABEL: func @quantization
func.func @quantization(
    %a0: tensor<2x3xf32>, %a1: tensor<f32>, %a2: tensor<ui8>, %a3: tensor<2x3xf32>, %a4:
    tensor<3xf32>, %a5: tensor<2x3xi8>, %a6: tensor<2xf32>, %a7: tensor<2xi8>) {
  // CHECK: nn.quantize
  %0 = nn.quantize %a0, %a1, %a2 {to = ui8} : (tensor<2x3xf32>, tensor<f32>, tensor<ui8>) -> tensor<2x3xui8>
  // CHECK: nn.quantize
  %1 = nn.quantize %a3, %a4 {axis = 1 : i64, to = i8} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi8>
  // CHECK: nn.dequantize
  %2 = nn.dequantize %a5, %a6, %a7 {axis = 0 : i64} : (tensor<2x3xi8>, tensor<2xf32>, tensor<2xi8>) -> tensor<2x3xf32>
  return
}

// Recurrent layers in both directions.
// CHECK-LABEL: func @recurrent
func.func @recurrent(
    %a0: tensor<5x2x3xf32>, %a1: tensor<1x4x3xf32>, %a2: tensor<1x4x4xf32>, %a3:
    tensor<5x2x3xf32>, %a4: tensor<1x12x3xf32>, %a5: tensor<1x12x4xf32>, %a6: tensor<1x24xf32>,
    %a7: tensor<1x2x4xf32>, %a8: tensor<5x2x3xf32>, %a9: tensor<2x16x3xf32>, %a10:
    tensor<2x16x4xf32>, %a11: tensor<2x32xf32>, %a12: tensor<2x12xf32>) {
  // CHECK: nn.rnn
  %0:2 = nn.rnn %a0, %a1, %a2 {activations = ["relu"], direction = #nn<rnn_direction reverse>, operandSegmentSizes = array<i32: 1, 1, 1, 0, 0>} : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  // CHECK: nn.gru
  %1:2 = nn.gru %a3, %a4, %a5, %a6, %a7 {activations = ["sigmoid", "tanh"], direction = #nn<rnn_direction forward>, linear_before_reset = true, operandSegmentSizes = array<i32: 1, 1, 1, 1, 1>} : (tensor<5x2x3xf32>, tensor<1x12x3xf32>, tensor<1x12x4xf32>, tensor<1x24xf32>, tensor<1x2x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  // CHECK: nn.lstm
  %2:3 = nn.lstm %a8, %a9, %a10, %a11, %a12 {activations = ["sigmoid", "tanh", "tanh", "sigmoid", "tanh", "tanh"], clip = 3.000000e+00 : f64, direction = #nn<rnn_direction bidirectional>, operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 0, 1>} : (tensor<5x2x3xf32>, tensor<2x16x3xf32>, tensor<2x16x4xf32>, tensor<2x32xf32>, tensor<2x12xf32>) -> (tensor<5x2x2x4xf32>, tensor<2x2x4xf32>, tensor<2x2x4xf32>)
  return
}
