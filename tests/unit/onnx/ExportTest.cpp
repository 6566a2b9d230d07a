//===- ExportTest.cpp - Tests of ONNX models made of nn -------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every operation that the tests of nn's text form have is exported by itself
// and imported again, and must compute the same.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/Export.h"

#include "dialects/nn/Interpreter.h"
#include "dialects/nn/NN.h"
#include "dialects/rt/RT.h"
#include "frontends/onnx/Importer.h"
#include "frontends/onnx/onnx.pb.h"

#include "mlir/IR/Builders.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/raw_ostream.h"

#include <gmock/gmock.h>

#include <cmath>
#include <random>
#include <set>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::onnx_frontend;
using nn::HostTensor;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

namespace {

class ExportTest : public ::testing::Test {
protected:
  ExportTest() {
    context.loadDialect<nn::NNDialect, rt::RTDialect, func::FuncDialect>();
  }

  OwningOpRef<ModuleOp> import(const std::string &bytes) {
    onnx::ModelProto model;
    EXPECT_TRUE(model.ParseFromString(bytes));
    return importModel(model, "model.onnx", {}, &context);
  }

  /// @predict with the operation alone in it.
  OwningOpRef<ModuleOp> alone(Operation &operation) {
    OpBuilder builder(&context);
    OwningOpRef<ModuleOp> module(ModuleOp::create(operation.getLoc()));
    builder.setInsertionPointToEnd(module->getBody());
    auto function = func::FuncOp::create(
        builder, operation.getLoc(), "predict",
        builder.getFunctionType(operation.getOperandTypes(),
                                operation.getResultTypes()));
    Block *block = function.addEntryBlock();
    builder.setInsertionPointToEnd(block);
    Operation *copy = builder.clone(operation);
    copy->setOperands(block->getArguments());
    func::ReturnOp::create(builder, operation.getLoc(), copy->getResults());
    auto named = [&](char letter, unsigned number) {
      return builder.getStringAttr(letter + std::to_string(number));
    };
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      function.setArgAttr(i, rt::nameAttrName, named('x', i));
    for (unsigned i = 0; i < function.getNumResults(); ++i)
      function.setResultAttr(i, rt::nameAttrName, named('y', i));
    return module;
  }

  /// Numbers between 0.1 and 0.9, whole numbers 0 and 1.
  SmallVector<HostTensor> randomArguments(func::FuncOp function) {
    std::uniform_real_distribution<double> real(0.1, 0.9);
    std::uniform_int_distribution<int64_t> whole(0, 1);
    SmallVector<HostTensor> arguments;
    for (Type type : function.getArgumentTypes()) {
      HostTensor &tensor = arguments.emplace_back(cast<RankedTensorType>(type));
      for (int64_t i = 0; i < tensor.getNumElements(); ++i)
        if (isa<FloatType>(tensor.getElementType()))
          tensor.setDouble(i, real(generator));
        else
          tensor.setInt(i, whole(generator));
    }
    return arguments;
  }

  void expectSame(Operation &operation, func::FuncOp first,
                  func::FuncOp second) {
    SmallVector<HostTensor> arguments = randomArguments(first);
    auto expected = nn::interpret(first.front(), arguments);
    auto actual = nn::interpret(second.front(), arguments);
    ASSERT_TRUE(succeeded(expected) && succeeded(actual)) << text(operation);
    ASSERT_EQ(expected->size(), actual->size()) << text(operation);
    for (auto [left, right] : llvm::zip_equal(*expected, *actual)) {
      ASSERT_EQ(left.getType(), right.getType()) << text(operation);
      for (int64_t i = 0; i < left.getNumElements(); ++i) {
        double value = left.getAsDouble(i);
        if (std::isnan(value))
          ASSERT_TRUE(std::isnan(right.getAsDouble(i))) << text(operation);
        else
          ASSERT_NEAR(value, right.getAsDouble(i),
                      1e-5 * std::max(1.0, std::abs(value)))
              << text(operation);
      }
    }
  }

  static std::string text(Operation &operation) {
    std::string result;
    llvm::raw_string_ostream(result) << operation;
    return result;
  }

  /// Exports and imports each operation of a file of tests/lit/nn; returns
  /// those that ONNX cannot say.
  std::set<std::string> roundTrip(const std::string &file) {
    std::set<std::string> refused;
    OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(
        std::string(MLCC_TEST_SOURCE_DIR) + "/../../lit/nn/" + file, &context);
    EXPECT_TRUE(module) << file;
    if (!module)
      return refused;
    for (auto function : module->getOps<func::FuncOp>())
      for (Operation &operation : function.front().without_terminator()) {
        OwningOpRef<ModuleOp> one = alone(operation);
        auto predict = *one->getOps<func::FuncOp>().begin();
        std::string refusal;
        std::optional<std::string> bytes = exportFunction(predict, refusal);
        if (!bytes) {
          EXPECT_NE(refusal, "");
          refused.insert(operation.getName().getStringRef().str());
          continue;
        }
        OwningOpRef<ModuleOp> again = import(*bytes);
        EXPECT_TRUE(again) << text(operation);
        if (again)
          expectSame(operation, predict,
                     *again->getOps<func::FuncOp>().begin());
      }
    return refused;
  }

