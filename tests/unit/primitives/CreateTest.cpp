//===- CreateTest.cpp - Each kind of primitive against plain loops --------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reference.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

using namespace mlcc;
using namespace mlcc::test;
using dnnl::algorithm;

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

namespace {
/// A two-dimensional convolution of one image with square windows.
struct Window {
  int64_t inputs, outputs, groups, extent, kernel, stride, dilation, pad;

  int64_t out() const {
    return (extent + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
  }
};
} // namespace

static dnnl::memory::dims weightDims(const Window &window) {
  int64_t m = window.outputs / window.groups, c = window.inputs / window.groups;
  if (window.groups == 1)
    return {m, c, window.kernel, window.kernel};
  return {window.groups, m, c, window.kernel, window.kernel};
}

/// Calls `visit(output, weight, input)` with the indices of each product.
template <typename Visit>
static void forEachProduct(const Window &w, Visit visit) {
  int64_t m = w.outputs / w.groups, c = w.inputs / w.groups, out = w.out();
  for (int64_t o = 0; o < w.outputs; ++o)
    for (int64_t y = 0; y < out; ++y)
      for (int64_t x = 0; x < out; ++x)
        for (int64_t i = 0; i < c; ++i)
          for (int64_t ky = 0; ky < w.kernel; ++ky)
            for (int64_t kx = 0; kx < w.kernel; ++kx) {
              int64_t iy = y * w.stride + ky * w.dilation - w.pad;
              int64_t ix = x * w.stride + kx * w.dilation - w.pad;
              if (iy < 0 || ix < 0 || iy >= w.extent || ix >= w.extent)
                continue;
              int64_t input = (o / m) * c + i;
              visit((o * out + y) * out + x,
                    ((o * c + i) * w.kernel + ky) * w.kernel + kx,
                    (input * w.extent + iy) * w.extent + ix);
            }
}

static PrimitiveSpec windowSpec(PrimitiveKind kind, const Window &window) {
  PrimitiveSpec spec;
  spec.kind = kind;
  spec.strides = {window.stride, window.stride};
  spec.dilations = {window.dilation, window.dilation};
  spec.padsBegin = spec.padsEnd = {window.pad, window.pad};
  return spec;
}

static void checkConvolution(const Window &window) {
  int64_t out = window.out();
  dnnl::memory::dims result = {1, window.outputs, out, out};
  PrimitiveSpec spec = windowSpec(PrimitiveKind::Convolution, window);
  spec.arguments = {tensor(DNNL_ARG_SRC,
                           {1, window.inputs, window.extent, window.extent},
                           "any"),
                    tensor(DNNL_ARG_WEIGHTS, weightDims(window), "any"),
                    tensor(DNNL_ARG_BIAS, {window.outputs}),
                    tensor(DNNL_ARG_DST, result, "any")};
  PostOp scale;
  scale.kind = PostOp::Kind::Binary;
  scale.algorithm = algorithm::binary_mul;
  scale.operand = tensor(DNNL_ARG_SRC_1, {1, window.outputs, 1, 1});
  PostOp sum;
  sum.kind = PostOp::Kind::Sum;
  sum.alpha = 1;
  PostOp relu;
  relu.algorithm = algorithm::eltwise_relu;
  spec.postOps = {sum, scale, relu};

  int scaleArgument = DNNL_ARG_ATTR_MULTIPLE_POST_OP(1) | DNNL_ARG_SRC_1;
  Values src = testValues(elementsOf(spec.arguments[0].dims), 1);
  Values weights = testValues(elementsOf(weightDims(window)), 2);
  Values bias = testValues(window.outputs, 3);
  Values before = testValues(elementsOf(result), 4);
  Values scales = testValues(window.outputs, 5);
  Values expected(before.size());
  forEachProduct(window, [&](int64_t o, int64_t w, int64_t i) {
    expected[o] += weights[w] * src[i];
  });
  for (size_t i = 0; i < expected.size(); ++i) {
    size_t channel = i / (out * out);
    expected[i] = std::max(0.0f, (expected[i] + bias[channel] + before[i]) *
                                     scales[channel]);
  }
  expectClose(run(spec, {{DNNL_ARG_SRC, src},
                         {DNNL_ARG_WEIGHTS, weights},
                         {DNNL_ARG_BIAS, bias},
                         {DNNL_ARG_DST, before},
                         {scaleArgument, scales}})[DNNL_ARG_DST],
              expected);
}

TEST(Create, ConvolutionWithPostOps) {
  checkConvolution({16, 32, 1, 9, 3, 1, 1, 1});
  checkConvolution({5, 7, 1, 11, 3, 2, 2, 2});
}

TEST(Create, GroupedConvolution) {
  checkConvolution({32, 32, 32, 9, 3, 1, 1, 1});
  checkConvolution({8, 16, 4, 9, 3, 2, 1, 0});
}

TEST(Create, Deconvolution) {
  // The deconvolution from 4 to 6 channels is the gradient of this convolution.
  Window gradient = {6, 4, 1, 9, 3, 2, 1, 1};
  int64_t in = gradient.out();
  PrimitiveSpec spec = windowSpec(PrimitiveKind::Deconvolution, gradient);
  // The weights [4][6] of that convolution are logically [6][4] here.
  spec.arguments = {tensor(DNNL_ARG_SRC, {1, 4, in, in}),
                    tensor(DNNL_ARG_WEIGHTS, {6, 4, 3, 3}, "any"),
                    tensor(DNNL_ARG_DST, {1, 6, 9, 9})};
  Values src = testValues(4 * in * in, 1);
  Values weights = testValues(6 * 4 * 3 * 3, 2);
  Values expected(6 * 9 * 9);
  forEachProduct(gradient, [&](int64_t o, int64_t w, int64_t i) {
    int64_t from = w / 54, to = w / 9 % 6, tap = w % 9;
    expected[i] += src[o] * weights[(to * 4 + from) * 9 + tap];
  });
  expectClose(run(spec, {{DNNL_ARG_SRC, src},
                         {DNNL_ARG_WEIGHTS, weights}})[DNNL_ARG_DST],
              expected);
}

TEST(Create, GradientOfConvolutionByWeights) {
  for (const Window &window :
       {Window{16, 32, 1, 9, 3, 1, 1, 1}, Window{5, 7, 1, 11, 3, 2, 2, 2},
        Window{8, 16, 4, 9, 3, 2, 1, 0}}) {
    int64_t out = window.out();
    dnnl::memory::dims result = {1, window.outputs, out, out};
    PrimitiveSpec spec =
        windowSpec(PrimitiveKind::ConvolutionWeightGradient, window);
    spec.arguments = {tensor(DNNL_ARG_SRC,
                             {1, window.inputs, window.extent, window.extent},
                             "any"),
                      tensor(DNNL_ARG_DIFF_DST, result, "any"),
                      tensor(DNNL_ARG_DIFF_WEIGHTS, weightDims(window), "any")};
    Values src = testValues(elementsOf(spec.arguments[0].dims), 1);
    Values gradient = testValues(elementsOf(result), 2);
    Values expected(elementsOf(weightDims(window)));
    forEachProduct(window, [&](int64_t o, int64_t w, int64_t i) {
      expected[w] += gradient[o] * src[i];
    });
    expectClose(
        run(spec, {{DNNL_ARG_SRC, src},
                   {DNNL_ARG_DIFF_DST, gradient}})[DNNL_ARG_DIFF_WEIGHTS],
        expected);
  }
}

//===----------------------------------------------------------------------===//
// Matrix product
//===----------------------------------------------------------------------===//

TEST(Create, MatMulWithRepeatedBatchAndBias) {
  PrimitiveSpec spec;
  spec.kind = PrimitiveKind::MatMul;
  spec.arguments = {
      tensor(DNNL_ARG_SRC, {2, 3, 5}), tensor(DNNL_ARG_WEIGHTS, {1, 5, 4}),
      tensor(DNNL_ARG_BIAS, {1, 1, 4}), tensor(DNNL_ARG_DST, {2, 3, 4})};
  Values src = testValues(30, 1), weights = testValues(20, 2),
         bias = testValues(4, 3), expected(24);
  for (int row = 0; row < 6; ++row)
    for (int n = 0; n < 4; ++n) {
      expected[row * 4 + n] = bias[n];
      for (int k = 0; k < 5; ++k)
        expected[row * 4 + n] += src[row * 5 + k] * weights[k * 4 + n];
    }
  expectClose(run(spec, {{DNNL_ARG_SRC, src},
                         {DNNL_ARG_WEIGHTS, weights},
                         {DNNL_ARG_BIAS, bias}})[DNNL_ARG_DST],
              expected);
}

//===----------------------------------------------------------------------===//
// One source
//===----------------------------------------------------------------------===//

/// A description with src and dst of one shape.
static PrimitiveSpec unarySpec(PrimitiveKind kind, dnnl::memory::dims dims) {
  PrimitiveSpec spec;
  spec.kind = kind;
  spec.arguments = {tensor(DNNL_ARG_SRC, dims), tensor(DNNL_ARG_DST, dims)};
  return spec;
}

static Values runUnary(const PrimitiveSpec &spec, const Values &src) {
  return run(spec, {{DNNL_ARG_SRC, src}})[DNNL_ARG_DST];
}

TEST(Create, Pooling) {
  Window window = {3, 3, 3, 7, 3, 2, 1, 1};
  Values src = testValues(3 * 49, 1);
  for (algorithm kind :
       {algorithm::pooling_max, algorithm::pooling_avg_include_padding,
        algorithm::pooling_avg_exclude_padding}) {
    PrimitiveSpec spec = windowSpec(PrimitiveKind::Pooling, window);
    spec.algorithm = kind;
    spec.kernel = {3, 3};
    spec.arguments = {tensor(DNNL_ARG_SRC, {1, 3, 7, 7}),
                      tensor(DNNL_ARG_DST, {1, 3, 4, 4})};
    Values maximum(48, -1e9f), sum(48), count(48), expected(48);
    forEachProduct(window, [&](int64_t o, int64_t, int64_t i) {
      maximum[o] = std::max(maximum[o], src[i]);
      sum[o] += src[i];
      ++count[o];
    });
    for (size_t i = 0; i < 48; ++i)
      expected[i] = kind == algorithm::pooling_max ? maximum[i]
                    : kind == algorithm::pooling_avg_include_padding
                        ? sum[i] / 9
                        : sum[i] / count[i];
    expectClose(runUnary(spec, src), expected);
  }
}

TEST(Create, Lrn) {
  PrimitiveSpec spec = unarySpec(PrimitiveKind::Lrn, {1, 7, 2, 2});
  spec.localSize = 5;
  spec.alpha = 0.5f;
  spec.beta = 0.75f;
  spec.k = 2;
  Values src = testValues(28, 1), expected(28);
  for (int c = 0; c < 7; ++c)
    for (int p = 0; p < 4; ++p) {
      float sum = 0;
      for (int i = std::max(0, c - 2); i <= std::min(6, c + 2); ++i)
        sum += src[i * 4 + p] * src[i * 4 + p];
      expected[c * 4 + p] =
          src[c * 4 + p] / std::pow(2 + 0.5f / 5 * sum, 0.75f);
    }
  expectClose(runUnary(spec, src), expected);
}

TEST(Create, Softmax) {
  PrimitiveSpec spec = unarySpec(PrimitiveKind::Softmax, {2, 3, 4});
  spec.axis = 1;
  Values src = testValues(24, 1), expected(24), logarithm(24);
  for (int n = 0; n < 2; ++n)
    for (int p = 0; p < 4; ++p) {
      float sum = 0;
      for (int c = 0; c < 3; ++c)
        sum += std::exp(src[(n * 3 + c) * 4 + p]);
      for (int c = 0; c < 3; ++c) {
        int i = (n * 3 + c) * 4 + p;
        expected[i] = std::exp(src[i]) / sum;
        logarithm[i] = src[i] - std::log(sum);
      }
    }
  spec.algorithm = algorithm::softmax_accurate;
  expectClose(runUnary(spec, src), expected);
  spec.algorithm = algorithm::softmax_log;
  expectClose(runUnary(spec, src), logarithm);
}

TEST(Create, LayerNormalization) {
  PrimitiveSpec spec = unarySpec(PrimitiveKind::LayerNormalization, {3, 8});
  spec.arguments.insert(
      spec.arguments.begin() + 1,
      {tensor(DNNL_ARG_SCALE, {8}), tensor(DNNL_ARG_SHIFT, {8})});
  spec.epsilon = 1e-3f;
  spec.flags = dnnl_use_scale | dnnl_use_shift;
  Values src = testValues(24, 1), scale = testValues(8, 2),
         shift = testValues(8, 3), expected(24);
  for (int row = 0; row < 3; ++row) {
    float mean = 0, variance = 0;
    for (int i = 0; i < 8; ++i)
      mean += src[row * 8 + i] / 8;
    for (int i = 0; i < 8; ++i)
      variance += std::pow(src[row * 8 + i] - mean, 2.0f) / 8;
    for (int i = 0; i < 8; ++i)
      expected[row * 8 + i] =
          (src[row * 8 + i] - mean) / std::sqrt(variance + 1e-3f) * scale[i] +
          shift[i];
  }
  expectClose(run(spec, {{DNNL_ARG_SRC, src},
                         {DNNL_ARG_SCALE, scale},
                         {DNNL_ARG_SHIFT, shift}})[DNNL_ARG_DST],
              expected);
}

TEST(Create, Eltwise) {
  PrimitiveSpec spec = unarySpec(PrimitiveKind::Eltwise, {2, 8});
  spec.algorithm = algorithm::eltwise_hardsigmoid;
  spec.alpha = 0.25f;
  spec.beta = 0.5f;
  Values src = testValues(16, 1), expected;
  for (float value : src)
    expected.push_back(std::clamp(0.25f * value + 0.5f, 0.0f, 1.0f));
  expectClose(runUnary(spec, src), expected);
}

TEST(Create, Reduction) {
  PrimitiveSpec spec = unarySpec(PrimitiveKind::Reduction, {2, 3, 4});
  spec.arguments[1].dims = {2, 1, 1};
  Values src = testValues(24, 1), mean(2), norm(2);
  for (int i = 0; i < 24; ++i) {
    mean[i / 12] += src[i] / 12;
    norm[i / 12] += src[i] * src[i];
  }
  spec.algorithm = algorithm::reduction_mean;
  expectClose(runUnary(spec, src), mean);
  spec.algorithm = algorithm::reduction_norm_lp_power_p_sum;
  spec.alpha = 2;
  expectClose(runUnary(spec, src), norm);
}

TEST(Create, ReorderPadsWithZeros) {
  dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  PrimitiveSpec spec = unarySpec(PrimitiveKind::Reorder, {1, 5, 3, 3});
  spec.arguments[1].layout = "aBcd16b";
  EXPECT_EQ(createPrimitive(spec, engine).arguments[1].second.get_size(),
            16u * 9 * sizeof(float));
  Values src = testValues(45, 1);
  expectClose(runUnary(spec, src), src);
}

//===----------------------------------------------------------------------===//
// Several sources
//===----------------------------------------------------------------------===//

TEST(Create, BinaryRepeatsExtentsOfOne) {
  PrimitiveSpec spec;
  spec.kind = PrimitiveKind::Binary;
  spec.algorithm = algorithm::binary_sub;
  spec.arguments = {tensor(DNNL_ARG_SRC_0, {2, 4}),
                    tensor(DNNL_ARG_SRC_1, {1, 4}),
                    tensor(DNNL_ARG_DST, {2, 4})};
  Values lhs = testValues(8, 1), rhs = testValues(4, 2), expected;
  for (int i = 0; i < 8; ++i)
    expected.push_back(lhs[i] - rhs[i % 4]);
  expectClose(
      run(spec, {{DNNL_ARG_SRC_0, lhs}, {DNNL_ARG_SRC_1, rhs}})[DNNL_ARG_DST],
      expected);
}

TEST(Create, ConcatOfLayouts) {
  PrimitiveSpec spec;
  spec.kind = PrimitiveKind::Concat;
  spec.axis = 1;
  spec.arguments = {tensor(DNNL_ARG_MULTIPLE_SRC, {1, 2, 2, 2}, "acdb"),
                    tensor(DNNL_ARG_MULTIPLE_SRC + 1, {1, 3, 2, 2}, "acdb"),
                    tensor(DNNL_ARG_DST, {1, 5, 2, 2}, "acdb")};
  Values first = testValues(8, 1), second = testValues(12, 2);
  Values expected = first;
  expected.insert(expected.end(), second.begin(), second.end());
  expectClose(run(spec, {{DNNL_ARG_MULTIPLE_SRC, first},
                         {DNNL_ARG_MULTIPLE_SRC + 1, second}})[DNNL_ARG_DST],
              expected);
}

TEST(Create, SumOfScaled) {
  PrimitiveSpec spec;
  spec.kind = PrimitiveKind::Sum;
  spec.scales = {1.0f, -0.5f};
  spec.arguments = {tensor(DNNL_ARG_MULTIPLE_SRC, {6}),
                    tensor(DNNL_ARG_MULTIPLE_SRC + 1, {6}),
                    tensor(DNNL_ARG_DST, {6})};
  Values first = testValues(6, 1), second = testValues(6, 2), expected;
  for (int i = 0; i < 6; ++i)
    expected.push_back(first[i] - 0.5f * second[i]);
  expectClose(run(spec, {{DNNL_ARG_MULTIPLE_SRC, first},
                         {DNNL_ARG_MULTIPLE_SRC + 1, second}})[DNNL_ARG_DST],
              expected);
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

TEST(Create, ImpossibleDescriptionsThrow) {
  dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  PrimitiveSpec spec = unarySpec(PrimitiveKind::Softmax, {2, 3});
  spec.algorithm = algorithm::softmax_accurate;
  spec.axis = 7;
  EXPECT_THROW(createPrimitive(spec, engine), dnnl::error);
  spec.axis = 1;
  spec.fpmath = "fast";
  EXPECT_THROW(createPrimitive(spec, engine), std::runtime_error);
}
