// RUN: mlcc-opt %s --split-input-file --verify-diagnostics

// What the verifier refuses of loops.

func.func private @body(%x: tensor<2xf32>, %s: tensor<2xf32>) -> tensor<2xf32> {
  %0 = nn.add %x, %s : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
func.func @trips(%x: tensor<5x2xf32>, %s: tensor<2xf32>) {
  // expected-error @+1 {{MLCC-1012: 'nn.scan' makes from 1 to 2^31 steps, not 0 ('trips')}}
  %0 = nn.scan @body over(%x) from(%s) with() trips(0) : (tensor<5x2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func private @body(%x: tensor<2xf32>, %s: tensor<2xf32>) -> tensor<2xf32> {
  %0 = nn.add %x, %s : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
func.func @length(%x: tensor<5x2xf32>, %s: tensor<2xf32>) {
  // expected-error @+1 {{MLCC-2001: 'nn.scan' makes 6 steps over a sequence of shape 5x2}}
  %0 = nn.scan @body over(%x) from(%s) with() trips(6) : (tensor<5x2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @missing(%x: tensor<5x2xf32>, %s: tensor<2xf32>) {
  // expected-error @+1 {{MLCC-1042: 'nn.scan' calls @body, which is no private function with one block}}
  %0 = nn.scan @body over(%x) from(%s) with() trips(5) : (tensor<5x2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func private @body(%x: tensor<2xf32>, %s: tensor<3xf32>) -> tensor<3xf32> {
  return %s : tensor<3xf32>
}
func.func @types(%x: tensor<5x2xf32>, %s: tensor<2xf32>) {
  // expected-error @+1 {{MLCC-2001: 'nn.scan' needs a body with arguments ('tensor<2xf32>', 'tensor<2xf32>'), but @body has ('tensor<2xf32>', 'tensor<3xf32>')}}
  %0 = nn.scan @body over(%x) from(%s) with() trips(5) : (tensor<5x2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func private @body(%s: tensor<f32>) -> tensor<f32> {
  return %s : tensor<f32>
}
func.func @condition(%s: tensor<f32>) {
  // expected-error @+1 {{MLCC-2001: 'nn.while' needs a body with results ('tensor<i1>', 'tensor<f32>'), but @body has ('tensor<f32>')}}
  %0 = nn.while @body from(%s) with() limit(5) : (tensor<f32>) -> tensor<f32>
  return
}

// -----

func.func private @body(%x: tensor<2x2xf32>, %s: tensor<2xf32>) -> tensor<2xf32> {
  // expected-error @+1 {{MLCC-1044: 'nn.scan' calls itself: @body has it in its body}}
  %0 = nn.scan @body over() from(%s) with() trips(5) : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
