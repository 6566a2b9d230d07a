//===- stb.cpp - Images and decompression, by the stb libraries -----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The stb libraries trust their input more than we do: a failed assertion in
// them would end the program, and a small file can ask for any amount of
// memory. Here an assertion throws, and all that they allocate is limited and
// freed when they are left, however that happens.
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/stb.h"

#include "runtime/src/errors.h"

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
    auto *block = static_cast<Block *>(std::malloc(sizeof(Block) + bytes));
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
#define STBIR_ASSERT(condition) ((condition) ? (void)0 : assertionFailed())
#define STBIR_MALLOC(bytes, context) Allocations::allocate(bytes)
#define STBIR_FREE(data, context) Allocations::free(data)
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_RESIZE_STATIC
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wsign-compare"
#include <stb/stb_image.h>
#include <stb/stb_image_resize.h>
#pragma GCC diagnostic pop

namespace mlcc::cli {

Pixels decodePicture(Bytes bytes, int channels, const std::string &file) {
  auto malformed = [&](const std::string &reason) {
    return RuntimeError(RuntimeErrorCode::MalformedFile,
                        file + ": not a complete picture: " + reason);
  };
  if (bytes.size() > INT_MAX)
    throw malformed("larger than 2 GiB");
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

Pixels resizePicture(const Pixels &source, int width, int height) {
  Pixels result{width, height, source.channels, {}};
  result.values.resize(static_cast<size_t>(width) * height * source.channels);
  Allocations allocations;
  if (!stbir_resize_uint8_generic(
          source.values.data(), source.width, source.height, 0,
          result.values.data(), width, height, 0, source.channels,
          STBIR_ALPHA_CHANNEL_NONE, 0, STBIR_EDGE_CLAMP, STBIR_FILTER_TRIANGLE,
          STBIR_COLORSPACE_LINEAR, nullptr))
    throw RuntimeError(RuntimeErrorCode::WrongShape,
                       "a picture cannot be resized to " +
                           std::to_string(width) + "x" +
                           std::to_string(height));
  return result;
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
