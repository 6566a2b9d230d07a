//===- BindingTest.cpp - Shapes and values bound by the user --------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/onnx/ModelBuilder.h"

#include "dialects/nn/HostTensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "gmock/gmock.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::onnx_frontend;
using testing::HasSubstr;
using testing::Not;

namespace {

class BindingTest : public testing::Test {
protected:
  MLIRContext context;
  ImportOptions options;
};

Model symbolicModel() {
  Model model(17);
  model.input("a", {"batch", "3"}).input("b", {"batch", "length"}).output("y");
  return model.add(node("Concat", {"a", "b"}, {"y"}, {integer("axis", 1)}));
}

TEST_F(BindingTest, OneErrorListsAllUnboundDimensions) {
  Imported imported = import(context, symbolicModel());
  EXPECT_THAT(imported.messages, HasSubstr("MLCC-1020"));
  EXPECT_THAT(imported.messages,
              HasSubstr("'batch' (dimension 0 of 'a', dimension 0 of 'b')"));
  EXPECT_THAT(imported.messages, HasSubstr("'length' (dimension 1 of 'b')"));
  EXPECT_EQ(llvm::StringRef(imported.messages).count("MLCC"), 1u);
}

TEST_F(BindingTest, DimensionsBindByName) {
  options.dimensions = {{"batch", 4}, {"length", 5}};
  EXPECT_THAT(import(context, symbolicModel(), options).text(),
              HasSubstr("tensor<4x8xf32>"));
}

TEST_F(BindingTest, ShapesBindTheSymbolsOfOtherInputs) {
  options.shapes["b"] = {4, 5};
  EXPECT_THAT(import(context, symbolicModel(), options).text(),
              HasSubstr("tensor<4x8xf32>"));
}

TEST_F(BindingTest, ContradictionsAreErrors) {
  options.shapes["a"] = {2, 3};
  options.shapes["b"] = {4, 5};
  EXPECT_THAT(import(context, symbolicModel(), options).messages,
              HasSubstr("MLCC-1021"));
  options.shapes = {{"a", {2, 4}}, {"b", {2, 1}}};
  EXPECT_THAT(import(context, symbolicModel(), options).messages,
              HasSubstr("contradicts"));
  options.shapes = {{"a", {2, 3, 1}}, {"b", {2, 1}}};
  EXPECT_THAT(import(context, symbolicModel(), options).messages,
              HasSubstr("does not fit"));
}

TEST_F(BindingTest, NamesThatTheModelDoesNotHaveAreErrors) {
  options.shapes["c"] = {1};
  options.dimensions["width"] = 1;
  options.bindings["d"] = "1";
  std::string messages = import(context, symbolicModel(), options).messages;
  EXPECT_THAT(messages, HasSubstr("'c', but the model's inputs are: 'a', 'b'"));
  EXPECT_THAT(messages, HasSubstr("'width', but the model's symbolic "
                                  "dimensions are: 'batch', 'length'"));
  EXPECT_THAT(messages, HasSubstr("the input 'd'"));
}

TEST_F(BindingTest, ExtentsAreAtLeastOne) {
  options.dimensions = {{"batch", 0}, {"length", -5}};
  EXPECT_THAT(import(context, symbolicModel(), options).messages,
              HasSubstr("the least extent is 1"));
}

/// If `rate` is 16000, relu, else an operator that does not exist.
Model branchingModel() {
  onnx::GraphProto known, unknown;
  *known.add_node() = node("Relu", {"x"}, {"then_y"});
  known.add_output()->set_name("then_y");
  *unknown.add_node() = node("Frobnicate", {"x"}, {"else_y"});
  unknown.add_output()->set_name("else_y");
  Model model(17);
  model.input("x", {"2"})
      .input("rate", {}, onnx::TensorProto::INT64)
      .output("y");
  model.weight(integerScalar("16k", 16000));
  model.add(node("Equal", {"rate", "16k"}, {"is16k"}));
  return model.add(
      node("If", {"is16k"}, {"y"},
           {graph("then_branch", known), graph("else_branch", unknown)}));
}

TEST_F(BindingTest, ABoundInputStaysInTheSignature) {
  options.bindings["rate"] = "16000";
  Imported imported = import(context, branchingModel(), options);
  ASSERT_TRUE(imported.module) << imported.messages;
  auto function = imported.module->lookupSymbol<func::FuncOp>("predict");
  ASSERT_EQ(function.getNumArguments(), 2u);
  auto value = nn::HostTensor::fromAttribute(
      function.getArgAttr(1, "rt.required_value"));
  ASSERT_TRUE(value);
  EXPECT_EQ(value->getAsInt(0), 16000);
}

TEST_F(BindingTest, OnlyTheChosenBranchIsImported) {
  options.bindings["rate"] = "16000";
  EXPECT_THAT(import(context, branchingModel(), options).text(),
              HasSubstr("nn.relu"));
  options.bindings["rate"] = "8000";
  EXPECT_THAT(import(context, branchingModel(), options).messages,
              HasSubstr("the operator 'Frobnicate' is not supported"));
}

TEST_F(BindingTest, AnUnknownConditionNamesTheInputToBind) {
  EXPECT_THAT(import(context, branchingModel()).messages,
              HasSubstr("bind it with --bind rate=VALUE"));
}

TEST_F(BindingTest, ValuesMustFitTheInput) {
  for (const char *value : {"", "x", "1,2", "1.5", "99999999999999999999"}) {
    options.bindings["rate"] = value;
    EXPECT_THAT(import(context, branchingModel(), options).messages,
                HasSubstr("MLCC-1021"))
        << value;
  }
}

} // namespace
