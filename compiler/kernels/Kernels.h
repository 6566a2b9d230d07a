//===- Kernels.h - The kernels stage ------------------------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The stage generates loops for everything that oneDNN does not do. Input:
// functions of dnn and nn ops. Output: of nn, only `nn.constant` and
// `nn.reshape` are left; the rest are `rt.launch` ops of kernel functions
//
//   func.func private @kernel(%begin: index, %end: index,
//                             inputs..., outputs...) attributes {rt.kernel}
//
// of scf, memref, arith and math on static memrefs with identity layout, which
// compute the iterations [begin, end). A tensor with a layout has its physical
// shape (#dnn.layout<"aBcd16b"> of 1x64x56x56 is memref<1x4x56x56x16xf32>);
// booleans are bytes, and unsigned integers are signless ones.
//
// Why loops are emitted from nn directly rather than through linalg: see
// LoopEmitter.h.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_KERNELS_KERNELS_H
#define MLCC_COMPILER_KERNELS_KERNELS_H

#include "mlir/Pass/PassManager.h"

namespace mlcc {

struct KernelsOptions {};

/// Adds the stage's passes to a pipeline on modules.
void buildKernelsPipeline(mlir::OpPassManager &pipeline,
                          const KernelsOptions &options = {});

/// Makes the passes and the pipeline `kernels` known to mlcc-opt.
void registerKernelsPasses();

} // namespace mlcc

#endif // MLCC_COMPILER_KERNELS_KERNELS_H
