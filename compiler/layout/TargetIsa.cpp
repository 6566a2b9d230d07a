//===- TargetIsa.cpp - Which CPU oneDNN is asked about --------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/layout/TargetIsa.h"

#include "oneapi/dnnl/dnnl.hpp"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

void mlcc::chooseLayoutsFor(ArrayRef<std::string> features) {
  struct Level {
    dnnl::cpu_isa isa;
    std::initializer_list<const char *> needs; ///< besides those below
  };
  static const Level levels[] = {
      {dnnl::cpu_isa::avx, {"avx"}},
      {dnnl::cpu_isa::avx2, {"avx2", "fma"}},
      {dnnl::cpu_isa::avx512_core,
       {"avx512f", "avx512bw", "avx512dq", "avx512vl"}},
      {dnnl::cpu_isa::avx512_core_vnni, {"avx512vnni"}},
      {dnnl::cpu_isa::avx512_core_bf16, {"avx512bf16"}},
      {dnnl::cpu_isa::avx512_core_fp16, {"avx512fp16"}},
  };
  dnnl::cpu_isa best = dnnl::cpu_isa::sse41;
  for (const Level &level : levels) {
    if (!all_of(level.needs, [&](const char *feature) {
          return is_contained(features, feature);
        }))
      break;
    best = level.isa;
  }
  // Refused once oneDNN has answered a question: then its answers stay.
  (void)dnnl::set_max_cpu_isa(best);
}
