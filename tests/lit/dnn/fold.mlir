// RUN: mlcc-opt %s --canonicalize | FileCheck %s

// There and back again is nothing.
// CHECK-LABEL: func @inverse(
// CHECK-SAME: %[[X:.*]]: tensor
func.func @inverse(%x: tensor<1x64x8x8xf32>) -> tensor<1x64x8x8xf32> {
  // CHECK-NEXT: return %[[X]]
  %0 = dnn.reorder %x : (tensor<1x64x8x8xf32>) -> tensor<1x64x8x8xf32, #dnn.layout<"acdb">>
  %1 = dnn.reorder %0 : (tensor<1x64x8x8xf32, #dnn.layout<"acdb">>) -> tensor<1x64x8x8xf32>
  return %1 : tensor<1x64x8x8xf32>
}

// CHECK-LABEL: func @chain(
// CHECK-SAME: %[[X:.*]]: tensor
func.func @chain(%x: tensor<1x64x8x8xf32>) -> tensor<1x64x8x8xf32, #dnn.layout<"aBcd16b">> {
  // CHECK-NEXT: dnn.reorder %[[X]] : (tensor<1x64x8x8xf32>) -> tensor<1x64x8x8xf32, #dnn.layout<"aBcd16b">>
  %0 = dnn.reorder %x : (tensor<1x64x8x8xf32>) -> tensor<1x64x8x8xf32, #dnn.layout<"acdb">>
  %1 = dnn.reorder %0 : (tensor<1x64x8x8xf32, #dnn.layout<"acdb">>) -> tensor<1x64x8x8xf32, #dnn.layout<"aBcd16b">>
  return %1 : tensor<1x64x8x8xf32, #dnn.layout<"aBcd16b">>
}

// The first reorder rounds: it stays.
// CHECK-LABEL: func @conversion(
func.func @conversion(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  // CHECK-COUNT-2: dnn.reorder
  %0 = dnn.reorder %x : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  %1 = dnn.reorder %0 : (tensor<8x8xbf16>) -> tensor<8x8xf32>
  return %1 : tensor<8x8xf32>
}

// CHECK-LABEL: func @views(
// CHECK-SAME: %[[X:.*]]: tensor
func.func @views(%x: tensor<1x64x1x1xf32, #dnn.layout<"acdb">>) -> (tensor<64xf32>, tensor<1x64x1x1xf32, #dnn.layout<"acdb">>) {
  // CHECK-NEXT: %[[V:.*]] = dnn.view %[[X]] : tensor<1x64x1x1xf32, #dnn.layout<"acdb">> -> tensor<64xf32>
  // CHECK-NEXT: return %[[V]], %[[X]]
  %0 = dnn.view %x : tensor<1x64x1x1xf32, #dnn.layout<"acdb">> -> tensor<1x64x1x1xf32>
  %1 = dnn.view %0 : tensor<1x64x1x1xf32> -> tensor<64xf32>
  %2 = dnn.view %1 : tensor<64xf32> -> tensor<1x64x1x1xf32, #dnn.layout<"acdb">>
  return %1, %2 : tensor<64xf32>, tensor<1x64x1x1xf32, #dnn.layout<"acdb">>
}
