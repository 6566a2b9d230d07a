//===- InPlace.h - Kernels that may write where they read ---------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_KERNELS_INPLACE_H
#define MLCC_COMPILER_KERNELS_INPLACE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlcc::kernels {

/// The inputs of `graph`, a kernel of nn ops on tensors, whose memory a result
/// of the same type may share: an element is needed, if at all, for the same
/// element of the results, and so is loaded before those are stored. All ops
/// between are element-wise on the results' shape.
llvm::SmallVector<int64_t> findInPlaceInputs(mlir::func::FuncOp graph);

} // namespace mlcc::kernels

#endif // MLCC_COMPILER_KERNELS_INPLACE_H
