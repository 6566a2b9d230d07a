// RUN: mlcc-opt %s --fuse-expand-batch-norm | FileCheck %s

// CHECK-LABEL: @forward
// CHECK: %[[SUMS:.*]] = nn.reduce_sum %arg0 {axes = array<i64: 2>, keepdims = false} : (tensor<4x3x5xf32>) -> tensor<4x3xf32>
// CHECK: %[[SUM:.*]] = nn.reduce_sum %[[SUMS]] {axes = array<i64: 0>, keepdims = false} : (tensor<4x3xf32>) -> tensor<3xf32>
// CHECK: %[[MEAN:.*]] = nn.mul %[[SUM]],
// CHECK: %[[CENTRED:.*]] = nn.sub %arg0, %{{.*}} : (tensor<4x3x5xf32>, tensor<3x1xf32>)
// CHECK: %[[SQUARE:.*]] = nn.mul %[[CENTRED]], %[[CENTRED]]
// CHECK: %[[SQUARES:.*]] = nn.reduce_sum %[[SQUARE]] {axes = array<i64: 2>
// CHECK: %[[SUMOFSQUARES:.*]] = nn.reduce_sum %[[SQUARES]] {axes = array<i64: 0>
// CHECK: %[[VARIANCE:.*]] = nn.mul %[[SUMOFSQUARES]],
// CHECK-NOT: nn.batch_norm_train
// CHECK: return %{{.*}}, %[[MEAN]], %[[VARIANCE]]
func.func @forward(%x: tensor<4x3x5xf32>, %s: tensor<3xf32>, %b: tensor<3xf32>) -> (tensor<4x3x5xf32>, tensor<3xf32>, tensor<3xf32>) {
  %0:3 = nn.batch_norm_train %x, %s, %b : (tensor<4x3x5xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<4x3x5xf32>, tensor<3xf32>, tensor<3xf32>)
  return %0#0, %0#1, %0#2 : tensor<4x3x5xf32>, tensor<3xf32>, tensor<3xf32>
}

// Half precision is computed on in f32.
// CHECK-LABEL: @backward
// CHECK: nn.cast %arg1 {to = f32}
// CHECK: %[[BIAS:.*]] = nn.reduce_sum %{{.*}} {axes = array<i64: 0>, keepdims = false} : (tensor<6x3xf32>) -> tensor<3xf32>
// CHECK: %[[SCALE:.*]] = nn.reduce_sum
// CHECK-NOT: nn.batch_norm_gradient
// CHECK: %[[S:.*]] = nn.cast %[[SCALE]] {to = bf16}
// CHECK: %[[B:.*]] = nn.cast %[[BIAS]] {to = bf16}
// CHECK: return %{{.*}}, %[[S]], %[[B]]
func.func @backward(%x: tensor<6x3xbf16>, %dy: tensor<6x3xbf16>, %s: tensor<3xbf16>, %m: tensor<3xbf16>, %v: tensor<3xbf16>) -> (tensor<6x3xbf16>, tensor<3xbf16>, tensor<3xbf16>) {
  %0:3 = nn.batch_norm_gradient %x, %dy, %s, %m, %v : (tensor<6x3xbf16>, tensor<6x3xbf16>, tensor<3xbf16>, tensor<3xbf16>, tensor<3xbf16>) -> (tensor<6x3xbf16>, tensor<3xbf16>, tensor<3xbf16>)
  return %0#0, %0#1, %0#2 : tensor<6x3xbf16>, tensor<3xbf16>, tensor<3xbf16>
}

// Of padding nothing is read but by the selections.
// CHECK-LABEL: @short
// CHECK: %[[BEFORE:.*]] = nn.less
// CHECK: %[[EXISTS:.*]] = nn.reshape %[[BEFORE]] {{.*}} -> tensor<4x1x1xi1>
// CHECK: %[[X:.*]] = nn.where %[[EXISTS]], %arg0,
// CHECK: %[[SUMS:.*]] = nn.reduce_sum %[[X]]
// CHECK: %[[SUM:.*]] = nn.reduce_sum %[[SUMS]]
// CHECK: %[[MEAN:.*]] = nn.div %[[SUM]],
// CHECK: nn.where %[[EXISTS]],
// CHECK: nn.reduce_sum
// CHECK: %[[VARIANCE:.*]] = nn.div
// CHECK: %[[Y:.*]] = nn.where %[[EXISTS]],
// CHECK: return %[[Y]], %[[MEAN]], %[[VARIANCE]]
func.func @short(%x: tensor<4x3x5xf32>, %s: tensor<3xf32>, %b: tensor<3xf32>, %n: tensor<i64>) -> (tensor<4x3x5xf32>, tensor<3xf32>, tensor<3xf32>) {
  %0:3 = nn.batch_norm_train %x, %s, %b, %n : (tensor<4x3x5xf32>, tensor<3xf32>, tensor<3xf32>, tensor<i64>) -> (tensor<4x3x5xf32>, tensor<3xf32>, tensor<3xf32>)
  return %0#0, %0#1, %0#2 : tensor<4x3x5xf32>, tensor<3xf32>, tensor<3xf32>
}

// Statistics that are no constants: a factor and an offset per channel.
// CHECK-LABEL: @inference
// CHECK: %[[FACTOR:.*]] = nn.mul %{{.*}}, %arg1
// CHECK: %[[SHIFT:.*]] = nn.mul %arg3, %[[FACTOR]]
// CHECK: %[[OFFSET:.*]] = nn.sub %arg2, %[[SHIFT]]
// CHECK: %[[F:.*]] = nn.reshape %[[FACTOR]] {shape = array<i64: 3, 1>}
// CHECK: %[[Y:.*]] = nn.mul %arg0, %[[F]] : (tensor<4x3x5xf32>, tensor<3x1xf32>)
// CHECK: %[[O:.*]] = nn.reshape %[[OFFSET]] {shape = array<i64: 3, 1>}
// CHECK: nn.add %[[Y]], %[[O]]
func.func @inference(%x: tensor<4x3x5xf32>, %s: tensor<3xf32>, %b: tensor<3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>) -> tensor<4x3x5xf32> {
  %0 = nn.batch_norm %x, %s, %b, %m, %v : (tensor<4x3x5xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<4x3x5xf32>
  return %0 : tensor<4x3x5xf32>
}
