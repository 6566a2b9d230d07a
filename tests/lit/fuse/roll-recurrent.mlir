// RUN: mlcc-opt %s --fuse-unroll-recurrent | FileCheck %s

// The states of many steps are computed in a loop, the inputs of all before it.
// CHECK: func.func private @[[BODY:.*loop"?]](%{{.*}}: tensor<2x4xf32>, %[[H:.*]]: tensor<2x4xf32>, %{{.*}}: tensor<1x4x4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>)
// CHECK: nn.matmul %[[H]],
// CHECK: nn.tanh
// CHECK-LABEL: func.func @long
// CHECK: nn.matmul
// CHECK: nn.scan @[[BODY]] over(%{{.*}}) from(%{{.*}}) with(%{{.*}}) trips(1000) reverse
func.func @long(%x: tensor<1000x2x3xf32>, %w: tensor<1x4x3xf32>, %r: tensor<1x4x4xf32>) -> tensor<1000x1x2x4xf32> {
  %0:2 = "nn.rnn"(%x, %w, %r) <{direction = #nn<rnn_direction reverse>, activations = ["tanh"], operandSegmentSizes = array<i32: 1, 1, 1, 0, 0>}> : (tensor<1000x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>) -> (tensor<1000x1x2x4xf32>, tensor<1x2x4xf32>)
  return %0#0 : tensor<1000x1x2x4xf32>
}
