//===- shuffle.cpp - The order of samples ---------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/train/shuffle.h"

#include "runtime/src/philox.h"

#include <numeric>
#include <utility>

namespace mlcc::cli {

std::vector<uint64_t> shuffled(uint64_t count, uint64_t seed, uint64_t number,
                               ShufflePurpose purpose) {
  std::vector<uint64_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  // Fisher and Yates, from the last place to the first.
  for (uint64_t left = count; left > 1; --left) {
    Philox::Block bits = Philox::generate(
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
