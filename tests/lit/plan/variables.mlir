// Variables lie in the state block; new values lie where the old ones did, if nothing reads these any more.
// RUN: mlcc-opt %s --mlcc-plan | FileCheck %s

// CHECK: rt.variable @w : tensor<4xf32> role(parameter) at 0
// CHECK: rt.variable @m : tensor<17xf32> role(optimizer) at 64
// CHECK: rt.variable @v : tensor<4xf32> role(parameter) at 192
rt.variable @w : tensor<4xf32> role(parameter)
rt.variable @m : tensor<17xf32> role(optimizer)
rt.variable @v : tensor<4xf32> role(parameter)

func.func private @same(index, index, memref<4xf32>, memref<4xf32>, memref<4xf32>)
    attributes {rt.kernel, rt.in_place = array<i64: 0>}
func.func private @other(index, index, memref<4xf32>, memref<4xf32>, memref<4xf32>) attributes {rt.kernel}

// The kernel reads the element that it writes: one argument is both.
// CHECK: func.func private @same_in_place_0(index, index, memref<4xf32>, memref<4xf32>) attributes {rt.kernel}
// CHECK-LABEL: rt.program @update inputs [#rt.tensor<"g", tensor<4xf32>>] outputs [] reads [@w] writes [@w] arena(0)
// CHECK-NEXT: @same_in_place_0 [#rt.place<input 0>, #rt.place<state + 0>] work(4) grain(4) {result = #rt.result<1, f32, 16>}
// CHECK-NEXT: {{^ *}$}}
func.func @update(%w: tensor<4xf32> {rt.variable = @w}, %g: tensor<4xf32> {rt.name = "g"})
    -> (tensor<4xf32> {rt.variable = @w}) {
  %0 = rt.launch @same(%w, %g) work(4) grain(4) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// A kernel of two outputs, each in the place of the old value that has its type.
// CHECK: func.func private @both_in_place_0_2(index, index, memref<4xf32>, memref<17xf32>, memref<4xf32>)
// CHECK-LABEL: rt.program @update_both
// CHECK-NEXT: @both_in_place_0_2 [#rt.place<input 0>, #rt.place<state + 64>, #rt.place<state + 0>]
// CHECK-NEXT: {{^ *}$}}
func.func private @both(index, index, memref<17xf32>, memref<4xf32>, memref<4xf32>, memref<17xf32>, memref<4xf32>)
    attributes {rt.kernel, rt.in_place = array<i64: 0, 2>, rt.outputs = 2 : i64}
func.func @update_both(%m: tensor<17xf32> {rt.variable = @m}, %g: tensor<4xf32>, %w: tensor<4xf32> {rt.variable = @w})
    -> (tensor<4xf32> {rt.variable = @w}, tensor<17xf32> {rt.variable = @m}) {
  %0:2 = rt.launch @both(%m, %g, %w) work(4) grain(4) : (tensor<17xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<17xf32>, tensor<4xf32>)
  return %0#1, %0#0 : tensor<4xf32>, tensor<17xf32>
}

// The input in whose place the kernel may not write: computed apart, then copied.
// CHECK-LABEL: rt.program @apart
// CHECK-NEXT: @same [#rt.place<input 0>, #rt.place<state + 0>, #rt.place<arena + 0>]
// CHECK-NEXT: rt.step.copy "variable" <arena + 0> to <state + 0> bytes(16)
// CHECK-NEXT: {{^ *}$}}
func.func @apart(%w: tensor<4xf32> {rt.variable = @w}, %g: tensor<4xf32>) -> (tensor<4xf32> {rt.variable = @w}) {
  %0 = rt.launch @same(%g, %w) work(4) grain(4) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// The same, as the second operand is a view of the variable too.
// CHECK-LABEL: rt.program @twice
// CHECK-NEXT: @same [#rt.place<state + 0>, #rt.place<state + 0>, #rt.place<arena + 0>]
// CHECK-NEXT: rt.step.copy
// CHECK-NEXT: {{^ *}$}}
func.func @twice(%w: tensor<4xf32> {rt.variable = @w}) -> (tensor<4xf32> {rt.variable = @w}) {
  %view = nn.reshape %w {shape = array<i64: 4>} : (tensor<4xf32>) -> tensor<4xf32>
  %0 = rt.launch @same(%w, %view) work(4) grain(4) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// The old value is read before the new one is there: in place, by any kernel.
// CHECK-LABEL: rt.program @before
// CHECK-NEXT: @other [#rt.place<state + 0>, #rt.place<input 0>, #rt.place<arena + 0>]
// CHECK-NEXT: @other [#rt.place<arena + 0>, #rt.place<input 0>, #rt.place<state + 0>]
// CHECK-NEXT: {{^ *}$}}
func.func @before(%w: tensor<4xf32> {rt.variable = @w}, %x: tensor<4xf32>) -> (tensor<4xf32> {rt.variable = @w}) {
  %0 = rt.launch @other(%w, %x) work(4) grain(4) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = rt.launch @other(%0, %x) work(4) grain(4) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// The old value is read afterwards, here as an output: the output is copied before the variable.
// CHECK-LABEL: rt.program @after
// CHECK-NEXT: @same [#rt.place<state + 0>, #rt.place<input 0>, #rt.place<arena + 0>]
// CHECK-NEXT: rt.step.copy "output" <state + 0> to <output 0> bytes(16)
// CHECK-NEXT: rt.step.copy "variable" <arena + 0> to <state + 0> bytes(16)
// CHECK-NEXT: {{^ *}$}}
func.func @after(%w: tensor<4xf32> {rt.variable = @w}, %g: tensor<4xf32>)
    -> (tensor<4xf32> {rt.variable = @w}, tensor<4xf32> {rt.name = "old"}) {
  %0 = rt.launch @same(%w, %g) work(4) grain(4) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0, %w : tensor<4xf32>, tensor<4xf32>
}

// Copies happen as if at once.
// CHECK-LABEL: rt.program @swap inputs [] outputs [] reads [@w, @v] writes [@w, @v]
// CHECK-NEXT: rt.step.copy "output" <state + 192> to <[[W:arena \+ [0-9]+]]> bytes(16)
// CHECK-NEXT: rt.step.copy "output" <state + 0> to <[[V:arena \+ [0-9]+]]> bytes(16)
// CHECK-NEXT: rt.step.copy "variable" <[[W]]> to <state + 0> bytes(16)
// CHECK-NEXT: rt.step.copy "variable" <[[V]]> to <state + 192> bytes(16)
// CHECK-NEXT: {{^ *}$}}
func.func @swap(%w: tensor<4xf32> {rt.variable = @w}, %v: tensor<4xf32> {rt.variable = @v})
    -> (tensor<4xf32> {rt.variable = @w}, tensor<4xf32> {rt.variable = @v}) {
  return %v, %w : tensor<4xf32>, tensor<4xf32>
}

// Without the argument, only written; a value for two variables is copied once.
// CHECK-LABEL: rt.program @initialize inputs [#rt.tensor<"x", tensor<4xf32>>] outputs [#rt.tensor<"y", tensor<4xf32>>] writes [@w, @v]
// CHECK-NEXT: @other [#rt.place<input 0>, #rt.place<input 0>, #rt.place<state + 0>]
// CHECK-NEXT: rt.step.copy "output" <state + 0> to <output 0> bytes(16)
// CHECK-NEXT: rt.step.copy "variable" <state + 0> to <state + 192> bytes(16)
// CHECK-NEXT: {{^ *}$}}
func.func @initialize(%x: tensor<4xf32> {rt.name = "x"})
    -> (tensor<4xf32> {rt.variable = @w}, tensor<4xf32> {rt.name = "y"}, tensor<4xf32> {rt.variable = @v}) {
  %0 = rt.launch @other(%x, %x) work(4) grain(4) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0, %0, %0 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// Returned as it was: neither read nor written.
// CHECK-LABEL: rt.program @keep inputs [] outputs [] arena(0) {
// CHECK-NEXT: {{^ *}$}}
func.func @keep(%w: tensor<4xf32> {rt.variable = @w}) -> (tensor<4xf32> {rt.variable = @w}) {
  return %w : tensor<4xf32>
}

// A primitive accumulates onto the variable.
rt.variable @image : tensor<1x16x4x4xf32> role(statistic)
// CHECK-LABEL: rt.program @accumulate
// CHECK-NEXT: rt.step.primitive {{.*}} [#rt.place<input 0>, #rt.place<weights + 0>, #rt.place<state + 256>]
// CHECK-NEXT: {{^ *}$}}
func.func @accumulate(%x: tensor<1x16x4x4xf32>, %image: tensor<1x16x4x4xf32> {rt.variable = @image})
    -> (tensor<1x16x4x4xf32> {rt.variable = @image}) {
  %w = dnn.constant dense<0.5> : tensor<16x16x1x1xf32> -> tensor<16x16x1x1xf32>
  %1 = dnn.convolution %x, %w post_ops [#dnn.sum<1.0>]
      accumulate(%image : tensor<1x16x4x4xf32>)
      {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
       pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
      : (tensor<1x16x4x4xf32>, tensor<16x16x1x1xf32>) -> tensor<1x16x4x4xf32>
  return %1 : tensor<1x16x4x4xf32>
}
