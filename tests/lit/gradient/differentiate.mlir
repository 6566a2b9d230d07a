// RUN: mlcc-opt %s --nn-differentiate | FileCheck %s
// RUN: mlcc-opt %s --nn-differentiate="of=dense wrt=1" | FileCheck %s --check-prefix=SOME

// A gradient is a function of nn ops behind the forward ones.

// A dense layer: the loss is the sum of a product.
// CHECK-LABEL: func.func @dense_gradient(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>, %[[W:.*]]: tensor<3x4xf32>) -> (tensor<f32>, tensor<2x3xf32>, tensor<3x4xf32>)
// CHECK: %[[Y:.*]] = nn.matmul %[[X]], %[[W]]
// CHECK: %[[LOSS:.*]] = nn.reduce_sum %[[Y]]
// CHECK: %[[SEED:.*]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK: %[[DY:.*]] = nn.broadcast
// CHECK-SAME: -> tensor<2x4xf32>
// CHECK: %[[DX:.*]] = nn.matmul %[[DY]], %[[W]] {transpose_rhs = true}
// CHECK: %[[DW:.*]] = nn.matmul %[[X]], %[[DY]] {transpose_lhs = true}
// CHECK: return %[[LOSS]], %[[DX]], %[[DW]]
// SOME-LABEL: func.func @dense_gradient(
// SOME-SAME: -> (tensor<f32>, tensor<3x4xf32>)
// SOME-NOT: transpose_rhs
// SOME: nn.matmul {{.*}} {transpose_lhs = true}
// SOME-NOT: func.func @convolution_gradient
func.func @dense(%x: tensor<2x3xf32>, %w: tensor<3x4xf32>) -> tensor<f32> {
  %y = nn.matmul %x, %w : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  %loss = nn.reduce_sum %y {axes = array<i64: 0, 1>, keepdims = false} : (tensor<2x4xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}

// The gradients of a convolution are its two sisters; output padding makes up for
// the row that the stride leaves out.
// CHECK-LABEL: func.func @convolution_gradient
// CHECK: nn.conv_transpose {{.*}} {dilations = array<i64: 1>, output_padding = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 2>}
// CHECK-SAME: -> tensor<1x2x6xf32>
// CHECK: nn.conv_weight_gradient {{.*}} {dilations = array<i64: 1>, kernel = array<i64: 3>
// CHECK-SAME: -> tensor<3x2x3xf32>
func.func @convolution(%x: tensor<1x2x6xf32>, %w: tensor<3x2x3xf32>) -> tensor<f32> {
  %y = nn.conv %x, %w {dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 2>} : (tensor<1x2x6xf32>, tensor<3x2x3xf32>) -> tensor<1x3x2xf32>
  %loss = nn.reduce_sum %y {axes = array<i64: 0, 1, 2>, keepdims = false} : (tensor<1x3x2xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}

// Training's batch normalization with activation: one op each way. The gradient
// of relu looks at its result, which is there anyway.
// CHECK-LABEL: func.func @normalization_gradient
// CHECK: %[[N:.*]], %[[MEAN:.*]], %[[VARIANCE:.*]] = nn.batch_norm_train
// CHECK: %[[R:.*]] = nn.relu %[[N]]
// CHECK: nn.less %{{.*}}, %[[R]]
// CHECK: %[[DN:.*]] = nn.where
// CHECK: nn.batch_norm_gradient %{{.*}}, %[[DN]], %{{.*}}, %[[MEAN]], %[[VARIANCE]]
func.func @normalization(%x: tensor<4x2xf32>, %s: tensor<2xf32>, %b: tensor<2xf32>) -> tensor<f32> {
  %n:3 = nn.batch_norm_train %x, %s, %b : (tensor<4x2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<4x2xf32>, tensor<2xf32>, tensor<2xf32>)
  %r = nn.relu %n#0 : (tensor<4x2xf32>) -> tensor<4x2xf32>
  %loss = nn.reduce_sum %r {axes = array<i64: 0, 1>, keepdims = false} : (tensor<4x2xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}

// Broadcast operands are summed, a barrier ends the way, and what the loss does
// not depend on has zeros.
// CHECK-LABEL: func.func @broadcast_gradient(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>, %[[B:.*]]: tensor<3xf32>, %{{.*}}: tensor<5xf32>)
// CHECK: nn.stop_gradient
// CHECK: %[[SUM:.*]] = nn.reduce_sum %{{.*}} {axes = array<i64: 0>, keepdims = true} : (tensor<2x3xf32>) -> tensor<1x3xf32>
// CHECK: %[[DB:.*]] = nn.reshape %[[SUM]]
// CHECK: %[[ZEROS:.*]] = nn.constant dense<0.000000e+00> : tensor<5xf32>
// CHECK: return %{{.*}}, %{{.*}}, %[[DB]], %[[ZEROS]]
func.func @broadcast(%x: tensor<2x3xf32>, %b: tensor<3xf32>, %unused: tensor<5xf32>) -> tensor<f32> {
  %s = nn.stop_gradient %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %y = nn.add %x, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %z = nn.mul %y, %s : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %loss = nn.reduce_sum %z {axes = array<i64: 0, 1>, keepdims = false} : (tensor<2x3xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}

// The gates of a layer are slices of one tensor: their gradients are put together.
// CHECK-LABEL: func.func @split_gradient
// CHECK-NOT: nn.pad
// CHECK: nn.concat
// CHECK-NOT: nn.pad
// CHECK: return
func.func @split(%x: tensor<2x4xf32>) -> tensor<f32> {
  %a = nn.slice %x {starts = array<i64: 0, 0>, sizes = array<i64: 2, 2>, steps = array<i64: 1, 1>} : (tensor<2x4xf32>) -> tensor<2x2xf32>
  %b = nn.slice %x {starts = array<i64: 0, 2>, sizes = array<i64: 2, 2>, steps = array<i64: 1, 1>} : (tensor<2x4xf32>) -> tensor<2x2xf32>
  %c = nn.mul %a, %b : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %loss = nn.reduce_sum %c {axes = array<i64: 0, 1>, keepdims = false} : (tensor<2x2xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
