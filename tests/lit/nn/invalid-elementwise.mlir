// RUN: mlcc-opt %s --split-input-file --verify-diagnostics

// What inference refuses of element-wise operations.

func.func @shapes(%a: tensor<2x3xf32>, %b: tensor<4x3xf32>) {
  // expected-error @+2 {{MLCC-2001: the shapes 2x3 and 4x3 do not fit: aligned at the last dimension, extents must be equal or one of them 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.add %a, %b : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @types(%a: tensor<2xf32>, %b: tensor<2xi32>) {
  // expected-error @+2 {{MLCC-2002: the operands' element types f32 and i32 differ}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.add %a, %b : (tensor<2xf32>, tensor<2xi32>) -> tensor<2xf32>
  return
}

// -----

func.func @dynamic(%a: tensor<?x3xf32>) {
  // expected-error @+2 {{MLCC-1020: the shape of the input is ?x3; all extents must be known}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.relu %a : (tensor<?x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

func.func @large(%a: tensor<1099511627776x1xf32>) {
  // expected-error @+2 {{MLCC-1023: the shape of the input is 1099511627776x1 of f32; a tensor may have at most 2^40 bytes}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.relu %a : (tensor<1099511627776x1xf32>) -> tensor<1099511627776x1xf32>
  return
}

// -----

func.func @overflow(%a: tensor<4294967296x4294967296xf32>) {
  // expected-error @+2 {{MLCC-1023: the shape of the input is 4294967296x4294967296 of f32}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.relu %a : (tensor<4294967296x4294967296xf32>) -> tensor<4294967296x4294967296xf32>
  return
}

// -----

func.func @large_result(%a: tensor<1048576x1xf32>, %b: tensor<1048576xf32>) {
  // expected-error @+2 {{MLCC-1023: the shape of the result is 1048576x1048576 of f32}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.add %a, %b : (tensor<1048576x1xf32>, tensor<1048576xf32>) -> tensor<1048576x1048576xf32>
  return
}

// -----

func.func @element(%a: tensor<2xi4>) {
  // expected-error @+2 {{MLCC-1016: the elements of the input are of type i4; supported are}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.relu %a : (tensor<2xi4>) -> tensor<2xi4>
  return
}

// -----

func.func @cast_to(%a: tensor<2xf32>) {
  // expected-error @+2 {{MLCC-1016: the elements of the result are of type i4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.cast %a {to = i4} : (tensor<2xf32>) -> tensor<2xi4>
  return
}

// -----

func.func @float_bound(%a: tensor<2xf32>) {
  // expected-error @+2 {{MLCC-2002: the bound of type i64 does not limit elements of type f32; bounds of floats are f64, of integers i64}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.clip %a {min = 0 : i64} : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @branches(%a: tensor<2xi1>, %b: tensor<2xf32>, %c: tensor<2xf64>) {
  // expected-error @+2 {{MLCC-2002: the elements of the 'on_false' operand are of type f64; the operation needs f32}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.where %a, %b, %c : (tensor<2xi1>, tensor<2xf32>, tensor<2xf64>) -> tensor<2xf32>
  return
}
