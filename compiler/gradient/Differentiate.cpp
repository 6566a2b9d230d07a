//===- Differentiate.cpp - Gradients of a loss ----------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gradient/Differentiate.h"

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/nn/NN.h"
#include "dialects/nn/gradient/ReverseMode.h"

using namespace mlir;
using namespace mlcc;

FailureOr<SmallVector<Value>> mlcc::differentiate(OpBuilder &atEnd,
                                                  ArrayRef<Value> outputs,
                                                  ArrayRef<Value> cotangents,
                                                  ArrayRef<Value> wrt) {
  return nn::pullBack(atEnd, atEnd.getInsertionBlock()->begin(), outputs,
                      cotangents, wrt);
}

FailureOr<SmallVector<Value>> mlcc::differentiate(OpBuilder &atEnd, Value loss,
                                                  ArrayRef<Value> wrt) {
  auto type = dyn_cast<RankedTensorType>(loss.getType());
  if (!type || !type.hasStaticShape() || type.getNumElements() != 1 ||
      !isa<FloatType>(type.getElementType())) {
    emitError(loss.getLoc(), ErrorCode::TypeMismatch)
        << "a loss of type " << loss.getType()
        << " cannot be differentiated; it must be a single float";
    return failure();
  }
  auto one = FloatAttr::get(cast<FloatType>(type.getElementType()), 1.0);
  Value seed = nn::ConstantOp::create(
      atEnd, loss.getLoc(),
      DenseElementsAttr::get(type, ArrayRef<Attribute>(one)));
  return differentiate(atEnd, ArrayRef<Value>(loss), ArrayRef<Value>(seed),
                       wrt);
}
