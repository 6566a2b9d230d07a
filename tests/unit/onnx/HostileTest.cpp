//===- HostileTest.cpp - Broken and malicious models ----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/onnx/ModelBuilder.h"

#include "frontends/onnx/Check.h"

#include "llvm/Support/FileSystem.h"
#include "gmock/gmock.h"

#include <fstream>
#include <limits>
#include <random>

using namespace mlir;
using namespace mlcc::onnx_frontend;
using testing::HasSubstr;

namespace {

class HostileTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("mlcc", "onnx", path));
  }
  void TearDown() override { llvm::sys::fs::remove(path); }

  /// Imports a file with these bytes and returns the messages.
  std::string importBytes(const std::string &bytes) {
    std::ofstream(path.str().str(), std::ios::binary) << bytes;
    std::string messages;
    ScopedDiagnosticHandler collect(&context, [&](Diagnostic &diagnostic) {
      messages += diagnostic.str() + '\n';
      return success();
    });
    if (importModel(path, {}, &context))
      messages += "imported";
    return messages;
  }

  llvm::SmallString<128> path;
  MLIRContext context;
};

Model convModel() {
  Model model(17);
  model.input("x", {"1", "2", "8", "8"}).output("y");
  model.weight(floatTensor("w", {3, 2, 3, 3}, Floats(54, 0.5)));
  model.weight(integerTensor("s", {1, -1}));
  model.add(node("Conv", {"x", "w"}, {"a"}, {integers("pads", {1, 1, 1, 1})}));
  model.add(
      node("MaxPool", {"a"}, {"b"},
           {integers("kernel_shape", {2, 2}), integers("strides", {2, 2})}));
  model.add(node("Reshape", {"b", "s"}, {"c"}));
  return model.add(node("Softmax", {"c"}, {"y"}, {integer("axis", -1)}));
}

TEST_F(HostileTest, FilesThatAreNoModels) {
  EXPECT_THAT(importBytes(""), HasSubstr("MLCC-1002"));
  EXPECT_THAT(importBytes("hello, world"), HasSubstr("MLCC-1002"));
  EXPECT_THAT(importBytes(std::string(1000, '\xff')), HasSubstr("MLCC-1002"));
}

TEST_F(HostileTest, FilesThatCannotBeRead) {
  std::string messages;
  ScopedDiagnosticHandler collect(&context, [&](Diagnostic &diagnostic) {
    messages += diagnostic.str() + '\n';
    return success();
  });
  EXPECT_FALSE(importModel("/nowhere/model.onnx", {}, &context));
  EXPECT_FALSE(importModel("/", {}, &context));
  EXPECT_EQ(llvm::StringRef(messages).count("MLCC-1001"), 2u);
}

TEST_F(HostileTest, EveryTruncationIsAnError) {
  std::string bytes = convModel().proto.SerializeAsString();
  EXPECT_EQ(importBytes(bytes), "imported");
  // The operator sets are written last: without them there is an error too.
  for (size_t size = 0; size < bytes.size(); ++size)
    ASSERT_THAT(importBytes(bytes.substr(0, size)), HasSubstr("MLCC-1"))
        << size << " bytes";
}

TEST_F(HostileTest, DamagedBytesNeverCrash) {
  std::string bytes = convModel().proto.SerializeAsString();
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    std::string damaged = bytes;
    for (int k = 0; k < 1 + i % 4; ++k)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    std::string messages = importBytes(damaged);
    ASSERT_TRUE(messages.find("MLCC-1") != std::string::npos ||
                messages.find("MLCC-2") != std::string::npos ||
                messages.find("imported") != std::string::npos)
        << messages;
  }
}

TEST_F(HostileTest, CyclesAreNamed) {
  Model model(17);
  model.input("x", {"2"}).output("c");
  model.add(node("Add", {"x", "c"}, {"a"})).add(node("Relu", {"a"}, {"b"}));
  model.add(node("Tanh", {"b"}, {"c"}));
  EXPECT_THAT(
      import(context, model).messages,
      HasSubstr(
          "cycle of 3 nodes: 'Add#0' -> 'Relu#1' -> 'Tanh#2' -> 'Add#0'"));
}