  MLIRContext context;
  std::mt19937 generator{5};
};

} // namespace

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// Bitwise operations of integers, and remainders of real numbers that have the
// divisor's sign: nn's are more general.
TEST_F(ExportTest, Elementwise) {
  EXPECT_THAT(roundTrip("round-trip-elementwise.mlir"),
              UnorderedElementsAre("nn.and", "nn.mod", "nn.or", "nn.shift_left",
                                   "nn.shift_right", "nn.xor"));
}

TEST_F(ExportTest, Gradient) {
  EXPECT_THAT(
      roundTrip("round-trip-gradient.mlir"),
      UnorderedElementsAre("nn.avg_pool_gradient", "nn.batch_norm_gradient",
                           "nn.batch_norm_train", "nn.conv_weight_gradient",
                           "nn.max_pool_gradient", "nn.random_bits"));
}

TEST_F(ExportTest, Layers) {
  EXPECT_THAT(roundTrip("round-trip-layers.mlir"), IsEmpty());
}

TEST_F(ExportTest, Shape) {
  EXPECT_THAT(roundTrip("round-trip-shape.mlir"), IsEmpty());
}

// Outputs that are an input, twice the same value, or a constant; a variable is
// left to whoever knows its value.
TEST_F(ExportTest, NamesWhatTheFunctionNames) {
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(R"(
    rt.variable @"layer.weight" : tensor<3xf32> role(parameter)
    func.func @scale(
        %x: tensor<3xf32> {rt.name = "x"},
        %w: tensor<3xf32> {rt.variable = @"layer.weight"}) -> (
        tensor<3xf32> {rt.name = "same"}, tensor<3xf32> {rt.name = "scaled"},
        tensor<3xf32> {rt.name = "again"}, tensor<i64> {rt.name = "seven"}) {
      %0 = nn.mul %x, %w : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32> loc("layer")
      %1 = nn.constant dense<7> : tensor<i64>
      return %x, %0, %0, %1 : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<i64>
    })",
                                                             &context);
  ASSERT_TRUE(module);
  std::string refusal;
  std::optional<std::string> bytes =
      exportFunction(*module->getOps<func::FuncOp>().begin(), refusal);
  ASSERT_TRUE(bytes) << refusal;
  onnx::ModelProto model;
  ASSERT_TRUE(model.ParseFromString(*bytes));
  std::vector<std::string> outputs;
  for (const onnx::ValueInfoProto &output : model.graph().output())
    outputs.push_back(output.name());
  EXPECT_THAT(outputs, ElementsAre("same", "scaled", "again", "seven"));
  EXPECT_EQ(model.graph().node(0).output(0), "scaled");
  EXPECT_EQ(model.graph().node(0).input(1), "layer.weight");

  onnx::TensorProto &weight = *model.mutable_graph()->add_initializer();
  weight.set_name("layer.weight");
  weight.set_data_type(onnx::TensorProto::FLOAT);
  weight.add_dims(3);
  for (float value : {1.f, 2.f, 3.f})
    weight.add_float_data(value);
  OwningOpRef<ModuleOp> again = importModel(model, "model.onnx", {}, &context);
  ASSERT_TRUE(again);
  auto predict = *again->getOps<func::FuncOp>().begin();
  auto results = nn::interpret(predict.front(), randomArguments(predict));
  ASSERT_TRUE(succeeded(results));
  EXPECT_EQ((*results)[1].getAsDouble(2),
            static_cast<float>((*results)[0].getAsDouble(2)) * 3.f);
  EXPECT_EQ((*results)[3].getAsInt(0), 7);
}

TEST_F(ExportTest, AddsThoseOfPredictionOnly) {
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(R"(
    rt.variable @w : tensor<f32> role(parameter)
    func.func @predict(%x: tensor<f32> {rt.name = "x"}) -> (tensor<f32> {rt.name = "y"}) {
      return %x : tensor<f32>
    }
    func.func @draw(%key: tensor<2xi64> {rt.name = "key"}) -> (tensor<1xui32> {rt.name = "y"}) {
      %0 = nn.random_bits %key {shape = array<i64: 1>, stream = 0 : i64} : (tensor<2xi64>) -> tensor<1xui32>
      return %0 : tensor<1xui32>
    }
    func.func @learn(%x: tensor<f32> {rt.name = "x"}) -> (tensor<f32> {rt.variable = @w}) {
      return %x : tensor<f32>
    })",
                                                             &context);
  ASSERT_TRUE(module);
  std::string remarks;
  ScopedDiagnosticHandler collect(
      &context, [&](Diagnostic &diagnostic) { remarks += diagnostic.str(); });
  addExports(*module);
  std::vector<std::string> functions;
  for (auto op : module->getOps<rt::ExportOp>())
    functions.push_back(op.getFunction().str());
  EXPECT_THAT(functions, ElementsAre("predict"));
  EXPECT_EQ(remarks, "@draw cannot be exported as an ONNX model: "
                     "nn.random_bits at '': ONNX has no such operation");
}
