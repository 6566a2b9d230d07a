// RUN: mlcc-opt %s --train-expand-step --split-input-file --verify-diagnostics

rt.variable @w : tensor<f32> role(parameter)
func.func @loss(%w: tensor<f32> {rt.variable = @w}) -> (tensor<f32> {rt.name = "loss"}) {
  return %w : tensor<f32>
}
// expected-error @+1 {{MLCC-1050: 'loss' has no scalar floating-point output "error"}}
train.step @s of @loss minimize [#train.objective<"error">] optimizer(#train.sgd<lr = 1.0>)

// -----

rt.variable @w : tensor<f32> role(parameter)
func.func @loss(%w: tensor<f32> {rt.variable = @w}) -> (tensor<f32> {rt.name = "loss"}) {
  return %w : tensor<f32>
}
// expected-error @+1 {{MLCC-1050: 'loss' reads no parameter that is not frozen}}
train.step @s of @loss minimize [#train.objective<"loss">] optimizer(#train.sgd<lr = 1.0>) groups [#train.group<pattern = "w", frozen = true>]

// -----

rt.variable @w : tensor<f32> role(parameter)
rt.variable @learning_rate : tensor<f32> role(parameter)
func.func @loss(%w: tensor<f32> {rt.variable = @w}) -> (tensor<f32> {rt.name = "loss"}) {
  return %w : tensor<f32>
}
// expected-error @+1 {{MLCC-1050: training needs the name 'learning_rate', which is taken}}
train.step @train_step of @loss minimize [#train.objective<"loss">] optimizer(#train.sgd<lr = 1.0>)

// -----

rt.variable @w : tensor<f32> role(parameter)
func.func @loss(%w: tensor<f32> {rt.variable = @w}) -> (tensor<f32> {rt.name = "loss"}, tensor<f32> {rt.variable = @w}) {
  return %w, %w : tensor<f32>, tensor<f32>
}
// expected-error @+1 {{MLCC-1050: 'w' is a parameter, but 'loss' writes it: freeze it}}
train.step @s of @loss minimize [#train.objective<"loss">] optimizer(#train.sgd<lr = 1.0>)
