//===- UnrollRecurrent.h - Recurrent layers step by step ---------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_GRADIENT_UNROLLRECURRENT_H
#define MLCC_DIALECTS_NN_GRADIENT_UNROLLRECURRENT_H

#include "mlir/IR/Builders.h"

namespace mlcc::nn {

/// Layers of more steps become loops.
inline constexpr int64_t longestUnrolledLayer = 128;

/// Emits nn.lstm, nn.gru or nn.rnn as matrix products and element-wise ops: one
/// product for the inputs of all steps, then one for the state of each step, in
/// an nn.scan if there are many. Gives the values of the op's results, in
/// order. Equal layers give equal ops, which CSE merges, but for loops.
llvm::SmallVector<mlir::Value> unrollRecurrent(mlir::OpBuilder &builder,
                                               mlir::Operation *op);

} // namespace mlcc::nn

#endif // MLCC_DIALECTS_NN_GRADIENT_UNROLLRECURRENT_H
