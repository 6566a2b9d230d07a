//===- HostileTest.cpp - Broken and malicious descriptions ----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/mlc/ModelRunner.h"

#include "frontends/mlc/mlc.pb.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>

#include <fstream>
#include <random>

using testing::AnyOf;
using testing::HasSubstr;

namespace {

std::string example(const std::string &name) {
  auto buffer = llvm::MemoryBuffer::getFile(std::string(MLCC_SOURCE_DIR) +
                                            "/examples/train/" + name);
  EXPECT_TRUE(bool(buffer)) << name;
  return buffer ? (*buffer)->getBuffer().str() : "";
}

/// The messages of the import of a file with these bytes, or "imported".
std::string problemsOfFile(const std::string &bytes, const char *extension) {
  llvm::SmallString<128> path;
  EXPECT_FALSE(llvm::sys::fs::createTemporaryFile("mlcc", extension, path));
  std::ofstream(path.str().str(), std::ios::binary) << bytes;
  TestContext context;
  std::string messages;
  mlir::ScopedDiagnosticHandler collect(&context,
                                        [&](mlir::Diagnostic &diagnostic) {
                                          messages += diagnostic.str() + "\n";
                                          return mlir::success();
                                        });
  auto module = mlcc::mlc_frontend::importModel(path, {}, &context);
  llvm::sys::fs::remove(path);
  EXPECT_EQ(bool(module), messages.empty());
  return module ? "imported" : messages;
}

std::string binary(const std::string &text) {
  mlcc::v1::Model model;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &model));
  return model.SerializeAsString();
}

TEST(Hostile, FilesThatCannotBeRead) {
  TestContext context;
  std::string messages;
  mlir::ScopedDiagnosticHandler collect(&context,
                                        [&](mlir::Diagnostic &diagnostic) {
                                          messages += diagnostic.str() + "\n";
                                          return mlir::success();
                                        });
  EXPECT_FALSE(mlcc::mlc_frontend::importModel("/nowhere/m.mlc", {}, &context));
  EXPECT_THAT(messages, HasSubstr("MLCC-1001"));
}

TEST(Hostile, BinaryFilesAreTheSameModel) {
  EXPECT_EQ(problemsOfFile(binary(example("mlp.mlc.textproto")), "mlc"),
            "imported");
}

TEST(Hostile, ErrorsOfBinaryFilesNameTheField) {
  TestContext context;
  std::string text =
      "version: 1 function { name: 'f' input { name: 'x' shape: '2' } "
      "node { name: 'a' op: 'abs' } node { name: 'd' dense { units: -1 } } }";
  llvm::SmallString<128> path;
  ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("mlcc", "mlc", path));
  std::ofstream(path.str().str(), std::ios::binary) << binary(text);
  std::string place;
  mlir::ScopedDiagnosticHandler collect(
      &context, [&](mlir::Diagnostic &diagnostic) {
        if (auto name = llvm::dyn_cast<mlir::NameLoc>(diagnostic.getLocation()))
          place = name.getName().str();
        return mlir::success();
      });
  EXPECT_FALSE(mlcc::mlc_frontend::importModel(path, {}, &context));
  llvm::sys::fs::remove(path);
  EXPECT_EQ(place, "function[0].node[1].dense.units");
}

TEST(Hostile, EveryTruncationIsAnErrorOrAModel) {
  std::string text = example("mlp.mlc.textproto");
  for (size_t length = 0; length < text.size(); length += 3)
    EXPECT_THAT(problemsOf(text.substr(0, length)),
                AnyOf("imported", HasSubstr("MLCC-")));
  std::string bytes = binary(text);
  for (size_t length = 0; length < bytes.size(); ++length)
    EXPECT_THAT(problemsOfFile(bytes.substr(0, length), "mlc"),
                AnyOf("imported", HasSubstr("MLCC-")));
}

