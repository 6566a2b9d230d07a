// RUN: mlcc-opt %s --split-input-file --verify-diagnostics

// What inference refuses of pieces of gradients and random numbers.

func.func @output_extent(%x: tensor<1x2x5xf32>, %g: tensor<1x3x4xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the output gradient is 1x3x4; needed is 1x3x3, that of the convolution's result}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv_weight_gradient %x, %g {kernel = array<i64: 3>, dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 1>} : (tensor<1x2x5xf32>, tensor<1x3x4xf32>) -> tensor<3x2x3xf32>
  return
}

// -----

func.func @groups(%x: tensor<1x2x5xf32>, %g: tensor<1x3x3xf32>) {
  // expected-error @+2 {{MLCC-2001: an input of 2 channels and an output gradient of 3 cannot be divided into 2 groups; both must be multiples of the groups}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv_weight_gradient %x, %g {groups = 2 : i64, kernel = array<i64: 3>, dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 1>} : (tensor<1x2x5xf32>, tensor<1x3x3xf32>) -> tensor<3x1x3xf32>
  return
}

// -----

func.func @element_type(%x: tensor<1x2x5xf32>, %g: tensor<1x3x3xf64>) {
  // expected-error @+2 {{MLCC-2002: the elements of the output gradient are of type f64; the operation needs f32}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv_weight_gradient %x, %g {kernel = array<i64: 3>, dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 1>} : (tensor<1x2x5xf32>, tensor<1x3x3xf64>) -> tensor<3x2x3xf32>
  return
}

// -----

func.func @pooled(%x: tensor<1x2x8xf32>, %g: tensor<1x2x3xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the output gradient is 1x2x3; needed is 1x2x4, that of the pooling's result}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.max_pool_gradient %x, %g {dilations = array<i64: 1>, kernel = array<i64: 2>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 2>} : (tensor<1x2x8xf32>, tensor<1x2x3xf32>) -> tensor<1x2x8xf32>
  return
}

// -----

func.func @pooled_shape(%g: tensor<1x2x3xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the input is 1x8; needed are batch, channels and 1 to 3 spatial dimensions}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.avg_pool_gradient %g {shape = array<i64: 1, 8>, dilations = array<i64: 1>, kernel = array<i64: 2>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>, strides = array<i64: 2>} : (tensor<1x2x3xf32>) -> tensor<1x8xf32>
  return
}

// -----

func.func @scale(%x: tensor<2x4xf32>, %p: tensor<4xf32>, %q: tensor<3xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the scale is 3; needed is 4, one element per channel}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:3 = nn.batch_norm_train %x, %q, %p : (tensor<2x4xf32>, tensor<3xf32>, tensor<4xf32>) -> (tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>)
  return
}

// -----

func.func @count(%x: tensor<2x4xf32>, %p: tensor<4xf32>, %n: tensor<2xi64>) {
  // expected-error @+2 {{MLCC-2001: the shape of the count is 2; needed is scalar, a number of samples}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:3 = nn.batch_norm_train %x, %p, %p, %n : (tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<2xi64>) -> (tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>)
  return
}

// -----

func.func @normalized_gradient(%x: tensor<2x4xf32>, %g: tensor<2x3xf32>, %p: tensor<4xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the output gradient is 2x3; needed is 2x4, that of the input}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:3 = nn.batch_norm_gradient %x, %g, %p, %p, %p : (tensor<2x4xf32>, tensor<2x3xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>)
  return
}

// -----

func.func @key(%key: tensor<4xi64>) {
  // expected-error @+2 {{MLCC-2001: the shape of the key is 4; needed is 2, the seed and the counter}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.random_bits %key {shape = array<i64: 3>, stream = 0 : i64} : (tensor<4xi64>) -> tensor<3xui32>
  return
}

// -----

func.func @stream(%key: tensor<2xi64>) {
  // expected-error @+2 {{MLCC-1012: 'stream' is -1; it must be a number of 32 bits}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.random_bits %key {shape = array<i64: 3>, stream = -1 : i64} : (tensor<2xi64>) -> tensor<3xui32>
  return
}

// -----

func.func @many(%key: tensor<2xi64>) {
  // expected-error @+2 {{MLCC-1023: the result of shape 100000x200000 is too large; at most 2^34 elements can be drawn}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.random_bits %key {shape = array<i64: 100000, 200000>, stream = 0 : i64} : (tensor<2xi64>) -> tensor<100000x200000xui32>
  return
}
