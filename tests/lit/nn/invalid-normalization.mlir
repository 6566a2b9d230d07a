// RUN: mlcc-opt %s --split-input-file --verify-diagnostics

// What inference refuses of normalizations.

func.func @channels(
    %a: tensor<2x4x5xf32>, %b: tensor<3xf32>, %c: tensor<3xf32>, %d: tensor<3xf32>, %e:
    tensor<3xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the scale is 3; needed is 4, one element per channel}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.batch_norm %a, %b, %c, %d, %e : (tensor<2x4x5xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x4x5xf32>
  return
}

// -----

func.func @type(
    %a: tensor<2x4xf32>, %b: tensor<4xf16>, %c: tensor<4xf32>, %d: tensor<4xf32>, %e:
    tensor<4xf32>) {
  // expected-error @+2 {{MLCC-2002: the elements of the scale are of type f16; the operation needs f32}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.batch_norm %a, %b, %c, %d, %e : (tensor<2x4xf32>, tensor<4xf16>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @spatial(%a: tensor<2x4xf32>, %b: tensor<4xf32>, %c: tensor<4xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the input is 2x4; needed are at least 3 dimensions}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.instance_norm %a, %b, %c : (tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @groups(%a: tensor<2x4x5xf32>, %b: tensor<4xf32>, %c: tensor<4xf32>) {
  // expected-error @+2 {{MLCC-2001: the input 2x4x5 cannot be divided into 3 groups of channels}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.group_norm %a, %b, %c {groups = 3 : i64} : (tensor<2x4x5xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4x5xf32>
  return
}

// -----

func.func @no_groups(%a: tensor<2x4x5xf32>, %b: tensor<4xf32>, %c: tensor<4xf32>) {
  // expected-error @+2 {{cannot be divided into 0 groups}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.group_norm %a, %b, %c {groups = 0 : i64} : (tensor<2x4x5xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4x5xf32>
  return
}

// -----

func.func @layer_axis(%a: tensor<2x3xf32>) {
  // expected-error @+2 {{MLCC-2001: axis -1 is not a dimension of a tensor of rank 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.layer_norm %a {axis = -1 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @scale(%a: tensor<2x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+2 {{MLCC-2001: the scale of shape 2 does not broadcast to the normalized dimensions 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.rms_norm %a, %b {axis = 1 : i64} : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @size(%a: tensor<2x3xf32>) {
  // expected-error @+2 {{MLCC-1012: 'size' contains 0; the least value is 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.lrn %a {size = 0 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @p(%a: tensor<2x3xf32>) {
  // expected-error @+2 {{MLCC-1012: 'p' is 3; supported are 1 and 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.lp_norm %a {axis = 0 : i64, p = 3 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @axis(%a: tensor<2x3xf32>) {
  // expected-error @+2 {{MLCC-2001: axis 2 is not a dimension of a tensor of rank 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.softmax %a {axis = 2 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @scalar(%a: tensor<f32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the input is scalar; needed are at least 1 dimensions}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.log_softmax %a {axis = 0 : i64} : (tensor<f32>) -> tensor<f32>
  return
}
