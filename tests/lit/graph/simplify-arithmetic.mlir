// RUN: mlcc-opt %s --nn-simplify | FileCheck %s

// CHECK-LABEL: @powers
// CHECK: nn.mul %arg0, %arg0
// CHECK: nn.sqrt
// CHECK: nn.pow
func.func @powers(%x: tensor<4xf32>) -> tensor<4xf32> {
  %two = nn.constant dense<2.0> : tensor<f32>
  %half = nn.constant dense<0.5> : tensor<f32>
  %other = nn.constant dense<1.5> : tensor<f32>
  %0 = nn.pow %x, %two : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = nn.pow %0, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %2 = nn.pow %1, %other : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %2 : tensor<4xf32>
}

// Division by 8 is exact as a product, division by 10 is not.
// CHECK-LABEL: @divisions
// CHECK: nn.constant dense<1.250000e-01>
// CHECK: nn.mul
// CHECK: nn.div
// CHECK: nn.reciprocal
func.func @divisions(%x: tensor<4xf32>) -> tensor<4xf32> {
  %eight = nn.constant dense<8.0> : tensor<f32>
  %ten = nn.constant dense<10.0> : tensor<f32>
  %one = nn.constant dense<1.0> : tensor<f32>
  %0 = nn.div %x, %eight : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = nn.div %0, %ten : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %2 = nn.div %one, %1 : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  return %2 : tensor<4xf32>
}

// CHECK-LABEL: @inverse_root
// CHECK: nn.rsqrt %arg0
// CHECK-NEXT: return
func.func @inverse_root(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.sqrt %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.reciprocal %0 : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// CHECK-LABEL: @relu6
// CHECK: nn.clip %arg0 {max = 6.000000e+00 : f64, min = 0.000000e+00 : f64}
// CHECK-NEXT: return
func.func @relu6(%x: tensor<4xf32>) -> tensor<4xf32> {
  %six = nn.constant dense<6.0> : tensor<f32>
  %0 = nn.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.min %0, %six : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// CHECK-LABEL: @max_zero
// CHECK: nn.relu
// CHECK-NEXT: return
func.func @max_zero(%x: tensor<4xf32>) -> tensor<4xf32> {
  %zero = nn.constant dense<0.0> : tensor<f32>
  %0 = nn.max %zero, %x : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: @integer_max
// CHECK: nn.max
func.func @integer_max(%x: tensor<4xi32>) -> tensor<4xi32> {
  %zero = nn.constant dense<0> : tensor<i32>
  %0 = nn.max %x, %zero : (tensor<4xi32>, tensor<i32>) -> tensor<4xi32>
  return %0 : tensor<4xi32>
}

// A bound that does not limit.
// CHECK-LABEL: @no_bound
// CHECK: return %arg0
func.func @no_bound(%x: tensor<4xf32>) -> tensor<4xf32> {
  %none = nn.constant dense<0xFF800000> : tensor<f32>
  %0 = nn.max %x, %none : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
