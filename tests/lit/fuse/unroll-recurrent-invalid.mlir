// RUN: mlcc-opt %s --fuse-unroll-recurrent=max-steps=8 --split-input-file --verify-diagnostics

func.func @too_long(%x: tensor<9x2x1xf32>, %w: tensor<1x1x1xf32>) -> tensor<9x1x2x1xf32> {
  // expected-error @+1 {{MLCC-2003: a recurrent layer of 9 steps is too long to be unrolled (8 at most)}}
  %0:2 = "nn.rnn"(%x, %w, %w) <{direction = #nn<rnn_direction forward>, activations = ["tanh"], operandSegmentSizes = array<i32: 1, 1, 1, 0, 0>}> : (tensor<9x2x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>) -> (tensor<9x1x2x1xf32>, tensor<1x2x1xf32>)
  return %0#0 : tensor<9x1x2x1xf32>
}
