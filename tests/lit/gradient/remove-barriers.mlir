// RUN: mlcc-opt %s --mlcc-gradient | FileCheck %s

// After the gradient stage nothing is left of what ended a gradient's way.

// CHECK-LABEL: func.func @barrier
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>
// CHECK-NEXT: %[[E:.*]] = nn.exp %[[X]]
// CHECK-NEXT: %[[Y:.*]] = nn.mul %[[E]], %[[X]]
// CHECK-NEXT: return %[[Y]]
func.func @barrier(%x: tensor<4xf32>) -> tensor<4xf32> {
  %a = nn.stop_gradient %x : (tensor<4xf32>) -> tensor<4xf32>
  %e = nn.exp %a : (tensor<4xf32>) -> tensor<4xf32>
  %b = nn.stop_gradient %e : (tensor<4xf32>) -> tensor<4xf32>
  %y = nn.mul %b, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
