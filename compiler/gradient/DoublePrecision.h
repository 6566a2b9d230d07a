//===- DoublePrecision.h - Modules in f64 -----------------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_GRADIENT_DOUBLEPRECISION_H
#define MLCC_COMPILER_GRADIENT_DOUBLEPRECISION_H

#include "mlir/IR/BuiltinOps.h"

namespace mlcc {

/// Makes every floating-point type of a module of nn ops f64: of values,
/// variables and constants. Fails if an op is not defined so, which its
/// verifier reports.
mlir::LogicalResult convertToDouble(mlir::ModuleOp module);

} // namespace mlcc

#endif // MLCC_COMPILER_GRADIENT_DOUBLEPRECISION_H
