// RUN: mlcc-opt %s | mlcc-opt | FileCheck %s

func.func private @kernel_add(%begin: index, %end: index, %a: memref<4x8xf32>,
    %b: memref<4x8xf32>, %out: memref<4x8xf32>) attributes {rt.kernel} {
  return
}

// CHECK-LABEL: func.func @predict
// CHECK-SAME: {rt.name = "x"}
// CHECK: %[[SUM:.*]] = rt.launch @kernel_add(%{{.*}}, %{{.*}}) work(4) grain(2) : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
// CHECK: return %[[SUM]]
func.func @predict(%x: tensor<4x8xf32> {rt.name = "x"}, %y: tensor<4x8xf32>)
    -> (tensor<4x8xf32> {rt.name = "sum"}) {
  %sum = rt.launch @kernel_add(%x, %y) work(4) grain(2)
      : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %sum : tensor<4x8xf32>
}
