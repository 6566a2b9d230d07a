//===- zip.h - Members of zip archives --------------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_ZIP_H
#define MLCC_RUNTIME_CLI_ZIP_H

#include "runtime/cli/array.h"

#include <string>
#include <vector>

namespace mlcc::cli {

struct ZipMember {
  std::string name;
  uint16_t method; ///< 0 stored, 8 deflated
  uint32_t crc;
  uint64_t packedBytes, bytes;
  uint64_t headerOffset;
};

/// The members that the archive's directory lists. Throws RuntimeError
/// MalformedFile.
std::vector<ZipMember> readZip(Bytes archive, const std::string &file);

/// The contents of a member, checked against its checksum. Throws RuntimeError
/// MalformedFile, UnsupportedFile for other compression methods.
Buffer extractMember(Bytes archive, const ZipMember &member,
                     const std::string &file);

/// The checksum of zip archives (CRC-32); `previous` is that of what precedes
/// `data`.
uint32_t crc32(Bytes data, uint32_t previous = 0);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_ZIP_H
