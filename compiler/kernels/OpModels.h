//===- OpModels.h - What the generator knows of each nn op -------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One row per op: how it takes part in fusion, what an element costs, and the
// function that emits an element. An op family is a file with a `register`
// function; nothing else knows single ops.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_KERNELS_OPMODELS_H
#define MLCC_COMPILER_KERNELS_OPMODELS_H

#include "compiler/kernels/IndexSpace.h"

#include "mlir/IR/Operation.h"

#include "llvm/ADT/StringMap.h"

namespace mlcc::kernels {

class LoopEmitter;

/// How an op takes part in fusion.
enum class OpRole {
  /// Each element from the elements at the same (broadcast) place.
  elementwise,
  /// Each element from one element elsewhere, or none.
  movement,
  /// Each element from a row of elements.
  reduction,
  /// Each element from reductions over its row: softmax, normalizations.
  rowwise,
  /// Each element from many elements, each of which is used many times, so that
  /// operands must lie in memory.
  window,
  /// The op writes its whole result itself.
  whole,
};

/// Emits element `index` of `result`.
using ElementEmitter = mlir::Value (*)(LoopEmitter &emitter,
                                       mlir::OpResult result,
                                       llvm::ArrayRef<IndexExpr> index);
/// Emits the whole of an op of role `whole`; returns its number of iterations.
using WholeEmitter = int64_t (*)(LoopEmitter &emitter, mlir::Operation *op);

struct OpModel {
  OpRole role;
  /// Scalar operations of a vectorized loop per element, roughly.
  unsigned cost = 1;
  ElementEmitter element = nullptr;
  WholeEmitter whole = nullptr;
};

/// The row of an op, or null if kernels cannot compute it.
const OpModel *lookupOpModel(mlir::Operation *op);

using OpModelTable = llvm::StringMap<OpModel>;
void registerElementwise(OpModelTable &table);
void registerMovement(OpModelTable &table);
void registerReductions(OpModelTable &table);
void registerQuantization(OpModelTable &table);
void registerNormalizations(OpModelTable &table);
void registerWindows(OpModelTable &table);
void registerSequential(OpModelTable &table);
void registerRecurrent(OpModelTable &table);
void registerGradients(OpModelTable &table);
void registerRandom(OpModelTable &table);

} // namespace mlcc::kernels

#endif // MLCC_COMPILER_KERNELS_OPMODELS_H
