// RUN: mlcc-opt %s --nn-simplify | FileCheck %s

// Bytes around 54: rounded multiples of the scale in [-54, 201].
// CHECK-LABEL: @pair
// CHECK: %[[S:.*]] = nn.constant dense<2.500000e-01> : tensor<f32>
// CHECK: %[[R:.*]] = nn.round %{{.*}}
// CHECK: %[[C:.*]] = nn.clip %[[R]] {max = 2.010000e+02 : f64, min = -5.400000e+01 : f64}
// CHECK: nn.mul %[[C]], %[[S]]
// CHECK-NEXT: return
func.func @pair(%x: tensor<4xf32>) -> tensor<4xf32> {
  %s = nn.constant dense<0.25> : tensor<f32>
  %z = nn.constant dense<54> : tensor<ui8>
  %0 = nn.quantize %x, %s, %z {to = ui8} : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  %1 = nn.dequantize %0, %s, %z : (tensor<4xui8>, tensor<f32>, tensor<ui8>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// Signed bytes without a zero point.
// CHECK-LABEL: @signed
// CHECK: nn.clip %{{.*}} {max = 1.270000e+02 : f64, min = -1.280000e+02 : f64}
func.func @signed(%x: tensor<4xf32>) -> tensor<4xf32> {
  %s = nn.constant dense<0.25> : tensor<f32>
  %0 = nn.quantize %x, %s {to = i8} : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  %1 = nn.dequantize %0, %s : (tensor<4xi8>, tensor<f32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// Another scale, or one scale per channel, stays.
// CHECK-LABEL: @no_pair
// CHECK: nn.dequantize
// CHECK: nn.dequantize
func.func @no_pair(%x: tensor<1x2xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  %s = nn.constant dense<0.25> : tensor<f32>
  %t = nn.constant dense<0.5> : tensor<f32>
  %v = nn.constant dense<[0.25, 0.5]> : tensor<2xf32>
  %0 = nn.quantize %x, %s {to = i8} : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xi8>
  %1 = nn.dequantize %0, %t : (tensor<1x2xi8>, tensor<f32>) -> tensor<1x2xf32>
  %2 = nn.quantize %x, %v {to = i8} : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xi8>
  %3 = nn.dequantize %2, %v : (tensor<1x2xi8>, tensor<2xf32>) -> tensor<1x2xf32>
  return %1, %3 : tensor<1x2xf32>, tensor<1x2xf32>
}
