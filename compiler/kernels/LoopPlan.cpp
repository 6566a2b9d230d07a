//===- LoopPlan.cpp - What a trial emission learns about loops ------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/LoopPlan.h"

#include "llvm/ADT/STLExtras.h"

#include <numeric>

using namespace mlir;

namespace mlcc::kernels {

int64_t LoopGroup::extent() const {
  return std::accumulate(extents.begin(), extents.end(), int64_t(1),
                         std::multiplies<>());
}

int64_t LoopGroup::innerExtent() const {
  return std::accumulate(extents.begin() + !extents.empty(), extents.end(),
                         int64_t(1), std::multiplies<>());
}

void LoopPlan::addInstance(const void *key, ArrayRef<int64_t> extents,
                           ArrayRef<IndexExpr> indices) {
  nests[key].extents.assign(extents.begin(), extents.end());
  instances.push_back({key, llvm::to_vector(indices)});
}

bool NestPlan::isSplit(unsigned dim) const {
  return llvm::any_of(breakpoints, [&](const auto &entry) {
    return entry.first.size() == dim && !entry.second.empty();
  });
}

size_t LoopPlan::countBreakpoints() const {
  size_t count = 0;
  for (const auto &[key, nest] : nests)
    for (const auto &[path, places] : nest.breakpoints)
      count += places.size();
  return count;
}

void LoopPlan::conclude() {
  for (const auto &[key, indices] : instances) {
    NestPlan &nest = nests[key];
    std::optional<unsigned> previous;
    for (unsigned dim = 0; dim < indices.size(); ++dim) {
      // Nothing is learned from where the dimension does not vary.
      if (indices[dim].isConstant())
        continue;
      if (previous) {
        VariableId outer = indices[*previous].getTerms().front().first;
        VariableId inner = indices[dim].getTerms().front().first;
        bool apart = nest.isSplit(dim);
        for (const IndexExpr &access : accesses)
          apart |= access.coefficient(outer) !=
                   access.coefficient(inner) * nest.extents[dim];
        if (apart)
          nest.separate.insert(dim);
      }
      previous = dim;
    }
  }
}

} // namespace mlcc::kernels
