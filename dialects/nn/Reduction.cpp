//===- Reduction.cpp - Reductions of nn -----------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/NN.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

LogicalResult CumSumOp::inferReturnTypes(MLIRContext *context,
                                         OptionalLocation location,
                                         Adaptor adaptor,
                                         InferredTypes &inferred) {
  auto input = checkTensor(location, adaptor.getInput().getType(), "input");
  if (failed(input) ||
      failed(checkAxis(location, adaptor.getAxis(), input->getRank())))
    return failure();
  inferred.push_back(*input);
  return success();
}
