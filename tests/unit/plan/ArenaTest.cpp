//===- ArenaTest.cpp - Tests of the arena's layout ------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/Arena.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>

using namespace mlcc;

static bool alive(const Lifetime &left, const Lifetime &right) {
  return left.begin <= right.end && right.begin <= left.end;
}

/// Every block is aligned, inside the arena, and apart from those alive with
/// it.
static void expectValid(const std::vector<Lifetime> &blocks,
                        const ArenaLayout &layout, int64_t alignment) {
  ASSERT_EQ(layout.offsets.size(), blocks.size());
  for (size_t i = 0; i < blocks.size(); ++i) {
    EXPECT_EQ(layout.offsets[i] % alignment, 0);
    EXPECT_LE(layout.offsets[i] + blocks[i].bytes, layout.bytes);
    for (size_t j = 0; j < i; ++j)
      if (alive(blocks[i], blocks[j]))
        EXPECT_TRUE(layout.offsets[i] + blocks[i].bytes <= layout.offsets[j] ||
                    layout.offsets[j] + blocks[j].bytes <= layout.offsets[i])
            << "blocks " << i << " and " << j << " overlap";
  }
  EXPECT_GE(layout.bytes, layout.lowerBound);
}

TEST(Arena, EmptyIsEmpty) {
  ArenaLayout layout = layoutArena({}, 64);
  EXPECT_EQ(layout.bytes, 0);
  EXPECT_EQ(layout.lowerBound, 0);
}

TEST(Arena, BlocksThatMeetInTimeDoNotOverlap) {
  // The second is written while the first is read.
  std::vector<Lifetime> blocks = {{64, 0, 1}, {64, 1, 2}, {64, 2, 3}};
  ArenaLayout layout = layoutArena(blocks, 64);
  expectValid(blocks, layout, 64);
  EXPECT_EQ(layout.bytes, 128);
  EXPECT_EQ(layout.lowerBound, 128);
}

TEST(Arena, SizesAreAligned) {
  std::vector<Lifetime> blocks = {{1, 0, 0}, {65, 0, 0}};
  EXPECT_EQ(layoutArena(blocks, 64).bytes, 192);
}

TEST(Arena, LongLivedBlockIsKeptApart) {
  std::vector<Lifetime> blocks = {{128, 0, 9}};
  for (int64_t step = 0; step < 9; ++step)
    blocks.push_back({256, step, step + 1});
  ArenaLayout layout = layoutArena(blocks, 64);
  expectValid(blocks, layout, 64);
  EXPECT_EQ(layout.bytes, 128 + 2 * 256);
}

TEST(Arena, RandomLifetimesAreLaidOutNearTheBound) {
  std::mt19937 random(1);
  for (int round = 0; round < 20; ++round) {
    std::vector<Lifetime> blocks;
    for (int64_t step = 0; step < 200; ++step) {
      int64_t length = random() % 10 == 0 ? random() % 50 : random() % 3;
      blocks.push_back({int64_t(random() % 100000), step,
                        std::min<int64_t>(step + length, 199)});
    }
    ArenaLayout layout = layoutArena(blocks, 64);
    expectValid(blocks, layout, 64);
    EXPECT_LE(layout.bytes, layout.lowerBound * 1.25);
  }
}

TEST(Arena, TakesTimeLinearInTheLengthOfAChain) {
  auto seconds = [](int64_t steps) {
    std::vector<Lifetime> blocks;
    for (int64_t step = 0; step < steps; ++step)
      blocks.push_back({1000 + step % 7 * 64, step, step + 2});
    auto start = std::chrono::steady_clock::now();
    EXPECT_LE(layoutArena(blocks, 64).bytes, 8 * 1500);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() -
                                         start)
        .count();
  };
  // Ten times the work in far less than a hundred times the time.
  double small = seconds(20000), large = seconds(200000);
  EXPECT_LT(large, 40 * small + 0.1);
}
