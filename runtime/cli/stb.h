//===- stb.h - Images and decompression, by stb_image -----------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_STB_H
#define MLCC_RUNTIME_CLI_STB_H

#include "runtime/cli/array.h"
#include "runtime/cli/resize.h"

#include <string>

namespace mlcc::cli {

/// Decodes a JPEG or PNG picture to `channels` channels (1 grey, 3 RGB,
/// 4 RGBA). `file` names it in errors. Throws RuntimeError MalformedFile.
Pixels decodePicture(Bytes bytes, int channels, const std::string &file);

/// Decompresses a deflate stream (RFC 1951) into `contents`, which must become
/// exactly full. Returns false if it does not.
bool inflate(Bytes packed, Buffer &contents);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_STB_H
