// RUN: mlcc-opt %s -o %t && mlcc-opt %t | FileCheck %s
// RUN: mlcc-opt %t | diff %t -

// CHECK: rt.variable @conv1.weight : tensor<6x1x5x5xf32> role(parameter)
rt.variable @"conv1.weight" : tensor<6x1x5x5xf32> role(parameter)
// CHECK: rt.variable @mean : tensor<6xf32> role(statistic)
rt.variable @mean : tensor<6xf32> role(statistic)
// CHECK: rt.variable @momentum : tensor<6x1x5x5xf32> role(optimizer)
rt.variable @momentum : tensor<6x1x5x5xf32> role(optimizer)
// CHECK: rt.variable @step : tensor<i64> role(counter)
rt.variable @step : tensor<i64> role(counter)
// CHECK: rt.variable @random : tensor<2xi64> role(random)
rt.variable @random : tensor<2xi64> role(random)
// CHECK: rt.variable @learning_rate : tensor<f32> role(scalar)
rt.variable @learning_rate : tensor<f32> role(scalar)

// A variable may be read, written or both.
// CHECK: func.func @step_function(%{{.*}}: tensor<6x1x5x5xf32> {rt.variable = @conv1.weight}, %{{.*}}: tensor<6xf32> {rt.variable = @mean}, %{{.*}}: tensor<6xf32> {rt.name = "x"})
// CHECK-SAME: -> (tensor<6x1x5x5xf32> {rt.variable = @conv1.weight}, tensor<6x1x5x5xf32> {rt.variable = @momentum}, tensor<6xf32> {rt.name = "y"})
func.func @step_function(%w: tensor<6x1x5x5xf32> {rt.variable = @"conv1.weight"},
    %m: tensor<6xf32> {rt.variable = @mean}, %x: tensor<6xf32> {rt.name = "x"})
    -> (tensor<6x1x5x5xf32> {rt.variable = @"conv1.weight"},
        tensor<6x1x5x5xf32> {rt.variable = @momentum}, tensor<6xf32> {rt.name = "y"}) {
  return %w, %w, %x : tensor<6x1x5x5xf32>, tensor<6x1x5x5xf32>, tensor<6xf32>
}
