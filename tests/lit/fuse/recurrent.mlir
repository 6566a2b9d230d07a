// RUN: mlcc-opt %s --fuse-unroll-recurrent --fuse-recurrent --canonicalize --split-input-file | FileCheck %s

// One hidden unit, one input: the gates i, o, f, c = 1, 2, 3, 4 become i, f, c, o, the two
// biases one.
// CHECK-LABEL: @lstm
// CHECK-DAG: %[[W:.*]] = nn.constant dense<{{\[\[\[\[\[}}1.000000e+00], [3.000000e+00], [4.000000e+00], [2.000000e+00]]]]]> : tensor<1x1x1x4x1xf32>
// CHECK-DAG: %[[B:.*]] = nn.constant dense<{{\[\[\[\[}}1.100000e+01], [3.300000e+01], [4.400000e+01], [2.200000e+01]]]]> : tensor<1x1x4x1xf32>
// CHECK-DAG: %[[H:.*]] = nn.reshape %arg1 {shape = array<i64: 1, 1, 2, 1>}
// CHECK-DAG: %[[C:.*]] = nn.constant dense<0.000000e+00> : tensor<1x1x2x1xf32>
// CHECK: dnn.rnn lstm left2right %arg0 src_iter(%[[H]] : tensor<1x1x2x1xf32>) src_iter_c(%[[C]] : tensor<1x1x2x1xf32>)
// CHECK-SAME: weights(%[[W]], %[[W]]
// CHECK-SAME: bias(%[[B]]
func.func @lstm(%x: tensor<3x2x1xf32>, %h: tensor<1x2x1xf32>) -> (tensor<3x1x2x1xf32>, tensor<1x2x1xf32>, tensor<1x2x1xf32>) {
  %w = nn.constant dense<[[[1.0], [2.0], [3.0], [4.0]]]> : tensor<1x4x1xf32>
  %b = nn.constant dense<[[1.0, 2.0, 3.0, 4.0, 10.0, 20.0, 30.0, 40.0]]> : tensor<1x8xf32>
  %0:3 = "nn.lstm"(%x, %w, %w, %b, %h) <{direction = #nn<rnn_direction forward>, activations = ["sigmoid", "tanh", "tanh"], operandSegmentSizes = array<i32: 1, 1, 1, 1, 1, 0, 0>}> : (tensor<3x2x1xf32>, tensor<1x4x1xf32>, tensor<1x4x1xf32>, tensor<1x8xf32>, tensor<1x2x1xf32>) -> (tensor<3x1x2x1xf32>, tensor<1x2x1xf32>, tensor<1x2x1xf32>)
  return %0#0, %0#1, %0#2 : tensor<3x1x2x1xf32>, tensor<1x2x1xf32>, tensor<1x2x1xf32>
}

// -----

// Linear before reset: the recurrent bias of the candidate stays apart. Both
// directions lie side by side in oneDNN's result.
// CHECK-LABEL: @gru
// CHECK-DAG: %[[B:.*]] = nn.constant dense<{{\[\[\[\[}}1.100000e+01], [2.200000e+01], [3.000000e+00], [3.000000e+01]],
// CHECK: %[[Y:.*]], %{{.*}} = dnn.rnn lbr_gru bidirectional_concat %arg0
// CHECK-SAME: bias(%[[B]] : tensor<1x2x4x1xf32>)
// CHECK: %[[R:.*]] = nn.reshape %[[Y]] {shape = array<i64: 3, 2, 2, 1>}
// CHECK: nn.transpose %[[R]] {permutation = array<i64: 0, 2, 1, 3>}
func.func @gru(%x: tensor<3x2x1xf32>) -> tensor<3x2x2x1xf32> {
  %w = nn.constant dense<1.0> : tensor<2x3x1xf32>
  %b = nn.constant dense<[[1.0, 2.0, 3.0, 10.0, 20.0, 30.0], [1.0, 2.0, 3.0, 10.0, 20.0, 30.0]]> : tensor<2x6xf32>
  %0:2 = "nn.gru"(%x, %w, %w, %b) <{direction = #nn<rnn_direction bidirectional>, activations = ["sigmoid", "tanh", "sigmoid", "tanh"], linear_before_reset = true, operandSegmentSizes = array<i32: 1, 1, 1, 1, 0>}> : (tensor<3x2x1xf32>, tensor<2x3x1xf32>, tensor<2x3x1xf32>, tensor<2x6xf32>) -> (tensor<3x2x2x1xf32>, tensor<2x2x1xf32>)
  return %0#0 : tensor<3x2x2x1xf32>
}

// -----

// CHECK-LABEL: @vanilla
// CHECK: dnn.rnn vanilla right2left %arg0
// CHECK-SAME: activation = #dnn.eltwise<relu>
func.func @vanilla(%x: tensor<3x2x1xf32>) -> tensor<3x1x2x1xf32> {
  %w = nn.constant dense<1.0> : tensor<1x1x1xf32>
  %0:2 = "nn.rnn"(%x, %w, %w) <{direction = #nn<rnn_direction reverse>, activations = ["relu"], operandSegmentSizes = array<i32: 1, 1, 1, 0, 0>}> : (tensor<3x2x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>) -> (tensor<3x1x2x1xf32>, tensor<1x2x1xf32>)
  return %0#0 : tensor<3x1x2x1xf32>
}

// -----

// Clipping is not in oneDNN's cell: two steps, backwards.
// CHECK-LABEL: @clipped
// CHECK-NOT: dnn.rnn
// CHECK: %[[X:.*]] = nn.matmul %{{.*}} : (tensor<4x1xf32>, tensor<1x1xf32>) -> tensor<4x1xf32>
// CHECK: %[[X1:.*]] = nn.slice %[[X]] {sizes = array<i64: 2, 1>, starts = array<i64: 2, 0>
// CHECK: nn.clip
// CHECK: nn.tanh
// CHECK: %[[X0:.*]] = nn.slice %[[X]] {sizes = array<i64: 2, 1>, starts = array<i64: 0, 0>
// CHECK: nn.clip
// CHECK: nn.tanh
// CHECK: nn.concat
func.func @clipped(%x: tensor<2x2x1xf32>) -> tensor<2x1x2x1xf32> {
  %w = nn.constant dense<1.0> : tensor<1x1x1xf32>
  %0:2 = "nn.rnn"(%x, %w, %w) <{direction = #nn<rnn_direction reverse>, activations = ["tanh"], clip = 1.0 : f64, operandSegmentSizes = array<i32: 1, 1, 1, 0, 0>}> : (tensor<2x2x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>) -> (tensor<2x1x2x1xf32>, tensor<1x2x1xf32>)
  return %0#0 : tensor<2x1x2x1xf32>
}
