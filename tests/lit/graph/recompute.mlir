// RUN: mlcc-opt %s --split-input-file --nn-recompute="limit=5000" | FileCheck %s
// RUN: mlcc-opt %s --split-input-file --nn-recompute="limit=5000" --canonicalize --cse | FileCheck %s
// RUN: mlcc-opt %s --split-input-file --nn-recompute="limit=100000" | FileCheck %s --check-prefix=ENOUGH

// A value is not kept across the peak but computed again behind it; a view with
// a number keeps the copy from being merged with the first.
// CHECK-LABEL: @chain
// CHECK: %[[A:.*]] = nn.exp %arg0
// CHECK: %[[B:.*]] = nn.tanh %[[A]]
// CHECK: nn.reduce_sum
// CHECK: %[[V:.*]] = nn.reshape %arg0 {nn.again = 0 : i64, shape = array<i64: 256>}
// CHECK: %[[A2:.*]] = nn.exp %[[V]]
// CHECK: nn.mul %{{.*}}, %[[A2]]
// ENOUGH-LABEL: @chain
// ENOUGH-NOT: nn.again
rt.variable @v : tensor<f32> role(scalar)
func.func @chain(%x: tensor<256xf32>, %v: tensor<f32> {rt.variable = @v}) -> tensor<256xf32> {
  %a = nn.exp %x : (tensor<256xf32>) -> tensor<256xf32>
  %b = nn.tanh %a : (tensor<256xf32>) -> tensor<256xf32>
  %c = nn.broadcast %b {shape = array<i64: 4, 256>} : (tensor<256xf32>) -> tensor<4x256xf32>
  %d = nn.reduce_sum %c {axes = array<i64: 0>, keepdims = false} : (tensor<4x256xf32>) -> tensor<256xf32>
  %e = nn.mul %d, %a : (tensor<256xf32>, tensor<256xf32>) -> tensor<256xf32>
  return %e : tensor<256xf32>
}

// -----

// What is used at the peak stays.
// CHECK-LABEL: @used
// CHECK-NOT: nn.again
rt.variable @v : tensor<f32> role(scalar)
func.func @used(%x: tensor<2048xf32>, %v: tensor<f32> {rt.variable = @v}) -> tensor<2048xf32> {
  %a = nn.exp %x : (tensor<2048xf32>) -> tensor<2048xf32>
  %b = nn.tanh %a : (tensor<2048xf32>) -> tensor<2048xf32>
  %c = nn.mul %a, %b : (tensor<2048xf32>, tensor<2048xf32>) -> tensor<2048xf32>
  return %c : tensor<2048xf32>
}

// -----

// First values are not kept for anything.
// CHECK-LABEL: @initialize
// CHECK-NOT: nn.again
func.func @initialize(%x: tensor<256xf32>) -> tensor<256xf32> {
  %a = nn.exp %x : (tensor<256xf32>) -> tensor<256xf32>
  %b = nn.tanh %a : (tensor<256xf32>) -> tensor<256xf32>
  %c = nn.broadcast %b {shape = array<i64: 4, 256>} : (tensor<256xf32>) -> tensor<4x256xf32>
  %d = nn.reduce_sum %c {axes = array<i64: 0>, keepdims = false} : (tensor<4x256xf32>) -> tensor<256xf32>
  %e = nn.mul %d, %a : (tensor<256xf32>, tensor<256xf32>) -> tensor<256xf32>
  return %e : tensor<256xf32>
}
