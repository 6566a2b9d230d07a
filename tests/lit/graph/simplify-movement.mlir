// RUN: mlcc-opt %s --nn-simplify | FileCheck %s

// CHECK-LABEL: @slice_of_slice
// CHECK-NEXT: nn.slice %arg0 {sizes = array<i64: 2>, starts = array<i64: 5>, steps = array<i64: 4>}
// CHECK-NEXT: return
func.func @slice_of_slice(%x: tensor<16xf32>) -> tensor<2xf32> {
  %0 = nn.slice %x {starts = array<i64: 1>, sizes = array<i64: 7>, steps = array<i64: 2>} : (tensor<16xf32>) -> tensor<7xf32>
  %1 = nn.slice %0 {starts = array<i64: 2>, sizes = array<i64: 2>, steps = array<i64: 2>} : (tensor<7xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// CHECK-LABEL: @slice_of_concat
// CHECK-NEXT: %[[S:.*]] = nn.slice %arg1 {sizes = array<i64: 2>, starts = array<i64: 1>
// CHECK-NEXT: return %arg1, %[[S]]
func.func @slice_of_concat(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<2xf32>) {
  %0 = nn.concat %x, %y {axis = 0 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  %1 = nn.slice %0 {starts = array<i64: 4>, sizes = array<i64: 4>, steps = array<i64: 1>} : (tensor<8xf32>) -> tensor<4xf32>
  %2 = nn.slice %0 {starts = array<i64: 5>, sizes = array<i64: 2>, steps = array<i64: 1>} : (tensor<8xf32>) -> tensor<2xf32>
  return %1, %2 : tensor<4xf32>, tensor<2xf32>
}

// CHECK-LABEL: @slice_across_inputs
// CHECK: nn.concat
// CHECK: nn.slice
func.func @slice_across_inputs(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.concat %x, %y {axis = 0 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  %1 = nn.slice %0 {starts = array<i64: 2>, sizes = array<i64: 4>, steps = array<i64: 1>} : (tensor<8xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// A tensor split and put together again is itself.
// CHECK-LABEL: @split_and_concat
// CHECK-NEXT: return %arg0
func.func @split_and_concat(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %0 = nn.slice %x {starts = array<i64: 0, 0>, sizes = array<i64: 2, 3>, steps = array<i64: 1, 1>} : (tensor<2x8xf32>) -> tensor<2x3xf32>
  %1 = nn.slice %x {starts = array<i64: 0, 3>, sizes = array<i64: 2, 5>, steps = array<i64: 1, 1>} : (tensor<2x8xf32>) -> tensor<2x5xf32>
  %2 = nn.concat %0, %1 {axis = 1 : i64} : (tensor<2x3xf32>, tensor<2x5xf32>) -> tensor<2x8xf32>
  return %2 : tensor<2x8xf32>
}

// CHECK-LABEL: @concat_of_concat
// CHECK-NEXT: nn.concat %arg0, %arg0, %arg1 {axis = 0 : i64}
// CHECK-NEXT: return
func.func @concat_of_concat(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<12xf32> {
  %0 = nn.concat %x, %y {axis = 0 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  %1 = nn.concat %x, %0 {axis = 0 : i64} : (tensor<4xf32>, tensor<8xf32>) -> tensor<12xf32>
  return %1 : tensor<12xf32>
}

// CHECK-LABEL: @gather_one
// CHECK: nn.slice %arg0 {sizes = array<i64: 1, 8>, starts = array<i64: 3, 0>
// CHECK: nn.reshape %{{.*}} {shape = array<i64: 8>}
func.func @gather_one(%x: tensor<4x8xf32>) -> tensor<8xf32> {
  %i = nn.constant dense<-1> : tensor<i64>
  %0 = nn.gather %x, %i {axis = 0 : i64} : (tensor<4x8xf32>, tensor<i64>) -> tensor<8xf32>
  return %0 : tensor<8xf32>
}

// CHECK-LABEL: @gather_any
// CHECK: nn.gather
func.func @gather_any(%x: tensor<4x8xf32>) -> tensor<3x8xf32> {
  %i = nn.constant dense<[0, 2, 3]> : tensor<3xi64>
  %0 = nn.gather %x, %i {axis = 0 : i64} : (tensor<4x8xf32>, tensor<3xi64>) -> tensor<3x8xf32>
  return %0 : tensor<3x8xf32>
}

// Every second channel: the inner of the two dimensions that the reshape makes.
// CHECK-LABEL: @slice_of_reshape
// CHECK-NEXT: %[[S:.*]] = nn.slice %arg0 {sizes = array<i64: 1, 3, 4, 4>, starts = array<i64: 0, 1, 0, 0>, steps = array<i64: 1, 2, 1, 1>}
// CHECK-NEXT: nn.reshape %[[S]] {shape = array<i64: 3, 1, 16>}
func.func @slice_of_reshape(%x: tensor<1x6x4x4xf32>) -> tensor<3x1x16xf32> {
  %0 = nn.reshape %x {shape = array<i64: 3, 2, 16>} : (tensor<1x6x4x4xf32>) -> tensor<3x2x16xf32>
  %1 = nn.slice %0 {starts = array<i64: 0, 1, 0>, sizes = array<i64: 3, 1, 16>, steps = array<i64: 1, 1, 1>} : (tensor<3x2x16xf32>) -> tensor<3x1x16xf32>
  return %1 : tensor<3x1x16xf32>
}

// A part of merged dimensions is no slice of them.
// CHECK-LABEL: @slice_of_merged
// CHECK: nn.reshape %arg0
// CHECK-NEXT: nn.slice
func.func @slice_of_merged(%x: tensor<4x4xf32>) -> tensor<5xf32> {
  %0 = nn.reshape %x {shape = array<i64: 16>} : (tensor<4x4xf32>) -> tensor<16xf32>
  %1 = nn.slice %0 {starts = array<i64: 1>, sizes = array<i64: 5>, steps = array<i64: 1>} : (tensor<16xf32>) -> tensor<5xf32>
  return %1 : tensor<5xf32>
}
