// RUN: mlcc-opt %s --train-expand-step | FileCheck %s

// The rate, the number of steps and the optimizer's slots are variables.
// CHECK-DAG: rt.variable @learning_rate : tensor<f64> role(scalar)
// CHECK-DAG: rt.variable @step : tensor<i64> role(counter)
// CHECK-DAG: rt.variable @w.velocity : tensor<3xf32> role(optimizer)
rt.variable @w : tensor<3xf32> role(parameter)
rt.variable @fixed : tensor<3xf32> role(parameter)
rt.variable @seen : tensor<f32> role(statistic)

// The form that was there only to be trained goes.
// CHECK-NOT: @loss
func.func private @loss(%x: tensor<3xf32> {rt.name = "x"}, %w: tensor<3xf32> {rt.variable = @w},
                        %fixed: tensor<3xf32> {rt.variable = @fixed})
    -> (tensor<f32> {rt.name = "loss"}, tensor<f32> {rt.variable = @seen}) {
  %0 = nn.mul %x, %w : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %1 = nn.add %0, %fixed : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %2 = nn.reduce_sum %1 {axes = array<i64: 0>, keepdims = false} : (tensor<3xf32>) -> tensor<f32>
  return %2, %2 : tensor<f32>, tensor<f32>
}

// Initial values are appended to those there are.
// CHECK-LABEL: func.func @initialize
// CHECK-SAME: (tensor<3xf32> {rt.variable = @w}, tensor<f64> {rt.variable = @learning_rate}, tensor<i64> {rt.variable = @step}, tensor<3xf32> {rt.variable = @w.velocity})
// CHECK: nn.constant dense<1.250000e-01> : tensor<f64>
func.func @initialize(%seed: tensor<i64> {rt.name = "seed"}) -> (tensor<3xf32> {rt.variable = @w}) {
  %0 = nn.constant dense<1.0> : tensor<3xf32>
  return %0 : tensor<3xf32>
}

// Results: those of the loss, what was updated, and how the step went. What is
// frozen has no slot and no result.
// CHECK-LABEL: func.func @train_step
// CHECK-SAME: %[[X:.*]]: tensor<3xf32> {rt.name = "x"}, %[[W:.*]]: tensor<3xf32> {rt.variable = @w}
// CHECK-SAME: -> (tensor<f32> {rt.name = "loss"}, tensor<f32> {rt.variable = @seen}, tensor<3xf32> {rt.variable = @w}, tensor<3xf32> {rt.variable = @w.velocity}, tensor<i64> {rt.variable = @step}, tensor<f32> {rt.name = "learning_rate"}, tensor<f32> {rt.name = "gradient_norm"})
// CHECK-NOT: train.step
train.step @train_step of @loss minimize [#train.objective<"loss">]
  optimizer(#train.momentum<lr = 0.125>) groups [#train.group<pattern = "fix*", frozen = true>]
