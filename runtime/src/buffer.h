//===- buffer.h - Memory of a session ---------------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_BUFFER_H
#define MLCC_RUNTIME_BUFFER_H

#include <cstddef>
#include <cstdint>
#include <utility>

namespace mlcc {

/// A block of memory aligned to 64 bytes. Blocks of many megabytes ask the
/// system for huge pages.
class Buffer {
public:
  Buffer() = default;
  /// Throws RuntimeError OutOfMemory naming `purpose`.
  Buffer(size_t bytes, const char *purpose);
  ~Buffer();
  Buffer(Buffer &&other) noexcept
      : memory(std::exchange(other.memory, nullptr)),
        bytes(std::exchange(other.bytes, 0)) {}
  Buffer &operator=(Buffer &&other) noexcept {
    std::swap(memory, other.memory);
    std::swap(bytes, other.bytes);
    return *this;
  }

  uint8_t *data() const { return memory; }
  size_t size() const { return bytes; }

private:
  uint8_t *memory = nullptr;
  size_t bytes = 0;
};

} // namespace mlcc

#endif // MLCC_RUNTIME_BUFFER_H
