//===- SecondOrderTest.cpp - Gradients of gradients -----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gradient/Differentiate.h"
#include "tests/unit/gradient/GradientCheck.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

namespace {
class SecondOrder : public ::testing::Test {
protected:
  void SetUp() override { loadGradients(context); }
  MLIRContext context;
};
} // namespace

static Value totalOf(Trial &t, Value value) {
  return t.emitter().sumOver(
      value, gradient::axesBetween(0, gradient::shapeOf(value).size()),
      /*keepdims=*/false);
}

// The product of the Hessian and a vector is the gradient of the gradient's
// product with the vector.
TEST_F(SecondOrder, HessianVectorProductOfASoftplusNetwork) {
  Trial t(&context, 1);
  Value x = t.numbers({5, 3});
  Value w1 = t.input({3, 4}), b1 = t.input({4});
  Value w2 = t.input({4, 1}), b2 = t.input({1});
  Value hidden = t.make<SoftplusOp>(t.make<MatMulOp>(x, w1, b1, false, false));
  Value output = t.make<MatMulOp>(hidden, w2, b2, false, false);
  Value error = t.make<SubOp>(output, t.numbers({5, 1}));
  Value loss = t.make<ReduceMeanOp>(t.make<MulOp>(error, error), Extents{0, 1},
                                    /*keepdims=*/false);
  auto gradients =
      differentiate(t.emitter().getBuilder(), loss, {w1, b1, w2, b2});
  ASSERT_TRUE(succeeded(gradients));
  Value product;
  for (Value gradient : *gradients) {
    Value term = totalOf(
        t, t.make<MulOp>(gradient, t.numbers(gradient::shapeOf(gradient))));
    product = product ? t.make<AddOp>(product, term) : term;
  }
  t.check(product, "Hessian-vector product");
}

// (|| d critic(x) / dx || - 1)^2, differentiated by the critic's parameters
// (Gulrajani et al., Improved training of Wasserstein GANs, 2017).
TEST_F(SecondOrder, WassersteinGradientPenalty) {
  Trial t(&context, 2);
  // Real and generated samples, and points between them.
  Value real = t.numbers({3, 1, 5, 5}), fake = t.input({3, 1, 5, 5});
  Value mix = t.emitter().constant(t.emitter().getBuilder().getF64Type(),
                                   {3, 1, 1, 1}, {0.3, 0.6, 0.9});
  Value between =
      t.make<AddOp>(real, t.make<MulOp>(mix, t.make<SubOp>(fake, real)));
  // A convolutional critic.
  Value kernel = t.input({2, 1, 3, 3}), bias = t.input({2});
  Value weights = t.input({18, 1});
  Extents ones{1, 1};
  Value features = t.make<ConvOp>(between, kernel, bias, ones, ones,
                                  Extents{0, 0}, Extents{0, 0}, 1);
  features = t.make<SoftplusOp>(features);
  Value score = t.make<MatMulOp>(t.emitter().reshape(features, {3, 18}),
                                 weights, Value(), false, false);
  auto slope = differentiate(t.emitter().getBuilder(), totalOf(t, score),
                             ArrayRef<Value>(between));
  ASSERT_TRUE(succeeded(slope));
  Value norm = t.make<ReduceL2Op>(t.emitter().reshape(slope->front(), {3, 25}),
                                  Extents{1}, /*keepdims=*/false);
  Value excess = t.make<SubOp>(norm, t.number(1));
  Value penalty = t.make<ReduceMeanOp>(t.make<MulOp>(excess, excess),
                                       Extents{0}, /*keepdims=*/false);
  t.check(penalty, "gradient penalty");
}
