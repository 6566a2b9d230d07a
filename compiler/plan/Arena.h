//===- Arena.h - Places for values in one block of memory --------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_PLAN_ARENA_H
#define MLCC_COMPILER_PLAN_ARENA_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <vector>

namespace mlcc {

/// A block of memory that is needed from step `begin` to step `end`, both
/// included.
struct Lifetime {
  int64_t bytes = 0;
  int64_t begin = 0;
  int64_t end = 0;
};

struct ArenaLayout {
  /// The offset of each block, a multiple of the alignment.
  std::vector<int64_t> offsets;
  /// Size of the arena in bytes.
  int64_t bytes = 0;
  /// No layout can be smaller: the largest sum, over all steps, of the
  /// (aligned) sizes of blocks that are alive there.
  int64_t lowerBound = 0;
};

/// Lays out the blocks such that those alive at the same step do not overlap:
/// largest first, each into the tightest gap between the blocks that are
/// already placed and alive with it. Takes time in proportion to the number of
/// pairs of blocks that are alive together (and n log n).
ArenaLayout layoutArena(llvm::ArrayRef<Lifetime> blocks, int64_t alignment);

} // namespace mlcc

#endif // MLCC_COMPILER_PLAN_ARENA_H
