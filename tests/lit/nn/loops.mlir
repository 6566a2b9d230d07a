// RUN: mlcc-opt %s -o %t && mlcc-opt %t | FileCheck %s
// RUN: mlcc-opt %t | diff %t -

// Loops print as they are read.

func.func private @sum(%x: tensor<2xf32>, %s: tensor<2xf32>, %w: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  %0 = nn.mul %x, %w : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = nn.add %s, %0 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0, %1 : tensor<2xf32>, tensor<2xf32>
}

func.func private @double(%s: tensor<f32>, %limit: tensor<f32>) -> (tensor<i1>, tensor<f32>) {
  %0 = nn.add %s, %s : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = nn.less %0, %limit : (tensor<f32>, tensor<f32>) -> tensor<i1>
  return %1, %0 : tensor<i1>, tensor<f32>
}

// CHECK-LABEL: func @scan
func.func @scan(%x: tensor<5x2xf32>, %s: tensor<2xf32>, %w: tensor<2xf32>) -> (tensor<5x2xf32>, tensor<2xf32>) {
  // CHECK: nn.scan @sum over(%{{.*}}) from(%{{.*}}) with(%{{.*}}) trips(5) :
  %0:2 = nn.scan @sum over(%x) from(%s) with(%w) trips(5) : (tensor<5x2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<5x2xf32>, tensor<2xf32>)
  // CHECK: nn.scan @sum over(%{{.*}}) from(%{{.*}}) with(%{{.*}}) trips(5) reverse {extends = @sum, unroll = false} :
  %1:2 = nn.scan @sum over(%x) from(%0#1) with(%w) trips(5) reverse {extends = @sum, unroll = false} : (tensor<5x2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<5x2xf32>, tensor<2xf32>)
  return %1#0, %1#1 : tensor<5x2xf32>, tensor<2xf32>
}

// CHECK-LABEL: func @while
func.func @while(%s: tensor<f32>, %limit: tensor<f32>) -> tensor<f32> {
  // CHECK: nn.while @double from(%{{.*}}) with(%{{.*}}) limit(12) :
  %0 = nn.while @double from(%s) with(%limit) limit(12) : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %0 : tensor<f32>
}
