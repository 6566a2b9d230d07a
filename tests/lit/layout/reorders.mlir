// RUN: mlcc-opt %s --assign-layouts --canonicalize --mlir-print-local-scope | FileCheck %s

!plain = tensor<1x32x8x8xf32>
!last = tensor<1x32x8x8xf32, #dnn.layout<"acdb">>

// The same value in the same layout is made once, and its plain form is the
// value itself.
// CHECK-LABEL: func @once(
// CHECK-SAME: %[[X:.*]]: tensor
func.func @once(%x: !plain, %y: !last) -> (!plain, tensor<2048xf32>) {
  // CHECK: %[[ADD:.*]] = nn.add
  // CHECK-NEXT: %[[VIEW:.*]] = dnn.view %[[ADD]]
  // CHECK-NEXT: %[[PLAIN:.*]] = dnn.reorder %[[VIEW]]
  // CHECK-NEXT: %[[FLAT:.*]] = dnn.view %[[PLAIN]]
  // CHECK-NEXT: return %[[PLAIN]], %[[FLAT]]
  %0 = nn.add %y, %y : (!last, !last) -> !plain
  %1 = nn.reshape %0 {shape = array<i64: 2048>} : (!plain) -> tensor<2048xf32>
  return %0, %1 : !plain, tensor<2048xf32>
}

// Operands of the result's shape follow the larger number of bytes; the op is
// computed as they lie, and repeated operands have their dimensions in that
// order.
// CHECK-LABEL: func @broadcast(
// CHECK-SAME: %[[X:.*]]: tensor<1x32x8x8xf32>, %[[C:.*]]: tensor<1x32x1x1xf32>, %[[S:.*]]: tensor<f32>
func.func @broadcast(%x: !plain, %c: tensor<1x32x1x1xf32>, %s: tensor<f32>) -> !plain {
  // CHECK: %[[LAST:.*]] = dnn.reorder %[[X]]
  %0 = dnn.reorder %x : (!plain) -> !last
  // CHECK-DAG: %[[LIES:.*]] = dnn.view %[[LAST]] : tensor<1x32x8x8xf32, #dnn.layout<"acdb">> -> tensor<1x8x8x32xf32>
  // CHECK-DAG: %[[CHANNELS:.*]] = nn.reshape %[[C]] {shape = array<i64: 1, 1, 1, 32>}
  // CHECK: %[[MUL:.*]] = nn.mul %[[LIES]], %[[CHANNELS]] : (tensor<1x8x8x32xf32>, tensor<1x1x1x32xf32>) -> tensor<1x8x8x32xf32>
  %1 = nn.mul %0, %c : (!last, tensor<1x32x1x1xf32>) -> !plain
  // CHECK: nn.add %[[MUL]], %[[S]] : (tensor<1x8x8x32xf32>, tensor<f32>) -> tensor<1x8x8x32xf32>
  %2 = nn.add %1, %s : (!plain, tensor<f32>) -> !plain
  return %2 : !plain
}

