//===- SerializeTest.cpp - Descriptions as bytes and back -----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reference.h"

#include <gtest/gtest.h>

#include <stdexcept>

using namespace mlcc;
using namespace mlcc::test;

/// A description that uses every field.
static PrimitiveSpec fullSpec() {
  PrimitiveSpec spec;
  spec.kind = PrimitiveKind::Convolution;
  spec.algorithm = dnnl::algorithm::convolution_direct;
  spec.arguments = {tensor(DNNL_ARG_SRC, {1, 16, 8, 8}, "aBcd16b"),
                    tensor(DNNL_ARG_WEIGHTS, {32, 16, 3, 3}, "any"),
                    tensor(DNNL_ARG_DST, {1, 32, 8, 8}, "acdb")};
  spec.arguments[1].type = dnnl::memory::data_type::bf16;
  PostOp relu;
  relu.algorithm = dnnl::algorithm::eltwise_relu;
  relu.alpha = 0.25f;
  relu.beta = -1.5f;
  PostOp sum;
  sum.kind = PostOp::Kind::Sum;
  sum.alpha = 0.5f;
  PostOp add;
  add.kind = PostOp::Kind::Binary;
  add.algorithm = dnnl::algorithm::binary_add;
  add.operand = tensor(DNNL_ARG_SRC_1, {1, 32, 1, 1});
  spec.postOps = {relu, sum, add};
  spec.strides = {1, 2};
  spec.dilations = {3, 4};
  spec.padsBegin = {5, 6};
  spec.padsEnd = {7, 8};
  spec.kernel = {9, 10};
  spec.scales = {0.5f, 2.0f};
  spec.axis = 3;
  spec.alpha = 1.25f;
  spec.beta = 2.5f;
  spec.k = 3.75f;
  spec.localSize = 5;
  spec.epsilon = 1e-5f;
  spec.flags = 24;
  spec.direction = 2;
  spec.fpmath = "bf16";
  return spec;
}

TEST(Serialize, RoundTripKeepsEveryField) {
  PrimitiveSpec spec = fullSpec();
  std::vector<uint8_t> bytes = spec.serialize();
  PrimitiveSpec back = PrimitiveSpec::deserialize(bytes.data(), bytes.size());
  EXPECT_EQ(back.serialize(), bytes);
  EXPECT_EQ(back.kind, spec.kind);
  ASSERT_EQ(back.arguments.size(), 3u);
  EXPECT_EQ(back.arguments[0].layout, "aBcd16b");
  EXPECT_EQ(back.arguments[1].type, dnnl::memory::data_type::bf16);
  EXPECT_EQ(back.arguments[2].dims, (dnnl::memory::dims{1, 32, 8, 8}));
  ASSERT_EQ(back.postOps.size(), 3u);
  EXPECT_EQ(back.postOps[0].beta, -1.5f);
  EXPECT_EQ(back.postOps[2].operand.dims, (dnnl::memory::dims{1, 32, 1, 1}));
  EXPECT_EQ(back.padsEnd, spec.padsEnd);
  EXPECT_EQ(back.scales, spec.scales);
  EXPECT_EQ(back.localSize, 5);
  EXPECT_EQ(back.direction, 2u);
  EXPECT_EQ(back.fpmath, "bf16");
}

TEST(Serialize, EveryTruncationThrows) {
  std::vector<uint8_t> bytes = fullSpec().serialize();
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THROW(PrimitiveSpec::deserialize(bytes.data(), size),
                 std::runtime_error)
        << "of " << size << " bytes";
}

TEST(Serialize, TrailingBytesThrow) {
  std::vector<uint8_t> bytes = fullSpec().serialize();
  bytes.push_back(0);
  EXPECT_THROW(PrimitiveSpec::deserialize(bytes.data(), bytes.size()),
               std::runtime_error);
}

TEST(Serialize, UnknownVersionThrows) {
  std::vector<uint8_t> bytes = fullSpec().serialize();
  bytes[0] = 200;
  EXPECT_THROW(PrimitiveSpec::deserialize(bytes.data(), bytes.size()),
               std::runtime_error);
}

// Each byte is damaged in turn: reading either throws or gives a description
// whose creation throws or succeeds; nothing else may happen.
TEST(Serialize, DamagedBytesNeverCrash) {
  std::vector<uint8_t> bytes = fullSpec().serialize();
  dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  size_t refused = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::vector<uint8_t> damaged = bytes;
    damaged[i] ^= 0xff;
    try {
      describePrimitive(
          PrimitiveSpec::deserialize(damaged.data(), damaged.size()), engine);
    } catch (const std::exception &) {
      ++refused;
    }
  }
  EXPECT_GT(refused, bytes.size() / 4);
}
