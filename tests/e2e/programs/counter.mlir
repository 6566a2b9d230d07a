// State without training: a counter, a sum over all calls, and two values that
// change places.
module {
  rt.variable @count : tensor<i64> role(counter)
  rt.variable @sum : tensor<5xf64> role(statistic)
  rt.variable @first : tensor<2xf32> role(statistic)
  rt.variable @second : tensor<2xf32> role(statistic)

  func.func @accumulate(%x: tensor<5xf64> {rt.name = "x"},
      %count: tensor<i64> {rt.variable = @count}, %sum: tensor<5xf64> {rt.variable = @sum})
      -> (tensor<5xf64> {rt.name = "mean"}, tensor<i64> {rt.variable = @count}, tensor<5xf64> {rt.variable = @sum}) {
    %one = nn.constant dense<1> : tensor<i64>
    %0 = nn.add %count, %one : (tensor<i64>, tensor<i64>) -> tensor<i64>
    %1 = nn.add %sum, %x : (tensor<5xf64>, tensor<5xf64>) -> tensor<5xf64>
    %2 = nn.cast %0 {to = f64} : (tensor<i64>) -> tensor<f64>
    %3 = nn.div %1, %2 : (tensor<5xf64>, tensor<f64>) -> tensor<5xf64>
    return %3, %0, %1 : tensor<5xf64>, tensor<i64>, tensor<5xf64>
  }

  func.func @swap(%first: tensor<2xf32> {rt.variable = @first}, %second: tensor<2xf32> {rt.variable = @second})
      -> (tensor<2xf32> {rt.variable = @first}, tensor<2xf32> {rt.variable = @second}) {
    return %second, %first : tensor<2xf32>, tensor<2xf32>
  }
}
