// RUN: mlcc-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{needs a tensor of static shape without encoding}}
rt.variable @w : tensor<?xf32> role(parameter)

// -----

// expected-error @below {{is a counter, so its type must be tensor<i64>}}
rt.variable @step : tensor<f32> role(counter)

// -----

// expected-error @below {{is the random generator's state, so its type must be tensor<2xi64>}}
rt.variable @random : tensor<4xi64> role(random)

// -----

// expected-error @below {{is a scalar, so its type must have no dimensions}}
rt.variable @rate : tensor<1xf32> role(scalar)

// -----

// expected-error @below {{names @w, which is no variable of the module}}
func.func @f(%w: tensor<4xf32> {rt.variable = @w}) {
  return
}

// -----

// expected-error @below {{has an rt.variable that is no symbol: "w"}}
func.func @f(%w: tensor<4xf32> {rt.variable = "w"}) {
  return
}

// -----

rt.variable @w : tensor<4xf32> role(parameter)
// expected-error @below {{has for the variable @w of type 'tensor<4xf32>' the argument of type 'tensor<5xf32>'}}
func.func @f(%w: tensor<5xf32> {rt.variable = @w}) {
  return
}

// -----

rt.variable @w : tensor<4xf32> role(parameter)
// expected-error @below {{has for the variable @w of type 'tensor<4xf32>' the result of type 'tensor<5xf32>'}}
func.func @f(%x: tensor<5xf32>) -> (tensor<5xf32> {rt.variable = @w}) {
  return %x : tensor<5xf32>
}

// -----

rt.variable @w : tensor<4xf32> role(parameter)
// expected-error @below {{names the variable @w on more than one argument}}
func.func @f(%x: tensor<4xf32>, %a: tensor<4xf32> {rt.variable = @w}, %b: tensor<4xf32> {rt.variable = @w}) {
  return
}

// -----

rt.variable @w : tensor<4xf32> role(parameter)
// expected-error @below {{names the variable @w on more than one result}}
func.func @f(%x: tensor<4xf32>) -> (tensor<4xf32> {rt.variable = @w}, tensor<4xf32> {rt.variable = @w}) {
  return %x, %x : tensor<4xf32>, tensor<4xf32>
}

// -----

// expected-error @below {{expected parameter, statistic, optimizer, counter, random or scalar}}
rt.variable @w : tensor<4xf32> role(weight)

// -----

// expected-error @below {{needs an offset that is a multiple of 64}}
rt.variable @w : tensor<4xf32> role(parameter) at 4

// -----

rt.program @predict inputs [] outputs [] arena(64) {
  // expected-error @below {{names a place that is not aligned to 64 bytes}}
  rt.step.copy "copy" <state + 4> to <arena + 0> bytes(16)
}
