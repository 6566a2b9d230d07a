//===- wav.cpp - Sound files ----------------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/wav.h"

#include "runtime/src/errors.h"

#include <cstring>

namespace mlcc::cli {

namespace {

enum Encoding : uint32_t { Integer = 1, Float = 3, Extensible = 0xfffe };

struct Format {
  uint32_t encoding = 0, channels = 0, rate = 0, bits = 0;
};

uint32_t number(Bytes bytes, size_t offset, unsigned size) {
  uint32_t value = 0;
  for (unsigned i = 0; i < size; ++i)
    value |= static_cast<uint32_t>(bytes[offset + i]) << 8 * i;
  return value;
}

bool hasTag(Bytes bytes, size_t offset, const char *tag) {
  return std::memcmp(bytes.data() + offset, tag, 4) == 0;
}

Format readFormat(Bytes chunk) {
  Format format = {number(chunk, 0, 2), number(chunk, 2, 2),
                   number(chunk, 4, 4), number(chunk, 14, 2)};
  if (format.encoding == Extensible && chunk.size() >= 26)
    format.encoding = number(chunk, 24, 2);
  return format;
}

/// One sample in [-1, 1]. Integers of 8 bits are unsigned, wider ones signed.
float sample(Bytes data, size_t offset, const Format &format) {
  if (format.encoding == Float) {
    float value;
    std::memcpy(&value, data.data() + offset, 4);
    return value;
  }
  if (format.bits == 8)
    return (static_cast<float>(data[offset]) - 128) / 128;
  unsigned bytes = format.bits / 8;
  auto high =
      static_cast<int32_t>(number(data, offset, bytes) << (32 - format.bits));
  return static_cast<float>(high) / 2147483648.0f;
}

} // namespace

Sound readWav(Bytes bytes, const std::string &file) {
  auto malformed = [&] {
    return RuntimeError(RuntimeErrorCode::MalformedFile,
                        file + ": not a complete WAV file");
  };
  if (bytes.size() < 12 || !hasTag(bytes, 0, "RIFF") ||
      !hasTag(bytes, 8, "WAVE"))
    throw malformed();
  Format format;
  Bytes data;
  for (size_t offset = 12; offset + 8 <= bytes.size();) {
    size_t size = number(bytes, offset + 4, 4);
    Bytes chunk = bytes.subspan(offset + 8);
    // Recorders that stream do not know the length of the data in advance.
    bool isData = hasTag(bytes, offset, "data");
    if (size > chunk.size() && !(isData && size >= 0x7fffffff))
      throw malformed();
    chunk = chunk.first(std::min(size, chunk.size()));
    if (hasTag(bytes, offset, "fmt ")) {
      if (chunk.size() < 16)
        throw malformed();
      format = readFormat(chunk);
    } else if (isData) {
      data = chunk;
      break;
    }
    offset += 8 + size + size % 2;
  }
  if (format.channels == 0 || data.data() == nullptr)
    throw malformed();
  bool known = format.encoding == Float
                   ? format.bits == 32
                   : format.encoding == Integer && format.bits % 8 == 0 &&
                         format.bits >= 8 && format.bits <= 32;
  if (!known)
    throw RuntimeError(RuntimeErrorCode::UnsupportedFile,
                       file + ": this encoding of WAV is not supported; use "
                              "8 to 32-bit PCM or 32-bit float");
  Sound sound;
  sound.samplesPerSecond = format.rate;
  size_t sampleBytes = format.bits / 8;
  size_t frameBytes = sampleBytes * format.channels;
  sound.samples.reserve(data.size() / frameBytes);
  for (size_t frame = 0; frame + frameBytes <= data.size();
       frame += frameBytes) {
    float sum = 0;
    for (uint32_t channel = 0; channel < format.channels; ++channel)
      sum += sample(data, frame + channel * sampleBytes, format);
    sound.samples.push_back(sum / static_cast<float>(format.channels));
  }
  return sound;
}

} // namespace mlcc::cli