TEST_F(HostileTest, CyclesThroughBranches) {
  onnx::GraphProto branch;
  *branch.add_node() = node("Relu", {"y"}, {"z"});
  branch.add_output()->set_name("z");
  Model model(17);
  model.input("c", {}, onnx::TensorProto::BOOL).output("y");
  model.add(node("If", {"c"}, {"y"},
                 {graph("then_branch", branch), graph("else_branch", branch)}));
  EXPECT_THAT(import(context, model).messages,
              HasSubstr("cycle of 1 nodes: 'If#0' -> 'If#0'"));
}

TEST_F(HostileTest, NamesDefinedTwiceOrNowhere) {
  Model twice(17);
  twice.input("x", {"2"})
      .output("y")
      .add(node("Relu", {"x"}, {"y"}))
      .add(node("Tanh", {"x"}, {"y"}));
  EXPECT_THAT(import(context, twice).messages, HasSubstr("Tanh#1: MLCC-1013"));
  Model nowhere(17);
  nowhere.input("x", {"2"}).output("y").add(node("Add", {"x", "w"}, {"y"}));
  EXPECT_THAT(import(context, nowhere).messages, HasSubstr("Add#0: MLCC-1014"));
}

TEST_F(HostileTest, NamesWithControlCharactersAreEscaped) {
  Model model(17);
  model.input("x", {"2"}).output("y");
  onnx::NodeProto evil = node("Frobnicate", {"x"}, {"y"});
  evil.set_name(std::string("a\0b\033[2J\n", 8));
  EXPECT_THAT(import(context, model.add(evil)).messages,
              HasSubstr("a\\x00b\\x1B[2J\\x0A: MLCC-1010"));
}

TEST_F(HostileTest, ShapesOfInputs) {
  auto messages = [&](const Names &shape) {
    Model model(17);
    model.input("x", shape).output("y").add(node("Relu", {"x"}, {"y"}));
    return import(context, model).messages;
  };
  EXPECT_THAT(messages({"-3"}), HasSubstr("MLCC-1020"));
  EXPECT_THAT(messages({"0", "3"}), HasSubstr("MLCC-2003"));
  EXPECT_THAT(messages({"4294967296", "4294967296"}), HasSubstr("MLCC-1023"));
  EXPECT_THAT(messages({"9223372036854775807"}), HasSubstr("MLCC-1023"));
  EXPECT_THAT(messages(Names(1000, "1")), HasSubstr("MLCC-1023"));
}

TEST_F(HostileTest, DataThatDoesNotMatchItsShape) {
  auto messages = [&](onnx::TensorProto weight) {
    Model model(17);
    model.input("x", {"4"})
        .output("y")
        .weight(weight)
        .add(node("Add", {"x", "w"}, {"y"}));
    return import(context, model).messages;
  };
  onnx::TensorProto raw = floatTensor("w", {4}, {});
  raw.set_raw_data("123456789012345");
  EXPECT_THAT(messages(raw), HasSubstr("MLCC-1015"));
  EXPECT_THAT(messages(floatTensor("w", {4}, {1, 2, 3})),
              HasSubstr("MLCC-1015"));
  EXPECT_THAT(messages(floatTensor("w", {-4}, {1})), HasSubstr("MLCC-1015"));
  EXPECT_THAT(messages(floatTensor("w", {1LL << 32, 1LL << 32}, {})),
              HasSubstr("MLCC-1023"));
  onnx::TensorProto string = floatTensor("w", {4}, {});
  string.set_data_type(onnx::TensorProto::STRING);
  EXPECT_THAT(messages(string), HasSubstr("MLCC-1016"));
  string.set_data_type(-1);
  EXPECT_THAT(messages(string), HasSubstr("MLCC-1016"));
}

