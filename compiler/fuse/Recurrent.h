//===- Recurrent.h - What the recurrent layers have in common ---*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_FUSE_RECURRENT_H
#define MLCC_COMPILER_FUSE_RECURRENT_H

#include "dialects/dnn/DNN.h"
#include "dialects/nn/NN.h"

namespace mlcc::fuse {

/// An nn.lstm, nn.gru or nn.rnn; the shapes are those of the nn ops.
struct RecurrentLayer {
  mlir::Operation *op = nullptr;
  dnn::RnnCell cell = dnn::RnnCell::vanilla;
  mlir::Value input, weights, recurrentWeights, bias, initialHidden,
      initialCell, peepholes; ///< null where absent
  nn::RnnDirection direction = nn::RnnDirection::forward;
  llvm::SmallVector<llvm::StringRef> activations;
  std::optional<double> clip;
  bool inputForget = false;
  int64_t gates = 1;

  int64_t steps = 0, batch = 0, inputs = 0, hidden = 0, directions = 1;

  /// The layer that `op` is; nothing for other ops.
  static std::optional<RecurrentLayer> of(mlir::Operation *op);

  /// Whether oneDNN has this cell: its activations, no clipping, f32, constant
  /// weights.
  bool isPrimitive() const;
};

} // namespace mlcc::fuse

#endif // MLCC_COMPILER_FUSE_RECURRENT_H
