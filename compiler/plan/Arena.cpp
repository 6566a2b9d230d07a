//===- Arena.cpp - Places for values in one block of memory ---------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/Arena.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

using namespace mlcc;

namespace {

/// The blocks that are already placed, by time. A lifetime overlaps another one
/// if it covers the other's first step or begins within the other: the former
/// are found in a segment tree over steps, the latter in a list per step.
class PlacedBlocks {
public:
  explicit PlacedBlocks(int64_t steps)
      : leaves(llvm::PowerOf2Ceil(std::max<int64_t>(steps, 1))),
        covering(2 * leaves), beginning(steps) {}

  void insert(size_t block, const Lifetime &life) {
    beginning[life.begin].push_back(block);
    // The canonical nodes of [begin, end].
    int64_t low = life.begin + leaves, high = life.end + leaves + 1;
    for (; low < high; low /= 2, high /= 2) {
      if (low & 1)
        covering[low++].push_back(block);
      if (high & 1)
        covering[--high].push_back(block);
    }
  }

  template <typename Callback>
  void forEachOverlapping(const Lifetime &life, Callback callback) const {
    for (int64_t node = life.begin + leaves; node >= 1; node /= 2)
      llvm::for_each(covering[node], callback);
    for (int64_t step = life.begin + 1; step <= life.end; ++step)
      llvm::for_each(beginning[step], callback);
  }

private:
  int64_t leaves;
  std::vector<std::vector<size_t>> covering;
  std::vector<std::vector<size_t>> beginning;
};

} // namespace

static int64_t computeLowerBound(llvm::ArrayRef<Lifetime> blocks,
                                 int64_t steps) {
  std::vector<int64_t> change(steps + 1);
  for (const Lifetime &life : blocks) {
    change[life.begin] += life.bytes;
    change[life.end + 1] -= life.bytes;
  }
  int64_t alive = 0, bound = 0;
  for (int64_t difference : change)
    bound = std::max(bound, alive += difference);
  return bound;
}

/// The start of the smallest gap between `taken` ranges that has room for
/// `bytes`; the end of the last range if there is none.
static int64_t findGap(std::vector<std::pair<int64_t, int64_t>> &taken,
                       int64_t bytes) {
  llvm::sort(taken);
  int64_t best = -1, bestSize = std::numeric_limits<int64_t>::max();
  int64_t end = 0;
  for (auto [rangeBegin, rangeEnd] : taken) {
    int64_t gap = rangeBegin - end;
    if (gap >= bytes && gap < bestSize) {
      best = end;
      bestSize = gap;
    }
    end = std::max(end, rangeEnd);
  }
  return best >= 0 ? best : end;
}

/// Places the blocks in the given order.
static ArenaLayout layoutInOrder(llvm::ArrayRef<Lifetime> blocks,
                                 llvm::ArrayRef<size_t> order, int64_t steps) {
  ArenaLayout layout;
  layout.offsets.resize(blocks.size());
  PlacedBlocks placed(steps);
  std::vector<std::pair<int64_t, int64_t>> taken;
  for (size_t block : order) {
    taken.clear();
    placed.forEachOverlapping(blocks[block], [&](size_t other) {
      taken.emplace_back(layout.offsets[other],
                         layout.offsets[other] + blocks[other].bytes);
    });
    int64_t offset = findGap(taken, blocks[block].bytes);
    layout.offsets[block] = offset;
    layout.bytes = std::max(layout.bytes, offset + blocks[block].bytes);
    placed.insert(block, blocks[block]);
  }
  return layout;
}

/// What is placed first: each rule is best for some models.
static constexpr double (*const priorities[])(const Lifetime &) = {
    // Large blocks leave the worst holes if they come late.
    [](const Lifetime &life) { return double(life.bytes); },
    // Blocks that live long are in the way of most others.
    [](const Lifetime &life) { return double(life.end - life.begin); },
    [](const Lifetime &life) {
      return double(life.end - life.begin + 1) * double(life.bytes);
    },
    // In the order of time.
    [](const Lifetime &life) { return -double(life.begin); },
};

ArenaLayout mlcc::layoutArena(llvm::ArrayRef<Lifetime> blocks,
                              int64_t alignment) {
  std::vector<Lifetime> aligned(blocks.begin(), blocks.end());
  int64_t steps = 0;
  for (Lifetime &life : aligned) {
    life.bytes = llvm::alignTo(life.bytes, alignment);
    steps = std::max(steps, life.end + 1);
  }
  int64_t lowerBound = computeLowerBound(aligned, steps);

  ArenaLayout best;
  best.bytes = std::numeric_limits<int64_t>::max();
  std::vector<size_t> order(aligned.size());
  for (auto priority : priorities) {
    std::iota(order.begin(), order.end(), 0);
    llvm::sort(order, [&](size_t left, size_t right) {
      auto key = [&](size_t block) {
        return std::tuple(-priority(aligned[block]), -aligned[block].bytes,
                          aligned[block].begin, block);
      };
      return key(left) < key(right);
    });
    ArenaLayout layout = layoutInOrder(aligned, order, steps);
    if (layout.bytes < best.bytes)
      best = std::move(layout);
    if (best.bytes == lowerBound)
      break;
  }
  best.lowerBound = lowerBound;
  return best;
}
