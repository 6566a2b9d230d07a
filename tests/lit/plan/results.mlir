// Results lie in the outputs where a step produces them, and are copied otherwise.
// RUN: mlcc-opt %s --plan-programs | FileCheck %s

func.func private @k(index, index, memref<4xf32>, memref<4xf32>) attributes {rt.kernel}

// CHECK: rt.weight at 0 = dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]> : tensor<4xf32>
// CHECK-NOT: rt.weight

// The first result that names a value gets it; an argument, a constant and a
// second name are copied. A view in between is no step.
// CHECK-LABEL: rt.program @results
// CHECK-NEXT: rt.step.kernel "relu1" @k [#rt.place<input 0>, #rt.place<output 0>] work(4) grain(4)
// CHECK-NEXT: rt.step.copy "output" <input 0> to <output 1> bytes(16)
// CHECK-NEXT: rt.step.copy "output" <weights + 0> to <output 2> bytes(16)
// CHECK-NEXT: rt.step.copy "output" <output 0> to <output 3> bytes(16)
// CHECK-NEXT: {{^ *}$}}
func.func @results(%x: tensor<4xf32>)
    -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<2x2xf32>) {
  %c = nn.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = rt.launch @k(%x) work(4) grain(4) : (tensor<4xf32>) -> tensor<4xf32> loc("relu1")
  %1 = nn.reshape %0 {shape = array<i64: 2, 2>} : (tensor<4xf32>) -> tensor<2x2xf32>
  return %0, %x, %c, %1 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<2x2xf32>
}

// A view keeps its source alive: %0 may not be overwritten by the second launch.
// Equal constants of other functions are the same bytes.
// CHECK-LABEL: rt.program @views
// CHECK-NEXT: @k [#rt.place<weights + 0>, #rt.place<arena + 0>]
// CHECK-NEXT: @k [#rt.place<input 0>, #rt.place<arena + 64>]
// CHECK-NEXT: @k [#rt.place<arena + 0>, #rt.place<output 0>]
// CHECK-NEXT: @k [#rt.place<arena + 64>, #rt.place<output 1>]
func.func @views(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %c = nn.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = rt.launch @k(%c) work(4) grain(4) : (tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.reshape %0 {shape = array<i64: 2, 2>} : (tensor<4xf32>) -> tensor<2x2xf32>
  %2 = rt.launch @k(%x) work(4) grain(4) : (tensor<4xf32>) -> tensor<4xf32>
  %3 = nn.reshape %1 {shape = array<i64: 4>} : (tensor<2x2xf32>) -> tensor<4xf32>
  %4 = rt.launch @k(%3) work(4) grain(4) : (tensor<4xf32>) -> tensor<4xf32>
  %5 = rt.launch @k(%2) work(4) grain(4) : (tensor<4xf32>) -> tensor<4xf32>
  return %4, %5 : tensor<4xf32>, tensor<4xf32>
}
