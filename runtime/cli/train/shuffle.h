//===- shuffle.h - The order of samples -------------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_TRAIN_SHUFFLE_H
#define MLCC_RUNTIME_CLI_TRAIN_SHUFFLE_H

#include <array>
#include <cstdint>
#include <vector>

namespace mlcc::cli {

/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
/// SC 2011): 128 random bits as a function of a counter and a key.
std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter,
                               std::array<uint32_t, 2> key);

/// What permutations are drawn for; different purposes are independent.
enum class ShufflePurpose : uint32_t { Epoch = 0, Split = 1 };

/// A random permutation of 0 ... count - 1, which depends on the arguments
/// alone: that of epoch `number` can be had without those before it.
std::vector<uint64_t> shuffled(uint64_t count, uint64_t seed, uint64_t number,
                               ShufflePurpose purpose);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_TRAIN_SHUFFLE_H
