//===- MemoryOrder.h - nn ops on tensors as they lie ------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A tensor in a permuted layout is a plain tensor whose dimensions have another
// order. Many ops can work on that one, their attributes permuted alike, so
// that nothing moves:
//
//   nn.concat {axis = 1} of tensors with channels last
//     -> dnn.view, nn.concat {axis = 3} of plain tensors, dnn.view
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_LAYOUT_MEMORYORDER_H
#define MLCC_COMPILER_LAYOUT_MEMORYORDER_H

#include "compiler/layout/Forms.h"

namespace mlcc {

/// Replaces the element-wise `op`, whose operands of the result's shape have
/// the permuted layout `tag`, by the same op on the tensors as they lie.
/// Operands that are repeated get their dimensions in that order. Returns the
/// view that stands for the result.
mlir::Value rewriteElementwise(mlir::Operation *op, llvm::StringRef tag,
                               mlir::OpBuilder &builder);

/// Replaces `op`, if it is one of those ops and its operands have permuted
/// layouts that are worth keeping, by the same op on the tensors as they lie;
/// its result is a view in a permuted layout. Returns whether it did.
bool rewriteInMemoryOrder(mlir::Operation *op, Forms &forms,
                          mlir::OpBuilder &builder);

} // namespace mlcc

#endif // MLCC_COMPILER_LAYOUT_MEMORYORDER_H
