//===- KernelsPasses.h - Passes of the kernels stage --------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_KERNELS_KERNELSPASSES_H
#define MLCC_COMPILER_KERNELS_KERNELSPASSES_H

#include "dialects/nn/NN.h"
#include "dialects/rt/RT.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Pass/Pass.h"

namespace mlcc::kernels {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/kernels/KernelsPasses.h.inc"

} // namespace mlcc::kernels

#endif // MLCC_COMPILER_KERNELS_KERNELSPASSES_H
