//===- TorchTest.cpp - Gradients against libtorch's -----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Inputs/torch.mlir, which torch_cases.py writes, holds functions of one op
// with the gradients that torch.autograd gives.
//
//===----------------------------------------------------------------------===//

#include "compiler/gradient/Differentiate.h"
#include "dialects/nn/Interpreter.h"
#include "tests/unit/gradient/GradientCheck.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

static HostTensor tensorOf(Attribute attribute) {
  return *HostTensor::fromAttribute(attribute);
}

static void expectNear(const HostTensor &actual, const HostTensor &expected,
                       const std::string &what) {
  ASSERT_EQ(actual.getType(), expected.getType()) << what;
  for (int64_t i = 0; i < actual.getNumElements(); ++i) {
    double want = expected.getAsDouble(i), have = actual.getAsDouble(i);
    // libtorch holds some constants in f32.
    EXPECT_NEAR(have, want, 1e-7 * std::max(1.0, std::abs(want)))
        << what << ", element " << i;
  }
}

/// Evaluates the function and its gradients, and compares both.
static void compare(func::FuncOp function) {
  Block &block = function.front();
  Operation *end = block.getTerminator();
  OpBuilder builder(end);
  SmallVector<Value> outputs(end->getOperands()), cotangents, inputs;
  SmallVector<HostTensor> arguments, values, gradients;
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    arguments.push_back(tensorOf(function.getArgAttr(i, "test.value")));
    if (Attribute gradient = function.getArgAttr(i, "test.gradient")) {
      inputs.push_back(function.getArgument(i));
      gradients.push_back(tensorOf(gradient));
    }
  }
  for (unsigned i = 0; i < function.getNumResults(); ++i) {
    values.push_back(tensorOf(function.getResultAttr(i, "test.value")));
    cotangents.push_back(ConstantOp::create(
        builder, function.getLoc(),
        cast<ElementsAttr>(function.getResultAttr(i, "test.cotangent"))));
  }
  auto emitted = differentiate(builder, outputs, cotangents, inputs);
  ASSERT_TRUE(succeeded(emitted));
  SmallVector<Value> results = outputs;
  llvm::append_range(results, *emitted);
  end->setOperands(results);
  auto computed = interpret(block, arguments);
  ASSERT_TRUE(succeeded(computed));
  for (auto [i, value] : llvm::enumerate(values))
    expectNear((*computed)[i], value, "result " + std::to_string(i));
  for (auto [i, gradient] : llvm::enumerate(gradients))
    expectNear((*computed)[values.size() + i], gradient,
               "gradient of input " + std::to_string(i));
}

TEST(Torch, GivesTheSameGradients) {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  loadGradients(context);
  // For the attributes test.*.
  context.allowUnregisteredDialects();
  auto module = parseSourceFile<ModuleOp>(
      MLCC_TEST_SOURCE_DIR "/Inputs/torch.mlir", &context);
  ASSERT_TRUE(module);
  unsigned functions = 0;
  for (auto function : module->getOps<func::FuncOp>()) {
    SCOPED_TRACE(function.getSymName().str());
    compare(function);
    ++functions;
  }
  EXPECT_GE(functions, 100u);
}
