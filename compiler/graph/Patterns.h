//===- Patterns.h - The rewrite patterns of the graph stage -----*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_GRAPH_PATTERNS_H
#define MLCC_COMPILER_GRAPH_PATTERNS_H

#include "mlir/IR/PatternMatch.h"

namespace mlir {
class Pass;
} // namespace mlir

namespace mlcc::graph {

// Of nn-simplify, by what they look at.
void addArithmeticPatterns(mlir::RewritePatternSet &patterns);
void addBroadcastPatterns(mlir::RewritePatternSet &patterns);
void addMovementPatterns(mlir::RewritePatternSet &patterns);
void addMatMulPatterns(mlir::RewritePatternSet &patterns);
void addQuantizationPatterns(mlir::RewritePatternSet &patterns);
void addWindowPatterns(mlir::RewritePatternSet &patterns);

// Of nn-recompose.
void addActivationPatterns(mlir::RewritePatternSet &patterns);
void addNormalizationPatterns(mlir::RewritePatternSet &patterns);
void addSoftmaxPatterns(mlir::RewritePatternSet &patterns);

/// Applies `patterns` to the body of `function` until nothing changes.
mlir::LogicalResult applyPatterns(mlir::Operation *function,
                                  mlir::RewritePatternSet &&patterns,
                                  bool foldConstants = true);

} // namespace mlcc::graph

#endif // MLCC_COMPILER_GRAPH_PATTERNS_H
