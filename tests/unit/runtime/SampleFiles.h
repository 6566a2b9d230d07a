//===- SampleFiles.h - Small files of every kind that inputs may have *- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_TESTS_UNIT_RUNTIME_SAMPLEFILES_H
#define MLCC_TESTS_UNIT_RUNTIME_SAMPLEFILES_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlcc::test {

using File = std::vector<uint8_t>;

File toFile(std::string_view text);

/// A .npy file as NumPy writes it: its header's dictionary, then data.
File makeNpy(std::string_view dictionary, std::string_view data,
             int version = 1);

struct Member {
  std::string name;
  File contents;
  bool deflate;
};
/// A zip archive, with 64-bit sizes as numpy.savez writes them if `zip64`.
File makeZip(const std::vector<Member> &members, bool zip64 = false);

/// A field of a protobuf message: varint, or length-delimited.
File protoVarint(int field, uint64_t value);
File protoBytes(int field, std::string_view data);
File operator+(File a, const File &b);

/// Pictures of the pixels, `channels` bytes each.
File makePng(int width, int height, int channels, const File &pixels);
File makeJpeg(int width, int height, int channels, const File &pixels);

/// A picture of 16 x 16 pixels that is sent coarsely first.
File makeProgressiveJpeg();

/// A WAV file of PCM samples.
File makeWav(int encoding, int channels, int bits, std::string_view data);

/// The bytes of a value, as text.
template <typename T> std::string bytesOf(const std::vector<T> &values) {
  return std::string(reinterpret_cast<const char *>(values.data()),
                     values.size() * sizeof(T));
}

} // namespace mlcc::test

#endif // MLCC_TESTS_UNIT_RUNTIME_SAMPLEFILES_H
