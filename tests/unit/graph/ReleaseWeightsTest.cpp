//===- ReleaseWeightsTest.cpp - Memory of folded weights -------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/GraphPasses.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace mlcc;

namespace {

class ReleaseWeightsTest : public testing::Test {
protected:
  void SetUp() override {
    context.loadDialect<func::FuncDialect, nn::NNDialect>();
  }

  /// Bytes that the context holds for the blob `name`.
  size_t bytesOf(StringRef name) {
    auto &manager = DenseResourceElementsHandle::getManagerInterface(&context)
                        .getBlobManager();
    return manager.lookup(name)->getBlob()->getData().size();
  }

  void releaseIn(ModuleOp module) {
    PassManager manager(&context);
    manager.addPass(createReleaseWeights());
    ASSERT_TRUE(succeeded(manager.run(module)));
  }

  MLIRContext context;
};

constexpr const char *twoBlobs = R"(
  func.func @f() -> tensor<2xf32> {
    %0 = nn.constant dense_resource<used> : tensor<2xf32>
    %1 = nn.constant dense_resource<unused> : tensor<2xf32>
    return %0 : tensor<2xf32>
  }
  {-# dialect_resources: { builtin: {
    used: "0x040000000000803F00000040",
    unused: "0x040000000000803F00000040"
  } } #-}
)";

TEST_F(ReleaseWeightsTest, FreesOnlyWhatNoConstantRefersTo) {
  OwningOpRef<ModuleOp> module =
      parseSourceString<ModuleOp>(twoBlobs, &context);
  ASSERT_TRUE(module);
  releaseIn(*module);
  EXPECT_EQ(bytesOf("unused"), 8u);

  module->walk([](nn::ConstantOp constant) {
    if (constant->use_empty())
      constant.erase();
  });
  releaseIn(*module);
  EXPECT_EQ(bytesOf("unused"), 0u);
  EXPECT_EQ(bytesOf("used"), 8u);
}

TEST_F(ReleaseWeightsTest, KeepsMemoryThatAnotherBlobViews) {
  OwningOpRef<ModuleOp> module =
      parseSourceString<ModuleOp>(twoBlobs, &context);
  ASSERT_TRUE(module);
  nn::ConstantOp unused;
  module->walk([&](nn::ConstantOp constant) {
    if (constant->use_empty())
      unused = constant;
  });
  // What folding a reshape makes: another name for the same bytes.
  auto tensor = nn::HostTensor::fromAttribute(unused.getValue());
  auto type = tensor->getType().clone({2, 1});
  auto view = DenseResourceElementsAttr::get(
      cast<ShapedType>(Type(type)), "view",
      UnmanagedAsmResourceBlob::allocateInferAlign(ArrayRef(
          reinterpret_cast<const float *>(tensor->bytes().data()), 2)));
  OpBuilder builder(unused);
  nn::ConstantOp::create(builder, unused.getLoc(),
                         cast<ElementsAttr>(Attribute(view)));
  unused.erase();

  releaseIn(*module);
  EXPECT_EQ(bytesOf("unused"), 8u);
}

} // namespace
