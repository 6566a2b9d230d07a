// RUN: mlcc-opt %s --kernels --split-input-file | FileCheck %s

// The same shapes everywhere: one loop, in blocks.
// CHECK-LABEL: func.func private @kernel0_add_relu(
// CHECK-SAME:      %[[BEGIN:.*]]: index, %[[END:.*]]: index,
// CHECK-SAME:      %[[X:.*]]: memref<2x64x56x56xf32>, %[[Y:.*]]: memref<2x64x56x56xf32>, %[[OUT:.*]]: memref<2x64x56x56xf32>)
// CHECK-SAME:      attributes {rt.in_place = array<i64: 0, 1>, rt.kernel}
// CHECK-DAG:     %[[FLAT:.*]] = memref.reinterpret_cast %[[OUT]] {{.*}} to memref<401408xf32>
// CHECK:         scf.for %[[I:.*]] = %[[BEGIN]] to %[[END]]
// CHECK:           scf.for %[[J:.*]] =
// CHECK-NEXT:        memref.load %{{.*}}[%[[J]]]
// CHECK-NEXT:        memref.load %{{.*}}[%[[J]]]
// CHECK-NEXT:        arith.addf
// CHECK:             memref.store %{{.*}}, %[[FLAT]][%[[J]]]
// CHECK-NOT:     scf.for
// CHECK-LABEL: func.func @predict
// CHECK:         rt.launch @kernel0_add_relu(%arg0, %arg1) work({{[0-9]+}}) grain({{[0-9]+}})
func.func @predict(%x: tensor<2x64x56x56xf32>, %y: tensor<2x64x56x56xf32>) -> tensor<2x64x56x56xf32> {
  %0 = nn.add %x, %y : (tensor<2x64x56x56xf32>, tensor<2x64x56x56xf32>) -> tensor<2x64x56x56xf32>
  %1 = nn.relu %0 : (tensor<2x64x56x56xf32>) -> tensor<2x64x56x56xf32>
  return %1 : tensor<2x64x56x56xf32>
}

// -----

// Equal kernels are one.
// CHECK-COUNT-1: func.func private @kernel
// CHECK-NOT: func.func private
// CHECK-LABEL: func.func @predict
// CHECK: rt.launch @[[K:[a-z0-9_]*]](%arg0)
// CHECK: rt.launch @[[K]](%arg1)
func.func @predict(%x: tensor<40x9xf32>, %y: tensor<40x9xf32>) -> (tensor<40x9xf32>, tensor<40x9xf32>) {
  %0 = nn.relu %x : (tensor<40x9xf32>) -> tensor<40x9xf32>
  %1 = nn.relu %y : (tensor<40x9xf32>) -> tensor<40x9xf32>
  return %0, %1 : tensor<40x9xf32>, tensor<40x9xf32>
}

// -----

// A row's maximum and sum are computed before its elements.
// CHECK-LABEL: func.func private @kernel0_softmax(
// CHECK:         scf.for
// CHECK:           %[[MAX:.*]] = scf.for {{.*}} iter_args(%{{.*}} = %{{.*}}) -> (f32)
// CHECK:             arith.maximumf
// CHECK:           %[[SUM:.*]] = scf.for {{.*}} iter_args(%{{.*}} = %{{.*}}) -> (f32)
// CHECK:             arith.subf %{{.*}}, %[[MAX]]
// CHECK:             arith.addf {{.*}} fastmath<reassoc,contract>
// CHECK:           arith.divf %{{.*}}, %[[SUM]]
// CHECK:           scf.for
// CHECK:             memref.store
func.func @predict(%x: tensor<64x100xf32>) -> tensor<64x100xf32> {
  %0 = nn.softmax %x {axis = 1 : i64} : (tensor<64x100xf32>) -> tensor<64x100xf32>
  return %0 : tensor<64x100xf32>
}

// -----

