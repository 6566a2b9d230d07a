// RUN: mlcc-opt %s -o %t && mlcc-opt %t | FileCheck %s
// RUN: mlcc-opt %t | diff %t -

// Pieces of gradients and random numbers print as they are read.

// CHECK-LABEL: func @convolution
func.func @convolution(%x: tensor<2x4x7x6xf32>, %g: tensor<2x6x4x5xf32>, %x1: tensor<1x2x5xf64>,
                       %g1: tensor<1x3x3xf64>) {
  // CHECK: nn.conv_weight_gradient
  %0 = nn.conv_weight_gradient %x, %g {groups = 2 : i64, kernel = array<i64: 3, 2>, dilations = array<i64: 1, 2>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 0>, strides = array<i64: 2, 1>} : (tensor<2x4x7x6xf32>, tensor<2x6x4x5xf32>) -> tensor<6x2x3x2xf32>
  // CHECK: nn.conv_weight_gradient
  %1 = nn.conv_weight_gradient %x1, %g1 {kernel = array<i64: 3>, dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 1>} : (tensor<1x2x5xf64>, tensor<1x3x3xf64>) -> tensor<3x2x3xf64>
  return
}

// CHECK-LABEL: func @pooling
func.func @pooling(%x: tensor<1x2x8xf32>, %g: tensor<1x2x4xf32>) {
  // CHECK: nn.max_pool_gradient
  %0 = nn.max_pool_gradient %x, %g {ceil_mode = true, dilations = array<i64: 1>, kernel = array<i64: 3>, pads_begin = array<i64: 1>, pads_end = array<i64: 0>, strides = array<i64: 2>} : (tensor<1x2x8xf32>, tensor<1x2x4xf32>) -> tensor<1x2x8xf32>
  // CHECK: nn.avg_pool_gradient
  %1 = nn.avg_pool_gradient %g {count_include_pad = true, shape = array<i64: 1, 2, 8>, dilations = array<i64: 1>, kernel = array<i64: 2>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 2>} : (tensor<1x2x4xf32>) -> tensor<1x2x8xf32>
  return
}

// CHECK-LABEL: func @normalization
func.func @normalization(%x: tensor<2x4x5x5xf32>, %p: tensor<4xf32>, %n: tensor<i64>) {
  // CHECK: nn.batch_norm_train
  %0:3 = nn.batch_norm_train %x, %p, %p {epsilon = 1.000000e-03 : f64} : (tensor<2x4x5x5xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<2x4x5x5xf32>, tensor<4xf32>, tensor<4xf32>)
  // CHECK: nn.batch_norm_gradient
  %1:3 = nn.batch_norm_gradient %x, %0#0, %p, %0#1, %0#2 {epsilon = 1.000000e-03 : f64} : (tensor<2x4x5x5xf32>, tensor<2x4x5x5xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<2x4x5x5xf32>, tensor<4xf32>, tensor<4xf32>)
  // CHECK: nn.batch_norm_train %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {epsilon
  %2:3 = nn.batch_norm_train %x, %p, %p, %n {epsilon = 1.000000e-03 : f64} : (tensor<2x4x5x5xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i64>) -> (tensor<2x4x5x5xf32>, tensor<4xf32>, tensor<4xf32>)
  // CHECK: nn.batch_norm_gradient
  %3:3 = nn.batch_norm_gradient %x, %2#0, %p, %2#1, %2#2, %n : (tensor<2x4x5x5xf32>, tensor<2x4x5x5xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i64>) -> (tensor<2x4x5x5xf32>, tensor<4xf32>, tensor<4xf32>)
  return
}

// CHECK-LABEL: func @random
func.func @random(%key: tensor<2xi64>, %x: tensor<3x4xf32>) {
  // CHECK: nn.random_bits
  %0 = nn.random_bits %key {shape = array<i64: 3, 5>, stream = 7 : i64} : (tensor<2xi64>) -> tensor<3x5xui32>
  // CHECK: nn.stop_gradient
  %1 = nn.stop_gradient %x : (tensor<3x4xf32>) -> tensor<3x4xf32>
  return
}
