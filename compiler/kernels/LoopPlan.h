//===- LoopPlan.h - What a trial emission learns about loops -----*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which dimensions can share one loop, where loops should be split (at the
// seams of a concatenation, at the edge of padding), and what the reductions
// depend on, follows from the places that a kernel accesses. Instead of a
// second description of every op's accesses, the kernel is emitted twice: the
// first time dimension by dimension, to see.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_KERNELS_LOOPPLAN_H
#define MLCC_COMPILER_KERNELS_LOOPPLAN_H

#include "compiler/kernels/IndexSpace.h"

#include "llvm/ADT/DenseMap.h"

#include <map>
#include <set>

namespace mlcc::kernels {

/// Adjacent dimensions of a nest that one loop walks, and where the loop is
/// split into segments.
struct LoopGroup {
  llvm::SmallVector<int64_t> extents;
  /// Strictly inside (0, extent()), ascending.
  llvm::SmallVector<int64_t> breakpoints;
  /// Bounds at run time, if not the whole extent.
  mlir::Value lower, upper;

  int64_t extent() const;
  /// Elements of the group per step of its first dimension.
  int64_t innerExtent() const;
};

/// Knowledge of one nest of loops. Dimensions of extent one do not count.
struct NestPlan {
  llvm::SmallVector<int64_t> extents;
  /// Dimensions that cannot be walked together with the one before them.
  std::set<unsigned> separate;
  /// Per dimension, where its loop is split.
  std::map<unsigned, std::set<int64_t>> breakpoints;
};

class LoopPlan {
public:
  /// The nests, by the key given to `LoopEmitter::loops`: an op, or null for
  /// the nest over the kernel's result.
  llvm::DenseMap<const void *, NestPlan> nests;
  /// The dimensions of the result's nest that reductions depend on.
  uint64_t reductionDims = 0;
  bool hasReductions = false;

  /// One emission of a nest: the index of each of its dimensions.
  void addInstance(const void *key, llvm::ArrayRef<int64_t> extents,
                   llvm::ArrayRef<IndexExpr> indices);
  /// Another use of an expression as an address or a number.
  void addAccess(const IndexExpr &expr) { accesses.push_back(expr); }
  /// Turns instances and accesses into `NestPlan::separate`.
  void conclude();

private:
  std::vector<std::pair<const void *, llvm::SmallVector<IndexExpr>>> instances;
  std::vector<IndexExpr> accesses;
};

} // namespace mlcc::kernels

#endif // MLCC_COMPILER_KERNELS_LOOPPLAN_H
