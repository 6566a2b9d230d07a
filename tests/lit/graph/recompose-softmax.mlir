// RUN: mlcc-opt %s --nn-recompose | FileCheck %s

// CHECK-LABEL: @with_maximum
// CHECK-NEXT: nn.softmax %arg0 {axis = 1 : i64}
// CHECK-NEXT: return
func.func @with_maximum(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %max = nn.reduce_max %x {axes = array<i64: 1>, keepdims = true} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %d = nn.sub %x, %max : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %e = nn.exp %d : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %sum = nn.reduce_sum %e {axes = array<i64: 1>, keepdims = true} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %y = nn.div %e, %sum : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// CHECK-LABEL: @without_maximum
// CHECK-NEXT: nn.softmax %arg0 {axis = 0 : i64}
func.func @without_maximum(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %e = nn.exp %x : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %sum = nn.reduce_sum %e {axes = array<i64: 0>, keepdims = true} : (tensor<2x4xf32>) -> tensor<1x4xf32>
  %y = nn.div %e, %sum : (tensor<2x4xf32>, tensor<1x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// CHECK-LABEL: @logarithm
// CHECK-NEXT: nn.log_softmax %arg0 {axis = 1 : i64}
func.func @logarithm(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %max = nn.reduce_max %x {axes = array<i64: 1>, keepdims = true} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %d = nn.sub %x, %max : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %e = nn.exp %d : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %sum = nn.reduce_sum %e {axes = array<i64: 1>, keepdims = true} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %l = nn.log %sum : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %y = nn.sub %d, %l : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// Sums along one dimension of a square, dividing along the other.
// CHECK-LABEL: @other_axis
// CHECK-NOT: nn.softmax
func.func @other_axis(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %e = nn.exp %x : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %sum = nn.reduce_sum %e {axes = array<i64: 1>, keepdims = false} : (tensor<4x4xf32>) -> tensor<4xf32>
  %y = nn.div %e, %sum : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}
