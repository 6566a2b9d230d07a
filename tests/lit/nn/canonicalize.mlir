// RUN: mlcc-opt %s --canonicalize | FileCheck %s

// What computes nothing disappears.
// CHECK-LABEL: func @identities(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>)
func.func @identities(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // CHECK-NEXT: return %[[X]]
  %zero = nn.constant dense<0.0> : tensor<3xf32>
  %one = nn.constant dense<1.0> : tensor<f32>
  %true = nn.constant dense<true> : tensor<2x1xi1>
  %0 = nn.add %zero, %x : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = nn.sub %0, %zero : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %2 = nn.mul %one, %1 : (tensor<f32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %3 = nn.div %2, %one : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  %4 = nn.pow %3, %one : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  %5 = nn.neg %4 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %6 = nn.neg %5 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %7 = nn.cast %6 {to = f32} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %8 = nn.clip %7 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %9 = nn.max %8, %8 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %10 = nn.reshape %9 {shape = array<i64: 2, 3>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %11 = nn.transpose %10 {permutation = array<i64: 0, 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %12 = nn.broadcast %11 {shape = array<i64: 2, 3>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %13 = nn.tile %12 {repeats = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %14 = nn.concat %13 {axis = 0 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %15 = nn.slice %14 {sizes = array<i64: 2, 3>, starts = array<i64: 0, 0>, steps = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %16 = nn.pad %15 {pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %17 = nn.reduce_sum %16 {axes = array<i64>, keepdims = false} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %18 = nn.resize %17 {mode = #nn<resize_mode cubic>, scales = array<f64: 1.0, 1.0>, sizes = array<i64: 2, 3>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %19 = nn.where %true, %18, %zero : (tensor<2x1xi1>, tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %19 : tensor<2x3xf32>
}

// These look alike, but change the shape, the order or the values.
// CHECK-LABEL: func @no_identities(
func.func @no_identities(%row: tensor<3xf32>, %x: tensor<2x2xf32>) -> (tensor<2x3xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>) {
  %zero = nn.constant dense<0.0> : tensor<2x3xf32>
  // CHECK: nn.add
  %0 = nn.add %row, %zero : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.slice
  %1 = nn.slice %x {sizes = array<i64: 2, 2>, starts = array<i64: 1, 0>, steps = array<i64: -1, 1>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  // CHECK: nn.transpose
  %2 = nn.transpose %x {permutation = array<i64: 1, 0>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  // CHECK: nn.pad
  %3 = nn.pad %x {mode = #nn<pad_mode edge>, pads_begin = array<i64: 1, 0>, pads_end = array<i64: -1, 0>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0, %1, %2, %3 : tensor<2x3xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>
}

// CHECK-LABEL: func @idempotent(
func.func @idempotent(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-COUNT-1: nn.relu
  // CHECK-NEXT: return
  %0 = nn.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.relu %0 : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// CHECK-LABEL: func @reshape_of_reshape(
// CHECK-SAME: %[[X:.*]]: tensor
func.func @reshape_of_reshape(%x: tensor<2x6xf32>) -> tensor<4x3xf32> {
  // CHECK-NEXT: %[[R:.*]] = nn.reshape %[[X]] {shape = array<i64: 4, 3>} : (tensor<2x6xf32>) -> tensor<4x3xf32>
  // CHECK-NEXT: return %[[R]]
  %0 = nn.reshape %x {shape = array<i64: 12>} : (tensor<2x6xf32>) -> tensor<12xf32>
  %1 = nn.reshape %0 {shape = array<i64: 4, 3>} : (tensor<12xf32>) -> tensor<4x3xf32>
  return %1 : tensor<4x3xf32>
}

// CHECK-LABEL: func @transpose_of_transpose(
// CHECK-SAME: %[[X:.*]]: tensor
func.func @transpose_of_transpose(%x: tensor<2x3x4xf32>) -> (tensor<4x3x2xf32>, tensor<2x3x4xf32>) {
  // CHECK-NEXT: %[[T:.*]] = nn.transpose %[[X]] {permutation = array<i64: 2, 1, 0>}
  // CHECK-NEXT: return %[[T]], %[[X]]
  %0 = nn.transpose %x {permutation = array<i64: 1, 2, 0>} : (tensor<2x3x4xf32>) -> tensor<3x4x2xf32>
  %1 = nn.transpose %0 {permutation = array<i64: 1, 0, 2>} : (tensor<3x4x2xf32>) -> tensor<4x3x2xf32>
  %2 = nn.transpose %0 {permutation = array<i64: 2, 0, 1>} : (tensor<3x4x2xf32>) -> tensor<2x3x4xf32>
  return %1, %2 : tensor<4x3x2xf32>, tensor<2x3x4xf32>
}

// A transpose that moves only unit dimensions moves nothing in memory.
// CHECK-LABEL: func @transpose_of_unit_dimensions(
func.func @transpose_of_unit_dimensions(%x: tensor<1x3x1x5xf32>) -> tensor<3x5x1x1xf32> {
  // CHECK-NEXT: nn.reshape %{{.*}} {shape = array<i64: 3, 5, 1, 1>} : (tensor<1x3x1x5xf32>) -> tensor<3x5x1x1xf32>
  %0 = nn.transpose %x {permutation = array<i64: 1, 3, 0, 2>} : (tensor<1x3x1x5xf32>) -> tensor<3x5x1x1xf32>
  return %0 : tensor<3x5x1x1xf32>
}

// CHECK-LABEL: func @concat_of_empty(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>, %[[E:.*]]: tensor<0xf32>)
func.func @concat_of_empty(%x: tensor<2xf32>, %e: tensor<0xf32>) -> tensor<4xf32> {
  // CHECK-NEXT: nn.concat %[[X]], %[[X]] {axis = 0 : i64}
  %0 = nn.concat %x, %e, %x {axis = 0 : i64} : (tensor<2xf32>, tensor<0xf32>, tensor<2xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// Element-wise operations repeat their operands by themselves.
// CHECK-LABEL: func @drop_broadcast(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>, %[[R:.*]]: tensor<3xf32>)
func.func @drop_broadcast(%x: tensor<2x3xf32>, %row: tensor<3xf32>) -> tensor<2x3xf32> {
  // CHECK-NEXT: nn.mul %[[X]], %[[R]] : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: return
  %0 = nn.broadcast %row {shape = array<i64: 2, 3>} : (tensor<3xf32>) -> tensor<2x3xf32>
  %1 = nn.mul %x, %0 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}

// One of two repeated operands must give the shape.
// CHECK-LABEL: func @keep_broadcast(
// CHECK-SAME: %[[X:.*]]: tensor<1x3xf32>, %[[R:.*]]: tensor<3xf32>)
func.func @keep_broadcast(%x: tensor<1x3xf32>, %row: tensor<3xf32>) -> tensor<2x3xf32> {
  // CHECK-NEXT: %[[B:.*]] = nn.broadcast %[[R]]
  // CHECK-NEXT: nn.mul %[[X]], %[[B]]
  %0 = nn.broadcast %row {shape = array<i64: 2, 3>} : (tensor<3xf32>) -> tensor<2x3xf32>
  %1 = nn.broadcast %x {shape = array<i64: 2, 3>} : (tensor<1x3xf32>) -> tensor<2x3xf32>
  %2 = nn.mul %1, %0 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %2 : tensor<2x3xf32>
}
