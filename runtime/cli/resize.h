//===- resize.h - Scaling of pictures ---------------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_RUNTIME_CLI_RESIZE_H
#define MLCC_RUNTIME_CLI_RESIZE_H

#include <cstdint>
#include <vector>

namespace mlcc::cli {

/// Interleaved 8-bit pixels, row by row.
struct Pixels {
  int width = 0, height = 0, channels = 0;
  std::vector<uint8_t> values;
};

/// Scales a picture to `width` x `height`, all extents at least 1. Each new
/// pixel is the mean of the old ones weighted by a triangle around its centre,
/// as wide as two pixels of the coarser picture, so that shrinking makes no
/// patterns (what Pillow calls BILINEAR).
Pixels resizePicture(const Pixels &source, int width, int height);

} // namespace mlcc::cli

#endif // MLCC_RUNTIME_CLI_RESIZE_H
