//===- Elementwise.cpp - Element-wise operations of nn --------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/NN.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

/// That a bound of nn.clip is stored as the description says.
static LogicalResult checkBound(OptionalLocation location,
                                RankedTensorType type,
                                std::optional<TypedAttr> bound) {
  if (!bound || !*bound)
    return success();
  bool fits =
      isa<FloatType>(type.getElementType())
          ? isa<FloatAttr>(*bound) && bound->getType().isF64()
          : isa<IntegerAttr>(*bound) && bound->getType().isSignlessInteger(64);
  if (fits)
    return success();
  return inferenceError(location, ErrorCode::TypeMismatch,
                        "the bound of type " + typeText(bound->getType()) +
                            " does not limit elements of type " +
                            typeText(type.getElementType()) +
                            "; bounds of floats are f64, of integers i64");
}

LogicalResult ClipOp::inferReturnTypes(MLIRContext *context,
                                       OptionalLocation location,
                                       Adaptor adaptor,
                                       InferredTypes &inferred) {
  if (failed(inferSameType(location, adaptor.getInput().getType(),
                           ElementKind::Any, inferred)))
    return failure();
  auto type = cast<RankedTensorType>(inferred.back());
  return success(succeeded(checkBound(location, type, adaptor.getMin())) &&
                 succeeded(checkBound(location, type, adaptor.getMax())));
}

LogicalResult PowOp::inferReturnTypes(MLIRContext *context,
                                      OptionalLocation location,
                                      Adaptor adaptor,
                                      InferredTypes &inferred) {
  auto types =
      checkTensors(location, adaptor.getOperands().getTypes(), "operand");
  if (failed(types))
    return failure();
  return inferBroadcast(location, *types, types->front().getElementType(),
                        inferred);
}

LogicalResult WhereOp::inferReturnTypes(MLIRContext *context,
                                        OptionalLocation location,
                                        Adaptor adaptor,
                                        InferredTypes &inferred) {
  auto condition = checkTensor(location, adaptor.getCondition().getType(),
                               "condition", ElementKind::Boolean);
  auto onTrue =
      checkTensor(location, adaptor.getOnTrue().getType(), "'on_true' operand");
  auto onFalse = checkTensor(location, adaptor.getOnFalse().getType(),
                             "'on_false' operand");
  if (failed(condition) || failed(onTrue) || failed(onFalse) ||
      failed(checkElementType(location, *onFalse, "'on_false' operand",
                              onTrue->getElementType())))
    return failure();
  return inferBroadcast(location, {*condition, *onTrue, *onFalse},
                        onTrue->getElementType(), inferred);
}
