// RUN: mlcc-opt %s --split-input-file --verify-diagnostics

// What inference refuses of convolutions and matrix products.

func.func @rank(%a: tensor<1x3xf32>, %b: tensor<4x3xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the input is 1x3; needed are batch, channels and 1 to 3 spatial dimensions}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv %a, %b {dilations = array<i64>, pads_begin = array<i64>, pads_end = array<i64>, strides = array<i64>} : (tensor<1x3xf32>, tensor<4x3xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @weights_rank(%a: tensor<1x3x8xf32>, %b: tensor<4x3x3x3xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the weights is 4x3x3x3; an input of shape 1x3x8 needs weights of the same rank}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv %a, %b {dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 1>} : (tensor<1x3x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6xf32>
  return
}

// -----

func.func @channels(%a: tensor<1x3x8xf32>, %b: tensor<4x2x3xf32>) {
  // expected-error @+2 {{MLCC-2001: the weights 4x2x3 do not fit an input of 3 channels in 1 groups}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv %a, %b {dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 1>} : (tensor<1x3x8xf32>, tensor<4x2x3xf32>) -> tensor<1x4x6xf32>
  return
}

// -----

func.func @groups(%a: tensor<1x3x8xf32>, %b: tensor<4x1x3xf32>) {
  // expected-error @+2 {{MLCC-1012: 'groups' is 0; the least value is 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv %a, %b {groups = 0 : i64, dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 1>} : (tensor<1x3x8xf32>, tensor<4x1x3xf32>) -> tensor<1x4x6xf32>
  return
}

// -----

func.func @negative_groups(%a: tensor<1x3x8xf32>, %b: tensor<4x1x3xf32>) {
  // expected-error @+2 {{MLCC-1012: 'groups' is -9223372036854775808}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv %a, %b {groups = -9223372036854775808 : i64, dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 1>} : (tensor<1x3x8xf32>, tensor<4x1x3xf32>) -> tensor<1x4x6xf32>
  return
}

// -----

func.func @strides(%a: tensor<1x3x8xf32>, %b: tensor<4x3x3xf32>) {
  // expected-error @+2 {{MLCC-1012: 'strides' contains 0; the least value is 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv %a, %b {dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 0>} : (tensor<1x3x8xf32>, tensor<4x3x3xf32>) -> tensor<1x4x6xf32>
  return
}

// -----

func.func @pads(%a: tensor<1x3x8xf32>, %b: tensor<4x3x3xf32>) {
  // expected-error @+2 {{MLCC-1012: 'pads_begin' contains -1; the least value is 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv %a, %b {dilations = array<i64: 1>, pads_begin = array<i64: -1>, pads_end = array<i64: 0>, strides = array<i64: 1>} : (tensor<1x3x8xf32>, tensor<4x3x3xf32>) -> tensor<1x4x6xf32>
  return
}

// -----

func.func @huge_pads(%a: tensor<1x3x8xf32>, %b: tensor<4x3x3xf32>) {
  // expected-error @+2 {{MLCC-1023: 'pads_end' contains 9223372036854775807, which no tensor can hold}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv %a, %b {dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 9223372036854775807>, strides = array<i64: 1>} : (tensor<1x3x8xf32>, tensor<4x3x3xf32>) -> tensor<1x4x6xf32>
  return
}

// -----

func.func @dilations(%a: tensor<1x3x8xf32>, %b: tensor<4x3x3xf32>) {
  // expected-error @+2 {{MLCC-2001: a kernel of 3 with dilations 1099511627776 does not fit into the input 1x3x8 padded by 0 and 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv %a, %b {dilations = array<i64: 1099511627776>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 1>} : (tensor<1x3x8xf32>, tensor<4x3x3xf32>) -> tensor<1x4x6xf32>
  return
}

// -----

func.func @entries(%a: tensor<1x3x8x8xf32>, %b: tensor<4x3x3x3xf32>) {
  // expected-error @+2 {{MLCC-1012: 'strides' has 1 entries; needed are 2, one per dimension}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv %a, %b {dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @bias(%a: tensor<1x3x8xf32>, %b: tensor<4x3x3xf32>, %c: tensor<3xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the bias is 3; needed is 4, one element per output channel}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv %a, %b, %c {dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 1>} : (tensor<1x3x8xf32>, tensor<4x3x3xf32>, tensor<3xf32>) -> tensor<1x4x6xf32>
  return
}

// -----

func.func @empty(%a: tensor<1x3x0xf32>, %b: tensor<4x3x3xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the input is 1x3x0; its extents must be positive}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv %a, %b {dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 1>} : (tensor<1x3x0xf32>, tensor<4x3x3xf32>) -> tensor<1x4x6xf32>
  return
}

