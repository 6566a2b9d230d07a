//===- Accumulate.h - Sums of gradients --------------------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_GRADIENT_ACCUMULATE_H
#define MLCC_DIALECTS_NN_GRADIENT_ACCUMULATE_H

#include "dialects/nn/gradient/Emitter.h"

namespace mlcc::nn::gradient {

/// The sum of what the users of a value contribute to its gradient, at least
/// one tensor. Pieces with zeros around them, which are the gradients of
/// slices, become concatenations where they do not overlap: so that a value
/// that is cut into many pieces does not have as many sums of its whole size.
/// The products that the steps of a recurrence give for their common weights
/// become one.
mlir::Value sumOf(Emitter &emitter, llvm::ArrayRef<mlir::Value> contributions);

} // namespace mlcc::nn::gradient

#endif // MLCC_DIALECTS_NN_GRADIENT_ACCUMULATE_H
