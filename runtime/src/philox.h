//===- philox.h - The counter-based random generator ------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_PHILOX_H
#define MLCC_RUNTIME_PHILOX_H

#include <array>
#include <cstdint>

namespace mlcc {

/// The constants of Philox4x32 (Salmon et al., Parallel random numbers: as easy
/// as 1, 2, 3, 2011, table 2 and section 3.3).
struct Philox {
  using Block = std::array<uint32_t, 4>;
  using Key = std::array<uint32_t, 2>;

  static constexpr int rounds = 10;
  static constexpr uint32_t multipliers[2] = {0xD2511F53, 0xCD9E8D57};
  static constexpr uint32_t keySteps[2] = {0x9E3779B9, 0xBB67AE85};

  /// The four random words of a counter block.
  static constexpr Block generate(Block counter, Key key) {
    for (int round = 0; round < rounds; ++round) {
      uint64_t first = uint64_t(multipliers[0]) * counter[0];
      uint64_t second = uint64_t(multipliers[1]) * counter[2];
      counter = {static_cast<uint32_t>(second >> 32) ^ counter[1] ^ key[0],
                 static_cast<uint32_t>(second),
                 static_cast<uint32_t>(first >> 32) ^ counter[3] ^ key[1],
                 static_cast<uint32_t>(first)};
      key = {key[0] + keySteps[0], key[1] + keySteps[1]};
    }
    return counter;
  }
};

} // namespace mlcc

#endif // MLCC_RUNTIME_PHILOX_H
