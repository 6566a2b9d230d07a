//===- ConstantFolding.h - Evaluation of nn ops on constants -----*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_CONSTANTFOLDING_H
#define MLCC_DIALECTS_NN_CONSTANTFOLDING_H

#include "mlir/Interfaces/FoldInterfaces.h"

namespace mlcc::nn {

/// Folds any nn op whose operands are all constants by its reference
/// evaluation, within limits of size and work. Ops with folds of their own come
/// here when these find nothing.
class ConstantFolding : public mlir::DialectFoldInterface {
public:
  using DialectFoldInterface::DialectFoldInterface;
  mlir::LogicalResult
  fold(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands,
       llvm::SmallVectorImpl<mlir::OpFoldResult> &results) const override;
};

} // namespace mlcc::nn

#endif // MLCC_DIALECTS_NN_CONSTANTFOLDING_H
