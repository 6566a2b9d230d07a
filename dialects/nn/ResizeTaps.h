//===- ResizeTaps.h - What resized elements are made of ----------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_RESIZETAPS_H
#define MLCC_DIALECTS_NN_RESIZETAPS_H

#include "dialects/nn/NN.h"

namespace mlcc::nn {

/// An input position, within the extent, and its share in an output element.
struct ResizeTap {
  int64_t position;
  double weight;
};
using ResizeTaps = llvm::SmallVector<ResizeTap, 4>;

/// What output position `x` of dimension `dim` is made of; the weights of the
/// dimensions multiply. Taps of weight 0 are left out.
ResizeTaps resizeTaps(ResizeOp op, unsigned dim, int64_t x);

} // namespace mlcc::nn

#endif // MLCC_DIALECTS_NN_RESIZETAPS_H
