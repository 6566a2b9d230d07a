//===- shuffle.cpp - The order of samples ---------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/train/shuffle.h"

#include <numeric>
#include <utility>

namespace mlcc::cli {

std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter,
                               std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    uint64_t first = uint64_t(0xd2511f53) * counter[0];
    uint64_t second = uint64_t(0xcd9e8d57) * counter[2];
    counter = {static_cast<uint32_t>(second >> 32) ^ counter[1] ^ key[0],
               static_cast<uint32_t>(second),
               static_cast<uint32_t>(first >> 32) ^ counter[3] ^ key[1],
               static_cast<uint32_t>(first)};
    key[0] += 0x9e3779b9;
    key[1] += 0xbb67ae85;
  }
  return counter;
}

std::vector<uint64_t> shuffled(uint64_t count, uint64_t seed, uint64_t number,
                               ShufflePurpose purpose) {
  std::vector<uint64_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  // Fisher and Yates, from the last place to the first.
  for (uint64_t left = count; left > 1; --left) {
    std::array<uint32_t, 4> bits = philox(
        {static_cast<uint32_t>(left), static_cast<uint32_t>(left >> 32),
         static_cast<uint32_t>(number), static_cast<uint32_t>(purpose)},
        {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
    uint64_t random = uint64_t(bits[1]) << 32 | bits[0];
    // The product's upper half is uniform below `left`, but for 2^-64 * left.
    auto chosen = static_cast<uint64_t>(
        static_cast<unsigned __int128>(random) * left >> 64);
    std::swap(order[left - 1], order[chosen]);
  }
  return order;
}

} // namespace mlcc::cli
