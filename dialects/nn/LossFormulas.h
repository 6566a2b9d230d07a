//===- LossFormulas.h - The values of losses at each position - -*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_LOSSFORMULAS_H
#define MLCC_DIALECTS_NN_LOSSFORMULAS_H

#include "dialects/nn/Losses.h"
#include "dialects/nn/Math.h"
#include "dialects/nn/NN.h"

namespace mlcc::nn {

/// The value of each position and what its weight is multiplied by beyond what
/// the caller gives (null: 1).
struct Positions {
  mlir::Value values;
  mlir::Value weights;
};

/// What the formulas of losses share.
class LossBuilder {
public:
  LossBuilder(mlir::OpBuilder &builder, mlir::Location location,
              mlir::ValueRange operands, const LossOptions &options)
      : math(builder, location), builder(builder), location(location),
        operands(operands), options(options) {}

  // Checks. Each emits a coded error.

  mlir::LogicalResult error(ErrorCode code, const llvm::Twine &message) {
    return emitError(location, code) << message;
  }
  mlir::RankedTensorType typeOf(unsigned index) {
    return mlir::cast<mlir::RankedTensorType>(operands[index].getType());
  }
  mlir::LogicalResult checkFloat(unsigned index, llvm::StringRef name);
  /// The operands have one shape and one floating element type.
  mlir::LogicalResult checkAlike(llvm::ArrayRef<llvm::StringLiteral> names);
  /// Operand 1 holds integers, one for each row of operand 0 [..., classes].
  mlir::LogicalResult checkIndices();

  // Pieces.

  mlir::Value logSoftmax(mlir::Value logits) {
    return LogSoftmaxOp::create(builder, location, logits, lastAxis(logits));
  }
  int64_t lastAxis(mlir::Value value) {
    return mlir::cast<mlir::RankedTensorType>(value.getType()).getRank() - 1;
  }
  /// Whether the class of the last dimension is that of operand 1, as booleans
  /// of the shape of operand 0.
  mlir::Value hits();
  /// values[..., label], 0 for labels that are no class.
  mlir::Value atLabel(mlir::Value values);
  /// The weights of labels: of their classes, 0 where ignored.
  mlir::Value labelWeights();
  /// The index of the largest score along the last dimension.
  mlir::Value bestClass() {
    return ArgMaxOp::create(builder, location, operand(0), lastAxis(operand(0)),
                            /*keepdims=*/false);
  }
  mlir::Type indexType() { return builder.getI64Type(); }
  /// Euclidean distances of the last dimension's vectors; 1e-6 is added to each
  /// difference, as libtorch does, so that there is a gradient at 0.
  mlir::Value distance(mlir::Value lhs, mlir::Value rhs);
  mlir::Value atLeastZero(mlir::Value value) {
    return math.max(value, math.scalarLike(0, value));
  }
  mlir::Value operand(unsigned index) { return operands[index]; }
  const LossOptions &getOptions() { return options; }

  Math math;

private:
  mlir::OpBuilder &builder;
  mlir::Location location;
  mlir::ValueRange operands;
  const LossOptions &options;
};

/// One for each row of the tables of losses and metrics. Fails after a coded
/// error.
using LossFormula = mlir::FailureOr<Positions> (*)(LossBuilder &);

mlir::FailureOr<Positions> buildCrossEntropy(LossBuilder &loss);
mlir::FailureOr<Positions> buildNegativeLogLikelihood(LossBuilder &loss);
mlir::FailureOr<Positions> buildCrossEntropyDense(LossBuilder &loss);
mlir::FailureOr<Positions> buildBinary(LossBuilder &loss);
mlir::FailureOr<Positions> buildBinaryLogits(LossBuilder &loss);
mlir::FailureOr<Positions> buildFocal(LossBuilder &loss);
mlir::FailureOr<Positions> buildHinge(LossBuilder &loss);
mlir::FailureOr<Positions> buildSquaredHinge(LossBuilder &loss);
mlir::FailureOr<Positions> buildSquaredError(LossBuilder &loss);
mlir::FailureOr<Positions> buildValue(LossBuilder &loss);
mlir::FailureOr<Positions> buildAbsoluteError(LossBuilder &loss);
mlir::FailureOr<Positions> buildHuber(LossBuilder &loss);
mlir::FailureOr<Positions> buildSmoothL1(LossBuilder &loss);
mlir::FailureOr<Positions> buildKlDivergence(LossBuilder &loss);
mlir::FailureOr<Positions> buildTriplet(LossBuilder &loss);
mlir::FailureOr<Positions> buildContrastive(LossBuilder &loss);
mlir::FailureOr<Positions> buildAccuracy(LossBuilder &loss);
mlir::FailureOr<Positions> buildBinaryAccuracy(LossBuilder &loss);

} // namespace mlcc::nn

#endif // MLCC_DIALECTS_NN_LOSSFORMULAS_H
