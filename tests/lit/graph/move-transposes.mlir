// RUN: mlcc-opt %s --nn-move-transposes | FileCheck %s

// A channels-last model: the transposes around its element-wise ops and pads meet.
// CHECK-LABEL: @cancel
// CHECK-NOT: nn.transpose %arg0
// CHECK: %[[P:.*]] = nn.pad %arg0 {pads_begin = array<i64: 0, 0, 1, 2>, pads_end = array<i64: 0, 0, 1, 2>}
// CHECK: %[[R:.*]] = nn.relu %[[P]]
// CHECK-NEXT: return %[[R]]
func.func @cancel(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x6x8xf32> {
  %0 = nn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x8x4x4xf32>) -> tensor<1x4x4x8xf32>
  %1 = nn.pad %0 {pads_begin = array<i64: 0, 1, 2, 0>, pads_end = array<i64: 0, 1, 2, 0>} : (tensor<1x4x4x8xf32>) -> tensor<1x6x8x8xf32>
  %2 = nn.relu %1 : (tensor<1x6x8x8xf32>) -> tensor<1x6x8x8xf32>
  %3 = nn.transpose %2 {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x6x8x8xf32>) -> tensor<1x8x6x8xf32>
  return %3 : tensor<1x8x6x8xf32>
}

// A constant per channel, last dimension before, is one per channel after.
// CHECK-LABEL: @constant
// CHECK: nn.constant dense<{{\[\[\[\[}}1.000000e+00]], {{\[\[}}2.000000e+00]]]]> : tensor<1x2x1x1xf32>
// CHECK: nn.mul %arg0
// CHECK-NEXT: return
func.func @constant(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %c = nn.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = nn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x2x4x4xf32>) -> tensor<1x4x4x2xf32>
  %1 = nn.mul %0, %c : (tensor<1x4x4x2xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32>
  %2 = nn.transpose %1 {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x4x4x2xf32>) -> tensor<1x2x4x4xf32>
  return %2 : tensor<1x2x4x4xf32>
}

// CHECK-LABEL: @concat_and_mean
// CHECK: %[[C:.*]] = nn.concat %arg0, %arg1 {axis = 1 : i64}
// CHECK: nn.reduce_mean %[[C]] {axes = array<i64: 2, 3>, keepdims = false}
// CHECK-NEXT: return
func.func @concat_and_mean(%x: tensor<1x8x4x4xf32>, %y: tensor<1x8x4x4xf32>) -> tensor<1x16xf32> {
  %0 = nn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x8x4x4xf32>) -> tensor<1x4x4x8xf32>
  %1 = nn.transpose %y {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x8x4x4xf32>) -> tensor<1x4x4x8xf32>
  %2 = nn.concat %0, %1 {axis = 3 : i64} : (tensor<1x4x4x8xf32>, tensor<1x4x4x8xf32>) -> tensor<1x4x4x16xf32>
  %3 = nn.reduce_mean %2 {axes = array<i64: 1, 2>, keepdims = false} : (tensor<1x4x4x16xf32>) -> tensor<1x16xf32>
  return %3 : tensor<1x16xf32>
}

// CHECK-LABEL: @unit_extents
// CHECK-NEXT: nn.reshape %arg0
// CHECK-NEXT: return
func.func @unit_extents(%x: tensor<1x8x1x4xf32>) -> tensor<8x4x1x1xf32> {
  %0 = nn.transpose %x {permutation = array<i64: 1, 3, 0, 2>} : (tensor<1x8x1x4xf32>) -> tensor<8x4x1x1xf32>
  return %0 : tensor<8x4x1x1xf32>
}

// Another user needs the transposed tensor: nothing is won.
// CHECK-LABEL: @other_user
// CHECK: nn.transpose %arg0
// CHECK: nn.relu
func.func @other_user(%x: tensor<2x3xf32>) -> (tensor<3x2xf32>, tensor<3x2xf32>) {
  %0 = nn.transpose %x {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %1 = nn.relu %0 : (tensor<3x2xf32>) -> tensor<3x2xf32>
  return %0, %1 : tensor<3x2xf32>, tensor<3x2xf32>
}

// A plain operand would have to be transposed instead.
// CHECK-LABEL: @plain_operand
// CHECK: nn.transpose %arg0
// CHECK-NEXT: nn.add
func.func @plain_operand(%x: tensor<2x3xf32>, %y: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %0 = nn.transpose %x {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %1 = nn.add %0, %y : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  return %1 : tensor<3x2xf32>
}

// A reduction that would drop dimensions out of order keeps its transpose.
// CHECK-LABEL: @out_of_order
// CHECK: nn.transpose
func.func @out_of_order(%x: tensor<2x3x4xf32>) -> tensor<4x3xf32> {
  %0 = nn.transpose %x {permutation = array<i64: 2, 1, 0>} : (tensor<2x3x4xf32>) -> tensor<4x3x2xf32>
  %1 = nn.reduce_sum %0 {axes = array<i64: 2>, keepdims = false} : (tensor<4x3x2xf32>) -> tensor<4x3xf32>
  return %1 : tensor<4x3xf32>
}
