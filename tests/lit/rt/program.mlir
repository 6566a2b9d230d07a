// RUN: mlcc-opt %s | mlcc-opt | FileCheck %s

// CHECK: rt.weight at 64 = dense<1.000000e+00> : tensor<4xf32>
rt.weight at 64 = dense<1.0> : tensor<4xf32>

func.func private @kernel_add(index, index, memref<4xf32>, memref<4xf32>,
                              memref<4xf32>) attributes {rt.kernel}

// CHECK: rt.program @predict
// CHECK-SAME: inputs [#rt.tensor<"x", tensor<4xf32>>, #rt.tensor<"rate", tensor<i64> = dense<16000> : tensor<i64>>]
// CHECK-SAME: outputs [#rt.tensor<"y", tensor<4xf32>>] arena(128)
rt.program @predict
    inputs [#rt.tensor<"x", tensor<4xf32>>,
            #rt.tensor<"rate", tensor<i64> = dense<16000> : tensor<i64>>]
    outputs [#rt.tensor<"y", tensor<4xf32>>] arena(128) {
  // CHECK: rt.step.kernel "add" @kernel_add [#rt.place<input 0>, #rt.place<weights + 64>, #rt.place<arena + 0>] work(4) grain(4)
  rt.step.kernel "add" @kernel_add [#rt.place<input 0>,
      #rt.place<weights + 64>, #rt.place<arena + 0>] work(4) grain(4)
  // CHECK: rt.step.primitive "relu" "eltwise_relu" [#rt.place<arena + 0>, #rt.place<arena + 64>] spec "00ff10"
  rt.step.primitive "relu" "eltwise_relu" [#rt.place<arena + 0>,
      #rt.place<arena + 64>] spec "00ff10"
  // CHECK: rt.step.copy "copy" <arena + 64> to <output 0> bytes(16)
  rt.step.copy "copy" <arena + 64> to <output 0> bytes(16)
}

// CHECK: rt.variable @mean : tensor<6xf32> role(statistic) at 640
rt.variable @mean : tensor<6xf32> role(statistic) at 640
rt.variable @step : tensor<i64> role(counter) at 704

// CHECK: rt.program @average inputs [#rt.tensor<"y", tensor<4xi64> range [0, 10]>] outputs [] reads [@mean, @step] writes [@mean] arena(0)
rt.program @average inputs [#rt.tensor<"y", tensor<4xi64> range [0, 10]>] outputs []
    reads [@mean, @step] writes [@mean] arena(0) {
  // CHECK: rt.step.copy "copy" <state + 704> to <state + 640> bytes(8)
  rt.step.copy "copy" <state + 704> to <state + 640> bytes(8)
}
