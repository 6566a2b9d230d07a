//===- HandMadeModel.cpp - A compiled model written by hand ---------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HandMadeModel.h"

#include "runtime/src/primitive_spec.h"

#include <algorithm>
#include <cstring>

namespace mlcc::test {

/// hidden[row] = x[row] * w for rows [begin, end).
static void scaleKernel(int64_t begin, int64_t end, void *const *arguments) {
  auto *x = static_cast<const float *>(arguments[0]);
  auto *w = static_cast<const float *>(arguments[1]);
  auto *hidden = static_cast<float *>(arguments[2]);
  for (int64_t row = begin; row < end; ++row)
    for (int64_t i = 0; i < inner; ++i)
      hidden[row * inner + i] = x[row * inner + i] * w[i];
}

float HandMadeModel::scaleOf(int64_t column) {
  return 1 + 0.125f * static_cast<float>(column % 5);
}

float HandMadeModel::weightOf(int64_t row, int64_t column) {
  return 0.0625f * static_cast<float>((row * 7 + column * 3) % 11 - 5);
}

std::vector<float> HandMadeModel::makeX() {
  std::vector<float> x(rows * inner);
  for (size_t i = 0; i < x.size(); ++i)
    x[i] = 0.25f * static_cast<float>(static_cast<int>(i * 5 % 17) - 8);
  return x;
}

std::vector<float> HandMadeModel::expectedZ(const std::vector<float> &x) const {
  std::vector<float> z(x.size());
  for (int64_t i = 0; i < rows * inner; ++i)
    z[i] = x[i] * scaleOf(i % inner);
  return z;
}

std::vector<float> HandMadeModel::expectedY(const std::vector<float> &x) const {
  std::vector<float> z = expectedZ(x), y(rows * columns);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column) {
      float sum = 0;
      for (int64_t i = 0; i < inner; ++i)
        sum += z[row * inner + i] * weightOf(i, column);
      y[row * columns + column] = std::max(sum, 0.0f);
    }
  return y;
}

/// relu(hidden W)
static PrimitiveSpec describeProduct(const std::string &layout) {
  PrimitiveSpec spec;
  spec.kind = PrimitiveKind::MatMul;
  spec.arguments = {{DNNL_ARG_SRC, {rows, inner}, {}, "ab"},
                    {DNNL_ARG_WEIGHTS, {inner, columns}, {}, layout},
                    {DNNL_ARG_DST, {rows, columns}, {}, "ab"}};
  for (TensorSpec &tensor : spec.arguments)
    tensor.type = dnnl::memory::data_type::f32;
  spec.postOps.emplace_back();
  spec.postOps.back().algorithm = dnnl::algorithm::eltwise_relu;
  return spec;
}

HandMadeModel::HandMadeModel(const std::string &layout) {
  PrimitiveSpec product = describeProduct(layout);
  spec = product.serialize();

  // Weights: w, then W in its layout.
  constexpr uint64_t packedOffset = inner * sizeof(float);
  dnnl::memory::desc packedDesc = makeDesc(product.arguments[1]);
  weights.resize(packedOffset + packedDesc.get_size());
  std::vector<float> plain(inner * columns);
  for (int64_t i = 0; i < inner; ++i) {
    float scale = scaleOf(i);
    std::memcpy(weights.data() + i * sizeof(float), &scale, sizeof(float));
    for (int64_t column = 0; column < columns; ++column)
      plain[i * columns + column] = weightOf(i, column);
  }
  dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  dnnl::memory from({{inner, columns},
                     dnnl::memory::data_type::f32,
                     dnnl::memory::format_tag::ab},
                    engine, plain.data());
  dnnl::memory to(packedDesc, engine, weights.data() + packedOffset);
  dnnl::reorder(from, to).execute(stream, from, to);
  stream.wait();

  constexpr uint64_t xBytes = rows * inner * sizeof(float);
  constexpr uint64_t yBytes = rows * columns * sizeof(float);
  inputs = {{"x", MLCC_F32, 2, xDims.data(), xBytes, nullptr, 0, 0},
            {"mode", MLCC_I64, 0, nullptr, 8, &requiredMode, 0, 0}};
  outputs = {{"y", MLCC_F32, 2, yDims.data(), yBytes, nullptr, 0, 0},
             {"z/hidden", MLCC_F32, 2, xDims.data(), xBytes, nullptr, 0, 0}};
  scalePlaces = {{MLCC_INPUT, 0, 0}, {MLCC_WEIGHTS, 0, 0}, {MLCC_ARENA, 0, 64}};
  productPlaces = {{MLCC_ARENA, 0, 64},
                   {MLCC_WEIGHTS, 0, packedOffset},
                   {MLCC_OUTPUT, 0, 0}};
  copyPlaces = {{MLCC_ARENA, 0, 64}, {MLCC_OUTPUT, 1, 0}};
  mlcc_step scale = {}, multiply = {}, copy = {};
  scale.kind = MLCC_STEP_KERNEL;
  scale.name = "scale";
  scale.places = scalePlaces.data();
  scale.place_count = 3;
  scale.kernel = scaleKernel;
  scale.work = rows;
  scale.grain = 1;
  multiply.kind = MLCC_STEP_PRIMITIVE;
  multiply.name = "product";
  multiply.places = productPlaces.data();
  multiply.place_count = 3;
  multiply.spec = spec.data();
  multiply.spec_bytes = spec.size();
  copy.kind = MLCC_STEP_COPY;
  copy.name = "copy";
  copy.places = copyPlaces.data();
  copy.place_count = 2;
  copy.work = xBytes;
  steps = {scale, multiply, copy};
  function = {"predict",
              2,
              2,
              inputs.data(),
              outputs.data(),
              steps.size(),
              steps.data(),
              0,
              nullptr,
              nullptr,
              0};
  model = {MLCC_ABI_VERSION,
           sizeof(mlcc_model),
           name.c_str(),
           R"({"compiler": "hand"})",
           features.c_str(),
           1,
           &function,
           weights.data(),
           weights.size(),
           64 + xBytes,
           0,
           nullptr,
           0,
           0,
           nullptr};
}

} // namespace mlcc::test
