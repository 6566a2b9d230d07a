//===- Evaluation.cpp - Evaluating nn ops written as text -----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/nn/Evaluation.h"

#include "dialects/nn/Interpreter.h"
#include "dialects/nn/NN.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"

#include <cmath>

using namespace mlir;
using namespace mlcc::nn;

std::vector<double> evaluate(llvm::StringRef body, unsigned result) {
  MLIRContext context;
  context.loadDialect<NNDialect, func::FuncDialect>();
  std::string text = "func.func @f() {\n" + body.str() + "\nreturn\n}\n";
  auto module = parseSourceString<ModuleOp>(text, &context);
  if (!module) {
    ADD_FAILURE() << "not valid: " << text;
    return {};
  }
  Block &block = (*module->getOps<func::FuncOp>().begin()).front();
  Operation *last = block.getTerminator()->getPrevNode();
  block.getTerminator()->setOperands(last->getResults());
  auto tensors = interpret(block, {});
  if (failed(tensors)) {
    ADD_FAILURE() << "not evaluated: " << text;
    return {};
  }
  std::vector<double> values;
  const HostTensor &tensor = (*tensors)[result];
  EXPECT_EQ(tensor.getType(), last->getResult(result).getType());
  for (int64_t i = 0; i < tensor.getNumElements(); ++i)
    values.push_back(tensor.getAsDouble(i));
  return values;
}

::testing::Matcher<std::vector<double>>
near(const std::vector<double> &values) {
  std::vector<::testing::Matcher<double>> matchers;
  for (double value : values)
    matchers.push_back(::testing::NanSensitiveDoubleNear(
        value, 1e-6 * std::max(1.0, std::abs(value))));
  return ::testing::ElementsAreArray(matchers);
}
