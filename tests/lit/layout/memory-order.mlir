// RUN: mlcc-opt %s --assign-layouts --canonicalize --mlir-print-local-scope | FileCheck %s

// Ops on tensors with channels last work on the bytes as they lie.

!last = tensor<1x32x8x8xf32, #dnn.layout<"acdb">>

// CHECK-LABEL: func @concat(
// CHECK-SAME: %[[X:.*]]: tensor<1x32x8x8xf32, #dnn.layout<"acdb">>, %[[Y:.*]]: tensor<1x4x8x8xf32>
func.func @concat(%x: !last, %y: tensor<1x4x8x8xf32>) -> tensor<1x36x8x8xf32> {
  // CHECK-DAG: %[[XV:.*]] = dnn.view %[[X]] : {{.*}} -> tensor<1x8x8x32xf32>
  // CHECK-DAG: %[[YL:.*]] = dnn.reorder %[[Y]] : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32, #dnn.layout<"acdb">>
  // CHECK-DAG: %[[YV:.*]] = dnn.view %[[YL]] : {{.*}} -> tensor<1x8x8x4xf32>
  // CHECK: %[[C:.*]] = nn.concat %[[XV]], %[[YV]] {axis = 3 : i64} : {{.*}} -> tensor<1x8x8x36xf32>
  // CHECK: %[[R:.*]] = nn.relu %[[C]] : (tensor<1x8x8x36xf32>)
  // CHECK: dnn.view %[[R]] : tensor<1x8x8x36xf32> -> tensor<1x36x8x8xf32, #dnn.layout<"acdb">>
  %0 = nn.concat %x, %y {axis = 1} : (!last, tensor<1x4x8x8xf32>) -> tensor<1x36x8x8xf32>
  %1 = nn.relu %0 : (tensor<1x36x8x8xf32>) -> tensor<1x36x8x8xf32>
  return %1 : tensor<1x36x8x8xf32>
}

// CHECK-LABEL: func @slice_and_pad(
func.func @slice_and_pad(%x: !last) -> tensor<1x16x10x9xf32> {
  // CHECK: nn.slice %{{.*}} {sizes = array<i64: 1, 8, 8, 16>, starts = array<i64: 0, 0, 0, 8>, steps = array<i64: 1, 1, 1, 1>} : (tensor<1x8x8x32xf32>) -> tensor<1x8x8x16xf32>
  // CHECK-NEXT: nn.pad %{{.*}} {{{.*}}pads_begin = array<i64: 0, 1, 0, 0>, pads_end = array<i64: 0, 1, 1, 0>} : (tensor<1x8x8x16xf32>) -> tensor<1x10x9x16xf32>
  %0 = nn.slice %x {starts = array<i64: 0, 8, 0, 0>, sizes = array<i64: 1, 16, 8, 8>, steps = array<i64: 1, 1, 1, 1>}
    : (!last) -> tensor<1x16x8x8xf32>
  %1 = nn.pad %0 {pads_begin = array<i64: 0, 0, 1, 0>, pads_end = array<i64: 0, 0, 1, 1>}
    : (tensor<1x16x8x8xf32>) -> tensor<1x16x10x9xf32>
  return %1 : tensor<1x16x10x9xf32>
}

// CHECK-LABEL: func @global_average(
func.func @global_average(%x: !last) -> tensor<1x32xf32> {
  // CHECK: %[[MEAN:.*]] = nn.reduce_mean %{{.*}} {axes = array<i64: 1, 2>, keepdims = true} : (tensor<1x8x8x32xf32>) -> tensor<1x1x1x32xf32>
  // CHECK-NEXT: %[[FLAT:.*]] = dnn.view %[[MEAN]] : tensor<1x1x1x32xf32> -> tensor<1x32xf32>
  // CHECK-NEXT: return %[[FLAT]]
  %0 = nn.reduce_mean %x {axes = array<i64: 2, 3>, keepdims = true} : (!last) -> tensor<1x32x1x1xf32>
  %1 = nn.reshape %0 {shape = array<i64: 1, 32>} : (tensor<1x32x1x1xf32>) -> tensor<1x32xf32>
  return %1 : tensor<1x32xf32>
}

