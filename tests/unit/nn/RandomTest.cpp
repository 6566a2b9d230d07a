//===- RandomTest.cpp - Random bits and what is drawn from them -----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/Random.h"

#include "dialects/nn/Interpreter.h"
#include "dialects/nn/NN.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "runtime/src/philox.h"
#include "tests/unit/nn/Evaluation.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace mlir;
using namespace mlcc::nn;
using mlcc::Philox;
using ::testing::ElementsAre;

// The known answers of the authors' library (Random123, kat_vectors).
TEST(Philox, GivesTheKnownAnswers) {
  EXPECT_EQ(Philox::generate({0, 0, 0, 0}, {0, 0}),
            (Philox::Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(Philox::generate({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}),
            (Philox::Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox::generate({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                             {0xa4093822, 0x299f31d0}),
            (Philox::Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomBits, CountBlocksOfFourPerStreamAndCall) {
  // Seed 0xa4093822 + 0x299f31d0 * 2^32, counter 0x13198a2e + 0x03707344 *
  // 2^32.
  std::vector<double> bits = evaluate(R"(
    %key = nn.constant dense<[2999170649027065890, 247824715720788526]> : tensor<2xi64>
    %0 = nn.random_bits %key {shape = array<i64: 2, 3>, stream = 2242054355 : i64}
        : (tensor<2xi64>) -> tensor<2x3xui32>)");
  auto block = [](uint32_t index) {
    return Philox::generate({index, 0x85a308d3, 0x13198a2e, 0x03707344},
                            {0xa4093822, 0x299f31d0});
  };
  Philox::Block first = block(0), second = block(1);
  EXPECT_THAT(bits, ElementsAre(first[0], first[1], first[2], first[3],
                                second[0], second[1]));
}

namespace {
/// A block in which draws are built, then evaluated.
class Distribution : public ::testing::Test {
protected:
  void SetUp() override {
    context.loadDialect<NNDialect, func::FuncDialect>();
    builder.setInsertionPointToEnd(&block);
  }

  Value constant(ArrayRef<int64_t> elements) {
    auto type = RankedTensorType::get({static_cast<int64_t>(elements.size())},
                                      builder.getI64Type());
    return ConstantOp::create(builder, location,
                              DenseElementsAttr::get(type, elements));
  }
  Value number(double value) {
    auto type = RankedTensorType::get({}, builder.getF32Type());
    return ConstantOp::create(
        builder, location,
        DenseElementsAttr::get(type, static_cast<float>(value)));
  }

  std::vector<double> valuesOf(Value value) {
    // The interpreter wants a terminator that uses the value.
    Operation *end = func::ReturnOp::create(builder, location, value);
    auto tensors = interpret(block, {});
    end->erase();
    std::vector<double> elements;
    if (failed(tensors))
      return elements;
    for (int64_t i = 0; i < tensors->front().getNumElements(); ++i)
      elements.push_back(tensors->front().getAsDouble(i));
    return elements;
  }

  MLIRContext context;
  Block block;
  OpBuilder builder{&context};
  Location location = UnknownLoc::get(&context);
};

struct Moments {
  double mean = 0, variance = 0, min = INFINITY, max = -INFINITY;
  explicit Moments(const std::vector<double> &values) {
    for (double x : values) {
      mean += x / values.size();
      min = std::min(min, x);
      max = std::max(max, x);
    }
    for (double x : values)
      variance += (x - mean) * (x - mean) / values.size();
  }
};
} // namespace

static constexpr int64_t draws = 20000;

TEST_F(Distribution, UniformFillsTheUnitInterval) {
  Value key = constant({42, 3});
  for (Type type : {Type(builder.getF64Type()), Type(builder.getF32Type()),
                    Type(builder.getF16Type()), Type(builder.getBF16Type())}) {
    Moments moments(valuesOf(drawUniform(
        builder, location, key, RankedTensorType::get({draws}, type), 1)));
    EXPECT_NEAR(moments.mean, 0.5, 0.01);
    EXPECT_NEAR(moments.variance, 1.0 / 12, 0.003);
    EXPECT_GE(moments.min, 0);
    EXPECT_LT(moments.max, 1);
    EXPECT_GT(moments.max, 0.99);
  }
}

TEST_F(Distribution, NormalHasItsMoments) {
  Value key = constant({42, 3});
  for (Type type : {Type(builder.getF64Type()), Type(builder.getF32Type()),
                    Type(builder.getF16Type())}) {
    std::vector<double> values = valuesOf(drawNormal(
        builder, location, key, RankedTensorType::get({draws}, type), 1));
    Moments moments(values);
    EXPECT_NEAR(moments.mean, 0, 0.03);
    EXPECT_NEAR(moments.variance, 1, 0.04);
    int64_t within =
        llvm::count_if(values, [](double x) { return std::abs(x) < 1; });
    EXPECT_NEAR(static_cast<double>(within) / draws, 0.6827, 0.015);
  }
}

TEST_F(Distribution, BernoulliIsTrueWithItsProbability) {
  Moments moments(valuesOf(drawBernoulli(builder, location, constant({7, 0}),
                                         number(0.3), {draws}, 0)));
  EXPECT_NEAR(moments.mean, 0.3, 0.015);
}

TEST_F(Distribution, CategoricalFollowsTheSoftmaxOfItsLogits) {
  // softmax(log 1, log 2, log 5) = (1, 2, 5) / 8.
  auto type = RankedTensorType::get({3}, builder.getF32Type());
  Value logits = ConstantOp::create(
      builder, location,
      DenseElementsAttr::get(
          type, ArrayRef<float>{0, std::log(2.0f), std::log(5.0f)}));
  logits = BroadcastOp::create(builder, location, logits,
                               ArrayRef<int64_t>{draws, 3});
  std::vector<double> chosen = valuesOf(drawCategorical(
      builder, location, constant({7, 0}), logits, /*axis=*/1, 0));
  for (auto [index, weight] : llvm::enumerate(ArrayRef<int>{1, 2, 5}))
    EXPECT_NEAR(static_cast<double>(llvm::count(chosen, index)) / draws,
                weight / 8.0, 0.015);
}

TEST_F(Distribution, StreamsAndCallsDiffer) {
  Value key = constant({42, 3});
  auto type = RankedTensorType::get({8}, builder.getF32Type());
  auto first = valuesOf(drawUniform(builder, location, key, type, 1));
  EXPECT_EQ(first, valuesOf(drawUniform(builder, location, key, type, 1)));
  EXPECT_NE(first, valuesOf(drawUniform(builder, location, key, type, 2)));
  Value next = advanceRandom(builder, location, key);
  EXPECT_THAT(valuesOf(next), ElementsAre(42, 4));
  EXPECT_NE(first, valuesOf(drawUniform(builder, location, next, type, 1)));
}
