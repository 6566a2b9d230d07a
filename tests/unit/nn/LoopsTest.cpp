//===- LoopsTest.cpp - Evaluation of loops --------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/Loops.h"
#include "dialects/nn/Interpreter.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"

#include <gmock/gmock.h>

using namespace mlir;
using namespace mlcc::nn;
using Numbers = std::vector<double>;

namespace {

/// Evaluates the last function of `text` on vectors, and gives its results.
std::vector<Numbers> evaluate(const std::string &text,
                              const std::vector<Numbers> &arguments) {
  MLIRContext context;
  context.loadDialect<NNDialect, func::FuncDialect>();
  auto module = parseSourceString<ModuleOp>(text, &context);
  if (!module) {
    ADD_FAILURE() << "not valid: " << text;
    return {};
  }
  auto function = module->lookupSymbol<func::FuncOp>("f");
  llvm::SmallVector<HostTensor> tensors;
  for (auto [type, numbers] :
       llvm::zip_equal(function.getArgumentTypes(), arguments)) {
    HostTensor &tensor = tensors.emplace_back(cast<RankedTensorType>(type));
    for (auto [i, number] : llvm::enumerate(numbers))
      tensor.setDouble(i, number);
  }
  auto results = interpret(function.front(), tensors);
  if (failed(results)) {
    ADD_FAILURE() << "not evaluated: " << text;
    return {};
  }
  std::vector<Numbers> all;
  for (const HostTensor &tensor : *results) {
    Numbers &numbers = all.emplace_back();
    for (int64_t i = 0; i < tensor.getNumElements(); ++i)
      numbers.push_back(tensor.getAsDouble(i));
  }
  return all;
}

/// s' = w s + x, y = s' + x.
std::string recurrence(const std::string &direction) {
  return R"(
    func.func private @body(%x: tensor<1xf64>, %s: tensor<1xf64>, %w: tensor<1xf64>) -> (tensor<1xf64>, tensor<1xf64>) {
      %0 = nn.mul %w, %s : (tensor<1xf64>, tensor<1xf64>) -> tensor<1xf64>
      %1 = nn.add %0, %x : (tensor<1xf64>, tensor<1xf64>) -> tensor<1xf64>
      %2 = nn.add %1, %x : (tensor<1xf64>, tensor<1xf64>) -> tensor<1xf64>
      return %2, %1 : tensor<1xf64>, tensor<1xf64>
    }
    func.func @f(%x: tensor<3x1xf64>, %s: tensor<1xf64>, %w: tensor<1xf64>) -> (tensor<3x1xf64>, tensor<1xf64>) {
      %0:2 = nn.scan @body over(%x) from(%s) with(%w) trips(3) )" +
         direction +
         R"( : (tensor<3x1xf64>, tensor<1xf64>, tensor<1xf64>) -> (tensor<3x1xf64>, tensor<1xf64>)
      return %0#0, %0#1 : tensor<3x1xf64>, tensor<1xf64>
    })";
}

TEST(Loops, ScanStacksStepsAndCarriesStates) {
  auto results = evaluate(recurrence(""), {{1, 2, 3}, {10}, {2}});
  // s: 21, 44, 91
  EXPECT_EQ(results, (std::vector<Numbers>{{22, 46, 94}, {91}}));
}

TEST(Loops, ReverseScanLeavesStepsInTheirPlaces) {
  auto results = evaluate(recurrence("reverse"), {{1, 2, 3}, {10}, {2}});
  // s: 23, 48, 97
  EXPECT_EQ(results, (std::vector<Numbers>{{98, 50, 26}, {97}}));
}

TEST(Loops, WhileEndsWhenItsBodySaysSo) {
  const std::string text = R"(
    func.func private @double(%s: tensor<f64>, %limit: tensor<f64>) -> (tensor<i1>, tensor<f64>) {
      %0 = nn.add %s, %s : (tensor<f64>, tensor<f64>) -> tensor<f64>
      %1 = nn.less %0, %limit : (tensor<f64>, tensor<f64>) -> tensor<i1>
      return %1, %0 : tensor<i1>, tensor<f64>
    }
    func.func @f(%s: tensor<f64>, %limit: tensor<f64>) -> tensor<f64> {
      %0 = nn.while @double from(%s) with(%limit) limit(5) : (tensor<f64>, tensor<f64>) -> tensor<f64>
      return %0 : tensor<f64>
    })";
  EXPECT_EQ(evaluate(text, {{3}, {20}}), (std::vector<Numbers>{{24}}));
  // It runs at least once and at most five times.
  EXPECT_EQ(evaluate(text, {{3}, {1}}), (std::vector<Numbers>{{6}}));
  EXPECT_EQ(evaluate(text, {{1}, {1000}}), (std::vector<Numbers>{{32}}));
}

} // namespace