// -----

func.func @transposed_channels(%a: tensor<1x4x3xf32>, %b: tensor<2x2x3xf32>) {
  // expected-error @+2 {{MLCC-2001: the weights 2x2x3 do not fit an input of 4 channels in 1 groups}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv_transpose %a, %b {output_padding = array<i64: 0>, dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 1>} : (tensor<1x4x3xf32>, tensor<2x2x3xf32>) -> tensor<1x2x5xf32>
  return
}

// -----

func.func @transposed_away(%a: tensor<1x2x1xf32>, %b: tensor<2x2x3xf32>) {
  // expected-error @+2 {{MLCC-2001: the pads 2 and 2 cut away the whole result of an input 1x2x1 and a kernel of 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv_transpose %a, %b {output_padding = array<i64: 0>, dilations = array<i64: 1>, pads_begin = array<i64: 2>, pads_end = array<i64: 2>, strides = array<i64: 1>} : (tensor<1x2x1xf32>, tensor<2x2x3xf32>) -> tensor<1x2x1xf32>
  return
}

// -----

func.func @transposed_overflow(%a: tensor<1x2x1099511627xf32>, %b: tensor<2x2x3xf32>) {
  // expected-error @+2 {{MLCC-1023: the result of a kernel of 3 with strides 1099511627776 and dilations 1 is larger than any tensor}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv_transpose %a, %b {output_padding = array<i64: 0>, dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 1099511627776>} : (tensor<1x2x1099511627xf32>, tensor<2x2x3xf32>) -> tensor<1x2x1xf32>
  return
}

// -----

func.func @product(%a: tensor<2x3xf32>, %b: tensor<4x5xf32>) {
  // expected-error @+2 {{MLCC-2001: no matrix product of 2x3 and 4x5; the left one's columns must be the right one's rows}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.matmul %a, %b : (tensor<2x3xf32>, tensor<4x5xf32>) -> tensor<2x5xf32>
  return
}

// -----

func.func @product_transposed(%a: tensor<2x3xf32>, %b: tensor<3x5xf32>) {
  // expected-error @+2 {{MLCC-2001: no matrix product of 2x3 and 3x5 (transposed)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.matmul %a, %b {transpose_rhs = true} : (tensor<2x3xf32>, tensor<3x5xf32>) -> tensor<2x5xf32>
  return
}

// -----

func.func @product_scalar(%a: tensor<f32>, %b: tensor<3xf32>) {
  // expected-error @+2 {{MLCC-2001: no matrix product of scalar and 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.matmul %a, %b : (tensor<f32>, tensor<3xf32>) -> tensor<f32>
  return
}

// -----

func.func @product_types(%a: tensor<2x3xf32>, %b: tensor<3x5xf16>) {
  // expected-error @+2 {{MLCC-2002: no matrix product of f32 and f16}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.matmul %a, %b : (tensor<2x3xf32>, tensor<3x5xf16>) -> tensor<2x5xf32>
  return
}

// -----

func.func @product_bias(%a: tensor<2x3xf32>, %b: tensor<3x5xf32>, %c: tensor<2xf32>) {
  // expected-error @+2 {{MLCC-2001: the bias of shape 2 does not broadcast to the product's 2x5}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.matmul %a, %b, %c : (tensor<2x3xf32>, tensor<3x5xf32>, tensor<2xf32>) -> tensor<2x5xf32>
  return
}
