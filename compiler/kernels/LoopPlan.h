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

/// Adjacent dimensions of a nest that one loop walks.
struct LoopGroup {
  /// The position of the first dimension in the nest.
  unsigned firstDim = 0;
  llvm::SmallVector<int64_t> extents;
  /// Bounds at run time, if not the whole extent.
  mlir::Value lower, upper;

  int64_t extent() const;
  /// Elements of the group per step of its first dimension.
  int64_t innerExtent() const;
};

/// Where the loops around a dimension of a nest are: the first index of the
/// segment of each outer dimension.
using SegmentPath = std::vector<int64_t>;

/// Knowledge of one nest of loops. Dimensions of extent one do not count.
struct NestPlan {
  llvm::SmallVector<int64_t> extents;
  /// Dimensions that cannot be walked together with the one before them.
  std::set<unsigned> separate;
  /// Where the loop over the dimension behind a path is split.
  std::map<SegmentPath, std::set<int64_t>> breakpoints;

  bool isSplit(unsigned dim) const;
};

class LoopPlan {
public:
  /// The nests, by the key given to `LoopEmitter::loops`: an op, or null for
  /// the nest over the kernel's result.
  llvm::DenseMap<const void *, NestPlan> nests;
  /// The dimensions of the result's nest that reductions depend on.
  uint64_t reductionDims = 0;
  bool hasReductions = false;
  /// The last of those dimensions for each reduction that should be vectorized
  /// along it rather than along the row, and whether there are others.
  uint64_t besideDims = 0;
  bool hasLongRows = false;

  /// One emission of a nest: the index of each of its dimensions.
  void addInstance(const void *key, llvm::ArrayRef<int64_t> extents,
                   llvm::ArrayRef<IndexExpr> indices);
  /// Another use of an expression as an address or a number.
  void addAccess(const IndexExpr &expr) { accesses.push_back(expr); }
  llvm::ArrayRef<IndexExpr> getAccesses() const { return accesses; }
  /// Before another trial: variables are those of the next one.
  void forgetAccesses() {
    instances.clear();
    accesses.clear();
    besideDims = 0;
    hasLongRows = false;
  }
  /// Turns instances and accesses into `NestPlan::separate`.
  void conclude();
  /// The number of segments; while it grows, another trial learns more.
  size_t countBreakpoints() const;

private:
  std::vector<std::pair<const void *, llvm::SmallVector<IndexExpr>>> instances;
  std::vector<IndexExpr> accesses;
};

} // namespace mlcc::kernels

#endif // MLCC_COMPILER_KERNELS_LOOPPLAN_H
