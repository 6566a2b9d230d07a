// Linear regression by gradient descent with momentum, written by hand as the
// gradient stage would make it: y = x w + b on batches of 8, of which the first
// sample_count count; the loss is the mean squared error.
module {
  rt.variable @w : tensor<3x1xf32> role(parameter)
  rt.variable @b : tensor<1xf32> role(parameter)
  rt.variable @"w.momentum" : tensor<3x1xf32> role(optimizer)
  rt.variable @"b.momentum" : tensor<1xf32> role(optimizer)
  rt.variable @step : tensor<i64> role(counter)
  rt.variable @learning_rate : tensor<f32> role(scalar)

  func.func @predict(%x: tensor<8x3xf32> {rt.name = "x"},
      %w: tensor<3x1xf32> {rt.variable = @w}, %b: tensor<1xf32> {rt.variable = @b})
      -> (tensor<8xf32> {rt.name = "y"}) {
    %0 = nn.matmul %x, %w : (tensor<8x3xf32>, tensor<3x1xf32>) -> tensor<8x1xf32>
    %1 = nn.add %0, %b : (tensor<8x1xf32>, tensor<1xf32>) -> tensor<8x1xf32>
    %2 = nn.reshape %1 {shape = array<i64: 8>} : (tensor<8x1xf32>) -> tensor<8xf32>
    return %2 : tensor<8xf32>
  }

  func.func @loss(%x: tensor<8x3xf32> {rt.name = "x"}, %y: tensor<8xf32> {rt.name = "y"},
      %count: tensor<i64> {rt.name = "sample_count"},
      %w: tensor<3x1xf32> {rt.variable = @w}, %b: tensor<1xf32> {rt.variable = @b})
      -> (tensor<f32> {rt.name = "loss"}) {
    %0 = nn.matmul %x, %w : (tensor<8x3xf32>, tensor<3x1xf32>) -> tensor<8x1xf32>
    %1 = nn.add %0, %b : (tensor<8x1xf32>, tensor<1xf32>) -> tensor<8x1xf32>
    %2 = nn.reshape %1 {shape = array<i64: 8>} : (tensor<8x1xf32>) -> tensor<8xf32>
    %row = nn.constant dense<[0, 1, 2, 3, 4, 5, 6, 7]> : tensor<8xi64>
    %counts = nn.less %row, %count : (tensor<8xi64>, tensor<i64>) -> tensor<8xi1>
    %mask = nn.cast %counts {to = f32} : (tensor<8xi1>) -> tensor<8xf32>
    %error = nn.sub %2, %y : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %masked = nn.mul %error, %mask : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %sum = nn.reduce_sum_square %masked {axes = array<i64: 0>, keepdims = false} : (tensor<8xf32>) -> tensor<f32>
    %n = nn.cast %count {to = f32} : (tensor<i64>) -> tensor<f32>
    %loss = nn.div %sum, %n : (tensor<f32>, tensor<f32>) -> tensor<f32>
    return %loss : tensor<f32>
  }

  func.func @train_step(%x: tensor<8x3xf32> {rt.name = "x"}, %y: tensor<8xf32> {rt.name = "y"},
      %count: tensor<i64> {rt.name = "sample_count"},
      %w: tensor<3x1xf32> {rt.variable = @w}, %b: tensor<1xf32> {rt.variable = @b},
      %mw: tensor<3x1xf32> {rt.variable = @"w.momentum"}, %mb: tensor<1xf32> {rt.variable = @"b.momentum"},
      %step: tensor<i64> {rt.variable = @step}, %rate: tensor<f32> {rt.variable = @learning_rate})
      -> (tensor<f32> {rt.name = "loss"}, tensor<f32> {rt.name = "learning_rate"},
          tensor<3x1xf32> {rt.variable = @w}, tensor<1xf32> {rt.variable = @b},
          tensor<3x1xf32> {rt.variable = @"w.momentum"}, tensor<1xf32> {rt.variable = @"b.momentum"},
          tensor<i64> {rt.variable = @step}) {
    %0 = nn.matmul %x, %w : (tensor<8x3xf32>, tensor<3x1xf32>) -> tensor<8x1xf32>
    %1 = nn.add %0, %b : (tensor<8x1xf32>, tensor<1xf32>) -> tensor<8x1xf32>
    %2 = nn.reshape %1 {shape = array<i64: 8>} : (tensor<8x1xf32>) -> tensor<8xf32>
    %row = nn.constant dense<[0, 1, 2, 3, 4, 5, 6, 7]> : tensor<8xi64>
    %counts = nn.less %row, %count : (tensor<8xi64>, tensor<i64>) -> tensor<8xi1>
    %mask = nn.cast %counts {to = f32} : (tensor<8xi1>) -> tensor<8xf32>
    %error = nn.sub %2, %y : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %masked = nn.mul %error, %mask : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %sum = nn.reduce_sum_square %masked {axes = array<i64: 0>, keepdims = false} : (tensor<8xf32>) -> tensor<f32>
    %n = nn.cast %count {to = f32} : (tensor<i64>) -> tensor<f32>
    %loss = nn.div %sum, %n : (tensor<f32>, tensor<f32>) -> tensor<f32>

    %two = nn.constant dense<2.0> : tensor<f32>
    %scale = nn.div %two, %n : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %d = nn.mul %masked, %scale : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
    %column = nn.reshape %d {shape = array<i64: 8, 1>} : (tensor<8xf32>) -> tensor<8x1xf32>
    %xt = nn.transpose %x {permutation = array<i64: 1, 0>} : (tensor<8x3xf32>) -> tensor<3x8xf32>
    %gw = nn.matmul %xt, %column : (tensor<3x8xf32>, tensor<8x1xf32>) -> tensor<3x1xf32>
    %gb = nn.reduce_sum %column {axes = array<i64: 0>, keepdims = false} : (tensor<8x1xf32>) -> tensor<1xf32>

    %decay = nn.constant dense<0.9> : tensor<f32>
    %kw = nn.mul %mw, %decay : (tensor<3x1xf32>, tensor<f32>) -> tensor<3x1xf32>
    %mw1 = nn.add %kw, %gw : (tensor<3x1xf32>, tensor<3x1xf32>) -> tensor<3x1xf32>
    %kb = nn.mul %mb, %decay : (tensor<1xf32>, tensor<f32>) -> tensor<1xf32>
    %mb1 = nn.add %kb, %gb : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
    %dw = nn.mul %mw1, %rate : (tensor<3x1xf32>, tensor<f32>) -> tensor<3x1xf32>
    %w1 = nn.sub %w, %dw : (tensor<3x1xf32>, tensor<3x1xf32>) -> tensor<3x1xf32>
    %db = nn.mul %mb1, %rate : (tensor<1xf32>, tensor<f32>) -> tensor<1xf32>
    %b1 = nn.sub %b, %db : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
    %one = nn.constant dense<1> : tensor<i64>
    %step1 = nn.add %step, %one : (tensor<i64>, tensor<i64>) -> tensor<i64>
    return %loss, %rate, %w1, %b1, %mw1, %mb1, %step1 : tensor<f32>, tensor<f32>, tensor<3x1xf32>,
        tensor<1xf32>, tensor<3x1xf32>, tensor<1xf32>, tensor<i64>
  }

  func.func @initialize(%seed: tensor<i64> {rt.name = "seed"})
      -> (tensor<3x1xf32> {rt.variable = @w}, tensor<1xf32> {rt.variable = @b},
          tensor<3x1xf32> {rt.variable = @"w.momentum"}, tensor<1xf32> {rt.variable = @"b.momentum"},
          tensor<i64> {rt.variable = @step}, tensor<f32> {rt.variable = @learning_rate}) {
    %s = nn.cast %seed {to = f32} : (tensor<i64>) -> tensor<f32>
    %k = nn.constant dense<[[0.01], [-0.02], [0.03]]> : tensor<3x1xf32>
    %w = nn.mul %k, %s : (tensor<3x1xf32>, tensor<f32>) -> tensor<3x1xf32>
    %b = nn.constant dense<0.0> : tensor<1xf32>
    %mw = nn.constant dense<0.0> : tensor<3x1xf32>
    %zero = nn.constant dense<0> : tensor<i64>
    %rate = nn.constant dense<0.05> : tensor<f32>
    return %w, %b, %mw, %b, %zero, %rate : tensor<3x1xf32>, tensor<1xf32>, tensor<3x1xf32>, tensor<1xf32>,
        tensor<i64>, tensor<f32>
  }
}
