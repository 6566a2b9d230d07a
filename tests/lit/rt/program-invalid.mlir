// RUN: mlcc-opt %s --split-input-file --verify-diagnostics

rt.program @predict inputs [] outputs [] arena(64) {
  // expected-error @below {{names a place beyond the arena's 64 bytes}}
  rt.step.copy "copy" <arena + 64> to <arena + 0> bytes(16)
}

// -----

rt.program @predict inputs [] outputs [] arena(64) {
  // expected-error @below {{names a place that is not aligned to 64 bytes}}
  rt.step.copy "copy" <arena + 4> to <arena + 0> bytes(16)
}

// -----

rt.program @predict inputs [] outputs [] arena(64) {
  // expected-error @below {{names a place that the program does not have: #rt.place<output 0>}}
  rt.step.copy "copy" <arena + 0> to <output 0> bytes(16)
}

// -----

rt.program @predict inputs [] outputs [] arena(64) {
  // expected-error @below {{refers to @missing, which is no kernel}}
  rt.step.kernel "add" @missing [] work(4) grain(4)
}

// -----

func.func private @kernel(index, index, memref<4xf32>) attributes {rt.kernel}
rt.program @predict inputs [] outputs [] arena(64) {
  // expected-error @below {{has 0 places, but @kernel takes 1}}
  rt.step.kernel "add" @kernel [] work(4) grain(4)
}

// -----

rt.program @predict inputs [] outputs [] arena(64) {
  // expected-error @below {{expected hexadecimal digits}}
  rt.step.primitive "relu" "eltwise_relu" [] spec "0g"
}

// -----

// expected-error @below {{needs an offset that is a multiple of 64}}
rt.weight at 4 = dense<1.0> : tensor<4xf32>
