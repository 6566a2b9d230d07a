// RUN: mlcc-opt %s --assign-layouts --canonicalize --mlir-print-local-scope | FileCheck %s

!plain = tensor<1x32x8x8xf32>
!last = tensor<1x32x8x8xf32, #dnn.layout<"acdb">>

// The same value in the same layout is made once, and its plain form is the
// value itself.
// CHECK-LABEL: func @once(
// CHECK-SAME: %[[X:.*]]: tensor
func.func @once(%x: !plain, %y: !last) -> (!plain, tensor<2048xf32>) {
  // CHECK-NEXT: %[[ADD:.*]] = nn.add
  // CHECK-NEXT: %[[PLAIN:.*]] = dnn.reorder %[[ADD]]
  // CHECK-NEXT: %[[FLAT:.*]] = dnn.view %[[PLAIN]]
  // CHECK-NEXT: return %[[PLAIN]], %[[FLAT]]
  %0 = nn.add %y, %y : (!last, !last) -> !plain
  %1 = nn.reshape %0 {shape = array<i64: 2048>} : (!plain) -> tensor<2048xf32>
  return %0, %1 : !plain, tensor<2048xf32>
}

// Repeated operands stay plain; those of the result's shape follow the larger
// number of bytes.
// CHECK-LABEL: func @broadcast(
// CHECK-SAME: %[[X:.*]]: tensor<1x32x8x8xf32>, %[[C:.*]]: tensor<1x32x1x1xf32>, %[[S:.*]]: tensor<f32>
func.func @broadcast(%x: !plain, %c: tensor<1x32x1x1xf32>, %s: tensor<f32>) -> !plain {
  // CHECK: %[[LAST:.*]] = dnn.reorder %[[X]]
  %0 = dnn.reorder %x : (!plain) -> !last
  // CHECK: %[[MUL:.*]] = nn.mul %[[LAST]], %[[C]] : (tensor<1x32x8x8xf32, #dnn.layout<"acdb">>, tensor<1x32x1x1xf32>) -> tensor<1x32x8x8xf32, #dnn.layout<"acdb">>
  %1 = nn.mul %0, %c : (!last, tensor<1x32x1x1xf32>) -> !plain
  // CHECK: nn.add %[[MUL]], %[[S]] : (tensor<1x32x8x8xf32, #dnn.layout<"acdb">>, tensor<f32>) -> tensor<1x32x8x8xf32, #dnn.layout<"acdb">>
  %2 = nn.add %1, %s : (!plain, tensor<f32>) -> !plain
  return %2 : !plain
}

// oneDNN does not reorder f64: the bytes are transposed.
// CHECK-LABEL: func @doubles(
// CHECK: nn.transpose %{{.*}} {permutation = array<i64: 1, 0>} : (tensor<3x4xf64>) -> tensor<4x3xf64>
// CHECK-NOT: dnn.reorder
func.func @doubles(%x: tensor<3x4xf64>) -> tensor<4x3xf64> {
  %0 = nn.transpose %x {permutation = array<i64: 1, 0>} : (tensor<3x4xf64>) -> tensor<4x3xf64>
  return %0 : tensor<4x3xf64>
}
