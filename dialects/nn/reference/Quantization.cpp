//===- Quantization.cpp - Reference evaluation of affine quantization -----===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/reference/Reference.h"

#include <cmath>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

/// The element of a scale or zero point for the input element at `offset`.
static int64_t parameterIndex(const HostTensor &parameter,
                              ArrayRef<int64_t> shape, int64_t axis,
                              int64_t offset) {
  if (parameter.getNumElements() == 1)
    return 0;
  return offset / rowMajorStrides(shape)[axis] % shape[axis];
}

LogicalResult QuantizeOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0], &scale = operands[1];
  HostTensor &result = results.emplace_back(getType());
  ArrayRef<int64_t> shape = input.getShape();
  bool isF64 = input.getFormat() == ElementFormat::F64;
  for (int64_t i = 0, e = input.getNumElements(); i < e; ++i) {
    double x = input.getAsDouble(i);
    double step = scale.getAsDouble(parameterIndex(scale, shape, getAxis(), i));
    // The quotient decides which way halves go, so it has the precision that
    // programs compute it with.
    double quotient =
        isF64 ? x / step : static_cast<float>(x) / static_cast<float>(step);
    double zero = getZeroPoint() ? operands[2].getAsDouble(parameterIndex(
                                       operands[2], shape, getAxis(), i))
                                 : 0;
    result.setDouble(i, std::nearbyint(quotient) + zero);
  }
  return success();
}

LogicalResult DequantizeOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0], &scale = operands[1];
  HostTensor &result = results.emplace_back(getType());
  ArrayRef<int64_t> shape = input.getShape();
  for (int64_t i = 0, e = input.getNumElements(); i < e; ++i) {
    double zero = getZeroPoint() ? operands[2].getAsDouble(parameterIndex(
                                       operands[2], shape, getAxis(), i))
                                 : 0;
    result.setDouble(
        i, (input.getAsDouble(i) - zero) *
               scale.getAsDouble(parameterIndex(scale, shape, getAxis(), i)));
  }
  return success();
}
