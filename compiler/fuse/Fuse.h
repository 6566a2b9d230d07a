//===- Fuse.h - The fuse stage: nn to nn and dnn ----------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_FUSE_FUSE_H
#define MLCC_COMPILER_FUSE_FUSE_H

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace mlcc {

struct FuseOptions {};

/// Adds the passes of the fuse stage. In: `func.func` of nn ops. Out:
/// convolutions, matrix products, pooling, channel concatenation and recurrent
/// layers are dnn ops, without layouts, that compute the element-wise ops after
/// them as post-ops; the other nn ops stay.
void buildFusePipeline(mlir::OpPassManager &manager,
                       const FuseOptions &options = {});

/// Registers the passes for mlcc-opt, and the pipeline as `mlcc-fuse`.
void registerFusePasses();

} // namespace mlcc

#endif // MLCC_COMPILER_FUSE_FUSE_H
