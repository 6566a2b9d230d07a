// Short scans become their steps; long ones, and those that say so, stay.
// RUN: mlcc-opt %s --loops-unroll=max-ops=4 --symbol-dce | FileCheck %s

func.func private @body(%x: tensor<2xf32>, %s: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  %0 = nn.add %x, %s : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = nn.relu %0 : (tensor<2xf32>) -> tensor<2xf32>
  return %1, %0 : tensor<2xf32>, tensor<2xf32>
}

// CHECK-LABEL: func.func @short(
// CHECK-SAME: %[[X:[^:]*]]: tensor<2x2xf32>, %[[S:[^:]*]]: tensor<2xf32>
// CHECK: %[[LAST:.*]] = nn.slice %[[X]] {{.*}}starts = array<i64: 1, 0>
// CHECK: %[[X1:.*]] = nn.reshape %[[LAST]]
// CHECK: %[[S1:.*]] = nn.add %[[X1]], %[[S]]
// CHECK: %[[Y1:.*]] = nn.relu %[[S1]]
// CHECK: starts = array<i64: 0, 0>
// CHECK: %[[S0:.*]] = nn.add %{{.*}}, %[[S1]]
// CHECK: %[[Y0:.*]] = nn.relu %[[S0]]
// CHECK: %[[R0:.*]] = nn.reshape %[[Y0]]
// CHECK: %[[R1:.*]] = nn.reshape %[[Y1]]
// CHECK: %[[Y:.*]] = nn.concat %[[R0]], %[[R1]]
// CHECK: return %[[Y]], %[[S0]]
func.func @short(%x: tensor<2x2xf32>, %s: tensor<2xf32>) -> (tensor<2x2xf32>, tensor<2xf32>) {
  %0:2 = nn.scan @body over(%x) from(%s) with() trips(2) reverse : (tensor<2x2xf32>, tensor<2xf32>) -> (tensor<2x2xf32>, tensor<2xf32>)
  return %0#0, %0#1 : tensor<2x2xf32>, tensor<2xf32>
}

// CHECK-LABEL: func.func @long(
// CHECK-NEXT: nn.scan
func.func @long(%x: tensor<3x2xf32>, %s: tensor<2xf32>) -> (tensor<3x2xf32>, tensor<2xf32>) {
  %0:2 = nn.scan @body over(%x) from(%s) with() trips(3) : (tensor<3x2xf32>, tensor<2xf32>) -> (tensor<3x2xf32>, tensor<2xf32>)
  return %0#0, %0#1 : tensor<3x2xf32>, tensor<2xf32>
}

// CHECK-LABEL: func.func @kept(
// CHECK-NEXT: nn.scan
func.func @kept(%x: tensor<2x2xf32>, %s: tensor<2xf32>) -> tensor<2xf32> {
  %0:2 = nn.scan @body over(%x) from(%s) with() trips(2) {unroll = false} : (tensor<2x2xf32>, tensor<2xf32>) -> (tensor<2x2xf32>, tensor<2xf32>)
  return %0#1 : tensor<2xf32>
}

// CHECK-LABEL: func.func @forced(
// CHECK-NOT: nn.scan
func.func @forced(%x: tensor<3x2xf32>, %s: tensor<2xf32>) -> tensor<2xf32> {
  %0:2 = nn.scan @body over(%x) from(%s) with() trips(3) {unroll = true} : (tensor<3x2xf32>, tensor<2xf32>) -> (tensor<3x2xf32>, tensor<2xf32>)
  return %0#1 : tensor<2xf32>
}
