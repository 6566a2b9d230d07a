//===- primitive_bench.cpp - oneDNN's primitives for training -------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   primitive-bench KIND N C H W SECONDS
//
// The median time of a run of one oneDNN primitive on f32 with channels last,
// at one thread, in seconds. KIND is one of
//
//   batch_norm            forward in training, with fused ReLU (its workspace
//                         says where the result is 0)
//   batch_norm_gradient   its backward, ReLU's included
//   max_pool_gradient     windows of 2x2, by the workspace of the forward pass
//   layer_norm_gradient   backward of layer normalization over rows of C, of
//   which
//                         there are N * H * W
//
// backward_primitives.py compares them with the loops that mlcc generates.
//
//===----------------------------------------------------------------------===//

#include <dnnl.hpp>
#include <dnnl_threadpool.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

using namespace dnnl;

namespace {

constexpr auto f32 = memory::data_type::f32;
using Arguments = std::unordered_map<int, memory>;

struct Problem {
  memory::dim n, c, h, w;
  engine cpu{engine::kind::cpu, 0};

  memory::desc image(memory::dim shrink = 1) const {
    return {{n, c, h / shrink, w / shrink}, f32, memory::format_tag::nhwc};
  }
  memory::desc rows() const {
    return {{n * h * w, c}, f32, memory::format_tag::ab};
  }
  memory::desc channels() const { return {{c}, f32, memory::format_tag::a}; }
  /// Memory full of numbers between -1 and 1.
  memory numbers(const memory::desc &desc) const {
    memory result(desc, cpu);
    if (desc.get_size() == 0)
      return result;
    auto *data = static_cast<float *>(result.get_data_handle());
    for (size_t i = 0; i < desc.get_size() / sizeof(float); ++i)
      data[i] = static_cast<float>(i * 2654435761u % 2048) / 1024.0f - 1.0f;
    return result;
  }
};

/// A primitive with its arguments.
struct Run {
  primitive what;
  Arguments arguments;
};

void execute(const Run &run, stream &s) {
  run.what.execute(s, run.arguments);
  s.wait();
}

Run batchNorm(const Problem &p, bool backward, stream &s) {
  auto flags = normalization_flags::use_scale | normalization_flags::use_shift |
               normalization_flags::fuse_norm_relu;
  batch_normalization_forward::primitive_desc forward(
      p.cpu, prop_kind::forward_training, p.image(), p.image(), 1e-5f, flags);
  Run run{batch_normalization_forward(forward),
          {{DNNL_ARG_SRC, p.numbers(p.image())},
           {DNNL_ARG_SCALE, p.numbers(p.channels())},
           {DNNL_ARG_SHIFT, p.numbers(p.channels())},
           {DNNL_ARG_MEAN, p.numbers(p.channels())},
           {DNNL_ARG_VARIANCE, p.numbers(p.channels())},
           {DNNL_ARG_WORKSPACE, memory(forward.workspace_desc(), p.cpu)},
           {DNNL_ARG_DST, p.numbers(p.image())}}};
  if (!backward)
    return run;
  execute(run, s);
  batch_normalization_backward::primitive_desc desc(
      p.cpu, prop_kind::backward, p.image(), p.image(), p.image(), 1e-5f, flags,
      forward);
  run.what = batch_normalization_backward(desc);
  run.arguments.erase(DNNL_ARG_DST);
  run.arguments.erase(DNNL_ARG_SHIFT);
  run.arguments.insert({{DNNL_ARG_DIFF_DST, p.numbers(p.image())},
                        {DNNL_ARG_DIFF_SRC, p.numbers(p.image())},
                        {DNNL_ARG_DIFF_SCALE, p.numbers(p.channels())},
                        {DNNL_ARG_DIFF_SHIFT, p.numbers(p.channels())}});
  return run;
}

Run layerNormGradient(const Problem &p, stream &s) {
  auto flags = normalization_flags::use_scale | normalization_flags::use_shift;
  memory::desc statistics({p.n * p.h * p.w}, f32, memory::format_tag::a);
  layer_normalization_forward::primitive_desc forward(
      p.cpu, prop_kind::forward_training, p.rows(), p.rows(), statistics, 1e-5f,
      flags);
  Run run{layer_normalization_forward(forward),
          {{DNNL_ARG_SRC, p.numbers(p.rows())},
           {DNNL_ARG_SCALE, p.numbers(p.channels())},
           {DNNL_ARG_SHIFT, p.numbers(p.channels())},
           {DNNL_ARG_MEAN, p.numbers(statistics)},
           {DNNL_ARG_VARIANCE, p.numbers(statistics)},
           {DNNL_ARG_DST, p.numbers(p.rows())}}};
  execute(run, s);
  layer_normalization_backward::primitive_desc desc(
      p.cpu, prop_kind::backward, p.rows(), p.rows(), p.rows(), statistics,
      1e-5f, flags, forward);
  run.what = layer_normalization_backward(desc);
  run.arguments.erase(DNNL_ARG_DST);
  run.arguments.insert({{DNNL_ARG_DIFF_DST, p.numbers(p.rows())},
                        {DNNL_ARG_DIFF_SRC, p.numbers(p.rows())},
                        {DNNL_ARG_DIFF_SCALE, p.numbers(p.channels())},
                        {DNNL_ARG_DIFF_SHIFT, p.numbers(p.channels())}});
  return run;
}

Run maxPoolGradient(const Problem &p, stream &s) {
  memory::dims window = {2, 2}, none = {0, 0};
  pooling_forward::primitive_desc forward(
      p.cpu, prop_kind::forward_training, algorithm::pooling_max, p.image(),
      p.image(2), window, window, none, none, none);
  memory workspace(forward.workspace_desc(), p.cpu);
  execute({pooling_forward(forward),
           {{DNNL_ARG_SRC, p.numbers(p.image())},
            {DNNL_ARG_DST, p.numbers(p.image(2))},
            {DNNL_ARG_WORKSPACE, workspace}}},
          s);
  pooling_backward::primitive_desc desc(p.cpu, algorithm::pooling_max,
                                        p.image(), p.image(2), window, window,
                                        none, none, none, forward);
  return {pooling_backward(desc),
          {{DNNL_ARG_DIFF_DST, p.numbers(p.image(2))},
           {DNNL_ARG_DIFF_SRC, p.numbers(p.image())},
           {DNNL_ARG_WORKSPACE, workspace}}};
}

double medianSeconds(const Run &run, double seconds, stream &s) {
  using clock = std::chrono::steady_clock;
  std::vector<double> times;
  for (auto end = clock::now() + std::chrono::duration<double>(seconds);
       clock::now() < end || times.size() < 3;) {
    auto start = clock::now();
    execute(run, s);
    times.push_back(
        std::chrono::duration<double>(clock::now() - start).count());
  }
  std::nth_element(times.begin(), times.begin() + times.size() / 2,
                   times.end());
  return times[times.size() / 2];
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 7) {
    std::fprintf(stderr, "usage: primitive-bench KIND N C H W SECONDS\n");
    return 2;
  }
  std::string kind = argv[1];
  Problem p{std::atol(argv[2]), std::atol(argv[3]), std::atol(argv[4]),
            std::atol(argv[5])};
  dnnl_threadpool_interop_set_max_concurrency(1);
  stream s(p.cpu);
  Run run;
  if (kind == "batch_norm" || kind == "batch_norm_gradient")
    run = batchNorm(p, kind != "batch_norm", s);
  else if (kind == "layer_norm_gradient")
    run = layerNormGradient(p, s);
  else if (kind == "max_pool_gradient")
    run = maxPoolGradient(p, s);
  else
    return std::fprintf(stderr, "no KIND '%s'\n", kind.c_str()), 2;
  std::printf("%.9f\n", medianSeconds(run, std::atof(argv[6]), s));
  return 0;
}
