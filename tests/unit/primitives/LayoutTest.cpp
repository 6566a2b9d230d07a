//===- LayoutTest.cpp - Layouts by name -----------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reference.h"

#include <dnnl_threadpool.hpp>
#include <gtest/gtest.h>

#include <stdexcept>

using namespace mlcc;
using namespace mlcc::test;
using dnnl::memory;

TEST(Layout, NamesComeBack) {
  for (const char *name : {"abcd", "acdb", "aBcd16b", "ABcd16b16a", "Acdb64a",
                           "cdba", "bacd", "aBcd8b"}) {
    memory::desc desc = makeDesc(tensor(0, {64, 32, 3, 5}, name));
    EXPECT_EQ(layoutOf(desc), name);
  }
}

// oneDNN's == overlooks the strides of dimensions of extent one, but its
// implementations do not: a kernel of 1x1 must keep its own name.
TEST(Layout, NamesAreExactForUnitDimensions) {
  memory::desc desc = makeDesc(tensor(0, {256, 512, 1, 1}, "Acdb32a"));
  EXPECT_EQ(layoutOf(desc), "Acdb32a");
  EXPECT_EQ(makeDesc(tensor(0, {256, 512, 1, 1}, layoutOf(desc))).get_strides(),
            desc.get_strides());
}

TEST(Layout, AnyPermutationIsALayout) {
  ASSERT_TRUE(isLayout("adebc", 5));
  memory::desc desc = makeDesc(tensor(0, {2, 3, 4, 5, 6}, "adebc"));
  EXPECT_EQ(desc.get_strides(), (memory::dims{360, 4, 1, 6 * 12, 12}));
  EXPECT_EQ(layoutOf(desc), "adebc");
}

TEST(Layout, OpaqueComesBack) {
  // Two blocks of one dimension with a gap: no tag describes that.
  memory::desc desc({4, 8}, memory::data_type::f32, memory::dims{16, 1});
  std::string layout = layoutOf(desc);
  ASSERT_EQ(layout.substr(0, 7), "opaque:");
  EXPECT_TRUE(isLayout(layout, 2));
  EXPECT_EQ(makeDesc(tensor(0, {4, 8}, layout)), desc);
}

TEST(Layout, OpaqueOfAnotherTensorThrows) {
  memory::desc desc({4, 8}, memory::data_type::f32, memory::dims{16, 1});
  std::string layout = layoutOf(desc);
  EXPECT_THROW(makeDesc(tensor(0, {8, 4}, layout)), std::runtime_error);
  layout.pop_back();
  EXPECT_FALSE(isLayout(layout, 2));
  EXPECT_THROW(makeDesc(tensor(0, {4, 8}, layout)), std::runtime_error);
}

TEST(Layout, UnknownNamesThrow) {
  for (const char *name : {"abc", "abcde", "aacd", "abce", "any16b", "nchw",
                           "opaque:", "opaque:zz"}) {
    EXPECT_FALSE(isLayout(name, 4)) << name;
    EXPECT_THROW(makeDesc(tensor(0, {1, 2, 3, 4}, name)), std::runtime_error)
        << name;
  }
}

/// A convolution whose layouts oneDNN chooses.
static PrimitiveSpec convolution(int64_t inputs, int64_t outputs,
                                 int64_t extent, int64_t kernel,
                                 int64_t stride) {
  PrimitiveSpec spec;
  spec.kind = PrimitiveKind::Convolution;
  int64_t pad = kernel / 2;
  int64_t result = (extent + 2 * pad - kernel) / stride + 1;
  spec.arguments = {
      tensor(DNNL_ARG_SRC, {1, inputs, extent, extent}, "any"),
      tensor(DNNL_ARG_WEIGHTS, {outputs, inputs, kernel, kernel}, "any"),
      tensor(DNNL_ARG_DST, {1, outputs, result, result}, "any")};
  spec.strides = {stride, stride};
  spec.dilations = {1, 1};
  spec.padsBegin = spec.padsEnd = {pad, pad};
  return spec;
}

// The layouts that oneDNN chooses, given back to it by name, must reach the
// implementation that chose them.
TEST(Layout, ResolvedLayoutsReachTheSameImplementation) {
  dnnl_threadpool_interop_set_max_concurrency(1);
  dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  for (const PrimitiveSpec &spec :
       {convolution(3, 64, 56, 7, 2), convolution(64, 64, 14, 1, 1),
        convolution(512, 256, 28, 1, 2), convolution(256, 1024, 14, 1, 1),
        convolution(128, 128, 14, 3, 1), convolution(58, 58, 14, 1, 1)}) {
    PrimitiveSpec resolved = resolveLayouts(spec, engine);
    for (const TensorSpec &tensor : resolved.arguments)
      EXPECT_NE(tensor.layout, "any");
    EXPECT_EQ(describePrimitive(resolved, engine).implementation,
              describePrimitive(spec, engine).implementation);
  }
}
