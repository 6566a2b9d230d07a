//===- Schedule.h - Loops and parallel iterations of a kernel -----*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_KERNELS_SCHEDULE_H
#define MLCC_COMPILER_KERNELS_SCHEDULE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlcc::kernels {

/// A kernel as loops, and how to launch it.
struct LoweredKernel {
  mlir::func::FuncOp function;
  /// Iterations, and how many of them are worth a thread.
  int64_t work = 0;
  int64_t grain = 1;
};

/// Lowers `graph`, a kernel of nn ops on tensors, to a new function of loops,
/// which belongs to no module yet.
LoweredKernel lowerKernel(mlir::func::FuncOp graph);

/// Scalar operations that running `block` once costs, roughly; loops count
/// their trips, or the whole extent of what they walk where that is unknown.
double estimateCost(mlir::Block &block);

} // namespace mlcc::kernels

#endif // MLCC_COMPILER_KERNELS_SCHEDULE_H
