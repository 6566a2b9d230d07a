//===- Windows.h - What loops over windows have in common --------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_KERNELS_WINDOWS_H
#define MLCC_COMPILER_KERNELS_WINDOWS_H

#include "compiler/kernels/LoopEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace mlcc::kernels {

/// `inside` where every place lies in its extent, else `outside`.
mlir::Value chooseInside(LoopEmitter &emitter, llvm::ArrayRef<IndexExpr> places,
                         llvm::ArrayRef<int64_t> extents, mlir::Type type,
                         llvm::function_ref<mlir::Value()> inside,
                         llvm::function_ref<mlir::Value()> outside);

/// The places in the input, one per spatial dimension, of tap `tap` of the
/// window of a convolution or pooling at `output`.
template <typename Op>
llvm::SmallVector<IndexExpr> windowPlaces(Op op,
                                          llvm::ArrayRef<IndexExpr> output,
                                          llvm::ArrayRef<IndexExpr> tap) {
  llvm::SmallVector<IndexExpr> places;
  for (size_t i = 0; i < tap.size(); ++i)
    places.push_back(output[i] * op.getStrides()[i] +
                     tap[i] * op.getDilations()[i] -
                     IndexExpr(op.getPadsBegin()[i]));
  return places;
}

/// How many taps of one dimension lie in [least, limit): those that count for
/// an average. `start` is the place of the first.
mlir::Value countTaps(LoopEmitter &emitter, const IndexExpr &start,
                      int64_t kernel, int64_t dilation, int64_t least,
                      int64_t limit);

/// The number, in `type`, by which average pooling `op` of an input of shape
/// `input` divides at `output`.
template <typename Op>
mlir::Value averageDivisor(LoopEmitter &emitter, Op op,
                           llvm::ArrayRef<int64_t> input,
                           llvm::ArrayRef<IndexExpr> output, mlir::Type type) {
  mlir::ImplicitLocOpBuilder &b = emitter.builder();
  // The count is a product over the dimensions.
  mlir::Value count = emitter.indexConstant(1);
  for (size_t i = 0; i < op.getKernel().size(); ++i) {
    int64_t pad = op.getPadsBegin()[i], extent = input[i + 2];
    bool padded = op.getCountIncludePad();
    IndexExpr start = output[i] * op.getStrides()[i] - IndexExpr(pad);
    mlir::Value taps = countTaps(emitter, start, op.getKernel()[i],
                                 op.getDilations()[i], padded ? -pad : 0,
                                 padded ? extent + op.getPadsEnd()[i] : extent);
    count = mlir::arith::MulIOp::create(b, count, taps);
  }
  return mlir::arith::SIToFPOp::create(
      b, type, mlir::arith::IndexCastOp::create(b, b.getI32Type(), count));
}

} // namespace mlcc::kernels

#endif // MLCC_COMPILER_KERNELS_WINDOWS_H
