//===- idx.cpp - The format of MNIST --------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/stb.h"
#include "runtime/cli/train/dataset.h"
#include "runtime/src/errors.h"
#include "runtime/src/model_check.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

namespace mlcc::cli {

static std::optional<mlcc_type> idxType(uint8_t code) {
  switch (code) {
  case 0x08:
    return MLCC_U8;
  case 0x09:
    return MLCC_I8;
  case 0x0b:
    return MLCC_I16;
  case 0x0c:
    return MLCC_I32;
  case 0x0d:
    return MLCC_F32;
  case 0x0e:
    return MLCC_F64;
  default:
    return std::nullopt;
  }
}

static uint32_t bigEndian(const uint8_t *bytes) {
  return uint32_t(bytes[0]) << 24 | uint32_t(bytes[1]) << 16 |
         uint32_t(bytes[2]) << 8 | bytes[3];
}

Array readIdx(Bytes bytes, const std::string &file) {
  auto malformed = [&](const std::string &what) {
    return RuntimeError(RuntimeErrorCode::MalformedFile, file + ": " + what);
  };
  if (bytes.size() < 4 || bytes[0] != 0 || bytes[1] != 0)
    throw malformed("not a file in the format of MNIST (idx)");
  std::optional<mlcc_type> type = idxType(bytes[2]);
  size_t rank = bytes[3];
  size_t start = 4 + 4 * rank;
  if (!type || bytes.size() < start)
    throw malformed("the header is damaged");
  std::vector<int64_t> dims;
  for (size_t i = 0; i < rank; ++i)
    dims.push_back(bigEndian(bytes.data() + 4 + 4 * i));
  std::optional<uint64_t> expected = tensorBytes(*type, dims);
  size_t present = bytes.size() - start;
  if (!expected || *expected != present)
    throw malformed("an array " + describeTensor(*type, dims) +
                    " does not fit into the " + std::to_string(present) +
                    " bytes of the file");
  Array array = makeArray(*type, std::move(dims), file);
  if (present > 0)
    std::memcpy(array.data.data(), bytes.data() + start, present);
  size_t elementBytes = typeBytes(*type);
  for (size_t i = 0; elementBytes > 1 && i < present; i += elementBytes)
    std::reverse(array.data.data() + i, array.data.data() + i + elementBytes);
  return array;
}

Buffer readGzip(Bytes bytes, const std::string &file) {
  auto malformed = [&] {
    return RuntimeError(RuntimeErrorCode::MalformedFile,
                        file + ": not a complete gzip file");
  };
  // Ten bytes, then optional parts by the bits of the fourth; at the end a
  // checksum and the length.
  constexpr size_t headBytes = 10, tailBytes = 8;
  if (bytes.size() < headBytes + tailBytes || bytes[2] != 8)
    throw malformed();
  size_t start = headBytes;
  size_t end = bytes.size() - tailBytes;
  uint8_t flags = bytes[3];
  if (flags & 4) {
    if (start + 2 > end)
      throw malformed();
    start += 2 + (bytes[start] | size_t(bytes[start + 1]) << 8);
  }
  for (int text = std::popcount(static_cast<unsigned>(flags & 24)); text > 0;
       --text) { // a name, a comment
    while (start < end && bytes[start] != 0)
      ++start;
    ++start;
  }
  if (flags & 2)
    start += 2;
  if (start > end)
    throw malformed();
  uint32_t length;
  std::memcpy(&length, bytes.data() + end + 4, sizeof(length));
  // Deflate cannot do better than 1032 to 1.
  if (length / 1032 > end - start)
    throw malformed();
  Buffer contents(length, "contents of a file");
  if (!inflate(bytes.subspan(start, end - start), contents))
    throw malformed();
  return contents;
}

} // namespace mlcc::cli