TEST_F(HostileTest, HugeResultsAreRefusedBeforeTheyAreMade) {
  auto messages = [&](onnx::NodeProto operation,
                      std::vector<onnx::TensorProto> constants) {
    Model model(17);
    model.input("x", {"1", "1"}).output("y");
    for (const onnx::TensorProto &tensor : constants)
      model.weight(tensor);
    return import(context, model.add(operation)).messages;
  };
  constexpr int64_t huge = int64_t(1) << 40,
                    largest = std::numeric_limits<int64_t>::max();
  for (int64_t extent : {huge, largest}) {
    auto shape = integerTensor("s", {extent, extent});
    for (const char *op : {"Expand", "Tile"})
      EXPECT_THAT(messages(node(op, {"x", "s"}, {"y"}), {shape}),
                  HasSubstr("MLCC-"))
          << op;
    EXPECT_THAT(messages(node("ConstantOfShape", {"s"}, {"y"}), {shape}),
                HasSubstr("MLCC-1023"));
    EXPECT_THAT(messages(node("Pad", {"x", "s"}, {"y"}),
                         {integerTensor("s", {0, extent, 0, extent})}),
                HasSubstr("MLCC-"));
    EXPECT_THAT(messages(node("Range", {"a", "b", "c"}, {"y"}),
                         {integerScalar("a", 0), integerScalar("b", extent),
                          integerScalar("c", 1)}),
                HasSubstr("MLCC-1023"));
    EXPECT_THAT(
        messages(node("OneHot", {"x", "d", "v"}, {"y"}),
                 {integerScalar("d", extent), floatTensor("v", {2}, {0, 1})}),
        HasSubstr("MLCC-"));
  }
}

TEST_F(HostileTest, SubgraphsNestedTooDeeply) {
  onnx::TensorProto yes = integerScalar("", 1);
  yes.set_data_type(onnx::TensorProto::BOOL);
  yes.clear_int64_data();
  yes.add_int32_data(1);
  onnx::GraphProto inner;
  *inner.add_node() = node("Relu", {"x"}, {"y"});
  inner.add_output()->set_name("y");
  for (int i = 0; i < 80; ++i) {
    onnx::GraphProto outer;
    *outer.add_node() = node("Constant", {}, {"c"}, {tensor("value", yes)});
    *outer.add_node() =
        node("If", {"c"}, {"y"},
             {graph("then_branch", inner), graph("else_branch", inner)});
    // Two copies of each would be 2^80 graphs.
    outer.mutable_node(1)->mutable_attribute(1)->mutable_g()->clear_node();
    outer.add_output()->set_name("y");
    inner = outer;
  }
  Model model(17);
  model.input("x", {"2"});
  inner.clear_name();
  *inner.add_input() = model.proto.graph().input(0);
  *model.proto.mutable_graph() = inner;
  EXPECT_THAT(import(context, model).messages,
              HasSubstr("nested deeper than 64"));
}

TEST_F(HostileTest, CheckDescribesAModelWithoutItsShapes) {
  Model model(17);
  model.input("x", {"batch", "3"}).output("y").add(node("Relu", {"x"}, {"y"}));
  std::ofstream(path.str().str(), std::ios::binary)
      << model.proto.SerializeAsString();
  std::string summary;
  llvm::raw_string_ostream stream(summary);
  EXPECT_TRUE(succeeded(checkModel(path, {}, &context, stream)));
  EXPECT_THAT(summary, HasSubstr("input    x[batch, 3] FLOAT"));
  EXPECT_THAT(summary, HasSubstr("nodes    1: 1 Relu"));
  EXPECT_THAT(summary, HasSubstr("unbound  'batch' (dimension 0 of 'x')"));
}

TEST_F(HostileTest, CheckFindsProblemsWithoutShapes) {
  Model model(17);
  model.input("x", {"batch"}).output("y").add(node("Frobnicate", {"x"}, {"y"}));
  std::ofstream(path.str().str(), std::ios::binary)
      << model.proto.SerializeAsString();
  std::string summary, messages;
  llvm::raw_string_ostream stream(summary);
  ScopedDiagnosticHandler collect(&context, [&](Diagnostic &diagnostic) {
    messages += diagnostic.str();
    return success();
  });
  EXPECT_TRUE(failed(checkModel(path, {}, &context, stream)));
  EXPECT_THAT(messages, HasSubstr("MLCC-1010"));
}

} // namespace
