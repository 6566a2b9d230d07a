//===- AffineChain.h - Chains of per-channel multiplications and additions *-
// C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_GRAPH_AFFINECHAIN_H
#define MLCC_COMPILER_GRAPH_AFFINECHAIN_H

#include "compiler/graph/Constants.h"

#include <vector>

namespace mlcc::graph {

/// y = scale * x + shift with constants that are uniform or vary along one
/// axis.
class Affine {
public:
  /// Whether all elements have the same scale and shift.
  bool isUniform() const { return axis < 0; }
  int64_t getAxis() const { return axis; }
  /// For position `i` along the axis; any position if uniform.
  double scale(int64_t i) const { return scales[isUniform() ? 0 : i]; }
  double shift(int64_t i) const { return shifts[isUniform() ? 0 : i]; }
  bool hasUnitScale() const;
  bool hasZeroShift() const;
  bool isFinite() const;

  /// Makes this `next(this(x))`. Fails, without a change, where the two vary
  /// along different axes.
  bool append(const Affine &next);

  /// What `op` does to its operand `input`, its other operands being constants,
  /// its result of the same type; nothing if that is not affine.
  static std::optional<Affine> of(mlir::Operation *op, mlir::Value input);
  /// The operand that an affine op with constants works on; null for other ops.
  static mlir::Value inputOf(mlir::Operation *op);

private:
  /// Along `axis`, or uniform (-1, one entry).
  int64_t axis = -1;
  std::vector<double> scales{1}, shifts{0};

  static std::optional<Affine> fromBatchNorm(nn::BatchNormOp op);
};

/// Affine ops one after the other, each the only user of the one before.
struct AffineChain {
  mlir::Value input;
  llvm::SmallVector<mlir::Operation *> ops;
  Affine affine;

  mlir::Value getResult() const { return ops.back()->getResult(0); }
  /// The longest chain that starts with `first`; nothing if that is not
  /// affine, or its result is rounded.
  static std::optional<AffineChain> from(mlir::Operation *first);
};

/// Applies y = scale * x + shift to the result of a convolution, transposed
/// convolution or matrix product by changing its constant weights and bias, at
/// the place of the op. Returns the new result, or null if the op is none of
/// these, its weights are not constant, or the axis is not that of its
/// channels.
mlir::Value foldIntoWeights(mlir::OpBuilder &builder, mlir::Operation *op,
                            const Affine &affine);

} // namespace mlcc::graph

#endif // MLCC_COMPILER_GRAPH_AFFINECHAIN_H
