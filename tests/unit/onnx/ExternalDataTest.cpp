//===- ExternalDataTest.cpp - Weights in other files ----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/onnx/ModelBuilder.h"

#include "dialects/nn/NN.h"

#include "llvm/Support/FileSystem.h"
#include "gmock/gmock.h"

#include <fstream>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::onnx_frontend;
using testing::HasSubstr;

namespace {

/// A folder "model" with weights.bin (the floats 0 to 99) beside secret.bin.
class ExternalDataTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("mlcc-onnx", root));
    folder = (root + "/model").str();
    ASSERT_FALSE(llvm::sys::fs::create_directory(folder));
    Floats values(100);
    for (int i = 0; i < 100; ++i)
      values[i] = i;
    for (const std::string &file :
         {folder + "/weights.bin", (root + "/secret.bin").str()})
      std::ofstream(file, std::ios::binary)
          .write(reinterpret_cast<const char *>(values.data()), 400);
  }
  void TearDown() override { llvm::sys::fs::remove_directories(root); }

  Imported importWeight(
      const Integers &shape,
      std::initializer_list<std::pair<std::string, std::string>> entries) {
    onnx::TensorProto weight = floatTensor("w", shape, {});
    weight.set_data_location(onnx::TensorProto::EXTERNAL);
    for (const auto &[key, value] : entries) {
      auto &entry = *weight.add_external_data();
      entry.set_key(key);
      entry.set_value(value);
    }
    Model model(17);
    model.input("x", {"1"})
        .output("y")
        .weight(weight)
        .add(node("Add", {"x", "w"}, {"y"}));
    return import(context, model, {}, folder + "/model.onnx");
  }

  llvm::SmallString<128> root;
  std::string folder;
  MLIRContext context;
};

/// The weight of a model that `importWeight` made.
std::optional<nn::HostTensor> weightOf(Imported &imported) {
  std::optional<nn::HostTensor> weight;
  if (imported.module)
    imported.module->walk([&](nn::ConstantOp op) {
      weight = nn::HostTensor::fromAttribute(op.getValue());
    });
  return weight;
}

TEST_F(ExternalDataTest, IsMappedAtItsOffset) {
  for (auto [offset, first] : {std::pair("0", 0.0), {"40", 10.0}}) {
    Imported imported = importWeight(
        {90},
        {{"location", "weights.bin"}, {"offset", offset}, {"length", "360"}});
    auto weight = weightOf(imported);
    ASSERT_TRUE(weight) << imported.messages;
    EXPECT_EQ(weight->getAsDouble(0), first);
    EXPECT_EQ(weight->getAsDouble(89), first + 89);
  }
}

TEST_F(ExternalDataTest, NeedNotBeAligned) {
  Imported imported =
      importWeight({10}, {{"location", "weights.bin"}, {"offset", "3"}});
  ASSERT_TRUE(weightOf(imported)) << imported.messages;
}

TEST_F(ExternalDataTest, OutsideTheFolderIsRefused) {
  ASSERT_FALSE(
      llvm::sys::fs::create_link(root + "/secret.bin", folder + "/link.bin"));
  for (const std::string &location :
       {std::string("../secret.bin"), std::string("link.bin"),
        std::string("a/../../secret.bin"), (root + "/secret.bin").str(),
        folder + "/weights.bin"}) {
    Imported imported = importWeight({10}, {{"location", location}});
    EXPECT_THAT(imported.messages, HasSubstr("MLCC-1017")) << location;
  }
}

TEST_F(ExternalDataTest, LinksInsideTheFolderAreFollowed) {
  ASSERT_FALSE(llvm::sys::fs::create_link("weights.bin", folder + "/link.bin"));
  Imported imported = importWeight({100}, {{"location", "link.bin"}});
  EXPECT_TRUE(weightOf(imported)) << imported.messages;
}

TEST_F(ExternalDataTest, MustHoldTheWholeTensor) {
  using Entries = std::initializer_list<std::pair<std::string, std::string>>;
  for (Entries entries : std::initializer_list<Entries>{
           {{"location", "weights.bin"}, {"offset", "4"}},
           {{"location", "weights.bin"}, {"length", "399"}},
           {{"location", "weights.bin"}, {"offset", "-4"}},
           {{"location", "weights.bin"}, {"offset", "18446744073709551612"}},
           {{"location", "weights.bin"}, {"offset", "many"}},
           {{"location", ""}},
           {}}) {
    Imported imported = importWeight({100}, entries);
    EXPECT_FALSE(imported.module);
    EXPECT_THAT(imported.messages, HasSubstr("MLCC-1015"));
  }
}

TEST_F(ExternalDataTest, MustBeAFileThatExists) {
  ASSERT_FALSE(llvm::sys::fs::create_directory(folder + "/data"));
  for (const char *location : {"nothing.bin", "data"})
    EXPECT_THAT(importWeight({10}, {{"location", location}}).messages,
                HasSubstr("MLCC-1001"))
        << location;
}

} // namespace
