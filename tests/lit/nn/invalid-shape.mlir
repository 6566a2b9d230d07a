// RUN: mlcc-opt %s --split-input-file --verify-diagnostics

// What inference refuses of reductions and data movement.

func.func @axis(%a: tensor<2x3xf32>) {
  // expected-error @+2 {{MLCC-2001: axis 2 is not a dimension of a tensor of rank 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.reduce_sum %a {axes = array<i64: 2>, keepdims = false} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @axes(%a: tensor<2x3xf32>) {
  // expected-error @+2 {{MLCC-1012: 'axes' names axis 1 twice}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.reduce_sum %a {axes = array<i64: 1, 1>, keepdims = false} : (tensor<2x3xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @empty_axis(%a: tensor<2x0xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the input is 2x0; nothing can be selected along the empty axis 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.arg_max %a {axis = 1 : i64, keepdims = false} : (tensor<2x0xf32>) -> tensor<2xi64>
  return
}

// -----

func.func @cum_axis(%a: tensor<2x3xf32>) {
  // expected-error @+2 {{MLCC-2001: axis -1 is not a dimension}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.cum_sum %a {axis = -1 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @elements(%a: tensor<2x3xf32>) {
  // expected-error @+2 {{MLCC-2001: the 6 elements of the shape 2x3 do not fill the shape 4x2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.reshape %a {shape = array<i64: 4, 2>} : (tensor<2x3xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @negative(%a: tensor<2x3xf32>) {
  // expected-error @+2 {{MLCC-2001: the 6 elements of the shape 2x3 do not fill the shape -2x-3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.reshape %a {shape = array<i64: -2, -3>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @overflow(%a: tensor<2x3xf32>) {
  // expected-error @+2 {{do not fill the shape 4294967296x4294967296}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.reshape %a {shape = array<i64: 4294967296, 4294967296>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @huge_empty(%a: tensor<0xf32>) {
  // expected-error @+2 {{MLCC-1023: the shape of the result is 0x9223372036854775807 of f32}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.reshape %a {shape = array<i64: 0, 9223372036854775807>} : (tensor<0xf32>) -> tensor<0x1xf32>
  return
}

// -----

func.func @permutation(%a: tensor<2x3xf32>) {
  // expected-error @+2 {{MLCC-1012: 'permutation' does not name each dimension of the shape 2x3 once}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.transpose %a {permutation = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<3x3xf32>
  return
}

// -----

func.func @concat(%a: tensor<2x3xf32>, %b: tensor<3x3xf32>) {
  // expected-error @+2 {{MLCC-2001: the shapes 2x3 and 3x3 cannot be concatenated along axis 1; their other extents must be equal}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.concat %a, %b {axis = 1 : i64} : (tensor<2x3xf32>, tensor<3x3xf32>) -> tensor<2x6xf32>
  return
}

// -----

func.func @slice(%a: tensor<4xf32>) {
  // expected-error @+2 {{MLCC-2001: the slice of 2 elements from 3 in steps of 1 leaves dimension 0 of the shape 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.slice %a {sizes = array<i64: 2>, starts = array<i64: 3>, steps = array<i64: 1>} : (tensor<4xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @step(%a: tensor<4xf32>) {
  // expected-error @+2 {{MLCC-1012: 'steps' contains 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.slice %a {sizes = array<i64: 2>, starts = array<i64: 0>, steps = array<i64: 0>} : (tensor<4xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @steps(%a: tensor<4xf32>) {
  // expected-error @+2 {{MLCC-1023: 'steps' contains -9223372036854775808, which no tensor can hold}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.slice %a {sizes = array<i64: 2>, starts = array<i64: 0>, steps = array<i64: -9223372036854775808>} : (tensor<4xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @pad(%a: tensor<4xf32>) {
  // expected-error @+2 {{MLCC-2001: an extent of 4 cannot be padded by -3 and -2: more is removed than there is}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.pad %a {pads_begin = array<i64: -3>, pads_end = array<i64: -2>} : (tensor<4xf32>) -> tensor<0xf32>
  return
}

