//===- array.h - A tensor in memory, as files hold it -----------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_ARRAY_H
#define MLCC_RUNTIME_CLI_ARRAY_H

#include "mlcc/abi.h"
#include "runtime/src/buffer.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mlcc::cli {

using Bytes = std::span<const uint8_t>;

/// A dense, row-major tensor with memory of its own.
struct Array {
  mlcc_type type = MLCC_F32;
  std::vector<int64_t> dims;
  Buffer data;

  uint64_t elements() const;
  /// "f32 1x3x224x224".
  std::string describe() const;
  /// Element `index` as a number; 64-bit integers are rounded.
  double at(uint64_t index) const;
};

/// "f32 1x3x224x224"; a scalar's shape is "scalar".
std::string describeTensor(int32_t type, std::span<const int64_t> dims);

/// Bytes of a dense tensor, or nothing if an extent is negative or the size
/// does not fit 64 bits.
std::optional<uint64_t> tensorBytes(int32_t type,
                                    std::span<const int64_t> dims);

/// A tensor with uninitialized memory. Throws RuntimeError MalformedFile naming
/// `file` if the shape is impossible.
Array makeArray(mlcc_type type, std::vector<int64_t> dims,
                const std::string &file);

/// The value of one element of `type` at `address`.
double elementValue(int32_t type, const void *address);

/// Stores `value` as `type` at `address`, rounded and clamped to its range.
void storeElement(int32_t type, void *address, double value);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_ARRAY_H
