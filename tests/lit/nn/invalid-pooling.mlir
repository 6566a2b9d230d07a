// RUN: mlcc-opt %s --split-input-file --verify-diagnostics

// What inference refuses of pooling, resampling and quantization.

func.func @kernel(%a: tensor<1x2x8xf32>) {
  // expected-error @+2 {{MLCC-2001: a kernel of 9 with dilations 1 does not fit into the input 1x2x8 padded by 0 and 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.max_pool %a {dilations = array<i64: 1>, kernel = array<i64: 9>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 1>} : (tensor<1x2x8xf32>) -> tensor<1x2x1xf32>
  return
}

// -----

func.func @zero_kernel(%a: tensor<1x2x8xf32>) {
  // expected-error @+2 {{MLCC-1012: 'kernel' contains 0; the least value is 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.max_pool %a {dilations = array<i64: 1>, kernel = array<i64: 0>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 1>} : (tensor<1x2x8xf32>) -> tensor<1x2x1xf32>
  return
}

// -----

func.func @pads(%a: tensor<1x2x8xf32>) {
  // expected-error @+2 {{MLCC-1012: the pads 2 and 0 must be smaller than the kernel 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.avg_pool %a {dilations = array<i64: 1>, kernel = array<i64: 2>, pads_begin = array<i64: 2>, pads_end = array<i64: 0>, strides = array<i64: 1>} : (tensor<1x2x8xf32>) -> tensor<1x2x9xf32>
  return
}

// -----

func.func @p(%a: tensor<1x2x8xf32>) {
  // expected-error @+2 {{MLCC-1012: 'p' contains 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.lp_pool %a {p = 0 : i64, dilations = array<i64: 1>, kernel = array<i64: 2>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 1>} : (tensor<1x2x8xf32>) -> tensor<1x2x7xf32>
  return
}

// -----

func.func @sizes(%a: tensor<1x2xf32>) {
  // expected-error @+2 {{MLCC-1012: 'sizes' contains 0; the least value is 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.resize %a {mode = #nn<resize_mode nearest>, scales = array<f64: 1.0, 1.0>, sizes = array<i64: 1, 0>} : (tensor<1x2xf32>) -> tensor<1x0xf32>
  return
}

// -----

func.func @scales(%a: tensor<1x2xf32>) {
  // expected-error @+2 {{MLCC-1012: 'scales' has 1 entries; needed are 2, one per dimension}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.resize %a {mode = #nn<resize_mode nearest>, scales = array<f64: 1.0>, sizes = array<i64: 1, 2>} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return
}

// -----

func.func @nan(%a: tensor<1x2xf32>) {
  // expected-error @+2 {{MLCC-1012: 'scales' must be positive numbers}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.resize %a {mode = #nn<resize_mode nearest>, scales = array<f64: 1.0, 0x7FF8000000000000>, sizes = array<i64: 1, 2>} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return
}

// -----

func.func @stored(%a: tensor<2x3xf32>, %b: tensor<f32>) {
  // expected-error @+2 {{MLCC-2002: quantized elements cannot be of type i64; supported are integers of 8 to 32 bits}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.quantize %a, %b {to = i64} : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xi64>
  return
}

// -----

func.func @zero_point(%a: tensor<2x3xf32>, %b: tensor<f32>, %c: tensor<i8>) {
  // expected-error @+2 {{MLCC-2002: the elements of the zero point are of type i8; the operation needs ui8}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.quantize %a, %b, %c {to = ui8} : (tensor<2x3xf32>, tensor<f32>, tensor<i8>) -> tensor<2x3xui8>
  return
}

// -----

func.func @scale(%a: tensor<2x3xi8>, %b: tensor<2xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the scale is 2; needed is 3, one element for each position along the axis}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.dequantize %a, %b {axis = 1 : i64} : (tensor<2x3xi8>, tensor<2xf32>) -> tensor<2x3xf32>
  return
}
