// RUN: mlcc-opt %s --nn-derive-index-ranges | FileCheck %s

// Classes and rows of tables, also through views and casts; the least count holds.
// CHECK-LABEL: func.func @indices
// CHECK-SAME: %{{.*}}: tensor<4xi64> {rt.index_range = array<i64: 0, 10>, rt.name = "label"}
// CHECK-SAME: %{{.*}}: tensor<2x2xi32> {rt.index_range = array<i64: 0, 7>}
// CHECK-SAME: %{{.*}}: tensor<7x3xf32>)
func.func @indices(%label: tensor<4xi64> {rt.name = "label"}, %words: tensor<2x2xi32>, %table: tensor<7x3xf32>)
    -> (tensor<4x10xf32>, tensor<4x3xf32>, tensor<4x12xf32>) {
  %off = nn.constant dense<0.0> : tensor<f32>
  %on = nn.constant dense<1.0> : tensor<f32>
  %0 = nn.one_hot %label, %off, %on {depth = 10, axis = 1} : (tensor<4xi64>, tensor<f32>, tensor<f32>) -> tensor<4x10xf32>
  %1 = nn.reshape %words {shape = array<i64: 4>} : (tensor<2x2xi32>) -> tensor<4xi32>
  %2 = nn.cast %1 {to = i64} : (tensor<4xi32>) -> tensor<4xi64>
  %3 = nn.gather %table, %2 {axis = 0} : (tensor<7x3xf32>, tensor<4xi64>) -> tensor<4x3xf32>
  %4 = nn.one_hot %2, %off, %on {depth = 12, axis = 1} : (tensor<4xi64>, tensor<f32>, tensor<f32>) -> tensor<4x12xf32>
  return %0, %3, %4 : tensor<4x10xf32>, tensor<4x3xf32>, tensor<4x12xf32>
}

// -1 has a meaning of its own; a table of integers is no index; numbers to compute with are none either.
// CHECK-LABEL: func.func @others
// CHECK-NOT: rt.index_range
func.func @others(%label: tensor<4xi64>, %table: tensor<5xi64>, %count: tensor<i64>)
    -> (tensor<4x10xf32>, tensor<4xi1>, tensor<1xi64>, tensor<i64>) {
  %off = nn.constant dense<0.0> : tensor<f32>
  %on = nn.constant dense<1.0> : tensor<f32>
  %ignored = nn.constant dense<-1> : tensor<i64>
  %first = nn.constant dense<0> : tensor<1xi64>
  %0 = nn.one_hot %label, %off, %on {depth = 10, axis = 1} : (tensor<4xi64>, tensor<f32>, tensor<f32>) -> tensor<4x10xf32>
  %1 = nn.equal %label, %ignored : (tensor<4xi64>, tensor<i64>) -> tensor<4xi1>
  %2 = nn.gather %table, %first {axis = 0} : (tensor<5xi64>, tensor<1xi64>) -> tensor<1xi64>
  %3 = nn.add %count, %count : (tensor<i64>, tensor<i64>) -> tensor<i64>
  return %0, %1, %2, %3 : tensor<4x10xf32>, tensor<4xi1>, tensor<1xi64>, tensor<i64>
}
