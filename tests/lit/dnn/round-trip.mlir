// RUN: mlcc-opt %s | mlcc-opt | FileCheck %s
// RUN: mlcc-opt %s --mlir-print-op-generic | mlcc-opt | FileCheck %s

// CHECK-LABEL: func @convolution(
func.func @convolution(%x: tensor<1x64x56x56xf32, #dnn.layout<"aBcd16b">>, %w: tensor<64x64x3x3xf32>,
    %b: tensor<64xf32>, %skip: tensor<1x64x56x56xf32, #dnn.layout<"aBcd16b">>,
    %gate: tensor<1x64x1x1xf32>) -> tensor<1x64x56x56xf32, #dnn.layout<"aBcd16b">> {
  // CHECK: dnn.convolution %{{.*}}, %{{.*}} bias(%{{.*}} : tensor<64xf32>)
  // CHECK-SAME: post_ops [#dnn.sum, #dnn.binary<mul>, #dnn.eltwise<clip, 0.000000e+00, 6.000000e+00>]
  // CHECK-SAME: post_operands(%{{.*}} : tensor<1x64x1x1xf32>)
  // CHECK-SAME: accumulate(%{{.*}} : tensor<1x64x56x56xf32, #dnn.layout<"aBcd16b">>)
  // CHECK-SAME: {dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>}
  %0 = dnn.convolution %x, %w bias(%b : tensor<64xf32>)
    post_ops [#dnn.sum, #dnn.binary<mul>, #dnn.eltwise<clip, 0.0, 6.0>]
    post_operands(%gate : tensor<1x64x1x1xf32>)
    accumulate(%skip : tensor<1x64x56x56xf32, #dnn.layout<"aBcd16b">>)
    {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>}
    : (tensor<1x64x56x56xf32, #dnn.layout<"aBcd16b">>, tensor<64x64x3x3xf32>) -> tensor<1x64x56x56xf32, #dnn.layout<"aBcd16b">>
  return %0 : tensor<1x64x56x56xf32, #dnn.layout<"aBcd16b">>
}

// A depthwise convolution: 32 groups of one channel.
// CHECK-LABEL: func @grouped(
func.func @grouped(%x: tensor<1x32x9x9xf32>, %w: tensor<32x1x1x3x3xf32>) -> tensor<1x32x4x4xf32> {
  // CHECK: dnn.convolution %{{.*}}, %{{.*}} {{{.*}}} : (tensor<1x32x9x9xf32>, tensor<32x1x1x3x3xf32>) -> tensor<1x32x4x4xf32>
  %0 = dnn.convolution %x, %w
    {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
    : (tensor<1x32x9x9xf32>, tensor<32x1x1x3x3xf32>) -> tensor<1x32x4x4xf32>
  return %0 : tensor<1x32x4x4xf32>
}

// CHECK-LABEL: func @deconvolution(
func.func @deconvolution(%x: tensor<1x8x5xf32>, %w: tensor<4x8x3xf32, #dnn.layout<"bac">>) -> tensor<1x4x11xf32> {
  // CHECK: dnn.deconvolution %{{.*}}, %{{.*}} post_ops [#dnn.eltwise<relu, 1.000000e-01>] {
  %0 = dnn.deconvolution %x, %w post_ops [#dnn.eltwise<relu, 0.1>]
    {strides = array<i64: 2>, dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>}
    : (tensor<1x8x5xf32>, tensor<4x8x3xf32, #dnn.layout<"bac">>) -> tensor<1x4x11xf32>
  return %0 : tensor<1x4x11xf32>
}

// CHECK-LABEL: func @matmul(
func.func @matmul(%q: tensor<2x12x128x64xf32>, %k: tensor<1x12x128x64xf32>, %b: tensor<1x1x1x128xf32>) -> tensor<2x12x128x128xf32> {
  // CHECK: dnn.matmul %{{.*}}, %{{.*}} bias(%{{.*}} : tensor<1x1x1x128xf32>) {math = "bf16", transpose_weights = true}
  %0 = dnn.matmul %q, %k bias(%b : tensor<1x1x1x128xf32>) {transpose_weights = true, math = "bf16"}
    : (tensor<2x12x128x64xf32>, tensor<1x12x128x64xf32>) -> tensor<2x12x128x128xf32>
  return %0 : tensor<2x12x128x128xf32>
}

// CHECK-LABEL: func @pooling(
func.func @pooling(%x: tensor<1x64x112x112xf32>) -> tensor<1x64x56x56xf32> {
  // CHECK: dnn.pooling avg_include_padding %{{.*}} {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x64x112x112xf32>) -> tensor<1x64x56x56xf32>
  %0 = dnn.pooling avg_include_padding %x {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>,
    dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 0, 0>}
    : (tensor<1x64x112x112xf32>) -> tensor<1x64x56x56xf32>
  return %0 : tensor<1x64x56x56xf32>
}

// CHECK-LABEL: func @normalizations(
func.func @normalizations(%x: tensor<2x5x16xf32>, %scale: tensor<16xf32>, %shift: tensor<16xf32>) -> tensor<2x5x16xf32> {
  // CHECK: dnn.lrn %{{.*}} {alpha = 9.99999974E-5 : f32, beta = 7.500000e-01 : f32, k = 1.000000e+00 : f32, size = 5 : i64}
  %0 = dnn.lrn %x {size = 5, alpha = 1.0e-4 : f32, beta = 0.75 : f32, k = 1.0 : f32} : (tensor<2x5x16xf32>) -> tensor<2x5x16xf32>
  // CHECK: dnn.softmax %{{.*}} {axis = 2 : i64} :
  %1 = dnn.softmax %0 {axis = 2} : (tensor<2x5x16xf32>) -> tensor<2x5x16xf32>
  // CHECK: dnn.softmax %{{.*}} {axis = 1 : i64, logarithm = true} :
  %2 = dnn.softmax %1 {axis = 1, logarithm = true} : (tensor<2x5x16xf32>) -> tensor<2x5x16xf32>
  // CHECK: dnn.layer_normalization %{{.*}} scale(%{{.*}} : tensor<16xf32>) shift(%{{.*}} : tensor<16xf32>) {epsilon = {{.*}} : f32} : tensor<2x5x16xf32> -> tensor<2x5x16xf32>
  %3 = dnn.layer_normalization %2 scale(%scale : tensor<16xf32>) shift(%shift : tensor<16xf32>) {epsilon = 1.0e-5 : f32}
    : tensor<2x5x16xf32> -> tensor<2x5x16xf32>
  return %3 : tensor<2x5x16xf32>
}

// CHECK-LABEL: func @elementwise(
func.func @elementwise(%x: tensor<2x8x4xf32>, %row: tensor<1x1x4xf32>) -> tensor<2x1x1xf32> {
  // CHECK: dnn.eltwise %{{.*}} {function = #dnn.eltwise<gelu_erf>} :
  %0 = dnn.eltwise %x {function = #dnn.eltwise<gelu_erf>} : (tensor<2x8x4xf32>) -> tensor<2x8x4xf32>
  // CHECK: dnn.binary sub %{{.*}}, %{{.*}} : (tensor<2x8x4xf32>, tensor<1x1x4xf32>) -> tensor<2x8x4xf32>
  %1 = dnn.binary sub %0, %row : (tensor<2x8x4xf32>, tensor<1x1x4xf32>) -> tensor<2x8x4xf32>
  // CHECK: dnn.sum %{{.*}}, %{{.*}} {scales = array<f32: 1.000000e+00, 5.000000e-01>} :
  %2 = dnn.sum %0, %1 {scales = array<f32: 1.0, 0.5>} : (tensor<2x8x4xf32>, tensor<2x8x4xf32>) -> tensor<2x8x4xf32>
  // CHECK: dnn.concat %{{.*}}, %{{.*}} {axis = 1 : i64} :
  %3 = dnn.concat %2, %0 {axis = 1} : (tensor<2x8x4xf32>, tensor<2x8x4xf32>) -> tensor<2x16x4xf32>
  // CHECK: dnn.reorder %{{.*}} : (tensor<2x16x4xf32>) -> tensor<2x16x4xf32, #dnn.layout<"acb">>
  %4 = dnn.reorder %3 : (tensor<2x16x4xf32>) -> tensor<2x16x4xf32, #dnn.layout<"acb">>
  // CHECK: dnn.reduction norm_lp_sum %{{.*}} {p = 2.000000e+00 : f32} :
  %5 = dnn.reduction norm_lp_sum %4 {p = 2.0 : f32} : (tensor<2x16x4xf32, #dnn.layout<"acb">>) -> tensor<2x1x1xf32>
  return %5 : tensor<2x1x1xf32>
}

// The constant has 3 of 16 channels: the bytes include the padding.
// CHECK-LABEL: func @constant(
func.func @constant() -> tensor<1x3x1x1xf32, #dnn.layout<"aBcd16b">> {
  // CHECK: dnn.constant dense<0> : tensor<64xi8> -> tensor<1x3x1x1xf32, #dnn.layout<"aBcd16b">>
  %0 = dnn.constant dense<0> : tensor<64xi8> -> tensor<1x3x1x1xf32, #dnn.layout<"aBcd16b">>
  return %0 : tensor<1x3x1x1xf32, #dnn.layout<"aBcd16b">>
}

// CHECK-LABEL: func @view(
func.func @view(%x: tensor<1x64x8x8xf32, #dnn.layout<"acdb">>) -> tensor<64x64xf32> {
  // CHECK: dnn.view %{{.*}} : tensor<1x64x8x8xf32, #dnn.layout<"acdb">> -> tensor<64x64xf32>
  %0 = dnn.view %x : tensor<1x64x8x8xf32, #dnn.layout<"acdb">> -> tensor<64x64xf32>
  return %0 : tensor<64x64xf32>
}

// CHECK-LABEL: func @recurrent(
func.func @recurrent(%x: tensor<7x2x3xf32>, %h: tensor<1x2x2x5xf32>, %c: tensor<1x2x2x5xf32>,
    %w: tensor<1x2x3x4x5xf32>, %r: tensor<1x2x5x4x5xf32>, %b: tensor<1x2x4x5xf32>,
    %w1: tensor<1x1x10x1x5xf32>, %r1: tensor<1x1x5x1x5xf32>) -> tensor<7x2x5xf32> {
  // CHECK: dnn.rnn lstm bidirectional_concat %{{.*}} src_iter(%{{.*}} : tensor<1x2x2x5xf32>) src_iter_c(%{{.*}} : tensor<1x2x2x5xf32>)
  // CHECK-SAME: weights(%{{.*}}, %{{.*}} : tensor<1x2x3x4x5xf32>, tensor<1x2x5x4x5xf32>) bias(%{{.*}} : tensor<1x2x4x5xf32>)
  // CHECK-SAME: : tensor<7x2x3xf32> -> (tensor<7x2x10xf32>, tensor<1x2x2x5xf32>, tensor<1x2x2x5xf32>)
  %y, %yh, %yc = dnn.rnn lstm bidirectional_concat %x src_iter(%h : tensor<1x2x2x5xf32>) src_iter_c(%c : tensor<1x2x2x5xf32>)
    weights(%w, %r : tensor<1x2x3x4x5xf32>, tensor<1x2x5x4x5xf32>) bias(%b : tensor<1x2x4x5xf32>)
    : tensor<7x2x3xf32> -> (tensor<7x2x10xf32>, tensor<1x2x2x5xf32>, tensor<1x2x2x5xf32>)
  // CHECK: dnn.rnn vanilla left2right %{{.*}} weights({{.*}}) {activation = #dnn.eltwise<relu>} : tensor<7x2x10xf32> -> (tensor<7x2x5xf32>, tensor<1x1x2x5xf32>)
  %z, %zh = dnn.rnn vanilla left2right %y weights(%w1, %r1 : tensor<1x1x10x1x5xf32>, tensor<1x1x5x1x5xf32>)
    {activation = #dnn.eltwise<relu>} : tensor<7x2x10xf32> -> (tensor<7x2x5xf32>, tensor<1x1x2x5xf32>)
  return %z : tensor<7x2x5xf32>
}
