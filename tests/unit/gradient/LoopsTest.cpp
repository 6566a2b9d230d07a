//===- LoopsTest.cpp - Gradients of loops ---------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gradient/Differentiate.h"
#include "compiler/loops/LoopPasses.h"
#include "dialects/nn/Interpreter.h"
#include "tests/unit/gradient/GradientCheck.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <gmock/gmock.h>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

namespace {
class Loops : public ::testing::TestWithParam<Case> {
protected:
  void SetUp() override { loadGradients(context); }

  /// The module after passes over loops.
  OwningOpRef<ModuleOp>
  transform(const std::string &text,
            llvm::ArrayRef<std::unique_ptr<Pass> (*)()> passes) {
    auto module = parseSourceString<ModuleOp>(text, &context);
    PassManager manager(&context);
    for (auto *create : passes)
      manager.addPass(create());
    EXPECT_TRUE(module && succeeded(manager.run(*module)));
    return module;
  }

  std::vector<std::vector<double>>
  evaluate(ModuleOp module, llvm::ArrayRef<HostTensor> arguments) {
    auto function = module.lookupSymbol<func::FuncOp>("f");
    auto tensors = interpret(function.front(), arguments);
    std::vector<std::vector<double>> numbers;
    EXPECT_TRUE(succeeded(tensors));
    for (const HostTensor &tensor : *tensors)
      for (numbers.emplace_back();
           int64_t(numbers.back().size()) < tensor.getNumElements();)
        numbers.back().push_back(tensor.getAsDouble(numbers.back().size()));
    return numbers;
  }

  MLIRContext context{MLIRContext::Threading::DISABLED};
};

std::unique_ptr<Pass> unrollAll() {
  return createUnrollLoops({/*maxOps=*/1 << 20});
}
std::unique_ptr<Pass> merge() { return createMergeLoops(); }
std::unique_ptr<Pass> simplify() { return createSimplifyLoops(); }
std::unique_ptr<Pass> distribute() { return createDistributeLoops(); }

/// Loops and their gradients, merged, simplified or unrolled, are the same
/// numbers.
TEST_P(Loops, AreTheSameInAllForms) {
  for (unsigned seed = 0; seed < 5; ++seed) {
    Trial trial(&context, seed);
    GetParam().build(trial);
    Value total = trial.total();
    auto gradients =
        differentiate(trial.emitter().getBuilder(), total, trial.getInputs());
    ASSERT_TRUE(succeeded(gradients));
    SmallVector<Value> values{total};
    llvm::append_range(values, *gradients);
    auto expected = trial.evaluate(values);
    std::string text = trial.textOf(values);
    std::vector<std::vector<std::unique_ptr<Pass> (*)()>> pipelines = {
        {unrollAll},
        {merge},
        {merge, unrollAll},
        {simplify},
        {merge, simplify, simplify},
        {merge, simplify, unrollAll},
        {merge, simplify, distribute, simplify}};
    for (const auto &passes : pipelines) {
      auto module = transform(text, passes);
      auto actual = evaluate(*module, trial.getArguments());
      ASSERT_EQ(actual.size(), expected.size());
      for (size_t i = 0; i < actual.size(); ++i)
        for (size_t j = 0; j < actual[i].size(); ++j)
          EXPECT_NEAR(actual[i][j], expected[i][j],
                      1e-12 * std::max(1.0, std::abs(expected[i][j])));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Loops, ::testing::ValuesIn(loopCases()),
                         [](const auto &info) {
                           return info.param.identifier();
                         });

/// The scan that gives the gradient what it needs takes the place of the first.
TEST_F(Loops, ForwardStepsRunOnce) {
  Trial trial(&context, 1);
  loopCases().front().build(trial);
  Value total = trial.total();
  auto gradients =
      differentiate(trial.emitter().getBuilder(), total, trial.getInputs());
  ASSERT_TRUE(succeeded(gradients));
  SmallVector<Value> values{total};
  llvm::append_range(values, *gradients);
  std::unique_ptr<Pass> (*passes[])() = {merge};
  auto module = transform(trial.textOf(values), passes);
  int scans = 0;
  module->lookupSymbol<func::FuncOp>("f").walk([&](ScanOp) { ++scans; });
  EXPECT_EQ(scans, 2);
}

/// What has no gradient in a body is reported with the path through it, unless
/// no gradient passes there.
TEST_F(Loops, ErrorsNameTheOpInTheBody) {
  const char *text = R"(
    func.func private @body(%x: tensor<3xf64>, %s: tensor<3xf64>, %t: tensor<3xf64>) -> (tensor<3xf64>, tensor<3xf64>) {
      %one = nn.constant dense<1.0> : tensor<f64>
      %zero = nn.constant dense<0> : tensor<i8>
      %0 = nn.quantize %s, %one, %zero {axis = 0 : i64, to = i8} : (tensor<3xf64>, tensor<f64>, tensor<i8>) -> tensor<3xi8>
      %1 = nn.cast %0 {to = f64} : (tensor<3xi8>) -> tensor<3xf64>
      %2 = nn.add %1, %x : (tensor<3xf64>, tensor<3xf64>) -> tensor<3xf64>
      %3 = nn.mul %t, %x : (tensor<3xf64>, tensor<3xf64>) -> tensor<3xf64>
      return %2, %3 : tensor<3xf64>, tensor<3xf64>
    }
    func.func @f(%x: tensor<2x3xf64>, %s: tensor<3xf64>, %t: tensor<3xf64>) -> (tensor<3xf64>, tensor<3xf64>) {
      %0:2 = nn.scan @body over(%x) from(%s, %t) with() trips(2) : (tensor<2x3xf64>, tensor<3xf64>, tensor<3xf64>) -> (tensor<3xf64>, tensor<3xf64>)
      return %0#0, %0#1 : tensor<3xf64>, tensor<3xf64>
    })";
  auto module = parseSourceString<ModuleOp>(text, &context);
  ASSERT_TRUE(module);
  auto function = module->lookupSymbol<func::FuncOp>("f");
  Operation *end = function.front().getTerminator();
  std::string messages;
  ScopedDiagnosticHandler collect(&context, [&](Diagnostic &diagnostic) {
    messages += diagnostic.str() + "\n";
    return success();
  });
  auto by = [&](unsigned result, unsigned argument) {
    OpBuilder builder(end);
    Value value = end->getOperand(result);
    Value one = gradient::Emitter(builder, value.getLoc())
                    .uniform(cast<RankedTensorType>(value.getType()), 1);
    return succeeded(
        differentiate(builder, ArrayRef<Value>(value), ArrayRef<Value>(one),
                      ArrayRef<Value>(function.getArgument(argument))));
  };
  EXPECT_FALSE(by(0, 1));
  EXPECT_THAT(messages, ::testing::HasSubstr("'nn.quantize' has no gradient"));
  messages.clear();
  EXPECT_TRUE(by(1, 2));
  EXPECT_EQ(messages, "");
}
} // namespace
