// RUN: mlcc-opt %s --canonicalize | FileCheck %s

// The arithmetic on shapes that exporters write: [batch, features of y] of a
// flattening, with -1 already resolved.
// CHECK-LABEL: func @shape_arithmetic(
func.func @shape_arithmetic() -> tensor<2xi64> {
  // CHECK-NEXT: %[[C:.*]] = nn.constant dense<[4, 75]> : tensor<2xi64>
  // CHECK-NEXT: return %[[C]]
  %shape = nn.constant dense<[4, 3, 5, 5]> : tensor<4xi64>
  %zero = nn.constant dense<0> : tensor<i64>
  %batch = nn.gather %shape, %zero {axis = 0 : i64} : (tensor<4xi64>, tensor<i64>) -> tensor<i64>
  %rows = nn.reshape %batch {shape = array<i64: 1>} : (tensor<i64>) -> tensor<1xi64>
  %rest = nn.slice %shape {sizes = array<i64: 3>, starts = array<i64: 1>, steps = array<i64: 1>} : (tensor<4xi64>) -> tensor<3xi64>
  %count = nn.reduce_prod %rest {axes = array<i64: 0>, keepdims = true} : (tensor<3xi64>) -> tensor<1xi64>
  %result = nn.concat %rows, %count {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  return %result : tensor<2xi64>
}

// CHECK-LABEL: func @floats(
func.func @floats() -> (tensor<i64>, tensor<2xf32>, tensor<2xi1>) {
  // CHECK-DAG: nn.constant dense<7> : tensor<i64>
  // CHECK-DAG: nn.constant dense<[-1.000000e+00, 4.000000e+00]> : tensor<2xf32>
  // CHECK-DAG: nn.constant dense<[true, false]> : tensor<2xi1>
  %x = nn.constant dense<7.9> : tensor<f32>
  %0 = nn.floor %x : (tensor<f32>) -> tensor<f32>
  %1 = nn.cast %0 {to = i64} : (tensor<f32>) -> tensor<i64>
  %y = nn.constant dense<[-2.0, 8.0]> : tensor<2xf32>
  %two = nn.constant dense<2.0> : tensor<f32>
  %2 = nn.div %y, %two : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %3 = nn.less %y, %two : (tensor<2xf32>, tensor<f32>) -> tensor<2xi1>
  return %1, %2, %3 : tensor<i64>, tensor<2xf32>, tensor<2xi1>
}

// Weights become resources that are named after the operation, never uniqued
// attributes.
// CHECK-LABEL: func @weights(
func.func @weights() -> tensor<13x5xf32> {
  // CHECK-NEXT: nn.constant dense_resource<fc1> : tensor<13x5xf32>
  %w = nn.constant dense_resource<weights> : tensor<5x13xf32>
  %0 = nn.transpose %w {permutation = array<i64: 1, 0>} : (tensor<5x13xf32>) -> tensor<13x5xf32> loc("fc1")
  return %0 : tensor<13x5xf32>
}

// A repeated number stays small.
// CHECK-LABEL: func @splat(
func.func @splat() -> tensor<100xf32> {
  // CHECK-NEXT: nn.constant dense<1.500000e+00> : tensor<100xf32>
  %x = nn.constant dense<1.5> : tensor<f32>
  %0 = nn.broadcast %x {shape = array<i64: 100>} : (tensor<f32>) -> tensor<100xf32>
  return %0 : tensor<100xf32>
}

// A small constant is not blown up.
// CHECK-LABEL: func @budget(
func.func @budget() -> (tensor<1000x1000xf32>, tensor<2000x2000xi64>) {
  // CHECK: nn.broadcast
  %x = nn.constant dense<1.5> : tensor<f32>
  %0 = nn.broadcast %x {shape = array<i64: 1000, 1000>} : (tensor<f32>) -> tensor<1000x1000xf32>
  // CHECK: nn.add
  %row = nn.constant dense<1> : tensor<2000xi64>
  %column = nn.constant dense<2> : tensor<2000x1xi64>
  %1 = nn.add %row, %column : (tensor<2000xi64>, tensor<2000x1xi64>) -> tensor<2000x2000xi64>
  return %0, %1 : tensor<1000x1000xf32>, tensor<2000x2000xi64>
}

// Nor is compiling held up by work that belongs to the program.
// CHECK-LABEL: func @work(
func.func @work() -> tensor<1000x1000xf32> {
  // CHECK: nn.matmul
  %a = nn.constant dense<1.0> : tensor<1000x1000xf32>
  %0 = nn.matmul %a, %a : (tensor<1000x1000xf32>, tensor<1000x1000xf32>) -> tensor<1000x1000xf32>
  return %0 : tensor<1000x1000xf32>
}

// What has no data is left alone.
// CHECK-LABEL: func @missing(
func.func @missing() -> tensor<2xf32> {
  // CHECK: nn.neg
  %w = nn.constant dense_resource<absent> : tensor<2xf32>
  %0 = nn.neg %w : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

{-#
  dialect_resources: {
    builtin: {
      weights: "0x04000000000000000000803F0000004000004040000080400000A0400000C0400000E0400000004100001041000020410000304100004041000050410000604100007041000080410000884100009041000098410000A0410000A8410000B0410000B8410000C0410000C8410000D0410000D8410000E0410000E8410000F0410000F84100000042000004420000084200000C4200001042000014420000184200001C4200002042000024420000284200002C4200003042000034420000384200003C4200004042000044420000484200004C4200005042000054420000584200005C4200006042000064420000684200006C4200007042000074420000784200007C4200008042"
    }
  }
#-}
