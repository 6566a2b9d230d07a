//===- wav.h - Sound files --------------------------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_WAV_H
#define MLCC_RUNTIME_CLI_WAV_H

#include "runtime/cli/array.h"

#include <string>
#include <vector>

namespace mlcc::cli {

struct Sound {
  uint32_t samplesPerSecond = 0;
  std::vector<float> samples; ///< the mean of all channels, in [-1, 1]
};

/// Reads a RIFF WAVE file of 8, 16, 24 or 32-bit integers or 32-bit floats.
/// `file` names it in errors. Throws RuntimeError MalformedFile or
/// UnsupportedFile.
Sound readWav(Bytes bytes, const std::string &file);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_WAV_H
