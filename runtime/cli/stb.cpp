//===- stb.cpp - Images and decompression, by stb_image -------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// stb_image trusts its input more than we do: a failed assertion in it would
// end the program, and a small file can ask for any amount of
// memory. Here an assertion throws, and all that they allocate is limited and
// freed when they are left, however that happens.
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/stb.h"

#include "runtime/src/errors.h"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace {

/// The memory allocated by stb while it lives; the newest takes part.
class Allocations {
public:
  Allocations() { current = this; }
  ~Allocations() {
    current = nullptr;
    while (first)
      release(first->data());
  }
  Allocations(const Allocations &) = delete;

  static void *allocate(size_t bytes) { return current->make(bytes); }
  static void free(void *data) {
    if (data)
      current->release(data);
  }
  static void *reallocate(void *data, size_t oldBytes, size_t newBytes) {
    void *result = allocate(newBytes);
    if (result && data) {
      std::memcpy(result, data, std::min(oldBytes, newBytes));
      free(data);
    }
    return result;
  }

private:
  struct alignas(std::max_align_t) Block {
    Block *previous, *next;
    size_t bytes;
    void *data() { return this + 1; }
  };
  /// A picture of 16,000 x 16,000 pixels still can be read.
  static constexpr size_t limit = size_t(2) << 30;

  void *make(size_t bytes) {
    if (bytes > limit - total)
      return nullptr;
    // Cleared, because stb decodes with whatever is in a Huffman table that the
    // file does not define.
    auto *block = static_cast<Block *>(std::calloc(1, sizeof(Block) + bytes));
    if (!block)
      return nullptr;
    *block = {nullptr, first, bytes};
    if (first)
      first->previous = block;
    first = block;
    total += bytes;
    return block->data();
  }
  void release(void *data) {
    Block *block = static_cast<Block *>(data) - 1;
    total -= block->bytes;
    (block->previous ? block->previous->next : first) = block->next;
    if (block->next)
      block->next->previous = block->previous;
    std::free(block);
  }

  static thread_local Allocations *current;
  Block *first = nullptr;
  size_t total = 0;
};

thread_local Allocations *Allocations::current = nullptr;

[[noreturn]] void assertionFailed() {
  throw std::runtime_error("it contradicts itself");
}

} // namespace

#define STBI_ASSERT(condition) ((condition) ? (void)0 : assertionFailed())
#define STBI_MALLOC(bytes) Allocations::allocate(bytes)
#define STBI_REALLOC_SIZED(data, oldBytes, newBytes)                           \
  Allocations::reallocate(data, oldBytes, newBytes)
#define STBI_FREE(data) Allocations::free(data)
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wsign-compare"
#include <stb/stb_image.h>
#pragma GCC diagnostic pop

namespace mlcc::cli {

/// Whether the Huffman tables of a definition of `length` bytes (ITU-T T.81,
/// B.2.4.2) have at most the 256 codes that there is room for in stb. It reads
/// on to the end of the last table even where `length` ends before.
static bool tablesFit(Bytes tables, size_t length) {
  for (size_t position = 0; position < length;) {
    size_t codes = 0;
    for (size_t i = position + 1; i < position + 17 && i < tables.size(); ++i)
      codes += tables[i];
    if (codes > 256)
      return false;
    position += 17 + codes;
  }
  return true;
}

/// Whether all Huffman tables of a JPEG picture fit. Segments are found as stb
/// finds them: by the next marker after the last segment.
static bool huffmanTablesFit(Bytes file) {
  constexpr uint8_t defineHuffmanTables = 0xc4;
  if (file.size() < 2 || file[0] != 0xff || file[1] != 0xd8)
    return true; // not a JPEG picture
  for (size_t position = 2;;) {
    while (position < file.size() && file[position] != 0xff)
      ++position;
    while (position < file.size() && file[position] == 0xff)
      ++position;
    if (position + 3 > file.size())
      return true;
    uint8_t marker = file[position++];
    bool alone = marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    if (alone)
      continue;
    size_t length = file[position] << 8 | file[position + 1];
    size_t dataLength = std::max<size_t>(length, 2) - 2;
    position += 2;
    if (marker == defineHuffmanTables &&
        !tablesFit(file.subspan(position), dataLength))
      return false;
    position = std::min(position + dataLength, file.size());
  }
}

Pixels decodePicture(Bytes bytes, int channels, const std::string &file) {
  auto malformed = [&](const std::string &reason) {
    return RuntimeError(RuntimeErrorCode::MalformedFile,
                        file + ": not a complete picture: " + reason);
  };
  if (bytes.size() > INT_MAX)
    throw malformed("larger than 2 GiB");
  if (!huffmanTablesFit(bytes))
    throw malformed("bad code lengths");
  Allocations allocations;
  try {
    Pixels pixels;
    int present;
    const stbi_uc *values = stbi_load_from_memory(
        bytes.data(), static_cast<int>(bytes.size()), &pixels.width,
        &pixels.height, &present, channels);
    if (!values)
      throw malformed(stbi_failure_reason());
    pixels.channels = channels;
    pixels.values.assign(values, values + static_cast<size_t>(pixels.width) *
                                              pixels.height * channels);
    return pixels;
  } catch (const RuntimeError &) {
    throw;
  } catch (const std::runtime_error &error) {
    throw malformed(error.what());
  }
}

bool inflate(Bytes packed, Buffer &contents) {
  if (packed.size() > INT_MAX || contents.size() > INT_MAX)
    return false;
  Allocations allocations;
  try {
    return stbi_zlib_decode_noheader_buffer(
               reinterpret_cast<char *>(contents.data()),
               static_cast<int>(contents.size()),
               reinterpret_cast<const char *>(packed.data()),
               static_cast<int>(packed.size())) ==
           static_cast<int>(contents.size());
  } catch (const std::runtime_error &) {
    return false;
  }
}

} // namespace mlcc::cli
