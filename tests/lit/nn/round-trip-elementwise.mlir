// RUN: mlcc-opt %s -o %t && mlcc-opt %t | FileCheck %s
// RUN: mlcc-opt %t | diff %t -

// Element-wise operations print as they are read.

// Unary operations.
// CHECK-LABEL: func @unary
func.func @unary(
    %a0: tensor<2x3xf32>, %a1: tensor<2x3xf32>, %a2: tensor<2x3xf32>, %a3: tensor<2x3xf32>, %a4:
    tensor<2x3xi1>, %a5: tensor<2x3xf32>, %a6: tensor<2x3xf32>, %a7: tensor<2x3xf32>, %a8:
    tensor<2x3xf32>, %a9: tensor<2x3xf32>, %a10: tensor<2x3xf32>, %a11: tensor<2x3xf32>, %a12:
    tensor<2x3xf32>, %a13: tensor<2x3xf32>, %a14: tensor<2x3xf32>, %a15: tensor<2x3xf32>, %a16:
    tensor<2x3xf32>, %a17: tensor<2x3xf32>, %a18: tensor<2x3xf32>, %a19: tensor<2x3xf32>, %a20:
    tensor<2x3xf32>, %a21: tensor<2x3xf32>, %a22: tensor<2x3xf32>, %a23: tensor<2x3xf32>, %a24:
    tensor<2x3xf32>, %a25: tensor<2x3xf32>, %a26: tensor<2x3xf32>, %a27: tensor<2x3xf32>, %a28:
    tensor<2x3xf32>, %a29: tensor<2x3xf32>, %a30: tensor<2x3xf32>, %a31: tensor<2x3xf32>, %a32:
    tensor<2x3xf32>, %a33: tensor<2x3xf32>, %a34: tensor<2x3xf32>, %a35: tensor<2x3xf32>, %a36:
    tensor<2x3xf32>, %a37: tensor<2x3xf32>, %a38: tensor<2x3xf32>, %a39: tensor<2x3xf32>, %a40:
    tensor<2x3xf32>, %a41: tensor<2x3xf32>, %a42: tensor<2x3xi32>, %a43: tensor<2x3xf32>, %a44:
    tensor<2x3xf32>, %a45: tensor<2x3xf32>) {
  // CHECK: nn.abs
  %0 = nn.abs %a0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.neg
  %1 = nn.neg %a1 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.sign
  %2 = nn.sign %a2 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.relu
  %3 = nn.relu %a3 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.not
  %4 = nn.not %a4 : (tensor<2x3xi1>) -> tensor<2x3xi1>
  // CHECK: nn.exp
  %5 = nn.exp %a5 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.log
  %6 = nn.log %a6 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.sqrt
  %7 = nn.sqrt %a7 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.rsqrt
  %8 = nn.rsqrt %a8 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.reciprocal
  %9 = nn.reciprocal %a9 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.sin
  %10 = nn.sin %a10 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.cos
  %11 = nn.cos %a11 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.tan
  %12 = nn.tan %a12 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.asin
  %13 = nn.asin %a13 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.acos
  %14 = nn.acos %a14 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.atan
  %15 = nn.atan %a15 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.sinh
  %16 = nn.sinh %a16 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.cosh
  %17 = nn.cosh %a17 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.asinh
  %18 = nn.asinh %a18 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.acosh
  %19 = nn.acosh %a19 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.atanh
  %20 = nn.atanh %a20 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.tanh
  %21 = nn.tanh %a21 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.erf
  %22 = nn.erf %a22 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.floor
  %23 = nn.floor %a23 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.ceil
  %24 = nn.ceil %a24 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.round
  %25 = nn.round %a25 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.sigmoid
  %26 = nn.sigmoid %a26 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.softplus
  %27 = nn.softplus %a27 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.softsign
  %28 = nn.softsign %a28 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.hard_swish
  %29 = nn.hard_swish %a29 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.mish
  %30 = nn.mish %a30 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.leaky_relu
  %31 = nn.leaky_relu %a31 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.elu
  %32 = nn.elu %a32 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.celu
  %33 = nn.celu %a33 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.selu
  %34 = nn.selu %a34 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.hard_sigmoid
  %35 = nn.hard_sigmoid %a35 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.thresholded_relu
  %36 = nn.thresholded_relu %a36 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.shrink
  %37 = nn.shrink %a37 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.swish
  %38 = nn.swish %a38 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.gelu
  %39 = nn.gelu %a39 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.gelu
  %40 = nn.gelu %a40 {form = #nn<gelu_form tanh>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.clip
  %41 = nn.clip %a41 {max = 6.000000e+00 : f64, min = 0.000000e+00 : f64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.clip
  %42 = nn.clip %a42 {min = -3 : i64} : (tensor<2x3xi32>) -> tensor<2x3xi32>
  // CHECK: nn.is_nan
  %43 = nn.is_nan %a43 : (tensor<2x3xf32>) -> tensor<2x3xi1>
  // CHECK: nn.is_inf
  %44 = nn.is_inf %a44 {detect_negative = false} : (tensor<2x3xf32>) -> tensor<2x3xi1>
  // CHECK: nn.cast
  %45 = nn.cast %a45 {to = i32} : (tensor<2x3xf32>) -> tensor<2x3xi32>
  return
}

// Binary and ternary operations broadcast.
// CHECK-LABEL: func @binary
func.func @binary(
    %a0: tensor<2x3xf32>, %a1: tensor<3xf32>, %a2: tensor<2x3xf32>, %a3: tensor<3xf32>, %a4:
    tensor<2x3xf32>, %a5: tensor<3xf32>, %a6: tensor<2x3xf32>, %a7: tensor<3xf32>, %a8:
    tensor<2x3xf32>, %a9: tensor<3xf32>, %a10: tensor<2x3xf32>, %a11: tensor<3xf32>, %a12:
    tensor<2x3xf32>, %a13: tensor<3xf32>, %a14: tensor<2x3xf32>, %a15: tensor<3xf32>, %a16:
    tensor<2x3xf32>, %a17: tensor<3xf32>, %a18: tensor<2x3xi32>, %a19: tensor<2x3xi32>, %a20:
    tensor<2x3xi32>, %a21: tensor<2x3xi32>, %a22: tensor<2x3xi32>, %a23: tensor<2x3xi32>, %a24:
    tensor<2x3xi32>, %a25: tensor<2x3xi32>, %a26: tensor<2x3xi32>, %a27: tensor<2x3xi32>, %a28:
    tensor<2x3xi32>, %a29: tensor<2x3xi32>, %a30: tensor<2x3xf32>, %a31: tensor<3xf32>, %a32:
    tensor<2x3xf32>, %a33: tensor<3xf32>, %a34: tensor<2x3xf32>, %a35: tensor<3xf32>, %a36:
    tensor<2x3xi1>, %a37: tensor<2x3xf32>, %a38: tensor<f32>) {
  // CHECK: nn.add
  %0 = nn.add %a0, %a1 : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.sub
  %1 = nn.sub %a2, %a3 : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.mul
  %2 = nn.mul %a4, %a5 : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.div
  %3 = nn.div %a6, %a7 : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.pow
  %4 = nn.pow %a8, %a9 : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.mod
  %5 = nn.mod %a10, %a11 : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.max
  %6 = nn.max %a12, %a13 : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.min
  %7 = nn.min %a14, %a15 : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.prelu
  %8 = nn.prelu %a16, %a17 : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  // CHECK: nn.mod
  %9 = nn.mod %a18, %a19 {fmod = true} : (tensor<2x3xi32>, tensor<2x3xi32>) -> tensor<2x3xi32>
  // CHECK: nn.and
  %10 = nn.and %a20, %a21 : (tensor<2x3xi32>, tensor<2x3xi32>) -> tensor<2x3xi32>
  // CHECK: nn.or
  %11 = nn.or %a22, %a23 : (tensor<2x3xi32>, tensor<2x3xi32>) -> tensor<2x3xi32>
  // CHECK: nn.xor
  %12 = nn.xor %a24, %a25 : (tensor<2x3xi32>, tensor<2x3xi32>) -> tensor<2x3xi32>
  // CHECK: nn.shift_left
  %13 = nn.shift_left %a26, %a27 : (tensor<2x3xi32>, tensor<2x3xi32>) -> tensor<2x3xi32>
  // CHECK: nn.shift_right
  %14 = nn.shift_right %a28, %a29 : (tensor<2x3xi32>, tensor<2x3xi32>) -> tensor<2x3xi32>
  // CHECK: nn.equal
  %15 = nn.equal %a30, %a31 : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1>
  // CHECK: nn.less
  %16 = nn.less %a32, %a33 : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1>
  // CHECK: nn.less_equal
  %17 = nn.less_equal %a34, %a35 : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1>
  // CHECK: nn.where
  %18 = nn.where %a36, %a37, %a38 : (tensor<2x3xi1>, tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  return
}
