//===- Random.h - Random tensors from random bits ----------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Builders of nn ops that draw from distributions. `key` [2] of i64 is the
// state of the generator: the seed and the number of calls before this one.
// Each draw of a function has a `stream` of its own. Types are of f16, bf16,
// f32 or f64.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_RANDOM_H
#define MLCC_DIALECTS_NN_RANDOM_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

namespace mlcc::nn {

/// Uniform in [0, 1), with as many random bits as the element type's
/// significand has: 24 for f32, 53 for f64, 11 for f16, 8 for bf16.
mlir::Value drawUniform(mlir::OpBuilder &builder, mlir::Location location,
                        mlir::Value key, mlir::RankedTensorType type,
                        int64_t stream);

/// Normal of mean 0 and variance 1 (Box and Muller, 1958).
mlir::Value drawNormal(mlir::OpBuilder &builder, mlir::Location location,
                       mlir::Value key, mlir::RankedTensorType type,
                       int64_t stream);

/// Booleans that are true with the probability that the element of the float
/// tensor `probability` says, which broadcasts to `shape`.
mlir::Value drawBernoulli(mlir::OpBuilder &builder, mlir::Location location,
                          mlir::Value key, mlir::Value probability,
                          llvm::ArrayRef<int64_t> shape, int64_t stream);

/// One position (i64) along `axis`, which is dropped, with probabilities
/// softmax(logits) (Gumbel's trick).
mlir::Value drawCategorical(mlir::OpBuilder &builder, mlir::Location location,
                            mlir::Value key, mlir::Value logits, int64_t axis,
                            int64_t stream);

/// The state for the next call: the counter is one higher.
mlir::Value advanceRandom(mlir::OpBuilder &builder, mlir::Location location,
                          mlir::Value key);

} // namespace mlcc::nn

#endif // MLCC_DIALECTS_NN_RANDOM_H