// CHECK-LABEL: func @without_keepdims(
func.func @without_keepdims(%x: !last) -> tensor<1x8x32xf32> {
  // CHECK: %[[MAX:.*]] = nn.reduce_max %{{.*}} {axes = array<i64: 2>, keepdims = false} : (tensor<1x8x8x32xf32>) -> tensor<1x8x32xf32>
  // The transposition to channels last is what lies there already.
  // CHECK-NEXT: return %[[MAX]]
  %0 = nn.reduce_max %x {axes = array<i64: 3>, keepdims = false} : (!last) -> tensor<1x32x8xf32>
  %1 = nn.transpose %0 {permutation = array<i64: 0, 2, 1>} : (tensor<1x32x8xf32>) -> tensor<1x8x32xf32>
  return %1 : tensor<1x8x32xf32>
}

// Channels are shuffled by one reorder within each pixel.
// CHECK-LABEL: func @shuffle(
// CHECK-SAME: %[[X:.*]]: tensor
func.func @shuffle(%x: !last) -> tensor<1x32x8x8xf32> {
  // CHECK-NEXT: %[[SPLIT:.*]] = dnn.view %[[X]] : {{.*}} -> tensor<1x8x4x8x8xf32, #dnn.layout<"adecb">>
  // CHECK-NEXT: %[[MOVED:.*]] = dnn.reorder %[[SPLIT]] : {{.*}} -> tensor<1x8x4x8x8xf32, #dnn.layout<"adebc">>
  // CHECK-NEXT: %[[MERGED:.*]] = dnn.view %[[MOVED]] : {{.*}} -> tensor<1x8x8x32xf32>
  // CHECK-NEXT: nn.relu %[[MERGED]]
  %0 = nn.reshape %x {shape = array<i64: 1, 4, 8, 8, 8>} : (!last) -> tensor<1x4x8x8x8xf32>
  %1 = nn.transpose %0 {permutation = array<i64: 0, 2, 1, 3, 4>} : (tensor<1x4x8x8x8xf32>) -> tensor<1x8x4x8x8xf32>
  %2 = nn.reshape %1 {shape = array<i64: 1, 32, 8, 8>} : (tensor<1x8x4x8x8xf32>) -> tensor<1x32x8x8xf32>
  %3 = nn.relu %2 : (tensor<1x32x8x8xf32>) -> tensor<1x32x8x8xf32>
  return %3 : tensor<1x32x8x8xf32>
}

// Detection heads end like this: transposed to channels last, then flattened.
// CHECK-LABEL: func @head(
// CHECK-SAME: %[[X:.*]]: tensor
func.func @head(%x: !last) -> tensor<1x512x4xf32> {
  // CHECK-NEXT: %[[V:.*]] = dnn.view %[[X]] : {{.*}} -> tensor<1x8x8x32xf32>
  // CHECK-NEXT: %[[R:.*]] = nn.reshape %[[V]]
  // CHECK-NEXT: return %[[R]]
  %0 = nn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (!last) -> tensor<1x8x8x32xf32>
  %1 = nn.reshape %0 {shape = array<i64: 1, 512, 4>} : (tensor<1x8x8x32xf32>) -> tensor<1x512x4xf32>
  return %1 : tensor<1x512x4xf32>
}

// Flattened for a fully connected layer: back to row-major order.
// CHECK-LABEL: func @flatten(
// CHECK-SAME: %[[X:.*]]: tensor
func.func @flatten(%x: !last) -> tensor<1x2048xf32> {
  // CHECK-NEXT: %[[PLAIN:.*]] = dnn.reorder %[[X]] : {{.*}} -> tensor<1x32x8x8xf32>
  // CHECK-NEXT: %[[FLAT:.*]] = dnn.view %[[PLAIN]] : tensor<1x32x8x8xf32> -> tensor<1x2048xf32>
  // CHECK-NEXT: return %[[FLAT]]
  %0 = nn.reshape %x {shape = array<i64: 1, 2048>} : (!last) -> tensor<1x2048xf32>
  return %0 : tensor<1x2048xf32>
}

// An element type that oneDNN does not know moves by a transposition.
// CHECK-LABEL: func @index(
func.func @index(%x: !last) -> tensor<1x8x32xi64> {
  // CHECK: %[[MAX:.*]] = nn.arg_max %{{.*}} {axis = 2 : i64, keepdims = false} : (tensor<1x8x8x32xf32>) -> tensor<1x8x32xi64>
  // CHECK-NEXT: nn.transpose %[[MAX]] {permutation = array<i64: 0, 2, 1>}
  %0 = nn.arg_max %x {axis = 3, keepdims = false} : (!last) -> tensor<1x32x8xi64>
  %1 = nn.reshape %0 {shape = array<i64: 1, 8, 32>} : (tensor<1x32x8xi64>) -> tensor<1x8x32xi64>
  return %1 : tensor<1x8x32xi64>
}
