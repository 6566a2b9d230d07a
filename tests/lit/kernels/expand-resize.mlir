// RUN: mlcc-opt %s --expand-resize | FileCheck %s

// A whole factor repeats elements: no positions are looked up.
// CHECK-LABEL: @repeat
// CHECK: nn.reshape {{.*}} -> tensor<1x2x3x1x4xf32>
// CHECK: nn.broadcast {{.*}} -> tensor<1x2x3x2x4xf32>
// CHECK: nn.reshape {{.*}} -> tensor<1x2x6x4xf32>
// CHECK-NOT: nn.gather
// CHECK-NOT: nn.resize
func.func @repeat(%x: tensor<1x2x3x4xf32>) -> tensor<1x2x6x8xf32> {
  %y = nn.resize %x {sizes = array<i64: 1, 2, 6, 8>, scales = array<f64: 1.0, 1.0, 2.0, 2.0>, mode = #nn<resize_mode nearest>, coordinate_mode = #nn<coordinate_mode asymmetric>, nearest_mode = #nn<nearest_mode floor>} : (tensor<1x2x3x4xf32>) -> tensor<1x2x6x8xf32>
  return %y : tensor<1x2x6x8xf32>
}

// Another nearest mode, another factor: positions are a constant.
// CHECK-LABEL: @nearest
// CHECK: nn.constant dense<[0, 1, 1, 2, 3]> : tensor<5xi64>
// CHECK: nn.gather
// CHECK-NOT: nn.mul
func.func @nearest(%x: tensor<1x4xi32>) -> tensor<1x5xi32> {
  %y = nn.resize %x {sizes = array<i64: 1, 5>, scales = array<f64: 1.0, 1.25>, mode = #nn<resize_mode nearest>, coordinate_mode = #nn<coordinate_mode half_pixel>, nearest_mode = #nn<nearest_mode round_prefer_floor>} : (tensor<1x4xi32>) -> tensor<1x5xi32>
  return %y : tensor<1x5xi32>
}

// Two taps, weighted.
// CHECK-LABEL: @linear
// CHECK: nn.constant dense<[0, 0, 0, 1]> : tensor<4xi64>
// CHECK: nn.gather
// CHECK: dense<{{\[}}[2.500000e-01, 7.500000e-01, 2.500000e-01, 7.500000e-01]]> : tensor<1x4xf32>
// CHECK: nn.mul
// CHECK: nn.constant dense<[0, 1, 1, 1]> : tensor<4xi64>
// CHECK: nn.gather
// CHECK: nn.mul
// CHECK: nn.add
func.func @linear(%x: tensor<1x2xf32>) -> tensor<1x4xf32> {
  %y = nn.resize %x {sizes = array<i64: 1, 4>, scales = array<f64: 1.0, 2.0>, mode = #nn<resize_mode linear>} : (tensor<1x2xf32>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}
