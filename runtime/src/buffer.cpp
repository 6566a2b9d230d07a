//===- buffer.cpp - Memory of a session -----------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/src/buffer.h"

#include "runtime/src/errors.h"

#include <sys/mman.h>

#include <cstdlib>

namespace mlcc {

static constexpr size_t alignment = 64;
static constexpr size_t hugePage = size_t(2) << 20;

/// A huge page saves 512 entries of the address translation cache; below a few
/// of them the memory lost to their alignment outweighs that.
static constexpr size_t hugePagesFrom = 2 * hugePage;

Buffer::Buffer(size_t size, const char *purpose) : bytes(size) {
  if (size == 0)
    return;
  size_t unit = size >= hugePagesFrom ? hugePage : alignment;
  if (size <= SIZE_MAX - unit)
    memory = static_cast<uint8_t *>(
        std::aligned_alloc(unit, (size + unit - 1) / unit * unit));
  if (!memory)
    throw RuntimeError(RuntimeErrorCode::OutOfMemory,
                       "cannot allocate " + std::to_string(size) +
                           " bytes for the " + purpose);
  if (unit == hugePage)
    madvise(memory, (size + unit - 1) / unit * unit, MADV_HUGEPAGE);
}

Buffer::~Buffer() { std::free(memory); }

} // namespace mlcc
