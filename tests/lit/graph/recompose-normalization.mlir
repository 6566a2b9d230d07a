// RUN: mlcc-opt %s --nn-simplify --nn-recompose | FileCheck %s

// As torch exports it before LayerNormalization was an operator.
// CHECK-LABEL: @torch
// CHECK: %[[Y:.*]] = nn.layer_norm %arg0 scale(%{{.*}} : tensor<4xf32>) bias(%{{.*}} : tensor<4xf32>) {axis = 1 : i64, epsilon = 9.999999{{.*}}E-6
// CHECK-NEXT: return %[[Y]]
func.func @torch(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %two = nn.constant dense<2.0> : tensor<f32>
  %eps = nn.constant dense<1.0e-5> : tensor<f32>
  %g = nn.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %b = nn.constant dense<[4.0, 3.0, 2.0, 1.0]> : tensor<4xf32>
  %mean = nn.reduce_mean %x {axes = array<i64: 1>, keepdims = true} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %d = nn.sub %x, %mean : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %sq = nn.pow %d, %two : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %var = nn.reduce_mean %sq {axes = array<i64: 1>, keepdims = true} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %ve = nn.add %var, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %sd = nn.sqrt %ve : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %n = nn.div %d, %sd : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %s = nn.mul %n, %g : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %y = nn.add %s, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// As jax exports it: sums times 1/n, E(x^2) - E(x)^2 bounded by 0, reduced dimensions
// brought back by reshapes, the scale multiplied into the reciprocal root.
// CHECK-LABEL: @jax
// CHECK: %[[Y:.*]] = nn.layer_norm %arg0 scale(
// CHECK-SAME: bias(
// CHECK-SAME: axis = 1
// CHECK-NEXT: return %[[Y]]
func.func @jax(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %quarter = nn.constant dense<0.25> : tensor<f32>
  %zero = nn.constant dense<0.0> : tensor<f32>
  %eps = nn.constant dense<1.0e-6> : tensor<f32>
  %g = nn.constant dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf32>
  %b = nn.constant dense<[[4.0, 3.0, 2.0, 1.0]]> : tensor<1x4xf32>
  %sum = nn.reduce_sum %x {axes = array<i64: 1>, keepdims = false} : (tensor<2x4xf32>) -> tensor<2xf32>
  %sq = nn.mul %x, %x : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %sumsq = nn.reduce_sum %sq {axes = array<i64: 1>, keepdims = false} : (tensor<2x4xf32>) -> tensor<2xf32>
  %mean = nn.mul %sum, %quarter : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %msq = nn.mul %sumsq, %quarter : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %m2 = nn.mul %mean, %mean : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %v = nn.sub %msq, %m2 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %var = nn.max %zero, %v : (tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
  %vark = nn.reshape %var {shape = array<i64: 2, 1>} : (tensor<2xf32>) -> tensor<2x1xf32>
  %ve = nn.add %vark, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %sd = nn.sqrt %ve : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %r = nn.reciprocal %sd : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %rg = nn.mul %r, %g : (tensor<2x1xf32>, tensor<1x4xf32>) -> tensor<2x4xf32>
  %meank = nn.reshape %mean {shape = array<i64: 2, 1>} : (tensor<2xf32>) -> tensor<2x1xf32>
  %d = nn.sub %x, %meank : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %n = nn.mul %d, %rg : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %y = nn.add %n, %b : (tensor<2x4xf32>, tensor<1x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// As tf.nn.batch_normalization writes it.
// CHECK-LABEL: @tf
// CHECK: %[[Y:.*]] = nn.layer_norm %arg0 scale(
// CHECK-SAME: bias(
// CHECK-NEXT: return %[[Y]]
func.func @tf(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %eps = nn.constant dense<1.0e-3> : tensor<f32>
  %g = nn.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %b = nn.constant dense<[4.0, 3.0, 2.0, 1.0]> : tensor<4xf32>
  %mean = nn.reduce_mean %x {axes = array<i64: 1>, keepdims = true} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %d = nn.sub %x, %mean : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %sq = nn.mul %d, %d : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %var = nn.reduce_mean %sq {axes = array<i64: 1>, keepdims = true} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %ve = nn.add %var, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %r = nn.rsqrt %ve : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %f = nn.mul %r, %g : (tensor<2x1xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %xf = nn.mul %x, %f : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %mf = nn.mul %mean, %f : (tensor<2x1xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %shift = nn.sub %b, %mf : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %y = nn.add %xf, %shift : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// CHECK-LABEL: @rms
// CHECK: %[[Y:.*]] = nn.rms_norm %arg0, %{{.*}} {axis = 1 : i64, epsilon
// CHECK-NEXT: return %[[Y]]
func.func @rms(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %two = nn.constant dense<2.0> : tensor<f32>
  %eps = nn.constant dense<1.0e-6> : tensor<f32>
  %g = nn.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %sq = nn.pow %x, %two : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %ms = nn.reduce_mean %sq {axes = array<i64: 1>, keepdims = true} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %ve = nn.add %ms, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %sd = nn.sqrt %ve : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %n = nn.div %x, %sd : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %y = nn.mul %n, %g : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// Normalization over the first dimension is not over trailing ones.
// CHECK-LABEL: @leading_axis
// CHECK-NOT: nn.layer_norm
func.func @leading_axis(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %eps = nn.constant dense<1.0e-5> : tensor<f32>
  %mean = nn.reduce_mean %x {axes = array<i64: 0>, keepdims = true} : (tensor<4x2xf32>) -> tensor<1x2xf32>
  %d = nn.sub %x, %mean : (tensor<4x2xf32>, tensor<1x2xf32>) -> tensor<4x2xf32>
  %sq = nn.mul %d, %d : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  %var = nn.reduce_mean %sq {axes = array<i64: 0>, keepdims = true} : (tensor<4x2xf32>) -> tensor<1x2xf32>
  %ve = nn.add %var, %eps : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32>
  %r = nn.rsqrt %ve : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %y = nn.mul %d, %r : (tensor<4x2xf32>, tensor<1x2xf32>) -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}

// The variance of another tensor, and a mean that is broadcast along the wrong
// dimension of a square matrix.
// CHECK-LABEL: @no_norm
// CHECK-NOT: nn.layer_norm
func.func @no_norm(%x: tensor<4x4xf32>, %z: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>) {
  %eps = nn.constant dense<1.0e-5> : tensor<f32>
  %mean = nn.reduce_mean %x {axes = array<i64: 1>, keepdims = true} : (tensor<4x4xf32>) -> tensor<4x1xf32>
  %d = nn.sub %x, %mean : (tensor<4x4xf32>, tensor<4x1xf32>) -> tensor<4x4xf32>
  %sq = nn.mul %z, %z : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %var = nn.reduce_mean %sq {axes = array<i64: 1>, keepdims = true} : (tensor<4x4xf32>) -> tensor<4x1xf32>
  %ve = nn.add %var, %eps : (tensor<4x1xf32>, tensor<f32>) -> tensor<4x1xf32>
  %r = nn.rsqrt %ve : (tensor<4x1xf32>) -> tensor<4x1xf32>
  %y = nn.mul %d, %r : (tensor<4x4xf32>, tensor<4x1xf32>) -> tensor<4x4xf32>
  %mean2 = nn.reduce_mean %x {axes = array<i64: 1>, keepdims = false} : (tensor<4x4xf32>) -> tensor<4xf32>
  %d2 = nn.sub %x, %mean2 : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
  %sq2 = nn.mul %d2, %d2 : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %var2 = nn.reduce_mean %sq2 {axes = array<i64: 1>, keepdims = true} : (tensor<4x4xf32>) -> tensor<4x1xf32>
  %ve2 = nn.add %var2, %eps : (tensor<4x1xf32>, tensor<f32>) -> tensor<4x1xf32>
  %r2 = nn.rsqrt %ve2 : (tensor<4x1xf32>) -> tensor<4x1xf32>
  %y2 = nn.mul %d2, %r2 : (tensor<4x4xf32>, tensor<4x1xf32>) -> tensor<4x4xf32>
  return %y, %y2 : tensor<4x4xf32>, tensor<4x4xf32>
}