// What the dimensions' order cannot say by a reshape is transposed.
// CHECK-LABEL: func @repeated_image(
// CHECK-SAME: %[[X:.*]]: tensor<2x32x8x8xf32, #dnn.layout<"acdb">>, %[[I:.*]]: tensor<32x8x8xf32>
func.func @repeated_image(%x: tensor<2x32x8x8xf32, #dnn.layout<"acdb">>, %i: tensor<32x8x8xf32>) -> tensor<2x32x8x8xf32> {
  // CHECK: %[[WIDE:.*]] = nn.reshape %[[I]] {shape = array<i64: 1, 32, 8, 8>}
  // CHECK: %[[MOVED:.*]] = nn.transpose %[[WIDE]] {permutation = array<i64: 0, 2, 3, 1>}
  // CHECK: nn.add %{{.*}}, %[[MOVED]] : (tensor<2x8x8x32xf32>, tensor<1x8x8x32xf32>) -> tensor<2x8x8x32xf32>
  %0 = nn.add %x, %i : (tensor<2x32x8x8xf32, #dnn.layout<"acdb">>, tensor<32x8x8xf32>) -> tensor<2x32x8x8xf32>
  return %0 : tensor<2x32x8x8xf32>
}

// Variables are plain: their update is, so that the gradient alone is reordered.
// A sum of all elements takes them in any order, but not in blocks.
// CHECK-LABEL: func @update(
// CHECK-SAME: %[[G:.*]]: tensor<16x16x3x3xf32, #dnn.layout<"ABcd16b16a">>, %[[W:.*]]: tensor<16x16x3x3xf32> {
func.func @update(%g: tensor<16x16x3x3xf32, #dnn.layout<"ABcd16b16a">>, %w: tensor<16x16x3x3xf32> {rt.variable = @w}, %rate: tensor<f32>)
    -> (tensor<f32>, tensor<16x16x3x3xf32> {rt.variable = @w}) {
  // CHECK: %[[PLAIN:.*]] = dnn.reorder %[[G]]
  // CHECK-NEXT: %[[SQUARE:.*]] = nn.mul %[[PLAIN]], %[[PLAIN]]
  // CHECK-NEXT: %[[SUM:.*]] = nn.reduce_sum %[[SQUARE]]
  // CHECK-NEXT: %[[STEP:.*]] = nn.mul %[[PLAIN]]
  // CHECK-NEXT: %[[NEW:.*]] = nn.sub %[[W]], %[[STEP]]
  // CHECK-NEXT: return %[[SUM]], %[[NEW]]
  %0 = nn.mul %g, %g : (tensor<16x16x3x3xf32, #dnn.layout<"ABcd16b16a">>, tensor<16x16x3x3xf32, #dnn.layout<"ABcd16b16a">>) -> tensor<16x16x3x3xf32>
  %1 = nn.reduce_sum %0 {axes = array<i64: 0, 1, 2, 3>, keepdims = false} : (tensor<16x16x3x3xf32>) -> tensor<f32>
  %2 = nn.mul %g, %rate : (tensor<16x16x3x3xf32, #dnn.layout<"ABcd16b16a">>, tensor<f32>) -> tensor<16x16x3x3xf32>
  %3 = nn.sub %w, %2 : (tensor<16x16x3x3xf32>, tensor<16x16x3x3xf32>) -> tensor<16x16x3x3xf32>
  return %1, %3 : tensor<f32>, tensor<16x16x3x3xf32>
}
rt.variable @w : tensor<16x16x3x3xf32> role(parameter)

// The gradient of pooling has the layout of what was pooled.
// CHECK-LABEL: func @pooled(
func.func @pooled(%x: !last, %dy: tensor<1x32x4x4xf32>) -> tensor<1x32x8x8xf32> {
  // CHECK: nn.max_pool_gradient {{.*}} : (tensor<1x32x8x8xf32, #dnn.layout<"acdb">>, tensor<1x32x4x4xf32, #dnn.layout<"acdb">>) -> tensor<1x32x8x8xf32, #dnn.layout<"acdb">>
  %0 = nn.max_pool_gradient %x, %dy {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>,
    pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (!last, tensor<1x32x4x4xf32>) -> tensor<1x32x8x8xf32>
  return %0 : tensor<1x32x8x8xf32>
}

// oneDNN does not reorder f64: the bytes are transposed.
// CHECK-LABEL: func @doubles(
// CHECK: nn.transpose %{{.*}} {permutation = array<i64: 1, 0>} : (tensor<3x4xf64>) -> tensor<4x3xf64>
// CHECK-NOT: dnn.reorder
func.func @doubles(%x: tensor<3x4xf64>) -> tensor<4x3xf64> {
  %0 = nn.transpose %x {permutation = array<i64: 1, 0>} : (tensor<3x4xf64>) -> tensor<4x3xf64>
  return %0 : tensor<4x3xf64>
}
