//===- Graph.h - The graph stage: nn to nn ----------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_GRAPH_GRAPH_H
#define MLCC_COMPILER_GRAPH_GRAPH_H

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace mlcc {

struct GraphOptions {
  /// Bytes of memory that a function should need beside variables and weights;
  /// values are computed again to stay within. 0: no limit.
  int64_t memoryLimit = 0;
  /// Remark what is computed again.
  bool report = false;
};

/// Adds the passes of the graph stage. In and out: `func.func` of nn ops on
/// plain tensors. Afterwards constants are folded, exported pieces are
/// recomposed (layer_norm, gelu, softmax...), inference-time batch
/// normalization is part of its convolution or a multiply-add, and transposes
/// and reshapes that cancel are gone.
void buildGraphPipeline(mlir::OpPassManager &manager,
                        const GraphOptions &options = {});

/// Registers the passes for mlcc-opt, and the pipeline as `mlcc-graph`.
void registerGraphPasses();

} // namespace mlcc

#endif // MLCC_COMPILER_GRAPH_GRAPH_H
