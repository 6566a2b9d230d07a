// RUN: mlcc-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{layout "abc" does not exist for tensors of rank 4}}
func.func private @rank(tensor<1x2x3x4xf32, #dnn.layout<"abc">>)

// -----

// expected-error @+1 {{layout "opaque:00" does not exist for tensors of rank 1}}
func.func private @opaque(tensor<4xf32, #dnn.layout<"opaque:00">>)

// -----

// expected-error @+1 {{unknown element-wise function 'sine'}}
func.func private @eltwise() attributes {function = #dnn.eltwise<sine>}

// -----

func.func @channels(%x: tensor<1x8x9x9xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+1 {{MLCC-2001: dnn.convolution: weights for 3 -> 4 channels do not fit src and result}}
  %0 = dnn.convolution %x, %w
    {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
    : (tensor<1x8x9x9xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x7x7xf32>
  return
}

// -----

func.func @extent(%x: tensor<1x3x9x9xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+1 {{MLCC-2001: dnn.convolution: spatial dimension 1 gives 4 windows, not 7}}
  %0 = dnn.convolution %x, %w
    {strides = array<i64: 1, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
    : (tensor<1x3x9x9xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x7x7xf32>
  return
}

// -----

func.func @stride(%x: tensor<1x3x9x9xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+1 {{MLCC-2003: dnn.convolution: strides and dilations must be positive}}
  %0 = dnn.convolution %x, %w
    {strides = array<i64: 1, 0>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
    : (tensor<1x3x9x9xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x7x7xf32>
  return
}

// -----

func.func @sum(%x: tensor<2x3xf32>, %w: tensor<3x4xf32>) {
  // expected-error @+1 {{MLCC-2003: dnn.matmul: #dnn.sum and the operand 'accumulate' come together, once}}
  %0 = dnn.matmul %x, %w post_ops [#dnn.sum] : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @post_operand(%x: tensor<2x3xf32>, %w: tensor<3x4xf32>, %b: tensor<3x1xf32>) {
  // expected-error @+1 {{MLCC-2001: dnn.matmul: a post-operand must have the result's rank}}
  %0 = dnn.matmul %x, %w post_ops [#dnn.binary<add>] post_operands(%b : tensor<3x1xf32>)
    : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @inner(%x: tensor<2x3xf32>, %w: tensor<4x3xf32>) {
  // expected-error @+1 {{MLCC-2001: dnn.matmul: the inner extents 3 and 4 differ}}
  %0 = dnn.matmul %x, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @math(%x: tensor<2x3xf32>, %w: tensor<3x4xf32>) {
  // expected-error @+1 {{MLCC-2003: dnn.matmul: unknown math mode 'fast'}}
  %0 = dnn.matmul %x, %w {math = "fast"} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @lrn(%x: tensor<2x5x16xf32>) {
  // expected-error @+1 {{MLCC-2003: dnn.lrn: size must be odd and positive}}
  %0 = dnn.lrn %x {size = 4, alpha = 1.0e-4 : f32, beta = 0.75 : f32, k = 1.0 : f32} : (tensor<2x5x16xf32>) -> tensor<2x5x16xf32>
  return
}

// -----

func.func @concat(%x: tensor<2x5xf32>, %y: tensor<3x5xf32>) {
  // expected-error @+1 {{MLCC-2001: dnn.concat: the inputs differ in another dimension than 1}}
  %0 = dnn.concat %x, %y {axis = 1} : (tensor<2x5xf32>, tensor<3x5xf32>) -> tensor<5x5xf32>
  return
}

// -----

func.func @constant() {
  // expected-error @+1 {{MLCC-2001: dnn.constant: value has 12 bytes, the result in its layout 64}}
  %0 = dnn.constant dense<0> : tensor<12xi8> -> tensor<1x3x1x1xf32, #dnn.layout<"aBcd16b">>
  return
}

// -----

func.func @view(%x: tensor<1x3x1x1xf32, #dnn.layout<"aBcd16b">>) {
  // expected-error @+1 {{MLCC-2001: dnn.view: src has 64 bytes in memory, the result 12}}
  %0 = dnn.view %x : tensor<1x3x1x1xf32, #dnn.layout<"aBcd16b">> -> tensor<3xf32>
  return
}

// -----

func.func @cell(%x: tensor<7x2x3xf32>, %w: tensor<1x1x3x4x5xf32>, %r: tensor<1x1x5x4x5xf32>) {
  // expected-error @+1 {{MLCC-2003: dnn.rnn: lstm, and only lstm, has the result dst_iter_c}}
  %y, %yh = dnn.rnn lstm left2right %x weights(%w, %r : tensor<1x1x3x4x5xf32>, tensor<1x1x5x4x5xf32>)
    : tensor<7x2x3xf32> -> (tensor<7x2x5xf32>, tensor<1x1x2x5xf32>)
  return
}

// -----

func.func @gates(%x: tensor<7x2x3xf32>, %w: tensor<1x1x3x4x5xf32>, %r: tensor<1x1x5x4x5xf32>) {
  // expected-error @+1 {{MLCC-2001: dnn.rnn: weights_layer has the shape 1x1x3x4x5, expected 1x1x3x3x5}}
  %y, %yh = dnn.rnn gru left2right %x weights(%w, %r : tensor<1x1x3x4x5xf32>, tensor<1x1x5x4x5xf32>)
    : tensor<7x2x3xf32> -> (tensor<7x2x5xf32>, tensor<1x1x2x5xf32>)
  return
}
