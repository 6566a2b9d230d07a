//===- TextbookTest.cpp - Derivatives worked out in textbooks -------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gradient/Differentiate.h"
#include "tests/unit/gradient/GradientCheck.h"

#include <gmock/gmock.h>

#include <cmath>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;
using gradient::Term;
using ::testing::DoubleNear;

namespace {
/// Formulas of scalars.
class Textbook : public ::testing::Test {
protected:
  void SetUp() override { loadGradients(context); }

  Term scalar(double value) { return {t.emitter(), t.number(value)}; }
  Term vector(ArrayRef<double> elements) {
    OpBuilder &b = t.emitter().getBuilder();
    return {t.emitter(),
            t.emitter().constant(b.getF64Type(),
                                 {static_cast<int64_t>(elements.size())},
                                 elements)};
  }
  Term sum(Term value) {
    return {t.emitter(), t.emitter().sumOver(value, 0, /*keepdims=*/false)};
  }
  Term gradientOf(Term value, Term wrt) {
    auto gradients = differentiate(t.emitter().getBuilder(), Value(value),
                                   ArrayRef<Value>(Value(wrt)));
    EXPECT_TRUE(succeeded(gradients));
    return {t.emitter(), gradients->front()};
  }
  double valueOf(Term value) { return t.evaluate(Value(value)).front(); }

  MLIRContext context;
  Trial t{&context, 0};
};
} // namespace

// J = 3 v, v = a + u, u = b c: a = 5, b = 3, c = 2.
TEST_F(Textbook, ChainRuleAlongAGraph) {
  Term a = scalar(5), b = scalar(3), c = scalar(2);
  Term u = b * c, v = a + u, loss = 3 * v;
  EXPECT_EQ(valueOf(loss), 33);
  EXPECT_EQ(valueOf(gradientOf(loss, v)), 3);
  EXPECT_EQ(valueOf(gradientOf(loss, u)), 3);
  EXPECT_EQ(valueOf(gradientOf(loss, a)), 3);
  EXPECT_EQ(valueOf(gradientOf(loss, b)), 6);
  EXPECT_EQ(valueOf(gradientOf(loss, c)), 9);
}

// The derivative of x^6 by x^2 is 6 x^5 / (2 x) = 3 x^4: at 2 it is 48.
TEST_F(Textbook, DerivativeByAFunction) {
  Term x = scalar(2), z = x * x, y = z * z * z;
  EXPECT_EQ(valueOf(gradientOf(y, z)), 48);
  EXPECT_EQ(valueOf(gradientOf(y, x) / gradientOf(z, x)), 48);
}

// J = 0.1 (w - 5)^2: the slope at 10 is 1.
TEST_F(Textbook, QuadraticCost) {
  Term w = scalar(10), d = w - 5;
  EXPECT_THAT(valueOf(gradientOf(0.1 * (d * d), w)), DoubleNear(1, 1e-15));
}

// f = x1^2 + 2 x2 with x1 = s sin t, x2 = s cos t, at s = 2, t = 0.7.
TEST_F(Textbook, ChainRuleOfSeveralVariables) {
  Term s = scalar(2), angle = scalar(0.7);
  Term x1 = s * angle.apply<SinOp>(), x2 = angle.apply<CosOp>() * s;
  Term f = x1 * x1 + 2 * x2;
  EXPECT_THAT(valueOf(gradientOf(f, s)), DoubleNear(3.189750, 1e-6));
  EXPECT_THAT(valueOf(gradientOf(f, angle)), DoubleNear(1.364928, 1e-6));
}

// J = 1/(2m) sum (theta x - y)^2 on (1,1), (2,2), (3,3): the slope is
// 14/3 (theta - 1), the curvature 14/3, and Newton's step ends at 1.
TEST_F(Textbook, LinearRegression) {
  Term x = vector({1, 2, 3});
  for (double theta : {1.0, 0.5, 0.0, -0.5}) {
    Term parameter = scalar(theta), error = parameter * x - x;
    Term slope = gradientOf(sum(error * error) / 6, parameter);
    Term curvature = gradientOf(slope, parameter);
    EXPECT_THAT(valueOf(slope), DoubleNear(14.0 / 3 * (theta - 1), 1e-12));
    EXPECT_THAT(valueOf(curvature), DoubleNear(14.0 / 3, 1e-12));
    EXPECT_THAT(valueOf(parameter - slope / curvature), DoubleNear(1, 1e-12));
  }
}

