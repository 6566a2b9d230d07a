//===- Again.h - Computing the same again ------------------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_AGAIN_H
#define MLCC_DIALECTS_NN_AGAIN_H

#include "llvm/ADT/StringRef.h"

namespace mlcc::nn {

/// A number on a view (nn.reshape to the same shape, later dnn.view) that keeps
/// what is computed from it apart from what was computed from its operand
/// before: such a view is not folded away.
inline constexpr llvm::StringLiteral againAttrName = "nn.again";

} // namespace mlcc::nn

#endif // MLCC_DIALECTS_NN_AGAIN_H
