//===- zip.cpp - Members of zip archives ----------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The format is PKWARE's APPNOTE.TXT; section numbers are those of version 6.3.
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/zip.h"

#include "runtime/cli/stb.h"
#include "runtime/src/errors.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace mlcc::cli {

namespace {

[[noreturn]] void malformed(const std::string &file, const char *what) {
  throw RuntimeError(RuntimeErrorCode::MalformedFile, file + ": " + what);
}

/// Reads little-endian numbers anywhere in a file, checking every access.
class Reader {
public:
  Reader(Bytes bytes, const std::string &file) : bytes(bytes), file(file) {}

  uint64_t number(uint64_t offset, unsigned size) const {
    Bytes field = range(offset, size);
    uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i)
      value |= static_cast<uint64_t>(field[i]) << 8 * i;
    return value;
  }
  Bytes range(uint64_t offset, uint64_t size) const {
    if (offset > bytes.size() || size > bytes.size() - offset)
      malformed(file, "the archive is not complete");
    return bytes.subspan(offset, size);
  }

private:
  Bytes bytes;
  const std::string &file;
};

/// Replaces sizes that do not fit 32 bits by those of the extra field 1
/// (4.5.3).
void readZip64Sizes(const Reader &reader, uint64_t extra, uint64_t length,
                    ZipMember &member) {
  uint64_t end = extra + length;
  while (extra + 4 <= end) {
    uint64_t id = reader.number(extra, 2), size = reader.number(extra + 2, 2);
    uint64_t field = extra + 4;
    extra = field + size;
    if (id != 1)
      continue;
    for (uint64_t *value :
         {&member.bytes, &member.packedBytes, &member.headerOffset}) {
      if (*value != 0xffffffff)
        continue;
      *value = reader.number(field, 8);
      field += 8;
    }
  }
}

/// Where the directory begins and how many members it has.
struct Directory {
  uint64_t offset, count;
};

/// Finds the end record (4.3.16), which a comment of up to 64 KiB may follow.
Directory findDirectory(Bytes archive, const Reader &reader,
                        const std::string &file) {
  constexpr uint64_t endBytes = 22, locatorBytes = 20;
  for (uint64_t back = endBytes;
       back <= archive.size() && back <= endBytes + 0xffff; ++back) {
    uint64_t end = archive.size() - back;
    if (reader.number(end, 4) != 0x06054b50)
      continue;
    Directory directory = {reader.number(end + 16, 4),
                           reader.number(end + 10, 2)};
    // The 64-bit end record (4.3.14) is found through its locator (4.3.15).
    if (end >= locatorBytes &&
        reader.number(end - locatorBytes, 4) == 0x07064b50) {
      uint64_t large = reader.number(end - locatorBytes + 8, 8);
      if (reader.number(large, 4) != 0x06064b50)
        malformed(file, "the archive's directory is damaged");
      directory = {reader.number(large + 48, 8), reader.number(large + 32, 8)};
    }
    return directory;
  }
  malformed(file, "not a complete archive");
}

constexpr std::array<uint32_t, 256> makeCrcTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit)
      value = value >> 1 ^ (value & 1 ? 0xedb88320 : 0);
    table[i] = value;
  }
  return table;
}

} // namespace

uint32_t crc32(Bytes data, uint32_t previous) {
  static constexpr std::array<uint32_t, 256> table = makeCrcTable();
  uint32_t crc = ~previous;
  for (size_t i = 0; i < data.size(); ++i)
    crc = crc >> 8 ^ table[(crc ^ data[i]) & 255];
  return ~crc;
}

std::vector<ZipMember> readZip(Bytes archive, const std::string &file) {
  Reader reader(archive, file);
  Directory directory = findDirectory(archive, reader, file);
  std::vector<ZipMember> members;
  uint64_t entry = directory.offset;
  for (uint64_t i = 0; i < directory.count; ++i) {
    if (reader.number(entry, 4) != 0x02014b50) // 4.3.12
      malformed(file, "the archive's directory is damaged");
    ZipMember member;
    member.method = static_cast<uint16_t>(reader.number(entry + 10, 2));
    member.crc = static_cast<uint32_t>(reader.number(entry + 16, 4));
    member.packedBytes = reader.number(entry + 20, 4);
    member.bytes = reader.number(entry + 24, 4);
    uint64_t nameBytes = reader.number(entry + 28, 2);
    uint64_t extraBytes = reader.number(entry + 30, 2);
    uint64_t commentBytes = reader.number(entry + 32, 2);
    member.headerOffset = reader.number(entry + 42, 4);
    Bytes name = reader.range(entry + 46, nameBytes);
    member.name.assign(name.begin(), name.end());
    readZip64Sizes(reader, entry + 46 + nameBytes, extraBytes, member);
    members.push_back(std::move(member));
    entry += 46 + nameBytes + extraBytes + commentBytes;
  }
  return members;
}

Buffer extractMember(Bytes archive, const ZipMember &member,
                     const std::string &file) {
  Reader reader(archive, file);
  uint64_t header = member.headerOffset;
  if (reader.number(header, 4) != 0x04034b50) // 4.3.7
    malformed(file, "a member of the archive is damaged");
  uint64_t data = header + 30 + reader.number(header + 26, 2) +
                  reader.number(header + 28, 2);
  Bytes packed = reader.range(data, member.packedBytes);
  // Deflate packs at most 258 bytes into two bits.
  if (member.method == 0 ? member.bytes != packed.size()
                         : member.bytes / 1032 > packed.size())
    malformed(file, "a member of the archive has a wrong size");
  Buffer contents(member.bytes, "contents of an archive");
  switch (member.method) {
  case 0:
    if (!packed.empty())
      std::memcpy(contents.data(), packed.data(), packed.size());
    break;
  case 8:
    // What follows the member is shown to the decompressor too: it looks ahead
    // for two bytes and takes the end of its input for an error.
    if (!inflate(archive.subspan(
                     data, std::min(packed.size() + 2, archive.size() - data)),
                 contents))
      malformed(file, "a member of the archive cannot be decompressed");
    break;
  default:
    throw RuntimeError(RuntimeErrorCode::UnsupportedFile,
                       file + ": compression method " +
                           std::to_string(member.method) +
                           " is not supported; use numpy.savez or "
                           "numpy.savez_compressed");
  }
  if (crc32({contents.data(), contents.size()}) != member.crc)
    malformed(file, "a member of the archive fails its checksum");
  return contents;
}

} // namespace mlcc::cli
