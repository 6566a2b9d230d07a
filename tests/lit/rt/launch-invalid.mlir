// RUN: mlcc-opt %s --split-input-file --verify-diagnostics

func.func @predict(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{refers to @missing, which is no function}}
  %0 = rt.launch @missing(%x) work(4) grain(1) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func private @helper(index, index, memref<4xf32>, memref<4xf32>)
func.func @predict(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{refers to @helper, which is not marked rt.kernel}}
  %0 = rt.launch @helper(%x) work(4) grain(1) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func private @k(index, index, memref<4xf32>) attributes {rt.kernel}
func.func @predict(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{needs a kernel of two indices, 1 inputs and 1 outputs that returns nothing}}
  %0 = rt.launch @k(%x) work(4) grain(1) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func private @k(index, index, memref<4xf32>, memref<5xf32>) attributes {rt.kernel}
func.func @predict(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{cannot pass 'tensor<4xf32>' as argument 1 of @k, which is 'memref<5xf32>'}}
  %0 = rt.launch @k(%x) work(4) grain(1) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func private @k(index, index, memref<4xf32>, memref<4xf32>) attributes {rt.kernel}
func.func @predict(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{has a grain of less than one iteration}}
  %0 = rt.launch @k(%x) work(4) grain(0) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