TEST(Hostile, NoiseIsAnErrorOrAModel) {
  std::mt19937 random(5);
  std::string text = example("lenet.mlc.textproto"), bytes = binary(text);
  for (int round = 0; round < 400; ++round) {
    std::string noisy = round % 2 ? text : bytes;
    for (int change = 0; change < 1 + round % 4; ++change)
      noisy[random() % noisy.size()] =
          char(round % 2 ? "0123456789-'\"{}:,ax"[random() % 19] : random());
    std::string problems =
        round % 2 ? problemsOf(noisy) : problemsOfFile(noisy, "mlc");
    EXPECT_THAT(problems, AnyOf("imported", HasSubstr("MLCC-")));
  }
}

std::string withBlocks(const std::string &blocks, const std::string &call) {
  return "version: 1 " + blocks +
         " function { name: 'f' input { name: 'x' shape: '2' } node { name: "
         "'r' " +
         call + " } }";
}

TEST(Hostile, BlocksThatCallThemselves) {
  EXPECT_THAT(problemsOf(withBlocks(
                  "block { name: 'a' input: 'v' node { call { block: 'a' } } }",
                  "call { block: 'a' }")),
              testing::AllOf(HasSubstr("MLCC-1044"), HasSubstr("a calls a")));
  EXPECT_THAT(problemsOf(withBlocks(
                  "block { name: 'a' input: 'v' node { call { block: 'b' } } } "
                  "block { name: 'b' input: 'v' node { call { block: 'a' } } }",
                  "call { block: 'a' }")),
              HasSubstr("a calls b calls a"));
}

TEST(Hostile, RepetitionHasALimit) {
  std::string block =
      "block { name: 'a' input: 'v' node { name: 'n' op: 'neg' } } ";
  EXPECT_THAT(
      problemsOf(withBlocks(block, "call { block: 'a' repeat: 9000000000 }")),
      HasSubstr("MLCC-1044"));
  EXPECT_THAT(problemsOf(withBlocks(block, "call { block: 'a' repeat: -1 }")),
              HasSubstr("MLCC-1044"));
  // Each block calls the next one a thousand times.
  std::string tower = block;
  for (char name = 'b'; name < 'g'; ++name)
    tower += std::string("block { name: '") + name +
             "' input: 'v' node { name: 'n' call { block: '" + char(name - 1) +
             "' repeat: 1000 } } } ";
  EXPECT_THAT(problemsOf(withBlocks(tower, "call { block: 'f' }")),
              HasSubstr("MLCC-1044"));
  EXPECT_THAT(
      problemsOf(withBlocks(block, "while { block: 'a' limit: 2000000 }")),
      HasSubstr("MLCC-1044"));
  EXPECT_THAT(
      problemsOf("version: 1 block { name: 'a' input: 'v' node { name: 'n' op: "
                 "'neg' } } "
                 "function { name: 'f' input { name: 'x' shape: '2000000, 1' } "
                 "node { name: 'r' scan { block: 'a' } } }"),
      HasSubstr("MLCC-1044"));
}

