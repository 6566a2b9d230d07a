// RUN: mlcc-opt %s --plan-programs --verify-diagnostics

func.func @predict(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{MLCC-3002: 'nn.relu' cannot be planned}}
  %0 = nn.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
