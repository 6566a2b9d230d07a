// RUN: mlcc-opt %s --split-input-file --verify-diagnostics

// What inference refuses of recurrent layers.

func.func @weights(%a: tensor<5x2x3xf32>, %b: tensor<1x4x2xf32>, %c: tensor<1x4x4xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the weights is 1x4x2; needed is 1x4x3, as the input and the recurrent weights say}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:2 = nn.rnn %a, %b, %c {activations = ["tanh"], direction = #nn<rnn_direction forward>, operandSegmentSizes = array<i32: 1, 1, 1, 0, 0>} : (tensor<5x2x3xf32>, tensor<1x4x2xf32>, tensor<1x4x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @directions(%a: tensor<5x2x3xf32>, %b: tensor<1x4x3xf32>, %c: tensor<1x4x4xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the weights is 1x4x3; needed is 2x4x3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:2 = nn.rnn %a, %b, %c {activations = ["tanh", "tanh"], direction = #nn<rnn_direction bidirectional>, operandSegmentSizes = array<i32: 1, 1, 1, 0, 0>} : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>) -> (tensor<5x2x2x4xf32>, tensor<2x2x4xf32>)
  return
}

// -----

func.func @activations(%a: tensor<5x2x3xf32>, %b: tensor<1x12x3xf32>, %c: tensor<1x12x4xf32>) {
  // expected-error @+2 {{MLCC-1012: 'activations' names 1 functions; needed are 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:2 = nn.gru %a, %b, %c {activations = ["tanh"], direction = #nn<rnn_direction forward>, operandSegmentSizes = array<i32: 1, 1, 1, 0, 0>} : (tensor<5x2x3xf32>, tensor<1x12x3xf32>, tensor<1x12x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @activation(%a: tensor<5x2x3xf32>, %b: tensor<1x12x3xf32>, %c: tensor<1x12x4xf32>) {
  // expected-error @+2 {{MLCC-1011: the activation 'sine' is not supported; supported are sigmoid, tanh and relu}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:2 = nn.gru %a, %b, %c {activations = ["sigmoid", "sine"], direction = #nn<rnn_direction forward>, operandSegmentSizes = array<i32: 1, 1, 1, 0, 0>} : (tensor<5x2x3xf32>, tensor<1x12x3xf32>, tensor<1x12x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @peepholes(
    %a: tensor<5x2x3xf32>, %b: tensor<1x16x3xf32>, %c: tensor<1x16x4xf32>, %d: tensor<1x4xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the peepholes is 1x4; needed is 1x12}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:3 = nn.lstm %a, %b, %c, %d {activations = ["sigmoid", "tanh", "tanh"], direction = #nn<rnn_direction forward>, operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 1>} : (tensor<5x2x3xf32>, tensor<1x16x3xf32>, tensor<1x16x4xf32>, tensor<1x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @input(%a: tensor<5x3xf32>, %b: tensor<1x16x3xf32>, %c: tensor<1x16x4xf32>) {
  // expected-error @+2 {{MLCC-2001: the shape of the input is 5x3; needed are time steps, batch and features}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:3 = nn.lstm %a, %b, %c {activations = ["sigmoid", "tanh", "tanh"], direction = #nn<rnn_direction forward>, operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0>} : (tensor<5x3xf32>, tensor<1x16x3xf32>, tensor<1x16x4xf32>) -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>, tensor<1x2x4xf32>)
  return
}
