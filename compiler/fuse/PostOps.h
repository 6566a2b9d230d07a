//===- PostOps.h - Element-wise ops as post-ops of a primitive --*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_FUSE_POSTOPS_H
#define MLCC_COMPILER_FUSE_POSTOPS_H

#include "dialects/dnn/DNN.h"
#include "dialects/nn/NN.h"

#include <optional>

namespace mlcc::fuse {

/// The oneDNN function that computes what the unary op does, in the same way
/// for all inputs up to rounding; null if there is none.
dnn::EltwiseAttr asEltwise(mlir::Operation *op);

/// A chain of element-wise ops that a primitive can compute on its result.
class PostOpChain {
public:
  /// Follows the users of `start` as far as they can be post-ops of a primitive
  /// with a result of `shape` (which has the elements of `start` in the same
  /// order) and its channels in dimension `channelAxis`.
  PostOpChain(mlir::Value start, llvm::ArrayRef<int64_t> shape,
              int64_t channelAxis);

  /// What the chain computes: `start`, if nothing could be fused.
  mlir::Value getResult() const { return result; }
  llvm::ArrayRef<mlir::Operation *> getOps() const { return ops; }

  /// The attributes, and the operands of the binary ones. The operands are
  /// reshaped, with `builder`, to the primitive's rank.
  mlir::ArrayAttr getPostOps(mlir::MLIRContext *context) const;
  llvm::SmallVector<mlir::Value> makeOperands(mlir::OpBuilder &builder) const;

  /// Replaces the chain by `primitive`, reshaping it if necessary, and erases
  /// the fused ops.
  void replaceBy(mlir::OpBuilder &builder, mlir::Value primitive);

private:
  struct Operand {
    mlir::Value value;
    llvm::SmallVector<int64_t> shape;
  };

  bool append(mlir::Operation *op, mlir::Value input);
  bool appendBinary(mlir::Operation *op, mlir::Value input);
  bool appendScalar(mlir::Operation *op, double number, bool isLeft);
  std::optional<llvm::SmallVector<int64_t>> operandShape(mlir::Value operand,
                                                         mlir::Value input);

  llvm::SmallVector<int64_t> shape;
  int64_t channelAxis;
  mlir::Value result;
  llvm::SmallVector<mlir::Operation *> ops;
  llvm::SmallVector<mlir::Attribute> postOps;
  llvm::SmallVector<Operand> operands;
};

} // namespace mlcc::fuse

#endif // MLCC_COMPILER_FUSE_POSTOPS_H