// -----

func.func @reflect(%a: tensor<4xf32>) {
  // expected-error @+2 {{MLCC-2001: an extent of 4 cannot be padded by 4 and 0: a reflection must be smaller than the extent}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.pad %a {mode = #nn<pad_mode reflect>, pads_begin = array<i64: 4>, pads_end = array<i64: 0>} : (tensor<4xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @pad_value(%a: tensor<4xf32>, %b: tensor<2xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the padding value is 2; needed is scalar, a single element}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.pad %a, %b {pads_begin = array<i64: 1>, pads_end = array<i64: 0>} : (tensor<4xf32>, tensor<2xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @broadcast(%a: tensor<2x3xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape 2x3 does not broadcast to 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.broadcast %a {shape = array<i64: 3>} : (tensor<2x3xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @tile(%a: tensor<2xf32>) {
  // expected-error @+2 {{MLCC-1023: the shape of the result is 2199023255552 of f32}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.tile %a {repeats = array<i64: 1099511627776>} : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @gather(%a: tensor<0x3xf32>, %b: tensor<2xi64>) {
  // expected-error @+2 {{MLCC-2001: indices cannot name elements of the empty shape 0x3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.gather %a, %b {axis = 0 : i64} : (tensor<0x3xf32>, tensor<2xi64>) -> tensor<2x3xf32>
  return
}

// -----

func.func @gather_type(%a: tensor<2x3xf32>, %b: tensor<2xi64>) {
  // expected-error @+2 {{MLCC-2001: axis 3 is not a dimension}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.gather %a, %b {axis = 3 : i64} : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<2x3xf32>
  return
}

// -----

func.func @gather_elements(%a: tensor<2x3xf32>, %b: tensor<3x3xi64>) {
  // expected-error @+2 {{MLCC-2001: the indices of shape 3x3 do not fit the input of shape 2x3; except along axis 1 they must not be larger}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.gather_elements %a, %b {axis = 1 : i64} : (tensor<2x3xf32>, tensor<3x3xi64>) -> tensor<3x3xf32>
  return
}

// -----

func.func @tuples(%a: tensor<2x3xf32>, %b: tensor<5x3xi64>) {
  // expected-error @+2 {{MLCC-2001: the indices of shape 5x3 do not fit the input of shape 2x3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.gather_nd %a, %b : (tensor<2x3xf32>, tensor<5x3xi64>) -> tensor<5xf32>
  return
}

// -----

func.func @batch_dims(%a: tensor<2x3xf32>, %b: tensor<2x1xi64>) {
  // expected-error @+2 {{MLCC-1012: 'batch_dims' is 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.gather_nd %a, %b {batch_dims = 2 : i64} : (tensor<2x3xf32>, tensor<2x1xi64>) -> tensor<2xf32>
  return
}

// -----

func.func @updates(%a: tensor<2x3xf32>, %b: tensor<1x3xi64>, %c: tensor<2x3xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the updates is 2x3; needed is 1x3, one update for each index}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.scatter_elements %a, %b, %c {axis = 0 : i64} : (tensor<2x3xf32>, tensor<1x3xi64>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @scatter_nd(%a: tensor<2x3xf32>, %b: tensor<4x1xi64>, %c: tensor<4x2xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the updates is 4x2; needed is 4x3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.scatter_nd %a, %b, %c : (tensor<2x3xf32>, tensor<4x1xi64>, tensor<4x2xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @depth(%a: tensor<2xi64>, %b: tensor<f32>, %c: tensor<f32>) {
  // expected-error @+2 {{MLCC-1012: 'depth' contains 0; the least value is 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.one_hot %a, %b, %c {axis = 1 : i64, depth = 0 : i64} : (tensor<2xi64>, tensor<f32>, tensor<f32>) -> tensor<2x0xf32>
  return
}

// -----

func.func @triangle(%a: tensor<3xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the input is 3; needed are at least 2 dimensions}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.trilu %a {k = 0 : i64, upper = true} : (tensor<3xf32>) -> tensor<3xf32>
  return
}
