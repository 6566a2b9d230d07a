//===- Quantization.cpp - Gradients of affine quantization ----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// nn.quantize has no gradient: training that meets it wants a decision
// (straight through or not) that only the user can make.
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/gradient/Rules.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;
using namespace mlcc::nn::gradient;

/// The scale, a single element or a vector along the axis, is the only operand
/// of floats.
static void dequantizeRule(DequantizeOp op, Vjp &vjp) {
  ArrayRef<int64_t> shape = shapeOf(op.getInput());
  Type type = op.getType().getElementType();
  auto parameter = [&](Value value) {
    Extents extents(shape.size(), 1);
    if (typeOf(value).getNumElements() != 1)
      extents[op.getAxis()] = shapeOf(value)[0];
    return extents;
  };
  // Widened before the difference, which could overflow.
  Term steps = vjp.term(vjp.cast(op.getInput(), type));
  if (Value zero = op.getZeroPoint())
    steps =
        steps - vjp.term(vjp.cast(vjp.reshape(zero, parameter(zero)), type));
  Value gradient = vjp.mul(vjp.gradient(), steps);
  Value scale = op.getScale();
  vjp.set(1,
          vjp.reshape(vjp.sumTo(gradient, parameter(scale)), shapeOf(scale)));
}

void gradient::attachQuantization(MLIRContext *context) {
  attach<DequantizeOp, dequantizeRule>(context);
}
