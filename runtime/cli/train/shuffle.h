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

/// What permutations are drawn for; different purposes are independent.
enum class ShufflePurpose : uint32_t { Epoch = 0, Split = 1 };

/// A random permutation of 0 ... count - 1, which depends on the arguments
/// alone: that of epoch `number` can be had without those before it.
std::vector<uint64_t> shuffled(uint64_t count, uint64_t seed, uint64_t number,
                               ShufflePurpose purpose);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_TRAIN_SHUFFLE_H
