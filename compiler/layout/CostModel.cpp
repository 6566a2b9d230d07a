//===- CostModel.cpp - What primitives and reorders cost ------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/layout/CostModel.h"

using namespace mlir;
using namespace mlcc;

namespace {
/// What a kind of implementation reaches on one core.
struct Rate {
  double flopsPerSecond;
  double bytesPerSecond;
};
} // namespace

/// Rates measured with the convolutions of ResNet-50 and MobileNetV2 on an
/// AVX-512 core at 2.6 GHz. oneDNN's newest generation of kernels ("brg") is a
/// little faster than its first ("jit"), a convolution through a general matrix
/// product copies its input first, and plain loops are no option.
static Rate rateOf(StringRef implementation) {
  if (implementation.contains("ref"))
    return {5e8, 2e8};
  if (implementation.contains("gemm"))
    return {8e10, 6e9};
  if (implementation.starts_with("brg") || implementation.starts_with("brdg"))
    return {1.6e11, 1e10};
  return {1.45e11, 1e10};
}

/// Multiplications and additions of a convolution or matrix product; 0 for
/// other primitives, which memory bounds.
static double flopsOf(const PrimitiveSpec &spec) {
  auto volume = [](const dnnl::memory::dims &dims, size_t first) {
    double product = 1;
    for (size_t i = first; i < dims.size(); ++i)
      product *= static_cast<double>(dims[i]);
    return product;
  };
  const TensorSpec &src = spec.arguments.front();
  const TensorSpec &dst = spec.arguments.back();
  switch (spec.kind) {
  case PrimitiveKind::Convolution:
  case PrimitiveKind::Deconvolution: {
    // Each weight meets each output (of a deconvolution: input) position.
    const TensorSpec &wide =
        spec.kind == PrimitiveKind::Convolution ? dst : src;
    return 2 * volume(spec.arguments[1].dims, 0) * volume(wide.dims, 2) *
           static_cast<double>(wide.dims[0]);
  }
  case PrimitiveKind::ConvolutionWeightGradient: {
    const TensorSpec &diffDst = spec.arguments[1];
    return 2 * volume(dst.dims, 0) * volume(diffDst.dims, 2) *
           static_cast<double>(diffDst.dims[0]);
  }
  case PrimitiveKind::MatMul:
    return 2 * volume(dst.dims, 0) * static_cast<double>(src.dims.back());
  default:
    return 0;
  }
}

double mlcc::primitiveSeconds(const PrimitiveSpec &spec,
                              StringRef implementation) {
  double bytes = 0;
  for (const TensorSpec &tensor : spec.arguments)
    bytes += static_cast<double>(makeDesc(tensor).get_size());
  Rate rate = rateOf(implementation);
  return std::max(flopsOf(spec) / rate.flopsPerSecond,
                  bytes / rate.bytesPerSecond);
}

double mlcc::reorderSeconds(RankedTensorType type) {
  // A transposition reads or writes with strides.
  constexpr double bytesPerSecond = 5e9;
  return 2.0 * static_cast<double>(dnn::layoutBytes(type)) / bytesPerSecond;
}
