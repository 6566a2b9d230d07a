//===- FunctionsTest.cpp - Model-local functions --------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/onnx/ModelBuilder.h"

#include "gmock/gmock.h"

using namespace mlir;
using namespace mlcc::onnx_frontend;
using testing::HasSubstr;

namespace {

class FunctionsTest : public testing::Test {
protected:
  MLIRContext context;
};

onnx::FunctionProto &addFunction(Model &model, const std::string &name,
                                 const Names &inputs, const Names &outputs) {
  onnx::FunctionProto &function = *model.proto.add_functions();
  function.set_name(name);
  function.set_domain("local");
  function.add_opset_import()->set_version(17);
  for (const std::string &input : inputs)
    function.add_input(input);
  for (const std::string &output : outputs)
    function.add_output(output);
  return function;
}

onnx::NodeProto
call(const std::string &name, const Names &inputs, const Names &outputs,
     std::initializer_list<onnx::AttributeProto> attributes = {}) {
  onnx::NodeProto result = node(name, inputs, outputs, attributes);
  result.set_domain("local");
  return result;
}

/// y = Leaky(x), which calls LeakyRelu with its own attribute `slope`.
Model leakyModel(std::initializer_list<onnx::AttributeProto> attributes) {
  Model model(17);
  model.input("x", {"2"})
      .output("y")
      .add(call("Leaky", {"x"}, {"y"}, attributes));
  onnx::FunctionProto &leaky = addFunction(model, "Leaky", {"in"}, {"out"});
  onnx::AttributeProto reference;
  reference.set_name("alpha");
  reference.set_type(onnx::AttributeProto::FLOAT);
  reference.set_ref_attr_name("slope");
  *leaky.add_node() = node("LeakyRelu", {"in"}, {"out"}, {reference});
  return model;
}

TEST_F(FunctionsTest, AttributesComeFromTheCall) {
  EXPECT_THAT(import(context, leakyModel({number("slope", 0.5)})).text(),
              HasSubstr("nn.leaky_relu %arg0 {alpha = 5.000000e-01 : f64}"));
}

TEST_F(FunctionsTest, AttributesOfTheFunctionAreDefaults) {
  Model model = leakyModel({});
  *model.proto.mutable_functions(0)->add_attribute_proto() =
      number("slope", 0.25);
  EXPECT_THAT(import(context, model).text(), HasSubstr("alpha = 2.500000e-01"));
}

TEST_F(FunctionsTest, AttributesThatNobodyGivesAreLeftOut) {
  EXPECT_THAT(import(context, leakyModel({})).text(),
              HasSubstr("nn.leaky_relu %arg0 :"));
}

TEST_F(FunctionsTest, ErrorsInsideNameTheCall) {
  Model model = leakyModel({});
  model.proto.mutable_functions(0)->mutable_node(0)->set_op_type("Frobnicate");
  EXPECT_THAT(import(context, model).messages,
              HasSubstr("Leaky#0/Frobnicate#0: MLCC-1010"));
}

TEST_F(FunctionsTest, AnInputLeftOutIsAbsentInside) {
  Model model(17);
  model.input("x", {"2"}).output("y").add(call("Limit", {"x"}, {"y"}));
  onnx::FunctionProto &limit =
      addFunction(model, "Limit", {"in", "low", "high"}, {"out"});
  *limit.add_node() = node("Clip", {"in", "low", "high"}, {"out"});
  EXPECT_THAT(import(context, model).text(), HasSubstr("nn.clip %arg0 :"));
}

TEST_F(FunctionsTest, RecursionIsAnError) {
  Model model(17);
  model.input("x", {"2"}).output("y").add(call("Self", {"x"}, {"y"}));
  *addFunction(model, "Self", {"a"}, {"b"}).add_node() =
      call("Self", {"a"}, {"b"});
  EXPECT_THAT(import(context, model).messages, HasSubstr("MLCC-1013"));
}

TEST_F(FunctionsTest, ExpansionIsLimited) {
  // Each function calls the next one twice: 2^40 nodes.
  Model model(17);
  model.input("x", {"2"}).output("y").add(call("F0", {"x"}, {"y"}));
  for (int i = 0; i < 40; ++i) {
    onnx::FunctionProto &function =
        addFunction(model, "F" + std::to_string(i), {"a"}, {"c"});
    std::string next = "F" + std::to_string(i + 1);
    *function.add_node() = call(next, {"a"}, {"b"});
    *function.add_node() = call(next, {"b"}, {"c"});
  }
  *addFunction(model, "F40", {"a"}, {"b"}).add_node() =
      node("Relu", {"a"}, {"b"});
  EXPECT_THAT(import(context, model).messages, HasSubstr("MLCC-1023"));
}

} // namespace