TEST(Hostile, SizesBeyondAllBounds) {
  auto layer = [](const std::string &node,
                  const std::string &shape = "2, 3, 8, 8") {
    return problemsOf(
        "version: 1 function { name: 'f' input { name: 'x' shape: '" + shape +
        "' } node { name: 'r' " + node + " } }");
  };
  EXPECT_THAT(layer("op: 'abs'", "1000000000000, 1000000000000"),
              HasSubstr("MLCC-"));
  EXPECT_THAT(layer("op: 'abs'", "9223372036854775807"), HasSubstr("MLCC-"));
  EXPECT_THAT(layer("op: 'abs'", "0"), HasSubstr("MLCC-1041"));
  EXPECT_THAT(layer("op: 'abs'", "2.5"), HasSubstr("MLCC-1041"));
  EXPECT_THAT(layer("dense { units: 9223372036854775807 }"),
              HasSubstr("MLCC-1041"));
  EXPECT_THAT(layer("dense { units: 2147483647 }", "2, 2147483647"),
              HasSubstr("MLCC-"));
  EXPECT_THAT(layer("conv { channels: 4 kernel: 9223372036854775807 }"),
              HasSubstr("MLCC-1041"));
  EXPECT_THAT(layer("conv { channels: 4 kernel: 3 dilation: 2147483647 stride: "
                    "2147483647 same: true }"),
              AnyOf("imported", HasSubstr("MLCC-")));
  EXPECT_THAT(layer("conv { channels: 4 kernel: 3 padding: [1, 2, 3] }"),
              HasSubstr("MLCC-1041"));
  EXPECT_THAT(layer("conv { channels: 4 kernel: 30 }"), HasSubstr("MLCC-2001"));
  EXPECT_THAT(layer("conv { channels: 4 kernel: 3 groups: 2 }"),
              HasSubstr("groups"));
  EXPECT_THAT(layer("group_norm { groups: 2 }"), HasSubstr("MLCC-"));
  EXPECT_THAT(layer("layer_norm { dimensions: 9 }"), HasSubstr("MLCC-"));
  EXPECT_THAT(layer("lstm { units: 4 layers: 1000000 }", "2, 3, 4"),
              HasSubstr("MLCC-1044"));
  EXPECT_THAT(layer("attention { heads: 3 }", "2, 3, 4"),
              HasSubstr("MLCC-2001"));
  EXPECT_THAT(layer("reshape { shape: '-1, -1' }"), HasSubstr("MLCC-1041"));
  EXPECT_THAT(layer("reshape { shape: '-1, 7' }"), HasSubstr("MLCC-2001"));
  EXPECT_THAT(layer("flatten { axis: -9223372036854775808 }"),
              HasSubstr("MLCC-1041"));
  EXPECT_THAT(layer("constant { shape: '3' values: [1, 2] }"),
              HasSubstr("MLCC-1041"));
  EXPECT_THAT(layer("constant { values: [] }"), HasSubstr("MLCC-1041"));
  EXPECT_THAT(layer("embedding { count: 3 size: 2 }"), HasSubstr("MLCC-2002"));
  EXPECT_THAT(layer("with: 'kernel = 1, 2, 3, 4, 5' max_pool { }"),
              HasSubstr("MLCC-1041"));
  EXPECT_THAT(layer("scan { block: 'q' states: 9223372036854775807 }"),
              HasSubstr("MLCC-"));
}

TEST(Hostile, NumbersThatAreNoEnumerators) {
  // Binary files can hold any number in an enumeration.
  EXPECT_THAT(problemsOf("version: 1 function { name: 'f' input { name: 'x' "
                         "shape: '2' type: 77 } "
                         "node { name: 'r' op: 'abs' } }"),
              AnyOf(HasSubstr("MLCC-1041"), HasSubstr("MLCC-1040")));
  mlcc::v1::Model model;
  model.set_version(1);
  auto *function = model.add_function();
  function->set_name("f");
  auto *input = function->add_input();
  input->set_name("x");
  input->set_shape("2, 2");
  auto add = [&] {
    auto *node = function->add_node();
    node->set_name("n" + std::to_string(function->node_size()));
    return node;
  };
  add()->mutable_loss()->set_kind(mlcc::v1::Loss::Kind(99));
  add()->mutable_metric()->set_kind(mlcc::v1::Metric::Kind(99));
  add()->mutable_random()->set_distribution(mlcc::v1::Random::Distribution(99));
  auto *parameter = add()->mutable_parameter();
  parameter->mutable_initializer()->set_kind(mlcc::v1::Initializer::Kind(99));
  add()->mutable_constant()->set_type(mlcc::v1::ElementType(99));
  EXPECT_THAT(problemsOfFile(model.SerializeAsString(), "mlc"),
              HasSubstr("MLCC-1041"));
}

TEST(Hostile, WeightsFiles) {
  auto fromFile = [](const std::string &file) {
    return problemsOf(
        "version: 1 function { name: 'f' input { name: 'x' shape: '2' } node { "
        "name: 'w' "
        "parameter { shape: '2' initializer { kind: FILE file: '" +
        file + "' } } } node { name: 'r' input: ['x', 'w'] op: 'add' } }");
  };
  EXPECT_THAT(fromFile("/etc/passwd"), HasSubstr("MLCC-1017"));
  EXPECT_THAT(fromFile("../weights.safetensors"), HasSubstr("MLCC-1017"));
  EXPECT_THAT(fromFile(""), HasSubstr("MLCC-1017"));
  EXPECT_THAT(fromFile("nothing.safetensors"), HasSubstr("MLCC-1001"));
}

} // namespace
