//===- Plan.h - The plan stage -----------------------------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Decides where every value lies while the model runs.
//
// In: entry points of `rt.launch`, dnn primitives, constants and `nn.reshape`,
// and kernels. Out: `rt.program`s, `rt.weight`s and kernels.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_PLAN_PLAN_H
#define MLCC_COMPILER_PLAN_PLAN_H

#include <memory>

namespace mlir {
class OpPassManager;
class Pass;
} // namespace mlir

namespace mlcc {

struct PlanOptions {
  /// Remark the size of each arena against the lower bound.
  bool report = false;
  /// Bytes that an arena may have; more is an error. 0: no limit.
  int64_t memoryLimit = 0;
};

void buildPlanPipeline(mlir::OpPassManager &manager,
                       const PlanOptions &options);
void registerPlanPasses();

} // namespace mlcc

#endif // MLCC_COMPILER_PLAN_PLAN_H
