// RUN: mlcc-opt %s --assign-layouts --mlir-print-local-scope | FileCheck %s
// RUN: mlcc-opt %s --assign-layouts=remarks -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// A stem and a residual block: the input is reordered once, everything between
// has channels last, the output is plain.

// REMARK-COUNT-1: remark: reorder from abcd to acdb (98304 bytes read and written), wanted by 'stem' (dnn.convolution)
// REMARK-NOT: remark

// CHECK-LABEL: func @block(
// CHECK-SAME: %[[X:.*]]: tensor<1x3x64x64xf32>
func.func @block(%x: tensor<1x3x64x64xf32>) -> tensor<1x64x1x1xf32> {
  // Constants are reordered too: pack-constants executes that.
  // CHECK-DAG: %[[B:.*]] = nn.constant dense<0.000000e+00> : tensor<64xf32>
  // CHECK-DAG: %[[INPUT:.*]] = dnn.reorder %[[X]] : (tensor<1x3x64x64xf32>) -> tensor<1x3x64x64xf32, #dnn.layout<"acdb">>
  // CHECK-DAG: %[[W0:.*]] = dnn.reorder %{{.*}} : (tensor<64x3x7x7xf32>) -> tensor<64x3x7x7xf32, #dnn.layout<
  %w0 = nn.constant dense<1.0> : tensor<64x3x7x7xf32>
  %w1 = nn.constant dense<2.0> : tensor<64x64x3x3xf32>
  %w2 = nn.constant dense<3.0> : tensor<64x64x1x1xf32>
  %b = nn.constant dense<0.0> : tensor<64xf32>
  // CHECK: %[[STEM:.*]] = dnn.convolution %[[INPUT]], %[[W0]] bias(%[[B]] : tensor<64xf32>)
  // CHECK-SAME: -> tensor<1x64x32x32xf32, #dnn.layout<"acdb">>
  %0 = dnn.convolution %x, %w0 bias(%b : tensor<64xf32>) post_ops [#dnn.eltwise<relu>]
    {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 3, 3>, pads_end = array<i64: 3, 3>}
    : (tensor<1x3x64x64xf32>, tensor<64x3x7x7xf32>) -> tensor<1x64x32x32xf32> loc("stem")
  // CHECK: %[[POOL:.*]] = dnn.pooling max %[[STEM]]
  // CHECK-SAME: -> tensor<1x64x16x16xf32, #dnn.layout<"acdb">>
  %1 = dnn.pooling max %0 {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>,
    dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>}
    : (tensor<1x64x32x32xf32>) -> tensor<1x64x16x16xf32>
  %2 = dnn.convolution %1, %w1 bias(%b : tensor<64xf32>) post_ops [#dnn.eltwise<relu>]
    {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>}
    : (tensor<1x64x16x16xf32>, tensor<64x64x3x3xf32>) -> tensor<1x64x16x16xf32>
  // CHECK: %[[SUM:.*]] = dnn.convolution {{.*}} accumulate(%[[POOL]] : tensor<1x64x16x16xf32, #dnn.layout<"acdb">>)
  // CHECK-SAME: -> tensor<1x64x16x16xf32, #dnn.layout<"acdb">>
  %3 = dnn.convolution %2, %w2 bias(%b : tensor<64xf32>) post_ops [#dnn.sum, #dnn.eltwise<relu>]
    accumulate(%1 : tensor<1x64x16x16xf32>)
    {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
    : (tensor<1x64x16x16xf32>, tensor<64x64x1x1xf32>) -> tensor<1x64x16x16xf32>
  // Element-wise ops follow, on the bytes as they lie.
  // CHECK: %[[LIES:.*]] = dnn.view %[[SUM]] : {{.*}} -> tensor<1x16x16x64xf32>
  // CHECK: %[[SUMS:.*]] = nn.add %[[LIES]], %{{.*}} -> tensor<1x16x16x64xf32>
  // CHECK: %[[ADD:.*]] = dnn.view %[[SUMS]] : tensor<1x16x16x64xf32> -> tensor<1x64x16x16xf32, #dnn.layout<"acdb">>
  %4 = nn.add %3, %2 : (tensor<1x64x16x16xf32>, tensor<1x64x16x16xf32>) -> tensor<1x64x16x16xf32>
  // CHECK: %[[MEAN:.*]] = dnn.pooling avg_exclude_padding %[[ADD]]
  // Where the extents are one, channels last is plain.
  // CHECK-NEXT: %[[VIEW:.*]] = dnn.view %[[MEAN]] : tensor<1x64x1x1xf32, #dnn.layout<"acdb">> -> tensor<1x64x1x1xf32>
  // CHECK-NEXT: return %[[VIEW]]
  %5 = dnn.pooling avg_exclude_padding %4 {kernel = array<i64: 16, 16>, strides = array<i64: 1, 1>,
    dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
    : (tensor<1x64x16x16xf32>) -> tensor<1x64x1x1xf32>
  return %5 : tensor<1x64x1x1xf32>
}
