//===- QuantizationOps.cpp - Affine quantization --------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/Conversions.h"
#include "compiler/kernels/LoopEmitter.h"
#include "compiler/kernels/OpModels.h"
#include "compiler/kernels/ScalarMath.h"
#include "dialects/nn/NN.h"

using namespace mlir;

namespace mlcc::kernels {
namespace {

/// The element of a scalar parameter, or of a vector along `axis`.
Value parameter(LoopEmitter &emitter, Value tensor, int64_t axis,
                ArrayRef<IndexExpr> index) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<IndexExpr> place(type.getRank());
  if (type.getNumElements() != 1)
    place.back() = index[axis];
  return emitter.element(tensor, place);
}

Value emitQuantize(LoopEmitter &emitter, OpResult result,
                   ArrayRef<IndexExpr> index) {
  auto op = cast<nn::QuantizeOp>(result.getOwner());
  ImplicitLocOpBuilder &b = emitter.builder();
  Value x = widen(b, emitter.element(op.getInput(), index));
  Value scale =
      widen(b, parameter(emitter, op.getScale(), op.getAxis(), index));
  ScalarMath m(b, x.getType());
  Value rounded =
      m.roundEven(m.div(x, convert(b, scale, scale.getType(), x.getType())));
  if (Value zeroPoint = op.getZeroPoint()) {
    Value zero = parameter(emitter, zeroPoint, op.getAxis(), index);
    rounded = m.add(rounded,
                    convert(b, zero, getElementTypeOrSelf(zeroPoint.getType()),
                            x.getType()));
  }
  return saturate(b, rounded, op.getTo());
}

Value emitDequantize(LoopEmitter &emitter, OpResult result,
                     ArrayRef<IndexExpr> index) {
  auto op = cast<nn::DequantizeOp>(result.getOwner());
  ImplicitLocOpBuilder &b = emitter.builder();
  Type element = getElementTypeOrSelf(result.getType());
  Type wide = computeType(element);
  auto number = [&](Value value, Value tensor) {
    return convert(b, value, getElementTypeOrSelf(tensor.getType()), wide);
  };
  ScalarMath m(b, wide);
  Value x = number(emitter.element(op.getInput(), index), op.getInput());
  if (Value zeroPoint = op.getZeroPoint())
    x = m.sub(x, number(parameter(emitter, zeroPoint, op.getAxis(), index),
                        zeroPoint));
  Value scale = number(parameter(emitter, op.getScale(), op.getAxis(), index),
                       op.getScale());
  return narrow(b, m.mul(x, scale), element);
}

} // namespace

void registerQuantization(OpModelTable &table) {
  table["nn.quantize"] = {OpRole::elementwise, 14, emitQuantize};
  table["nn.dequantize"] = {OpRole::elementwise, 3, emitDequantize};
}

} // namespace mlcc::kernels
