// RUN: mlcc-opt %s --split-input-file --nn-differentiate --verify-diagnostics
// RUN: not mlcc-opt %s --split-input-file --nn-differentiate="of=missing" 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not mlcc-opt %s --split-input-file --nn-differentiate="wrt=7" 2>&1 | FileCheck %s --check-prefix=ARGUMENT

// MISSING: MLCC-1030: there is no function @missing
// ARGUMENT: MLCC-1030: @quantized_gradient has no argument 7

// The path names the variable that it starts at.
rt.variable @weight : tensor<4xf32> role(parameter)
func.func @quantized(%w: tensor<4xf32> {rt.variable = @weight}, %s: tensor<f32>) -> tensor<f32> {
  %a = nn.neg %w : (tensor<4xf32>) -> tensor<4xf32>
  // expected-error @+1 {{MLCC-2004: 'nn.quantize' has no gradient; it lies on the path from 'weight' to the loss: nn.neg, nn.quantize, nn.dequantize, nn.reduce_sum}}
  %q = nn.quantize %a, %s {to = i8} : (tensor<4xf32>, tensor<f32>) -> tensor<4xi8>
  %d = nn.dequantize %q, %s : (tensor<4xi8>, tensor<f32>) -> tensor<4xf32>
  %loss = nn.reduce_sum %d {axes = array<i64: 0>, keepdims = false} : (tensor<4xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}

// -----

// expected-error @+1 {{MLCC-2002: a loss of type 'tensor<4xf32>' cannot be differentiated; it must be a single float}}
func.func @vector(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{MLCC-1030: @nothing_gradient has no result to differentiate}}
func.func @nothing(%x: tensor<4xf32>) {
  return
}

// -----

// What is no tensor of known shape is left out.
func.func @dynamic(%x: tensor<?xf32>, %y: f32, %z: tensor<f32>) -> tensor<f32> {
  return %z : tensor<f32>
}
