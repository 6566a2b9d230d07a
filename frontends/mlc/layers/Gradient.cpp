//===- Gradient.cpp - Gradients as values ---------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Layer.h"

#include "dialects/nn/gradient/ReverseMode.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::mlc_frontend;

void mlcc::mlc_frontend::importGradient(Layer &layer) {
  if (!layer.checkInputs(2, 256))
    return;
  for (unsigned index = 0; index < layer.inputs.size(); ++index)
    if (!layer.checkFloatInput(index, 0))
      return;
  layer.getFunction().hasGradients = true;
  Value output = layer.inputs.front();
  Value one = layer.math.broadcast(layer.math.scalarLike(1, output),
                                   Layer::shape(output));
  OpBuilder &builder = layer.builder();
  FailureOr<SmallVector<Value>> gradients =
      nn::pullBack(builder, builder.getInsertionBlock()->begin(), output, one,
                   layer.inputs.drop_front());
  if (failed(gradients))
    return layer.fail();
  layer.setResults(*gradients);
}
