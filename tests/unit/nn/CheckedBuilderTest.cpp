//===- CheckedBuilderTest.cpp - Refused ops are errors, not aborts --------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/CheckedBuilder.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

namespace {
class CheckedBuilderTest : public ::testing::Test {
protected:
  CheckedBuilderTest() : printer(&context, stream) {
    context.loadDialect<NNDialect>();
    module = ModuleOp::create(location());
    builder.setInsertionPointToStart(module->getBody());
  }

  Location location() {
    return NameLoc::get(StringAttr::get(&context, "conv1"));
  }
  Value constant(ArrayRef<int64_t> shape) {
    HostTensor tensor(RankedTensorType::get(shape, builder.getF32Type()));
    return ConstantOp::create(builder, location(), tensor.toAttribute("c"));
  }

  MLIRContext context;
  std::string errors;
  llvm::raw_string_ostream stream{errors};
  DiagnosticPrinter printer;
  OpBuilder builder{&context};
  OwningOpRef<ModuleOp> module;
};
} // namespace

TEST_F(CheckedBuilderTest, CreatesWithInferredTypes) {
  auto op = createChecked<AddOp>(builder, location(), constant({2, 1}),
                                 constant({3}));
  ASSERT_TRUE(succeeded(op));
  EXPECT_EQ(op->getType(), RankedTensorType::get({2, 3}, builder.getF32Type()));
  EXPECT_EQ(printer.exitStatus(), 0);
}

TEST_F(CheckedBuilderTest, CreatesSeveralResults) {
  auto op = createChecked<GruOp>(
      builder, location(), constant({5, 2, 3}), constant({1, 12, 3}),
      constant({1, 12, 4}), Value(), Value(), RnnDirection::forward,
      builder.getStrArrayAttr({"sigmoid", "tanh"}), FloatAttr());
  ASSERT_TRUE(succeeded(op));
  EXPECT_EQ((*op)->getNumResults(), 2u);
  EXPECT_TRUE(succeeded(module->verify()));
}

TEST_F(CheckedBuilderTest, FailsWithACodedErrorThatNamesTheNode) {
  Value lhs = constant({2, 3}), rhs = constant({4, 5});
  Operation *last = &module->getBody()->back();
  EXPECT_TRUE(
      failed(createChecked<MatMulOp>(builder, location(), lhs, rhs, Value())));
  EXPECT_EQ(&module->getBody()->back(), last);
  EXPECT_EQ(printer.exitStatus(), 2);
  EXPECT_TRUE(StringRef(errors).starts_with(
      "error: node 'conv1': MLCC-2001: no matrix product of 2x3 and 4x5"))
      << errors;
}
