//===- HostTensorTest.cpp - Constants move between attributes and memory --===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/NN.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace mlcc::nn;

namespace {
class HostTensorTest : public ::testing::Test {
protected:
  RankedTensorType type(ArrayRef<int64_t> shape, Type elementType) {
    return RankedTensorType::get(shape, elementType);
  }

  MLIRContext context;
  Builder builder{&context};
};
} // namespace

TEST_F(HostTensorTest, SmallTensorsAreDense) {
  for (Type elementType :
       {Type(builder.getF32Type()), Type(builder.getF16Type()),
        Type(builder.getBF16Type()), Type(builder.getF64Type()),
        Type(builder.getI1Type()), Type(builder.getI64Type()),
        Type(builder.getIntegerType(8, false)),
        Type(builder.getIntegerType(16))}) {
    HostTensor tensor(type({3}, elementType));
    tensor.setInt(0, 1);
    tensor.setInt(2, 1);
    ElementsAttr attribute = tensor.toAttribute("small");
    EXPECT_TRUE(isa<DenseElementsAttr>(attribute));
    EXPECT_EQ(attribute.getType(), tensor.getType());
    std::optional<HostTensor> back = HostTensor::fromAttribute(attribute);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->bytes(), tensor.bytes());
    EXPECT_EQ(back->getAsDouble(0), 1);
    EXPECT_EQ(back->getAsInt(1), 0);
  }
}

TEST_F(HostTensorTest, WeightsShareTheirBytes) {
  HostTensor tensor(type({1000}, builder.getF32Type()));
  tensor.setDouble(999, 2.5);
  const char *bytes = tensor.bytes().data();
  ElementsAttr attribute = tensor.toAttribute("weights");
  tensor = HostTensor();
  auto resource = dyn_cast<DenseResourceElementsAttr>(attribute);
  ASSERT_TRUE(resource);
  EXPECT_EQ(resource.getRawHandle().getKey(), "weights");
  std::optional<HostTensor> back = HostTensor::fromAttribute(attribute);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->bytes().data(), bytes);
  EXPECT_EQ(back->getAsDouble(999), 2.5);
  // A view under another shape is the same memory still.
  auto reshaped = back->reshaped(type({10, 100}, builder.getF32Type()));
  auto again = HostTensor::fromAttribute(reshaped.toAttribute("reshaped"));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->bytes().data(), bytes);
}

TEST_F(HostTensorTest, SplatsStaySmall) {
  HostTensor tensor(type({1000}, builder.getI32Type()));
  for (int64_t i = 0; i < 1000; ++i)
    tensor.setInt(i, -3);
  auto dense = dyn_cast<DenseElementsAttr>(tensor.toAttribute("splat"));
  ASSERT_TRUE(dense && dense.isSplat());
  auto back = HostTensor::fromAttribute(dense);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->bytes(), tensor.bytes());
}

TEST_F(HostTensorTest, EmptyTensorsAreNoSpecialCase) {
  HostTensor tensor(type({2, 0}, builder.getF32Type()));
  EXPECT_EQ(tensor.bytes().size(), 0u);
  auto back = HostTensor::fromAttribute(tensor.toAttribute("empty"));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->getNumElements(), 0);
}

TEST_F(HostTensorTest, DataThatDoesNotFillTheTypeIsRefused) {
  auto resource = DenseResourceElementsAttr::get(
      type({4}, builder.getF32Type()), "short",
      HeapAsmResourceBlob::allocate(/*size=*/12, /*align=*/4));
  EXPECT_FALSE(HostTensor::fromAttribute(resource));
  EXPECT_FALSE(HostTensor::fromAttribute(builder.getI64IntegerAttr(1)));
  EXPECT_FALSE(HostTensor::fromAttribute(DenseElementsAttr::get(
      type({1}, builder.getIndexType()), builder.getIndexAttr(1))));
}
