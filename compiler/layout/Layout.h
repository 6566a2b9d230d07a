//===- Layout.h - The layout stage ------------------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Decides how every tensor lies in memory, and packs constant weights.
//
// In: nn ops, and dnn ops on plain tensors. Out: dnn ops on tensors with
// layouts, `dnn.reorder` where producer and consumer differ, `dnn.view`,
// `dnn.constant` for packed weights; element-wise nn ops on tensors with
// layouts (the same one for all operands of the result's shape, plain ones for
// the others), all other nn ops on plain tensors. Arguments and results of
// functions are plain.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_LAYOUT_LAYOUT_H
#define MLCC_COMPILER_LAYOUT_LAYOUT_H

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace mlcc {

struct LayoutOptions {
  /// Threads that oneDNN shall choose layouts for. The result is right for any
  /// number; the runtime repacks the few weights that another number needs
  /// otherwise.
  unsigned threads = 1;
  /// Remark every reorder that stays, with its bytes and its reason.
  bool remarks = false;
};

void buildLayoutPipeline(mlir::OpPassManager &manager,
                         const LayoutOptions &options);
void registerLayoutPasses();

} // namespace mlcc

#endif // MLCC_COMPILER_LAYOUT_LAYOUT_H
