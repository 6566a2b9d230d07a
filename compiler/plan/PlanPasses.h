//===- PlanPasses.h - Passes of the plan stage -------------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_PLAN_PLANPASSES_H
#define MLCC_COMPILER_PLAN_PLANPASSES_H

#include "dialects/rt/RT.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace mlcc {
#define GEN_PASS_DECL
#include "compiler/plan/PlanPasses.h.inc"
} // namespace mlcc

#endif // MLCC_COMPILER_PLAN_PLANPASSES_H
