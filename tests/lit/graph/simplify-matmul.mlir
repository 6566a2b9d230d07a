// RUN: mlcc-opt %s --nn-simplify | FileCheck %s

// CHECK-LABEL: @transpose_to_flag
// CHECK-NEXT: nn.matmul %arg0, %arg1 {transpose_rhs = true}
// CHECK-NEXT: return
func.func @transpose_to_flag(%x: tensor<2x4x8xf32>, %y: tensor<2x16x8xf32>) -> tensor<2x4x16xf32> {
  %0 = nn.transpose %y {permutation = array<i64: 0, 2, 1>} : (tensor<2x16x8xf32>) -> tensor<2x8x16xf32>
  %1 = nn.matmul %x, %0 : (tensor<2x4x8xf32>, tensor<2x8x16xf32>) -> tensor<2x4x16xf32>
  return %1 : tensor<2x4x16xf32>
}

// Attention's keys: what stays of the transpose moves whole rows.
// CHECK-LABEL: @rows_stay_rows
// CHECK-NEXT: %[[T:.*]] = nn.transpose %arg1 {permutation = array<i64: 0, 2, 1, 3>}
// CHECK-NEXT: nn.matmul %arg0, %[[T]] {transpose_rhs = true}
func.func @rows_stay_rows(%q: tensor<1x2x4x8xf32>, %k: tensor<1x16x2x8xf32>) -> tensor<1x2x4x16xf32> {
  %0 = nn.transpose %k {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x16x2x8xf32>) -> tensor<1x2x8x16xf32>
  %1 = nn.matmul %q, %0 : (tensor<1x2x4x8xf32>, tensor<1x2x8x16xf32>) -> tensor<1x2x4x16xf32>
  return %1 : tensor<1x2x4x16xf32>
}

// A transpose that leaves the last dimension in place is no flag.
// CHECK-LABEL: @batch_transpose
// CHECK-NEXT: nn.transpose
// CHECK-NEXT: nn.matmul %arg0, %{{[0-9]+}} :
func.func @batch_transpose(%x: tensor<2x4x8xf32>, %y: tensor<8x2x16xf32>) -> tensor<2x4x16xf32> {
  %0 = nn.transpose %y {permutation = array<i64: 1, 0, 2>} : (tensor<8x2x16xf32>) -> tensor<2x8x16xf32>
  %1 = nn.matmul %x, %0 : (tensor<2x4x8xf32>, tensor<2x8x16xf32>) -> tensor<2x4x16xf32>
  return %1 : tensor<2x4x16xf32>
}

// One product of all rows, the bias in it, the reshape at the end.
// CHECK-LABEL: @flatten_with_bias
// CHECK: %[[X:.*]] = nn.reshape %arg0 {shape = array<i64: 128, 8>}
// CHECK: %[[Y:.*]] = nn.matmul %[[X]], %{{.*}}, %{{.*}} : (tensor<128x8xf32>, tensor<8x4xf32>, tensor<4xf32>)
// CHECK: %[[R:.*]] = nn.relu %[[Y]] : (tensor<128x4xf32>)
// CHECK: nn.reshape %[[R]]
// CHECK-NEXT: return
func.func @flatten_with_bias(%x: tensor<2x64x8xf32>) -> tensor<2x64x4xf32> {
  %w = nn.constant dense<1.0> : tensor<8x4xf32>
  %b = nn.constant dense<[[[1.0, 2.0, 3.0, 4.0]]]> : tensor<1x1x4xf32>
  %0 = nn.matmul %x, %w : (tensor<2x64x8xf32>, tensor<8x4xf32>) -> tensor<2x64x4xf32>
  %1 = nn.add %b, %0 : (tensor<1x1x4xf32>, tensor<2x64x4xf32>) -> tensor<2x64x4xf32>
  %2 = nn.relu %1 : (tensor<2x64x4xf32>) -> tensor<2x64x4xf32>
  return %2 : tensor<2x64x4xf32>
}

// A constant that varies along the rows is no bias, nor is a variable here.
// CHECK-LABEL: @no_bias
// CHECK: nn.add
// CHECK: nn.add
func.func @no_bias(%x: tensor<3x8xf32>, %y: tensor<4xf32>) -> tensor<3x4xf32> {
  %w = nn.constant dense<1.0> : tensor<8x4xf32>
  %b = nn.constant dense<[[1.0], [2.0], [3.0]]> : tensor<3x1xf32>
  %0 = nn.matmul %x, %w : (tensor<3x8xf32>, tensor<8x4xf32>) -> tensor<3x4xf32>
  %1 = nn.add %0, %b : (tensor<3x4xf32>, tensor<3x1xf32>) -> tensor<3x4xf32>
  %2 = nn.add %1, %y : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3x4xf32>
  return %2 : tensor<3x4xf32>
}

// A batch of right sides stays a batch.
// CHECK-LABEL: @batched
// CHECK-NEXT: nn.matmul %arg0, %arg1 : (tensor<2x64x8xf32>, tensor<2x8x4xf32>)
func.func @batched(%x: tensor<2x64x8xf32>, %y: tensor<2x8x4xf32>) -> tensor<2x64x4xf32> {
  %0 = nn.matmul %x, %y : (tensor<2x64x8xf32>, tensor<2x8x4xf32>) -> tensor<2x64x4xf32>
  return %0 : tensor<2x64x4xf32>
}

// A bias of zeros is none.
// CHECK-LABEL: @zero_bias
// CHECK: nn.matmul %arg0, %{{[0-9]+}} :
func.func @zero_bias(%x: tensor<3x8xf32>) -> tensor<3x4xf32> {
  %w = nn.constant dense<1.0> : tensor<8x4xf32>
  %b = nn.constant dense<0.0> : tensor<4xf32>
  %0 = nn.matmul %x, %w, %b : (tensor<3x8xf32>, tensor<8x4xf32>, tensor<4xf32>) -> tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}
