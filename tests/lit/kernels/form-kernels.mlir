// RUN: mlcc-opt %s --form-kernels --split-input-file | FileCheck %s

// An element-wise chain is one kernel; the scalar constant moves along.
// CHECK-LABEL: func.func private @kernel0_mul_add_relu(
// CHECK-SAME:      %[[X:.*]]: tensor<1x8x4x4xf32>, %[[Y:.*]]: tensor<1x8x4x4xf32>)
// CHECK-SAME:      -> tensor<1x8x4x4xf32> attributes {rt.kernel}
// CHECK-NEXT:    %[[C:.*]] = nn.constant dense<2.000000e+00> : tensor<f32>
// CHECK-NEXT:    %[[MUL:.*]] = nn.mul %[[X]], %[[C]]
// CHECK-NEXT:    %[[ADD:.*]] = nn.add %[[MUL]], %[[Y]]
// CHECK-NEXT:    %[[RELU:.*]] = nn.relu %[[ADD]]
// CHECK-NEXT:    return %[[RELU]]
// CHECK-LABEL: func.func @predict(
// CHECK:         call @kernel0_mul_add_relu(%arg0, %arg1)
func.func @predict(%x: tensor<1x8x4x4xf32>, %y: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  %c = nn.constant dense<2.0> : tensor<f32>
  %0 = nn.mul %x, %c : (tensor<1x8x4x4xf32>, tensor<f32>) -> tensor<1x8x4x4xf32>
  %1 = nn.add %0, %y : (tensor<1x8x4x4xf32>, tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  %2 = nn.relu %1 : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  return %2 : tensor<1x8x4x4xf32>
}

// -----

// An expensive value with users in two kernels is stored; a dead op vanishes.
// CHECK-LABEL: func.func private @kernel0_exp(
// CHECK-LABEL: func.func private @kernel1_softmax(
// CHECK-LABEL: func.func private @kernel2_transpose(
// CHECK-LABEL: func.func @predict
// CHECK-COUNT-3: call @kernel
// CHECK-NOT:     nn.
func.func @predict(%x: tensor<64x9xf32>) -> (tensor<64x9xf32>, tensor<9x64xf32>) {
  %0 = nn.exp %x : (tensor<64x9xf32>) -> tensor<64x9xf32>
  %1 = nn.softmax %0 {axis = 1 : i64} : (tensor<64x9xf32>) -> tensor<64x9xf32>
  %2 = nn.transpose %0 {permutation = array<i64: 1, 0>} : (tensor<64x9xf32>) -> tensor<9x64xf32>
  %dead = nn.neg %0 : (tensor<64x9xf32>) -> tensor<64x9xf32>
  return %1, %2 : tensor<64x9xf32>, tensor<9x64xf32>
}

// -----

// What is expensive is not computed again for every repetition.
// CHECK-LABEL: func.func private @kernel{{[0-9]+}}_exp(
// CHECK-LABEL: func.func private @kernel{{[0-9]+}}_add(
// CHECK-LABEL: func.func @predict
func.func @predict(%x: tensor<128xf32>, %y: tensor<64x128xf32>) -> tensor<64x128xf32> {
  %0 = nn.exp %x : (tensor<128xf32>) -> tensor<128xf32>
  %1 = nn.add %0, %y : (tensor<128xf32>, tensor<64x128xf32>) -> tensor<64x128xf32>
  return %1 : tensor<64x128xf32>
}

// -----

// ... but is if one loop outside computes it once.
// CHECK-LABEL: func.func private @kernel{{[0-9]+}}_exp_add(
// CHECK-LABEL: func.func @predict
func.func @predict(%x: tensor<64x1xf32>, %y: tensor<64x128xf32>) -> tensor<64x128xf32> {
  %0 = nn.exp %x : (tensor<64x1xf32>) -> tensor<64x1xf32>
  %1 = nn.add %0, %y : (tensor<64x1xf32>, tensor<64x128xf32>) -> tensor<64x128xf32>
  return %1 : tensor<64x128xf32>
}

// -----

// A reshape of something from outside stays a view.
// CHECK-LABEL: func.func private @kernel{{[0-9]+}}_relu(%arg0: tensor<12xf32>)
// CHECK-LABEL: func.func @predict
// CHECK:         %[[VIEW:.*]] = nn.reshape %arg0
// CHECK:         call @kernel{{.*}}(%[[VIEW]])
func.func @predict(%x: tensor<3x4xf32>) -> tensor<12xf32> {
  %0 = nn.reshape %x {shape = array<i64: 12>} : (tensor<3x4xf32>) -> tensor<12xf32>
  %1 = nn.relu %0 : (tensor<12xf32>) -> tensor<12xf32>
  return %1 : tensor<12xf32>
}

// -----

// CHECK-NOT: rt.kernel
// CHECK: %[[EMPTY:.*]] = nn.constant
// CHECK: return %[[EMPTY]]
func.func @predict(%x: tensor<3x0xf32>) -> tensor<3x0xf32> {
  %0 = nn.relu %x : (tensor<3x0xf32>) -> tensor<3x0xf32>
  return %0 : tensor<3x0xf32>
}

// -----

// What others use after the kernel leaves it as a second result.
// CHECK-LABEL: func.func private @kernel0_mul_add_sub(
// CHECK-SAME:      -> (tensor<64xf32>, tensor<64xf32>)
// CHECK:         %[[MOMENT:.*]] = nn.add
// CHECK:         %[[NEW:.*]] = nn.sub
// CHECK:         return %[[NEW]], %[[MOMENT]]
// CHECK-LABEL: func.func @train_step
// CHECK:         %[[R:.*]]:2 = call @kernel0
// CHECK:         return %[[R]]#0, %[[R]]#1
func.func @train_step(%w: tensor<64xf32>, %m: tensor<64xf32>, %g: tensor<64xf32>) -> (tensor<64xf32>, tensor<64xf32>) {
  %c = nn.constant dense<0.9> : tensor<f32>
  %0 = nn.mul %m, %c : (tensor<64xf32>, tensor<f32>) -> tensor<64xf32>
  %1 = nn.add %0, %g : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
  %2 = nn.sub %w, %1 : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
  return %2, %1 : tensor<64xf32>, tensor<64xf32>
}

// -----

// ... but not if that would come too late: the sums are needed before the kernel's last op can run.
// CHECK-LABEL: func.func private @kernel0_add(
// CHECK-LABEL: func.func private @kernel1_cum_sum(
// CHECK-LABEL: func.func private @kernel2_sub(
// CHECK-LABEL: func.func @predict
func.func @predict(%x: tensor<64x64xf32>, %y: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %0 = nn.add %x, %y : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
  %1 = nn.cum_sum %0 {axis = 1 : i64} : (tensor<64x64xf32>) -> tensor<64x64xf32>
  %2 = nn.sub %0, %1 : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
  return %2 : tensor<64x64xf32>
}

// -----

// What costs as much to compute as to load is computed in both kernels: differences from a mean.
// CHECK-LABEL: func.func private @kernel0_reduce_mean(
// CHECK-LABEL: func.func private @kernel1_sub_mul_reduce_mean(
// CHECK-LABEL: func.func private @kernel2_sub_mul(
// CHECK-LABEL: func.func @predict
// CHECK-COUNT-3: call @kernel
// CHECK-NOT:     nn.
func.func @predict(%x: tensor<4096x64xf32>) -> (tensor<4096x64xf32>, tensor<64xf32>) {
  %0 = nn.reduce_mean %x {axes = array<i64: 0>, keepdims = false} : (tensor<4096x64xf32>) -> tensor<64xf32>
  %1 = nn.sub %x, %0 : (tensor<4096x64xf32>, tensor<64xf32>) -> tensor<4096x64xf32>
  %2 = nn.mul %1, %1 : (tensor<4096x64xf32>, tensor<4096x64xf32>) -> tensor<4096x64xf32>
  %3 = nn.reduce_mean %2 {axes = array<i64: 0>, keepdims = false} : (tensor<4096x64xf32>) -> tensor<64xf32>
  %4 = nn.mul %1, %3 : (tensor<4096x64xf32>, tensor<64xf32>) -> tensor<4096x64xf32>
  return %4, %3 : tensor<4096x64xf32>, tensor<64xf32>
}

// -----

// Sums of the same rows, made of the same elements, are one kernel.
// CHECK-LABEL: func.func private @kernel0_{{.*}}reduce_sum_reduce_sum(
// CHECK-SAME:      -> (tensor<4x64xf32>, tensor<4x64xf32>)
// CHECK-LABEL: func.func @predict
// CHECK-COUNT-1: call @kernel
// CHECK-NOT:     call
func.func @predict(%dy: tensor<4x512x64xf32>, %x: tensor<4x512x64xf32>) -> (tensor<4x64xf32>, tensor<4x64xf32>) {
  %0 = nn.mul %dy, %x : (tensor<4x512x64xf32>, tensor<4x512x64xf32>) -> tensor<4x512x64xf32>
  %1 = nn.reduce_sum %dy {axes = array<i64: 1>, keepdims = false} : (tensor<4x512x64xf32>) -> tensor<4x64xf32>
  %2 = nn.reduce_sum %0 {axes = array<i64: 1>, keepdims = false} : (tensor<4x512x64xf32>) -> tensor<4x64xf32>
  return %1, %2 : tensor<4x64xf32>, tensor<4x64xf32>
}
