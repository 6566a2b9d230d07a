// A kernel becomes a function of bare pointers with an entry that loads them from an array.
// RUN: mlcc-opt %s --mlcc-codegen | FileCheck %s

// CHECK: llvm.func internal @scale(%arg0: i64, %arg1: i64,
// CHECK-SAME: %arg2: !llvm.ptr {llvm.noalias, llvm.nonnull},
// CHECK-SAME: %arg3: !llvm.ptr {llvm.align = 64 : i64, llvm.noalias, llvm.nonnull}) attributes {rt.kernel
// CHECK-NOT: llvm.call

// The input is the user's: nothing is known of its alignment. The arena is ours.
// CHECK: llvm.func internal @scale.entry(%[[BEGIN:[a-z0-9]*]]: i64, %[[END:[a-z0-9]*]]: i64, %[[PLACES:[a-z0-9]*]]: !llvm.ptr)
// CHECK: %[[SLOT0:[0-9]+]] = llvm.getelementptr inbounds %[[PLACES]][0]
// CHECK: %[[SRC:[0-9]+]] = llvm.load %[[SLOT0]]
// CHECK: %[[SLOT1:[0-9]+]] = llvm.getelementptr inbounds %[[PLACES]][1]
// CHECK: %[[DST:[0-9]+]] = llvm.load %[[SLOT1]]
// CHECK: llvm.call @scale(%[[BEGIN]], %[[END]], %[[SRC]], %[[DST]])
func.func private @scale(%begin: index, %end: index, %src: memref<8x16xf32>,
                         %dst: memref<8x16xf32>) attributes {rt.kernel} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %two = arith.constant 2.0 : f32
  scf.for %i = %begin to %end step %c1 {
    scf.for %j = %c0 to %c16 step %c1 {
      %0 = memref.load %src[%i, %j] : memref<8x16xf32>
      %1 = arith.mulf %0, %two : f32
      memref.store %1, %dst[%i, %j] : memref<8x16xf32>
    }
  }
  return
}

// A kernel that no step runs is left out.
// CHECK-NOT: @unused
func.func private @unused(%begin: index, %end: index, %dst: memref<8xf32>) attributes {rt.kernel} {
  return
}

// CHECK: rt.program @predict
rt.program @predict inputs [#rt.tensor<"x", tensor<8x16xf32>>]
    outputs [#rt.tensor<"y", tensor<8x16xf32>>] arena(512) {
  rt.step.kernel "scale" @scale [#rt.place<input 0>, #rt.place<arena + 0>] work(8) grain(8)
  rt.step.copy "copy" <arena + 0> to <output 0> bytes(512)
}
