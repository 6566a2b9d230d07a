//===- npz.cpp - Writing archives of arrays -------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/train/npz.h"

#include "runtime/cli/file.h"
#include "runtime/cli/npy.h"
#include "runtime/cli/zip.h"
#include "runtime/src/errors.h"

#include <limits>

namespace mlcc::cli {

/// A little-endian number of `bytes` bytes.
static std::string number(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i)
    text += static_cast<char>(value >> 8 * i & 255);
  return text;
}

static Bytes asBytes(const std::string &text) {
  return {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
}

namespace {

/// A member in the form that its local header and the directory share: sections
/// 4.3.7 and 4.3.12 of APPNOTE.TXT.
struct NpzMember {
  explicit NpzMember(const TensorView &tensor)
      : name(tensor.name + ".npy"), head(npyHeader(tensor.type, tensor.dims)) {
    uint64_t size = head.size() + tensor.bytes.size();
    uint32_t crc = crc32(tensor.bytes, crc32(asBytes(head)));
    constexpr uint64_t version = 20, januaryFirst1980 = 0x21;
    common = number(version, 2) + number(0, 2) + number(0, 2) + number(0, 2) +
             number(januaryFirst1980, 2) + number(crc, 4) + number(size, 4) +
             number(size, 4) + number(name.size(), 2) + number(0, 2);
    local = "PK\x03\x04" + common + name + head;
    total = local.size() + tensor.bytes.size();
  }

  std::string directoryEntry(uint64_t offset) const {
    return "PK\x01\x02" + number(20, 2) + common + number(0, 2) + number(0, 2) +
           number(0, 2) + number(0, 4) + number(offset, 4) + name;
  }

  std::string name, head, common, local;
  uint64_t total = 0;
};

} // namespace

void writeNpz(const std::string &path, const std::vector<TensorView> &tensors) {
  std::vector<NpzMember> members(tensors.begin(), tensors.end());
  std::vector<Bytes> parts;
  std::string directory;
  uint64_t offset = 0;
  for (size_t i = 0; i < members.size(); ++i) {
    parts.push_back(asBytes(members[i].local));
    parts.push_back(tensors[i].bytes);
    directory += members[i].directoryEntry(offset);
    offset += members[i].total;
  }
  constexpr uint64_t mostMembers = 0xffff;
  if (offset + directory.size() >= std::numeric_limits<uint32_t>::max() ||
      members.size() >= mostMembers)
    throw RuntimeError(RuntimeErrorCode::CannotWriteFile,
                       path + ": the arrays are too large for one .npz file");
  std::string end = "PK\x05\x06" + number(0, 4) + number(members.size(), 2) +
                    number(members.size(), 2) + number(directory.size(), 4) +
                    number(offset, 4) + number(0, 2);
  parts.push_back(asBytes(directory));
  parts.push_back(asBytes(end));
  writeFileDurably(path, parts);
}

} // namespace mlcc::cli
