//===- Losses.h - Losses and metrics as nn operations --------- -*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// A loss is computed for each position, multiplied by the position's weight,
// and reduced. A position's weight is the product of what the caller gives as
// the last operand, of class weights, of 0 for ignored labels, and of 0 for the
// rows of the first dimension from `sampleCount` on, which are padding.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_LOSSES_H
#define MLCC_DIALECTS_NN_LOSSES_H

#include "mlir/IR/Builders.h"

#include <optional>
#include <vector>

namespace mlcc::nn {

enum class Reduction {
  Mean,      ///< The weighted sum divided by the sum of weights.
  BatchMean, ///< The weighted sum divided by the number of samples.
  Sum,
  None ///< A value for each position.
};

/// What losses can be told; each reads what concerns it.
struct LossOptions {
  Reduction reduction = Reduction::Mean;
  double scale = 1;
  double labelSmoothing = 0;
  std::optional<int64_t> ignoreIndex;
  std::vector<double> classWeights;
  double positiveWeight = 1;
  double delta = 1;
  double margin = 1;
  double focus = 2;
  double threshold = 0.5;
};

/// A row of the table of losses, or of metrics.
struct LossInfo {
  llvm::StringRef name;
  /// Of the operands, in order; all are required. One more may follow, the
  /// positions' weights.
  llvm::ArrayRef<llvm::StringLiteral> operands;
  /// The value of one position.
  llvm::StringRef formula;
};

llvm::ArrayRef<LossInfo> allLosses();
llvm::ArrayRef<LossInfo> allMetrics();

/// Builds the loss `name`. `sampleCount`, an integer scalar, may be null: all
/// rows count. Operands that do not fit are coded errors at `location`.
mlir::FailureOr<mlir::Value>
buildLoss(mlir::OpBuilder &builder, mlir::Location location,
          llvm::StringRef name, mlir::ValueRange operands,
          const LossOptions &options, mlir::Value sampleCount = {});

/// The same for a metric, which is a mean (or a function of one).
mlir::FailureOr<mlir::Value>
buildMetric(mlir::OpBuilder &builder, mlir::Location location,
            llvm::StringRef name, mlir::ValueRange operands,
            const LossOptions &options, mlir::Value sampleCount = {});

} // namespace mlcc::nn

#endif // MLCC_DIALECTS_NN_LOSSES_H
