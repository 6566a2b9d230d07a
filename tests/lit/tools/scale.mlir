// A planned module goes through codegen and the linker to a program that computes.
// RUN: mlcc %s --start-after=kernels --mcpu=native -o %t
// RUN: %t info | FileCheck %s --check-prefix=INFO
// RUN: mlcc-dump artefact %t | FileCheck %s --check-prefix=DUMP
// Libraries and objects, whose pointers are not linked yet, say the same.
// RUN: mlcc %s --start-after=kernels --mcpu=native --emit=shared -o %t.so
// RUN: mlcc-dump artefact %t.so | FileCheck %s --check-prefix=DUMP
// RUN: mlcc %s --start-after=kernels --mcpu=native --emit=static -o %t.a
// RUN: mlcc-dump artefact %t.a | FileCheck %s --check-prefix=DUMP
// RUN: mlcc %s --start-after=kernels --mcpu=native --emit=object -o %t.o
// RUN: mlcc-dump artefact %t.o | FileCheck %s --check-prefix=DUMP
// RUN: head -c 3000 %t.o > %t.cut
// RUN: not mlcc-dump artefact %t.cut 2>&1 | FileCheck %s --check-prefix=CUT
// RUN: %python %S/Inputs/check_scale.py %t

// INFO: function predict: 2 steps (1 oneDNN primitives, 1 kernels, 0 copies)
// INFO: input x: f32 8x16 (512 B)
// INFO: output y: f32 8x16 (512 B)

// DUMP: model
// DUMP: weights 1088 bytes
// DUMP-NEXT: arena 512 bytes
// DUMP-NEXT: function predict
// DUMP-NEXT: input x: f32 8x16 (512 bytes)
// DUMP-NEXT: output y: f32 8x16 (512 bytes)
// DUMP-NEXT: 2 steps
// DUMP-NEXT: 0: kernel, 8 iterations, at least 8 a thread 'scale': input0 weights+0 arena+0
// DUMP-NEXT: 1: matmul 8x16:ab 16x16:ab 8x16:ab 'product': arena+0 weights+64 output0

// CUT: MLCC-1001

func.func private @kernel(%begin: index, %end: index, %src: memref<8x16xf32>,
    %shift: memref<16xf32>, %dst: memref<8x16xf32>) attributes {rt.kernel} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %two = arith.constant 2.0 : f32
  scf.for %i = %begin to %end step %c1 {
    scf.for %j = %c0 to %c16 step %c1 {
      %0 = memref.load %src[%i, %j] : memref<8x16xf32>
      %1 = arith.mulf %0, %two : f32
      %2 = memref.load %shift[%j] : memref<16xf32>
      %3 = arith.addf %1, %2 : f32
      memref.store %3, %dst[%i, %j] : memref<8x16xf32>
    }
  }
  return
}

func.func @predict(%x: tensor<8x16xf32> {rt.name = "x"})
    -> (tensor<8x16xf32> {rt.name = "y"}) {
  %shift = nn.constant dense<3.0> : tensor<16xf32>
  %weights = dnn.constant dense<0.5> : tensor<16x16xf32> -> tensor<16x16xf32>
  %0 = rt.launch @kernel(%x, %shift) work(8) grain(8)
      : (tensor<8x16xf32>, tensor<16xf32>) -> tensor<8x16xf32> loc("scale")
  %1 = dnn.matmul %0, %weights
      : (tensor<8x16xf32>, tensor<16x16xf32>) -> tensor<8x16xf32> loc("product")
  return %1 : tensor<8x16xf32>
}
