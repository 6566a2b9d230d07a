// Kernels say in the place of which inputs their outputs may lie.
// RUN: mlcc-opt %s --kernels --split-input-file | FileCheck %s

// An optimizer's step: every element of %w and %g is needed for the same element of the result only; the rate
// is not, for it is needed for all.
// CHECK: func.func private @kernel0
// CHECK-SAME: memref<4x8xf32>, %{{.*}}: memref<f32>, %{{.*}}: memref<4x8xf32>, %{{.*}}: memref<4x8xf32>
// CHECK-SAME: rt.in_place = array<i64: 0, 2>
func.func @elementwise(%w: tensor<4x8xf32>, %g: tensor<4x8xf32>, %rate: tensor<f32>) -> tensor<4x8xf32> {
  %0 = nn.mul %g, %rate : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  %1 = nn.sub %w, %0 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// -----

// %w is needed for a whole row as well.
// CHECK: func.func private @kernel0
// CHECK-NOT: rt.in_place
// CHECK: func.func @row
func.func @row(%w: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = nn.reduce_sum %w {axes = array<i64: 1>, keepdims = true} : (tensor<4x8xf32>) -> tensor<4x1xf32>
  %1 = nn.div %w, %0 : (tensor<4x8xf32>, tensor<4x1xf32>) -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// -----

// Elements move, are repeated, or are of another size.
// CHECK: func.func private @kernel0
// CHECK-NOT: rt.in_place
// CHECK: func.func @moved
func.func @moved(%w: tensor<8x8xf32>, %row: tensor<8xf32>, %wide: tensor<8x8xf64>) -> tensor<8x8xf32> {
  %0 = nn.transpose %w {permutation = array<i64: 1, 0>} : (tensor<8x8xf32>) -> tensor<8x8xf32>
  %1 = nn.add %0, %row : (tensor<8x8xf32>, tensor<8xf32>) -> tensor<8x8xf32>
  %2 = nn.cast %wide {to = f32} : (tensor<8x8xf64>) -> tensor<8x8xf32>
  %3 = nn.add %1, %2 : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  return %3 : tensor<8x8xf32>
}

// -----

// In place for one operand, apart for the other, of which elements at two places are needed.
// CHECK: func.func private @kernel0
// CHECK-SAME: rt.in_place = array<i64: 1>
func.func @both(%w: tensor<8x8xf32>, %v: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %0 = nn.transpose %v {permutation = array<i64: 1, 0>} : (tensor<8x8xf32>) -> tensor<8x8xf32>
  %1 = nn.mul %v, %0 : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %2 = nn.add %w, %1 : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  return %2 : tensor<8x8xf32>
}

// -----

// Several outputs: both are stored when everything is loaded.
// CHECK: func.func private @kernel0
// CHECK-SAME: %[[W:.*]]: memref<64xf32>, %[[M:.*]]: memref<64xf32>, %[[G:.*]]: memref<64xf32>, %[[W2:.*]]: memref<64xf32>, %[[M2:.*]]: memref<64xf32>
// CHECK-SAME: rt.in_place = array<i64: 0, 1, 2>
// CHECK-SAME: rt.outputs = 2 : i64
// CHECK-COUNT-3: memref.load
// CHECK-NOT: memref.load
// CHECK: memref.store {{.*}}, %[[W2]]
// CHECK: memref.store {{.*}}, %[[M2]]
func.func @momentum(%w: tensor<64xf32>, %m: tensor<64xf32>, %g: tensor<64xf32>) -> (tensor<64xf32>, tensor<64xf32>) {
  %0 = nn.add %m, %g : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
  %1 = nn.sub %w, %0 : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
  return %1, %0 : tensor<64xf32>, tensor<64xf32>
}
