// RUN: mlcc-opt %s --nn-simplify | FileCheck %s

// The broadcast gives the result its shape, so it comes after the sum.
// CHECK-LABEL: @sink
// CHECK: nn.add %arg0, %{{.*}} : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
// CHECK: nn.broadcast
func.func @sink(%x: tensor<2x1xf32>) -> tensor<2x4xf32> {
  %c = nn.constant dense<3.0> : tensor<f32>
  %0 = nn.broadcast %x {shape = array<i64: 2, 4>} : (tensor<2x1xf32>) -> tensor<2x4xf32>
  %1 = nn.add %0, %c : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// Two reshapes of one shape, a vector along the last dimension, and a scalar.
// CHECK-LABEL: @sink_reshapes
// CHECK-DAG: nn.add %arg0, %arg1 : (tensor<6x4xf32>, tensor<6x4xf32>)
// CHECK-DAG: nn.mul %{{.*}}, %{{.*}} : (tensor<6x4xf32>, tensor<4xf32>)
// CHECK: nn.reshape %{{.*}} : (tensor<6x4xf32>) -> tensor<2x3x4xf32>
// CHECK-NEXT: return
func.func @sink_reshapes(%x: tensor<6x4xf32>, %y: tensor<6x4xf32>) -> tensor<2x3x4xf32> {
  %c = nn.constant dense<[[[1.0, 2.0, 3.0, 4.0]]]> : tensor<1x1x4xf32>
  %s = nn.constant dense<2.0> : tensor<f32>
  %0 = nn.reshape %x {shape = array<i64: 2, 3, 4>} : (tensor<6x4xf32>) -> tensor<2x3x4xf32>
  %1 = nn.reshape %y {shape = array<i64: 2, 3, 4>} : (tensor<6x4xf32>) -> tensor<2x3x4xf32>
  %2 = nn.add %0, %1 : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %3 = nn.mul %2, %c : (tensor<2x3x4xf32>, tensor<1x1x4xf32>) -> tensor<2x3x4xf32>
  %4 = nn.add %3, %s : (tensor<2x3x4xf32>, tensor<f32>) -> tensor<2x3x4xf32>
  return %4 : tensor<2x3x4xf32>
}

// A constant along a dimension that the reshape makes keeps the reshape above.
// CHECK-LABEL: @stay
// CHECK: nn.reshape %arg0
// CHECK-NEXT: nn.mul
// CHECK-NEXT: return
func.func @stay(%x: tensor<6x4xf32>) -> tensor<2x3x4xf32> {
  %c = nn.constant dense<[[1.0], [2.0], [3.0]]> : tensor<3x1xf32>
  %0 = nn.reshape %x {shape = array<i64: 2, 3, 4>} : (tensor<6x4xf32>) -> tensor<2x3x4xf32>
  %1 = nn.mul %0, %c : (tensor<2x3x4xf32>, tensor<3x1xf32>) -> tensor<2x3x4xf32>
  return %1 : tensor<2x3x4xf32>
}

// A constant per channel beside a reshape that drops an extent of one.
// CHECK-LABEL: @unit_extents
// CHECK: %[[C:.*]] = nn.constant {{.*}} : tensor<1x2x1x1xf32>
// CHECK: nn.add %arg0, %[[C]] : (tensor<1x2x4x1xf32>, tensor<1x2x1x1xf32>)
// CHECK-NEXT: nn.reshape
func.func @unit_extents(%x: tensor<1x2x4x1xf32>) -> tensor<1x2x4xf32> {
  %c = nn.constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
  %0 = nn.reshape %x {shape = array<i64: 1, 2, 4>} : (tensor<1x2x4x1xf32>) -> tensor<1x2x4xf32>
  %1 = nn.add %0, %c : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  return %1 : tensor<1x2x4xf32>
}
