//===- ReverseModeTest.cpp - How gradients flow through a graph -----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gradient/Differentiate.h"
#include "tests/unit/gradient/GradientCheck.h"

#include <gmock/gmock.h>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;
using ::testing::ElementsAre;

namespace {
class ReverseModeTest : public ::testing::Test {
protected:
  void SetUp() override { loadGradients(context); }

  /// A constant vector to differentiate by.
  Value vector(ArrayRef<double> elements) {
    return t.emitter().constant(t.emitter().getBuilder().getF64Type(),
                                {static_cast<int64_t>(elements.size())},
                                elements);
  }
  Value total(Value value) {
    return t.emitter().sumOver(value, 0, /*keepdims=*/false);
  }
  /// The elements of the gradient of the value's total by `wrt`.
  std::vector<double> gradientOf(Value value, Value wrt) {
    auto gradients = differentiate(t.emitter().getBuilder(), total(value), wrt);
    if (failed(gradients))
      return {};
    return t.evaluate(gradients->front());
  }
  template <typename Op> size_t count() {
    return llvm::range_size(t.getBlock().getOps<Op>());
  }

  MLIRContext context;
  Trial t{&context, 0};
};
} // namespace

TEST_F(ReverseModeTest, SumsOverAllUsers) {
  Value x = vector({2, 3});
  // x^2 + 5 x + x
  Value y = t.make<AddOp>(t.make<MulOp>(x, x), t.make<MulOp>(x, t.number(5)));
  EXPECT_THAT(gradientOf(t.make<AddOp>(y, x), x), ElementsAre(10, 12));
}

TEST_F(ReverseModeTest, WhatTheLossDoesNotDependOnHasGradientZero) {
  Value x = vector({2, 3}), y = vector({1, 1});
  EXPECT_THAT(gradientOf(t.make<MulOp>(x, x), y), ElementsAre(0, 0));
}

TEST_F(ReverseModeTest, TakesIntermediateValuesToo) {
  Value x = vector({2, 3});
  Value square = t.make<MulOp>(x, x);
  Value y = t.make<MulOp>(square, square);
  auto gradients = differentiate(t.emitter().getBuilder(), total(y),
                                 ArrayRef<Value>{square, x});
  ASSERT_TRUE(succeeded(gradients));
  auto values = t.evaluate(*gradients);
  EXPECT_THAT(values[0], ElementsAre(8, 18));
  EXPECT_THAT(values[1], ElementsAre(32, 108));
}

TEST_F(ReverseModeTest, StopGradientIsABarrier) {
  Value x = vector({2, 3});
  Value y = t.make<MulOp>(x, t.make<StopGradientOp>(x));
  EXPECT_THAT(gradientOf(y, x), ElementsAre(2, 3));
}

TEST_F(ReverseModeTest, GradientsHaveTheirValuesTypes) {
  OpBuilder &b = t.emitter().getBuilder();
  Value x = vector({2, 3});
  for (Type type : {Type(b.getF32Type()), Type(b.getBF16Type())}) {
    Value narrow = t.make<CastOp>(x, type);
    Value square = t.make<MulOp>(narrow, narrow);
    auto gradients =
        differentiate(b, total(t.make<CastOp>(square, b.getF64Type())),
                      ArrayRef<Value>{x, narrow});
    ASSERT_TRUE(succeeded(gradients));
    EXPECT_EQ(gradients->front().getType(), x.getType());
    EXPECT_EQ(gradients->back().getType(), narrow.getType());
    EXPECT_THAT(t.evaluate(gradients->front()), ElementsAre(4, 6));
    EXPECT_THAT(t.evaluate(gradients->back()), ElementsAre(4, 6));
  }
  // By way of integers nothing comes back.
  Value whole =
      t.make<CastOp>(t.make<CastOp>(x, b.getI64Type()), b.getF64Type());
  EXPECT_THAT(gradientOf(t.make<MulOp>(whole, x), x), ElementsAre(2, 3));
}

TEST_F(ReverseModeTest, AtKinksFollowsTheConventions) {
  Value zero = vector({0}), one = vector({1});
  EXPECT_THAT(gradientOf(t.make<ReluOp>(zero), zero), ElementsAre(0));
  EXPECT_THAT(gradientOf(t.make<AbsOp>(zero), zero), ElementsAre(0));
  EXPECT_THAT(gradientOf(t.make<LeakyReluOp>(zero, llvm::APFloat(0.25)), zero),
              ElementsAre(0.25));
  EXPECT_THAT(gradientOf(t.make<MaxOp>(one, vector({1})), one),
              ElementsAre(0.5));
  Value ties = vector({1, 3, 3});
  EXPECT_THAT(gradientOf(t.make<ReduceMaxOp>(ties, Extents{0}, true), ties),
              ElementsAre(0, 0.5, 0.5));
  Value bounded = t.make<ClipOp>(one, TypedAttr(),
                                 t.emitter().getBuilder().getF64FloatAttr(1));
  EXPECT_THAT(gradientOf(bounded, one), ElementsAre(1));
  EXPECT_THAT(gradientOf(t.make<ReduceL2Op>(zero, Extents{0}, true), zero),
              ElementsAre(0));
}

