// RUN: mlcc-opt %s --pack-constants | FileCheck %s

// CHECK-LABEL: func @pack(
func.func @pack() -> (tensor<2x4xf32, #dnn.layout<"ba">>, tensor<2x4xf32, #dnn.layout<"ba">>,
    tensor<4x2xf32, #dnn.layout<"ba">>, tensor<3xf32>) {
  // Used by nothing but reorders: given back.
  // CHECK-NOT: dense_resource<weights>
  %w = nn.constant dense_resource<weights> : tensor<2x4xf32>
  // Used otherwise: kept.
  // CHECK: %[[B:.*]] = nn.constant dense_resource<bias> : tensor<3xf32>
  %b = nn.constant dense_resource<bias> : tensor<3xf32>
  // CHECK: %[[P0:.*]] = dnn.constant dense_resource<packed> : tensor<32xi8> -> tensor<2x4xf32, #dnn.layout<"ba">>
  %0 = dnn.reorder %w : (tensor<2x4xf32>) -> tensor<2x4xf32, #dnn.layout<"ba">>
  // Equal: computed once.
  // CHECK: %[[P1:.*]] = dnn.constant dense_resource<packed> : tensor<32xi8> -> tensor<2x4xf32, #dnn.layout<"ba">>
  %1 = dnn.reorder %w : (tensor<2x4xf32>) -> tensor<2x4xf32, #dnn.layout<"ba">>
  // Through a view: the transposed matrix in the same bytes, then swapped.
  // CHECK: %[[P2:.*]] = dnn.constant dense_resource<packed_1> : tensor<32xi8> -> tensor<4x2xf32>
  %v = dnn.view %w : tensor<2x4xf32> -> tensor<4x2xf32, #dnn.layout<"ba">>
  %2 = dnn.reorder %v : (tensor<4x2xf32, #dnn.layout<"ba">>) -> tensor<4x2xf32>
  %3 = dnn.view %2 : tensor<4x2xf32> -> tensor<4x2xf32, #dnn.layout<"ba">>
  return %0, %1, %3, %b : tensor<2x4xf32, #dnn.layout<"ba">>, tensor<2x4xf32, #dnn.layout<"ba">>,
    tensor<4x2xf32, #dnn.layout<"ba">>, tensor<3xf32>
}

// CHECK: packed: "0x400000000000000000008040{{.*}}",
// CHECK: packed_1:
{-#
  dialect_resources: {
    builtin: {
      weights: "0x04000000000000000000803f0000004000004040000080400000a0400000c0400000e040",
      bias: "0x040000000000803f0000803f0000803f"
    }
  }
#-}
