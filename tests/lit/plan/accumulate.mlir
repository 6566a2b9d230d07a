// A primitive that accumulates takes over the memory of its operand, if that dies there.
// RUN: mlcc-opt %s --plan-programs | FileCheck %s

func.func private @k(index, index, memref<1x16x4x4xf32>, memref<1x16x4x4xf32>) attributes {rt.kernel}

// CHECK-LABEL: rt.program @takes_over
// CHECK-NEXT: @k [#rt.place<input 0>, #rt.place<output 0>]
// CHECK-NEXT: rt.step.primitive "conv" "convolution {{.*}} +sum" [#rt.place<input 0>, #rt.place<weights + 0>, #rt.place<output 0>]
// CHECK-NEXT: {{^ *}$}}
func.func @takes_over(%x: tensor<1x16x4x4xf32>) -> tensor<1x16x4x4xf32> {
  %w = dnn.constant dense<0.5> : tensor<16x16x1x1xf32> -> tensor<16x16x1x1xf32>
  %0 = rt.launch @k(%x) work(4) grain(4) : (tensor<1x16x4x4xf32>) -> tensor<1x16x4x4xf32>
  %1 = dnn.convolution %x, %w post_ops [#dnn.sum<1.0>]
      accumulate(%0 : tensor<1x16x4x4xf32>)
      {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
       pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
      : (tensor<1x16x4x4xf32>, tensor<16x16x1x1xf32>) -> tensor<1x16x4x4xf32> loc("conv")
  return %1 : tensor<1x16x4x4xf32>
}

// The operand is read again later, or is the convolution's source too, or is an
// argument: it is copied first.
// CHECK-LABEL: rt.program @lives_on
// CHECK-NEXT: @k [#rt.place<input 0>, #rt.place<[[FIRST:arena \+ [0-9]+]]>]
// CHECK-NEXT: rt.step.copy "conv" <[[FIRST]]> to <[[SECOND:arena \+ [0-9]+]]> bytes(1024)
// CHECK-NEXT: rt.step.primitive "conv" {{.*}} [#rt.place<[[FIRST]]>, #rt.place<weights + 0>, #rt.place<[[SECOND]]>]
// CHECK-NEXT: rt.step.copy "argument" <input 0> to <output 0> bytes(1024)
// CHECK-NEXT: rt.step.primitive "argument" {{.*}} [#rt.place<[[SECOND]]>, #rt.place<weights + 0>, #rt.place<output 0>]
func.func @lives_on(%x: tensor<1x16x4x4xf32>) -> tensor<1x16x4x4xf32> {
  %w = dnn.constant dense<0.5> : tensor<16x16x1x1xf32> -> tensor<16x16x1x1xf32>
  %0 = rt.launch @k(%x) work(4) grain(4) : (tensor<1x16x4x4xf32>) -> tensor<1x16x4x4xf32>
  %1 = dnn.convolution %0, %w post_ops [#dnn.sum<1.0>]
      accumulate(%0 : tensor<1x16x4x4xf32>)
      {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
       pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
      : (tensor<1x16x4x4xf32>, tensor<16x16x1x1xf32>) -> tensor<1x16x4x4xf32> loc("conv")
  %2 = dnn.convolution %1, %w post_ops [#dnn.sum<1.0>]
      accumulate(%x : tensor<1x16x4x4xf32>)
      {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
       pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
      : (tensor<1x16x4x4xf32>, tensor<16x16x1x1xf32>) -> tensor<1x16x4x4xf32> loc("argument")
  return %2 : tensor<1x16x4x4xf32>
}
