//===- SampleFiles.cpp - Small files of every kind that inputs may have ---===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SampleFiles.h"

#include <cstdlib>

#define STBIW_ASSERT(x) ((x) ? (void)0 : abort())
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop

namespace mlcc::test {

File toFile(std::string_view text) { return File(text.begin(), text.end()); }

File operator+(File a, const File &b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

static File little(uint64_t value, int bytes) {
  File file;
  for (int i = 0; i < bytes; ++i)
    file.push_back(static_cast<uint8_t>(value >> 8 * i));
  return file;
}

File makeNpy(std::string_view dictionary, std::string_view data, int version) {
  return toFile("\x93NUMPY") + little(version, 1) + little(0, 1) +
         little(dictionary.size(), version == 1 ? 2 : 4) + toFile(dictionary) +
         toFile(data);
}

static uint32_t crc32(const File &file) {
  uint32_t crc = ~0u;
  for (uint8_t byte : file) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit)
      crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

static File deflate(File contents) {
  int length = 0;
  unsigned char *zlib = stbi_zlib_compress(
      contents.data(), static_cast<int>(contents.size()), &length, 8);
  // zlib's frame: two bytes before, a checksum of four after.
  File packed(zlib + 2, zlib + length - 4);
  std::free(zlib);
  return packed;
}

File makeZip(const std::vector<Member> &members, bool zip64) {
  File archive, directory;
  for (const Member &member : members) {
    File packed = member.deflate ? deflate(member.contents) : member.contents;
    File common = little(0, 2) + little(member.deflate ? 8 : 0, 2) +
                  little(0, 4) + little(crc32(member.contents), 4);
    File sizes =
        zip64 ? little(~0u, 4) + little(~0u, 4)
              : little(packed.size(), 4) + little(member.contents.size(), 4);
    File extra = zip64 ? little(1, 2) + little(16, 2) +
                             little(member.contents.size(), 8) +
                             little(packed.size(), 8)
                       : File();
    File name = toFile(member.name);
    directory = directory + toFile("PK\x01\x02") + little(20, 2) +
                little(20, 2) + common + sizes + little(name.size(), 2) +
                little(extra.size(), 2) + little(0, 2) + little(0, 8) +
                little(archive.size(), 4) + name + extra;
    archive = archive + toFile("PK\x03\x04") + little(20, 2) + common + sizes +
              little(name.size(), 2) + little(extra.size(), 2) + name + extra +
              packed;
  }
  File end = little(0, 4) + little(members.size(), 2) +
             little(members.size(), 2) + little(directory.size(), 4) +
             little(archive.size(), 4) + little(0, 2);
  return archive + directory + toFile("PK\x05\x06") + end;
}

File protoVarint(int field, uint64_t value) {
  File file = {static_cast<uint8_t>(field << 3)};
  for (; value >= 128; value >>= 7)
    file.push_back(static_cast<uint8_t>(value | 128));
  file.push_back(static_cast<uint8_t>(value));
  return file;
}

File protoBytes(int field, std::string_view data) {
  File length = protoVarint(0, data.size());
  length[0] = static_cast<uint8_t>(field << 3 | 2);
  return length + toFile(data);
}

static void append(void *context, void *data, int size) {
  auto *begin = static_cast<uint8_t *>(data);
  static_cast<File *>(context)->insert(static_cast<File *>(context)->end(),
                                       begin, begin + size);
}

File makePng(int width, int height, int channels, const File &pixels) {
  File file;
  stbi_write_png_to_func(append, &file, width, height, channels, pixels.data(),
                         0);
  return file;
}

File makeJpeg(int width, int height, int channels, const File &pixels) {
  File file;
  stbi_write_jpg_to_func(append, &file, width, height, channels, pixels.data(),
                         95);
  return file;
}

File makeWav(int encoding, int channels, int bits, std::string_view data) {
  File format = little(encoding, 2) + little(channels, 2) + little(16000, 4) +
                little(16000 * channels * bits / 8, 4) +
                little(channels * bits / 8, 2) + little(bits, 2);
  File body = toFile("WAVEfmt ") + little(format.size(), 4) + format +
              toFile("LIST") + little(3, 4) + toFile("abc") + little(0, 1) +
              toFile("data") + little(data.size(), 4) + toFile(data);
  return toFile("RIFF") + little(body.size(), 4) + body;
}

} // namespace mlcc::test
