// RUN: mlcc-opt %s | mlcc-opt | FileCheck %s

func.func @loss(%x: tensor<4xf32> {rt.name = "x"}) -> (tensor<f32> {rt.name = "loss"}) {
  %0 = nn.reduce_sum %x {axes = array<i64: 0>, keepdims = false} : (tensor<4xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// Defaults are not printed; whole numbers may be written without a point.
// CHECK: train.step @a of @loss minimize [#train.objective<"loss">] optimizer(#train.adam<lr = 5.000000e-01>)
train.step @a of @loss minimize [#train.objective<"loss" * 1>] optimizer(#train.adam<lr = 0.5, beta1 = 0.9>)

// CHECK: train.step @b of @loss minimize [#train.objective<"loss" * -2.000000e+00>]
// CHECK-SAME: optimizer(#train.momentum<momentum = 5.000000e-01, variant = textbook>)
// CHECK-SAME: schedule(#train.warmup<steps = 10, then = #train.cosine<period = 20, growth = 2, restarts = true>>)
// CHECK-SAME: clip(#train.clip_norm<norm = 2.000000e+00>)
// CHECK-SAME: groups [#train.group<pattern = "*.bias", frozen = true>, #train.group<pattern = "*", l2 = 1.000000e-04, weight_decay = 1.000000e-01 : f64>]
train.step @b of @loss minimize [#train.objective<"loss" * -2.0>]
  optimizer(#train.momentum<momentum = 0.5, variant = textbook>)
  schedule(#train.warmup<steps = 10, then = #train.cosine<period = 20, growth = 2, restarts = true>>)
  clip(#train.clip_norm<norm = 2.0>)
  groups [#train.group<pattern = "*.bias", frozen = true>,
          #train.group<pattern = "*", l2 = 1.0e-4, weight_decay = 0.1 : f64>]