TEST_F(ReverseModeTest, EmptyTensorsHaveEmptyGradients) {
  Value empty = t.input({2, 0}), factor = t.input({2});
  // The products of nothing are ones, the sums zeros.
  Value products = t.make<ReduceProdOp>(empty, Extents{1}, false);
  Value sums = t.make<ReduceMaxOp>(t.emitter().concat({empty, empty}, 1),
                                   Extents{0}, false);
  Value scattered = t.make<ScatterElementsOp>(
      factor, t.emitter().indices({0}, {}), t.input({0}), 0);
  Value none = t.make<ReduceSumOp>(sums, Extents{0}, false);
  Value loss = t.make<MulOp>(products, scattered);
  t.check(t.make<AddOp>(total(loss), none), "empty");
}

TEST_F(ReverseModeTest, SlicesThatTileAValueBecomeAConcatenation) {
  Value x = t.input({100});
  Value sum;
  for (int64_t i = 0; i < 50; ++i) {
    Value piece = t.emitter().sliceAlong(x, 0, 2 * i, 2);
    Value square = t.make<MulOp>(piece, piece);
    sum = sum ? t.make<AddOp>(sum, square) : square;
  }
  size_t additions = count<AddOp>();
  t.check(total(sum), "slices");
  EXPECT_EQ(count<ConcatOp>(), 1u);
  EXPECT_EQ(count<PadOp>(), 0u);
  // Each square has one addition, of its two factors' gradients.
  EXPECT_EQ(count<AddOp>(), additions + 50);
}

TEST_F(ReverseModeTest, StepsWithCommonWeightsGiveOneProduct) {
  Value w = t.input({4, 4}), state = t.numbers({1, 4});
  for (int step = 0; step < 5; ++step)
    state = t.make<TanhOp>(t.make<MatMulOp>(state, w, Value(), false, false));
  size_t products = count<MatMulOp>();
  t.check(t.emitter().sumOver(state, {0, 1}, /*keepdims=*/false), "steps");
  // Back through four states, and one for the weights.
  EXPECT_EQ(count<MatMulOp>(), products + 4 + 1);
}

TEST_F(ReverseModeTest, LeavesNothingUnusedBehind) {
  Value x = t.numbers({2, 3}), w = t.input({3, 4});
  Value y = t.make<MatMulOp>(x, w, Value(), false, false);
  Value loss = t.make<ReduceSumOp>(t.make<ReluOp>(y), Extents{0, 1}, false);
  auto gradients =
      differentiate(t.emitter().getBuilder(), loss, ArrayRef<Value>(w));
  ASSERT_TRUE(succeeded(gradients));
  // The product for the gradient of x is not there.
  EXPECT_EQ(count<MatMulOp>(), 2u);
  for (Operation &op : t.getBlock())
    EXPECT_TRUE(!op.use_empty() || &op == loss.getDefiningOp() ||
                &op == gradients->front().getDefiningOp())
        << op.getName().getStringRef().str();
}

TEST_F(ReverseModeTest, ManyOpsTakeLinearlyManyOps) {
  // A chain with a user of every value at its end, and a value that all use.
  Value x = t.input({2});
  constexpr size_t length = 2000;
  Value value = x;
  for (size_t i = 0; i < length; ++i)
    value = t.make<TanhOp>(t.make<AddOp>(value, x));
  Value loss = total(value);
  size_t forward = t.getBlock().getOperations().size();
  ASSERT_TRUE(succeeded(
      differentiate(t.emitter().getBuilder(), loss, ArrayRef<Value>(x))));
  EXPECT_LT(t.getBlock().getOperations().size(), 6 * forward);
}

TEST_F(ReverseModeTest, AMissingRuleNamesThePath) {
  std::vector<std::string> errors;
  context.getDiagEngine().registerHandler([&](Diagnostic &diagnostic) {
    errors.push_back(diagnostic.str());
    return success();
  });
  Builder &b = t.emitter().getBuilder();
  Value x = t.input({3});
  Value quantized = t.make<QuantizeOp>(t.make<MulOp>(x, x), t.number(0.1),
                                       Value(), b.getI8Type());
  Value y = t.make<DequantizeOp>(quantized, t.number(0.1), Value());
  EXPECT_TRUE(failed(
      differentiate(t.emitter().getBuilder(), total(y), ArrayRef<Value>(x))));
  EXPECT_THAT(
      errors,
      ElementsAre("MLCC-2004: 'nn.quantize' has no gradient; it lies on "
                  "the path from argument 0 to the loss: nn.mul, "
                  "nn.quantize, nn.dequantize, nn.reduce_sum"));
  // Behind a barrier nothing is asked of it.
  Value stopped = t.make<StopGradientOp>(y);
  EXPECT_TRUE(succeeded(differentiate(t.emitter().getBuilder(),
                                      total(t.make<AddOp>(stopped, x)),
                                      ArrayRef<Value>(x))));
}

TEST_F(ReverseModeTest, ALossIsASingleFloat) {
  std::vector<std::string> errors;
  context.getDiagEngine().registerHandler([&](Diagnostic &diagnostic) {
    errors.push_back(diagnostic.str());
    return success();
  });
  Value x = t.input({3});
  EXPECT_TRUE(
      failed(differentiate(t.emitter().getBuilder(), x, ArrayRef<Value>(x))));
  EXPECT_THAT(errors,
              ElementsAre("MLCC-2002: a loss of type 'tensor<3xf64>' cannot be "
                          "differentiated; it must be a single float"));
}