// softplus(z) - y z, the loss of a logit: its slope is sigmoid(z) - y.
TEST_F(Textbook, CrossEntropyOfALogit) {
  for (double z : {-30.0, -1.0, 0.3, 30.0}) {
    Term logit = scalar(z);
    Term loss = logit.apply<SoftplusOp>() - 1 * logit;
    EXPECT_THAT(valueOf(gradientOf(loss, logit)),
                DoubleNear(1 / (1 + std::exp(-z)) - 1, 1e-12));
  }
}

// -log softmax(z)[1]: its gradient is the softmax minus the one-hot target.
TEST_F(Textbook, CrossEntropyOfASoftmax) {
  Term z = vector({1, 2, 0.5});
  Value logarithms = t.make<LogSoftmaxOp>(z, 0);
  Term loss =
      sum(-Term(t.emitter(), t.emitter().sliceAlong(logarithms, 0, 1, 1)));
  Term expected =
      Term(t.emitter(), t.make<SoftmaxOp>(z, 0)) - vector({0, 1, 0});
  Term difference = gradientOf(loss, z) - expected;
  for (double element : t.evaluate(Value(difference)))
    EXPECT_THAT(element, DoubleNear(0, 1e-15));
}

// sigma' = sigma (1 - sigma), sigma'' = sigma' (1 - 2 sigma); tanh' = 1 -
// tanh^2, tanh'' = -2 tanh tanh'.
TEST_F(Textbook, DerivativesOfSigmoidAndTanh) {
  for (double at : {-2.0, 0.0, 0.7}) {
    Term x = scalar(at);
    double s = 1 / (1 + std::exp(-at)), h = std::tanh(at);
    Term first = gradientOf(sigmoid(x), x);
    EXPECT_THAT(valueOf(first), DoubleNear(s * (1 - s), 1e-15));
    EXPECT_THAT(valueOf(gradientOf(first, x)),
                DoubleNear(s * (1 - s) * (1 - 2 * s), 1e-15));
    first = gradientOf(tanh(x), x);
    EXPECT_THAT(valueOf(first), DoubleNear(1 - h * h, 1e-15));
    EXPECT_THAT(valueOf(gradientOf(first, x)),
                DoubleNear(-2 * h * (1 - h * h), 1e-15));
  }
}

// L layers of one equal weight: w^L, whose slope by the input is w^L too.
TEST_F(Textbook, GradientsExplodeAndVanish) {
  for (double weight : {1.5, 0.5}) {
    Term x = scalar(1), w = scalar(weight), y = x;
    for (int layer = 0; layer < 40; ++layer)
      y = w * y;
    EXPECT_DOUBLE_EQ(valueOf(gradientOf(y, x)), std::pow(weight, 40));
  }
}

// The gradient of an unrolled recurrence is the sum of its steps' gradients.
TEST_F(Textbook, BackPropagationThroughTime) {
  // h_t = tanh(w h_{t-1} + x_t); with u_t the derivative of h_t by w,
  // u_t = (1 - h_t^2) (h_{t-1} + w u_{t-1}).
  Term w = scalar(0.6), h = scalar(0), loss = scalar(0);
  double state = 0, slope = 0, expected = 0;
  for (double x : {1.0, 0.5, -0.7}) {
    h = tanh(w * h + x);
    loss = loss + h * h;
    double next = std::tanh(0.6 * state + x);
    slope = (1 - next * next) * (state + 0.6 * slope);
    state = next;
    expected += 2 * state * slope;
  }
  EXPECT_THAT(valueOf(gradientOf(loss, w)), DoubleNear(expected, 1e-14));
}

// The embedding of a word is a product with a one-hot vector, backwards too.
TEST_F(Textbook, EmbeddingIsAProductWithOneHotVectors) {
  Value table = t.numbers({4, 3});
  Value words = t.emitter().indices({3}, {2, 0, 2});
  Value oneHot = t.make<OneHotOp>(words, t.number(0), t.number(1), 4, 1);
  auto gradientBy = [&](Value embedded) {
    Value weighted = t.make<MulOp>(embedded, embedded);
    Value loss = t.make<ReduceSumOp>(weighted, Extents{0, 1}, false);
    return t.evaluate(
        differentiate(t.emitter().getBuilder(), loss, ArrayRef<Value>(table))
            ->front());
  };
  EXPECT_EQ(gradientBy(t.make<GatherOp>(table, words, 0)),
            gradientBy(t.make<MatMulOp>(oneHot, table, Value(), false, false)));
}
