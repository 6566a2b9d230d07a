//===- ImportTest.cpp - What imported descriptions look like --------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/mlc/ModelRunner.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <gmock/gmock.h>

#include <fstream>

using testing::HasSubstr;
using testing::Not;

namespace {

std::string read(const std::string &path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  EXPECT_TRUE(bool(buffer)) << path;
  return buffer ? (*buffer)->getBuffer().str() : "";
}

TEST(Import, AllExamples) {
  std::error_code error;
  int count = 0;
  for (llvm::sys::fs::directory_iterator
           file(std::string(MLCC_SOURCE_DIR) + "/examples/train", error),
       end;
       file != end && !error; file.increment(error)) {
    if (!llvm::StringRef(file->path()).ends_with(".mlc.textproto"))
      continue;
    ++count;
    EXPECT_EQ(problemsOf(read(file->path())), "imported") << file->path();
    ModelRunner model(read(file->path()), {{{"batch", 2}}, ""});
    EXPECT_TRUE(model.isValid()) << file->path();
  }
  EXPECT_GE(count, 2);
}

const char *const scaled = R"(
  version: 1
  function {
    name: "f"
    input { name: "x" shape: "2" }
    node { name: "w" parameter { shape: "2" } }
    node { name: "r" input: ["x", "w"] op: "mul" }
  })";

TEST(Import, FunctionsArePureOverVariables) {
  std::string text = ModelRunner(scaled, {}).text();
  EXPECT_THAT(text,
              HasSubstr("rt.variable @w : tensor<2xf32> role(parameter)"));
  EXPECT_THAT(text, HasSubstr("%arg0: tensor<2xf32> {rt.name = \"x\"}, %arg1: "
                              "tensor<2xf32> {rt.variable = @w}"));
  EXPECT_THAT(text,
              HasSubstr("@initialize(%arg0: tensor<i64> {rt.name = \"seed\"}) "
                        "-> (tensor<2xf32> {rt.variable = @w})"));
}

TEST(Import, TheElementTypeIsTheUsersChoice) {
  EXPECT_THAT(ModelRunner(scaled, {{}, "f64"}).text(),
              HasSubstr("tensor<2xf64>"));
  EXPECT_THAT(
      ModelRunner(std::string("element_type: F64 ") + scaled, {}).text(),
      HasSubstr("tensor<2xf64>"));
  EXPECT_THAT(
      ModelRunner(std::string("element_type: F64 ") + scaled, {{}, "f32"})
          .text(),
      Not(HasSubstr("f64")));
}

TEST(Import, DimensionsCanBeBound) {
  std::string text =
      "version: 1 dimension { name: 'n' size: 3 } function { name: 'f' "
      "input { name: 'x' shape: 'n, 2 * n' } node { name: 'r' op: 'abs' } }";
  EXPECT_THAT(ModelRunner(text, {}).text(), HasSubstr("tensor<3x6xf32>"));
  EXPECT_THAT(ModelRunner(text, {{{"n", 5}}, ""}).text(),
              HasSubstr("tensor<5x10xf32>"));
}

TEST(Import, FormsForTrainingArePrivateAndGoAway) {
  std::string text = ModelRunner("version: 1 function { name: 'loss' input { "
                                 "name: 'x' shape: '4, 3' } "
                                 "node { name: 'd' dense { units: 1 } } node { "
                                 "dropout { rate: 0.5 } } "
                                 "node { name: 'l' op: 'reduce_sum' with: "
                                 "'axes = 0, 1' with: 'keepdims = false' } } "
                                 "training { optimizer { sgd {} } }")
                         .text();
  EXPECT_THAT(text, HasSubstr("func.func @loss("));
  EXPECT_THAT(text, HasSubstr("func.func @train_step("));
  EXPECT_THAT(text, Not(HasSubstr("loss.training")));
}

TEST(Import, WeightsFromAFile) {
  llvm::SmallString<128> folder;
  ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("mlcc", folder));
  std::string header =
      R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  std::string bytes(8, '\0');
  bytes[0] = char(header.size());
  bytes += header;
  const float values[] = {1.5f, -2.0f};
  bytes.append(reinterpret_cast<const char *>(values), 8);
  std::string path = (folder + "/m.mlc.textproto").str();
  std::ofstream((folder + "/w.safetensors").str(), std::ios::binary) << bytes;
  auto description = [](const std::string &shape) {
    return "version: 1 function { name: 'f' input { name: 'x' shape: '" +
           shape + "' } node { name: 'w' parameter { shape: '" + shape +
           "' initializer { kind: FILE file: 'w.safetensors' } } } "
           "node { name: 'r' input: ['x', 'w'] op: 'mul' } }";
  };
  TestContext context;
  auto module =
      mlcc::mlc_frontend::importText(description("2"), path, {}, &context);
  ASSERT_TRUE(module);
  std::string text;
  llvm::raw_string_ostream(text) << *module;
  EXPECT_THAT(text, HasSubstr("dense<[1.500000e+00, -2.000000e+00]>"));
  std::string messages;
  mlir::ScopedDiagnosticHandler collect(&context,
                                        [&](mlir::Diagnostic &diagnostic) {
                                          messages += diagnostic.str();
                                          return mlir::success();
                                        });
  EXPECT_FALSE(
      mlcc::mlc_frontend::importText(description("3"), path, {}, &context));
  EXPECT_THAT(messages, HasSubstr("MLCC-1015"));
  // Every truncation of the weights is an error.
  for (size_t length = 0; length < bytes.size(); length += 7) {
    std::ofstream((folder + "/w.safetensors").str(), std::ios::binary)
        << bytes.substr(0, length);
    EXPECT_FALSE(
        mlcc::mlc_frontend::importText(description("2"), path, {}, &context));
  }
  llvm::sys::fs::remove_directories(folder);
}

} // namespace
