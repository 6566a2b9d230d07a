//===- ImportTest.cpp - What an imported model looks like -----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/onnx/ModelBuilder.h"

#include "dialects/nn/NN.h"
#include "frontends/onnx/Registry.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "gmock/gmock.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::onnx_frontend;
using testing::HasSubstr;
using testing::Not;

namespace {

class ImportTest : public testing::Test {
protected:
  func::FuncOp predict(Imported &imported) {
    EXPECT_EQ(imported.messages, "");
    return imported.module
               ? imported.module->lookupSymbol<func::FuncOp>("predict")
               : func::FuncOp();
  }
  MLIRContext context;
};

Model reluModel() {
  return Model(17)
      .input("data", {"1", "3"})
      .output("prob")
      .add(node("Relu", {"data"}, {"prob"}));
}

TEST_F(ImportTest, KeepsNamesOfInputsOutputsAndNodes) {
  Model model = reluModel();
  model.proto.mutable_graph()->mutable_node(0)->set_name("activation");
  Imported imported = import(context, model);
  func::FuncOp function = predict(imported);
  ASSERT_TRUE(function);
  EXPECT_EQ(function.getArgAttrOfType<StringAttr>(0, "rt.name"), "data");
  EXPECT_EQ(function.getResultAttrOfType<StringAttr>(0, "rt.name"), "prob");
  Operation &relu = function.getBody().front().front();
  EXPECT_EQ(cast<NameLoc>(relu.getLoc()).getName(), "activation");
}

TEST_F(ImportTest, NodesWithoutNamesAreNamedByTypeAndPosition) {
  Imported imported = import(context, reluModel());
  func::FuncOp function = predict(imported);
  ASSERT_TRUE(function);
  Operation &relu = function.getBody().front().front();
  EXPECT_EQ(cast<NameLoc>(relu.getLoc()).getName(), "Relu#0");
}

TEST_F(ImportTest, WeightsAreBlobsThatKeepTheFilesMemory) {
  Floats values(100);
  for (int i = 0; i < 100; ++i)
    values[i] = i;
  onnx::TensorProto weight = floatTensor("w", {100}, {});
  weight.set_raw_data(
      std::string(reinterpret_cast<const char *>(values.data()), 400));
  Model model(17);
  model.input("x", {"100"})
      .output("y")
      .weight(weight)
      .add(node("Add", {"x", "w"}, {"y"}));
  Imported imported = import(context, model);
  func::FuncOp function = predict(imported);
  ASSERT_TRUE(function);
  auto constant = cast<nn::ConstantOp>(function.getBody().front().front());
  auto resource = dyn_cast<DenseResourceElementsAttr>(constant.getValue());
  ASSERT_TRUE(resource);
  auto tensor = nn::HostTensor::fromAttribute(resource);
  ASSERT_TRUE(tensor);
  EXPECT_EQ(tensor->getAsDouble(99), 99);
}

TEST_F(ImportTest, WeightsThatNobodyReadsAreNotImported) {
  Model model = reluModel();
  // Its data is missing: looking at it would be an error.
  model.weight(floatTensor("unused", {4}, {}));
  Imported imported = import(context, model);
  EXPECT_THAT(imported.messages, "");
  EXPECT_THAT(imported.text(), Not(HasSubstr("nn.constant")));
}

TEST_F(ImportTest, InitializersAmongTheInputsAreWeights) {
  Model model(8);
  model.input("x", {"2"}).input("w", {"2"}).output("y");
  model.weight(floatTensor("w", {2}, {1, 2}))
      .add(node("Mul", {"x", "w"}, {"y"}));
  Imported imported = import(context, model);
  func::FuncOp function = predict(imported);
  ASSERT_TRUE(function);
  EXPECT_EQ(function.getNumArguments(), 1u);
}

TEST_F(ImportTest, NodesMayComeInAnyOrder) {
  Model model(17);
  model.input("x", {"2"}).output("c");
  model.add(node("Exp", {"b"}, {"c"})).add(node("Tanh", {"a"}, {"b"}));
  model.add(node("Relu", {"x"}, {"a"}));
  std::string text = import(context, model).text();
  size_t relu = text.find("nn.relu"), tanh = text.find("nn.tanh"),
         exp = text.find("nn.exp");
  ASSERT_NE(exp, std::string::npos);
  EXPECT_LT(relu, tanh);
  EXPECT_LT(tanh, exp);
}

TEST_F(ImportTest, ShapeArithmeticFoldsAway) {
  // Flattening as exporters write it: Reshape to [Shape(x)[0], -1].
  Model model(17);
  model.input("x", {"2", "3", "4"}).output("y");
  model.weight(integerScalar("zero", 0)).weight(integerTensor("rest", {-1}));
  model.weight(integerTensor("axis", {0}));
  model.add(node("Shape", {"x"}, {"shape"}));
  model.add(node("Gather", {"shape", "zero"}, {"batch"}));
  model.add(node("Unsqueeze", {"batch", "axis"}, {"first"}));
  model.add(
      node("Concat", {"first", "rest"}, {"target"}, {integer("axis", 0)}));
  model.add(node("Reshape", {"x", "target"}, {"y"}));
  Imported imported = import(context, model);
  EXPECT_EQ(imported.messages, "");
  EXPECT_THAT(imported.text(), HasSubstr("tensor<2x12xf32>"));
  EXPECT_THAT(imported.text(), Not(HasSubstr("nn.constant")));
  EXPECT_THAT(imported.text(), Not(HasSubstr("nn.gather")));
}

TEST_F(ImportTest, AllProblemsAreReportedAtOnce) {
  Model model(17);
  model.input("x", {"2"}).output("y");
  model.add(node("Frobnicate", {"x"}, {"a"}))
      .add(node("Relu", {"nowhere"}, {"b"}));
  model.add(node("Softmax", {"x"}, {"c"}, {integer("axis", 5)}));
  model.add(node("Sum", {"a", "b", "c"}, {"y"}));
  Imported imported = import(context, model);
  EXPECT_FALSE(imported.module);
  EXPECT_THAT(imported.messages, HasSubstr("Frobnicate#0: MLCC-1010"));
  EXPECT_THAT(imported.messages, HasSubstr("Relu#1: MLCC-1014"));
  EXPECT_THAT(imported.messages, HasSubstr("Softmax#2: MLCC-1012"));
  // What only reads failed values is no problem of its own.
  EXPECT_THAT(imported.messages, Not(HasSubstr("Sum#3")));
}

TEST_F(ImportTest, TensorsWithoutElementsAreConstants) {
  Model model(17);
  model.input("x", {"2"}).output("y");
  model.weight(floatTensor("nothing", {0}, {}));
  model.add(node("Concat", {"x", "nothing", "x"}, {"y"}, {integer("axis", 0)}));
  EXPECT_THAT(import(context, model).text(), HasSubstr("tensor<4xf32>"));
}

TEST_F(ImportTest, OutputsOfTheWrongTypeAreRefused) {
  Model model(17);
  model.input("x", {"2"}).output("y", onnx::TensorProto::INT64);
  model.add(node("Relu", {"x"}, {"y"}));
  EXPECT_THAT(import(context, model).messages, HasSubstr("MLCC-2002"));
}

TEST_F(ImportTest, EveryOperatorOfTheRegistryIsListed) {
  std::string table;
  llvm::raw_string_ostream stream(table);
  printOperatorTable(stream);
  EXPECT_THAT(table, HasSubstr("| Conv | 1 to 22 |"));
  EXPECT_THAT(table, HasSubstr("| LSTM | 7 to 22 | sequence_lens"));
}

} // namespace
