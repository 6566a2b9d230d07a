// Values share memory if they are never alive together; the arena is as small as it can be.
// RUN: mlcc-opt %s --plan-programs=report 2>&1 | FileCheck %s

func.func private @k(index, index, memref<16xf32>, memref<16xf32>) attributes {rt.kernel}

// Three links of a chain need two places.
// CHECK: remark: arena of @chain: 128 bytes; at most 128 bytes are alive together
// CHECK-LABEL: rt.program @chain inputs [#rt.tensor<"x", tensor<16xf32>>] outputs [#rt.tensor<"output0", tensor<16xf32>>] arena(128)
// CHECK-NEXT: @k [#rt.place<input 0>, #rt.place<arena + 0>]
// CHECK-NEXT: @k [#rt.place<arena + 0>, #rt.place<arena + 64>]
// CHECK-NEXT: @k [#rt.place<arena + 64>, #rt.place<arena + 0>]
// CHECK-NEXT: @k [#rt.place<arena + 0>, #rt.place<output 0>]
func.func @chain(%x: tensor<16xf32> {rt.name = "x"}) -> tensor<16xf32> {
  %0 = rt.launch @k(%x) work(16) grain(16) : (tensor<16xf32>) -> tensor<16xf32>
  %1 = rt.launch @k(%0) work(16) grain(16) : (tensor<16xf32>) -> tensor<16xf32>
  %2 = rt.launch @k(%1) work(16) grain(16) : (tensor<16xf32>) -> tensor<16xf32>
  %3 = rt.launch @k(%2) work(16) grain(16) : (tensor<16xf32>) -> tensor<16xf32>
  return %3 : tensor<16xf32>
}