// The seam of a concatenation splits the loop; booleans are bytes.
// CHECK-LABEL: func.func private @kernel0_concat(
// CHECK-SAME:      memref<2x3xi8>, %{{.*}}: memref<2x4xi8>, %{{.*}}: memref<2x7xi8>)
// CHECK:         scf.for %{{.*}} = %c0 to %c3 step
// CHECK:         scf.for %{{.*}} = %c3 to %c7 step
// CHECK-NOT:     scf.if
// CHECK-LABEL: func.func @predict
func.func @predict(%x: tensor<2x3xi1>, %y: tensor<2x4xi1>) -> tensor<2x7xi1> {
  %0 = nn.concat %x, %y {axis = 1 : i64} : (tensor<2x3xi1>, tensor<2x4xi1>) -> tensor<2x7xi1>
  return %0 : tensor<2x7xi1>
}

// -----

// Quotients and remainders of reshapes that belong together cancel.
// CHECK-LABEL: func.func private @kernel0_exp_reshape_neg(
// CHECK-NOT:     arith.divui
// CHECK-NOT:     arith.remui
// CHECK:         return
func.func @predict(%x: tensor<6x10xf32>) -> tensor<4x15xf32> {
  %0 = nn.exp %x : (tensor<6x10xf32>) -> tensor<6x10xf32>
  %1 = nn.reshape %0 {shape = array<i64: 4, 15>} : (tensor<6x10xf32>) -> tensor<4x15xf32>
  %2 = nn.neg %1 : (tensor<4x15xf32>) -> tensor<4x15xf32>
  return %2 : tensor<4x15xf32>
}

// -----

// A reduction beside contiguous elements runs over rows of lanes.
// CHECK-LABEL: func.func private @kernel0_reduce_sum(
// CHECK:         %[[ROW:.*]] = memref.alloca() {alignment = 64 : i64} : memref<33xf32>
// CHECK:         scf.for %{{.*}} = %c0 to %c5
// CHECK:           scf.for %[[LANE:.*]] = %c0 to %c33
// CHECK:             memref.load %[[ROW]][%[[LANE]]]
// CHECK:             memref.store %{{.*}}, %[[ROW]][%[[LANE]]]
// CHECK-LABEL: func.func @predict
func.func @predict(%x: tensor<3x5x33xf32>) -> tensor<3x33xf32> {
  %0 = nn.reduce_sum %x {axes = array<i64: 1>, keepdims = false} : (tensor<3x5x33xf32>) -> tensor<3x33xf32>
  return %0 : tensor<3x33xf32>
}

// -----

// Only the last block of channels has padding, where zeros are stored.
// CHECK-LABEL: func.func private @kernel0_add(
// CHECK-SAME:      memref<1x3x9x7x16xf32>, %{{.*}}: memref<40x1x1xf32>, %{{.*}}: memref<1x3x9x7x16xf32>)
// CHECK:         scf.for {{.*}} = %c0 to %c16
// CHECK:           arith.addf
// CHECK:         scf.for {{.*}} = %c0 to %c8
// CHECK:           arith.addf
// CHECK:         scf.for {{.*}} = %c8 to %c16
// CHECK-NOT:       arith.addf
// CHECK:           memref.store %cst
// CHECK-LABEL: func.func @predict
!t = tensor<1x40x9x7xf32, #dnn.layout<"aBcd16b">>
func.func @predict(%x: !t, %s: tensor<40x1x1xf32>) -> !t {
  %0 = nn.add %x, %s : (!t, tensor<40x1x1xf32>) -> !t
  return %0 : !t
}

// Two reductions of the same rows are carried by one loop.
// CHECK-LABEL: func.func private @both(
// CHECK: scf.for
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}) -> (f32, f32)
// CHECK-NOT: scf.for
// CHECK: return
func.func private @both(%x: tensor<16x64xf32>) -> (tensor<16xf32>, tensor<16xf32>) attributes {rt.kernel} {
  %0 = nn.reduce_sum %x {axes = array<i64: 1>, keepdims = false} : (tensor<16x64xf32>) -> tensor<16xf32>
  %1 = nn.reduce_max %x {axes = array<i64: 1>, keepdims = false} : (tensor<16x64xf32>) -> tensor<16xf32>
  return %0, %1 : tensor<16xf32>, tensor<16xf32>
}
