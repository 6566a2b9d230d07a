// What no trip needs, and what all trips share, leaves the loop.
// RUN: mlcc-opt %s --loops-simplify | FileCheck %s

// The product of the invariants is computed once; the transposed one is a view of the loop's own.
func.func private @body(%x: tensor<2x3xf32>, %unused: tensor<4xf32>, %s: tensor<2x3xf32>, %same: tensor<3xf32>, %lost: tensor<2x3xf32>, %v: tensor<3x3xf32>, %w: tensor<3x3xf32>)
    -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<3xf32>, tensor<2x3xf32>) {
  %0 = nn.mul %v, %w : (tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<3x3xf32>
  %1 = nn.matmul %s, %0 : (tensor<2x3xf32>, tensor<3x3xf32>) -> tensor<2x3xf32>
  %2 = nn.add %1, %same : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %3 = nn.add %2, %x : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %4 = nn.add %lost, %x : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %4, %3, %3, %same, %4 : tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<3xf32>, tensor<2x3xf32>
}

// CHECK: func.func private @body(%[[X:.*]]: tensor<2x3xf32>, %[[S:.*]]: tensor<2x3xf32>, %[[BIAS:[^:]*]]: tensor<3xf32>, %[[W:.*]]: tensor<3x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>)
// CHECK-SAME: nn.first_invariant = 2
// CHECK-NEXT: nn.matmul %[[S]], %[[W]]
// CHECK-NEXT: nn.add
// CHECK-NEXT: nn.add
// CHECK-NEXT: return
// CHECK-LABEL: func.func @first(
// CHECK-SAME: %[[XS:[^:]*]]: tensor<5x2x3xf32>, %{{[^:]*}}: tensor<5x4xf32>, %[[INITIAL:[^:]*]]: tensor<2x3xf32>, %[[SAME:[^:]*]]: tensor<3xf32>
// CHECK: %[[PRODUCT:.*]] = nn.mul
// CHECK: %[[SCAN:.*]]:2 = nn.scan @body over(%[[XS]]) from(%[[INITIAL]]) with(%[[SAME]], %[[PRODUCT]]) trips(5)
// CHECK: return %[[SCAN]]#0, %[[SCAN]]#1, %[[SAME]]
func.func @first(%x: tensor<5x2x3xf32>, %u: tensor<5x4xf32>, %s: tensor<2x3xf32>, %b: tensor<3xf32>, %l: tensor<2x3xf32>, %v: tensor<3x3xf32>, %w: tensor<3x3xf32>) -> (tensor<5x2x3xf32>, tensor<2x3xf32>, tensor<3xf32>) {
  %0:5 = nn.scan @body over(%x, %u) from(%s, %b, %l) with(%v, %w) trips(5)
    : (tensor<5x2x3xf32>, tensor<5x4xf32>, tensor<2x3xf32>, tensor<3xf32>, tensor<2x3xf32>, tensor<3x3xf32>, tensor<3x3xf32>)
    -> (tensor<5x2x3xf32>, tensor<5x2x3xf32>, tensor<2x3xf32>, tensor<3xf32>, tensor<2x3xf32>)
  return %0#1, %0#2, %0#3 : tensor<5x2x3xf32>, tensor<2x3xf32>, tensor<3xf32>
}

// Loops do not share a body: another one needs another part of it.
// CHECK-LABEL: func.func @second(
// CHECK: nn.scan @body.1 over
func.func @second(%x: tensor<5x2x3xf32>, %u: tensor<5x4xf32>, %s: tensor<2x3xf32>, %b: tensor<3xf32>, %l: tensor<2x3xf32>, %v: tensor<3x3xf32>, %w: tensor<3x3xf32>) -> tensor<2x3xf32> {
  %0:5 = nn.scan @body over(%x, %u) from(%s, %b, %l) with(%v, %w) trips(5)
    : (tensor<5x2x3xf32>, tensor<5x4xf32>, tensor<2x3xf32>, tensor<3xf32>, tensor<2x3xf32>, tensor<3x3xf32>, tensor<3x3xf32>)
    -> (tensor<5x2x3xf32>, tensor<5x2x3xf32>, tensor<2x3xf32>, tensor<3xf32>, tensor<2x3xf32>)
  return %0#4 : tensor<2x3xf32>
}
