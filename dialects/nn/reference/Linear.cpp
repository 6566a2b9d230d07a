//===- Linear.cpp - Reference evaluation of convolutions and products -----===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/reference/Reference.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

namespace {
/// The spatial part of a (transposed) convolution: between the plain side,
/// which is walked window by window, and the kernel. For the transposed one,
/// the plain side is its result.
struct SpatialMap {
  ArrayRef<int64_t> strides, dilations, padsBegin;
  /// Extents of the side that the windows slide over.
  ArrayRef<int64_t> extents;

  /// The row-major offset on that side of kernel tap `tap` of window `window`,
  /// or nothing in the padding.
  std::optional<int64_t> offset(ArrayRef<int64_t> window,
                                ArrayRef<int64_t> tap) const {
    int64_t result = 0;
    for (size_t i = 0; i < extents.size(); ++i) {
      int64_t position =
          window[i] * strides[i] + tap[i] * dilations[i] - padsBegin[i];
      if (position < 0 || position >= extents[i])
        return std::nullopt;
      result = result * extents[i] + position;
    }
    return result;
  }
};
} // namespace

static int64_t spatialSize(const HostTensor &tensor) {
  int64_t size = 1;
  for (int64_t extent : tensor.getShape().drop_front(2))
    size *= extent;
  return size;
}

LogicalResult ConvOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0], &weights = operands[1];
  HostTensor &result = results.emplace_back(getType());
  SpatialMap map{getStrides(), getDilations(), getPadsBegin(),
                 input.getShape().drop_front(2)};
  int64_t channels = input.getShape()[1], outputs = result.getShape()[1];
  int64_t groupChannels = weights.getShape()[1];
  int64_t groupOutputs = outputs / getGroups();
  int64_t inputSize = spatialSize(input), kernelSize = spatialSize(weights);
  ArrayRef<int64_t> kernel = weights.getShape().drop_front(2);
  for (Walk walk(result.getShape()); walk; walk.next()) {
    int64_t n = walk.index()[0], m = walk.index()[1];
    int64_t firstChannel = m / groupOutputs * groupChannels;
    double sum = getBias() ? operands[2].getAsDouble(m) : 0;
    for (Walk tap(kernel); tap; tap.next()) {
      auto offset = map.offset(walk.index().drop_front(2), tap.index());
      if (!offset)
        continue;
      for (int64_t c = 0; c < groupChannels; ++c)
        sum += input.getAsDouble((n * channels + firstChannel + c) * inputSize +
                                 *offset) *
               weights.getAsDouble((m * groupChannels + c) * kernelSize +
                                   tap.position());
    }
    result.setDouble(walk.position(), sum);
  }
  return success();
}

LogicalResult ConvTransposeOp::evaluate(Operands operands, Results &results) {
  const HostTensor &input = operands[0], &weights = operands[1];
  HostTensor &result = results.emplace_back(getType());
  SpatialMap map{getStrides(), getDilations(), getPadsBegin(),
                 result.getShape().drop_front(2)};
  int64_t batch = input.getShape()[0], channels = input.getShape()[1];
  int64_t outputs = result.getShape()[1];
  int64_t groupChannels = channels / getGroups();
  int64_t groupOutputs = weights.getShape()[1];
  int64_t inputSize = spatialSize(input), kernelSize = spatialSize(weights);
  int64_t resultSize = spatialSize(result);
  ArrayRef<int64_t> kernel = weights.getShape().drop_front(2);
  for (int64_t n = 0; n < batch; ++n)
    for (int64_t m = 0; m < outputs; ++m) {
      // Each input element is spread over the window that it stands for.
      double bias = getBias() ? operands[2].getAsDouble(m) : 0;
      std::vector<double> sums(resultSize, bias);
      int64_t firstChannel = m / groupOutputs * groupChannels;
      for (Walk walk(input.getShape().drop_front(2)); walk; walk.next())
        for (Walk tap(kernel); tap; tap.next()) {
          auto offset = map.offset(walk.index(), tap.index());
          if (!offset)
            continue;
          for (int64_t c = firstChannel; c < firstChannel + groupChannels; ++c)
            sums[*offset] +=
                input.getAsDouble((n * channels + c) * inputSize +
                                  walk.position()) *
                weights.getAsDouble((c * groupOutputs + m % groupOutputs) *
                                        kernelSize +
                                    tap.position());
        }
      for (int64_t i = 0; i < resultSize; ++i)
        result.setDouble((n * outputs + m) * resultSize + i, sums[i]);
    }
  return success();
}

LogicalResult ConvWeightGradientOp::evaluate(Operands operands,
                                             Results &results) {
  const HostTensor &input = operands[0], &gradient = operands[1];
  HostTensor &result = results.emplace_back(getType());
  SpatialMap map{getStrides(), getDilations(), getPadsBegin(),
                 input.getShape().drop_front(2)};
  int64_t batch = input.getShape()[0], channels = input.getShape()[1];
  int64_t outputs = gradient.getShape()[1];
  int64_t groupChannels = channels / getGroups();
  int64_t groupOutputs = outputs / getGroups();
  int64_t inputSize = spatialSize(input), outputSize = spatialSize(gradient);
  for (Walk weight(result.getShape()); weight; weight.next()) {
    int64_t m = weight.index()[0];
    int64_t c = m / groupOutputs * groupChannels + weight.index()[1];
    ArrayRef<int64_t> tap = weight.index().drop_front(2);
    double sum = 0;
    for (Walk window(gradient.getShape().drop_front(2)); window;
         window.next()) {
      auto offset = map.offset(window.index(), tap);
      for (int64_t n = 0; offset && n < batch; ++n)
        sum += input.getAsDouble((n * channels + c) * inputSize + *offset) *
               gradient.getAsDouble((n * outputs + m) * outputSize +
                                    window.position());
    }
    result.setDouble(weight.position(), sum);
  }
  return success();
}

double ConvOp::evaluationWork() {
  auto weights = getWeights().getType();
  return static_cast<double>(getType().getNumElements()) *
         weights.getNumElements() / weights.getDimSize(0);
}

double ConvTransposeOp::evaluationWork() {
  auto weights = getWeights().getType();
  return static_cast<double>(getInput().getType().getNumElements()) *
         weights.getNumElements() / weights.getDimSize(0);
}

double ConvWeightGradientOp::evaluationWork() {
  return static_cast<double>(getOutputGradient().getType().getNumElements()) *
         getType().getNumElements() / getType().getDimSize(0);
}

//===----------------------------------------------------------------------===//
// Matrix product
//===----------------------------------------------------------------------===//

namespace {
/// A matrix operand: extents and strides of its rows and columns after the
/// transposition; the other dimensions are batches.
struct Matrix {
  int64_t rows, columns, rowStride, columnStride;
  ArrayRef<int64_t> batch;
};
} // namespace

static Matrix asMatrix(const HostTensor &tensor, bool transposed,
                       bool vectorIsColumn) {
  ArrayRef<int64_t> shape = tensor.getShape();
  if (shape.size() == 1)
    return vectorIsColumn ? Matrix{shape[0], 1, 1, 0, {}}
                          : Matrix{1, shape[0], 0, 1, {}};
  int64_t rows = shape[shape.size() - 2], columns = shape.back();
  Matrix matrix{rows, columns, columns, 1, shape.drop_back(2)};
  if (transposed) {
    std::swap(matrix.rows, matrix.columns);
    std::swap(matrix.rowStride, matrix.columnStride);
  }
  return matrix;
}

/// Strides of the batch dimensions of an operand.
static Extents batchStrides(const Matrix &matrix, ArrayRef<int64_t> batch) {
  Extents strides = broadcastStrides(matrix.batch, batch);
  for (int64_t &stride : strides)
    stride *= matrix.rows * matrix.columns;
  return strides;
}

LogicalResult MatMulOp::evaluate(Operands operands, Results &results) {
  const HostTensor &lhs = operands[0], &rhs = operands[1];
  HostTensor &result = results.emplace_back(getType());
  Matrix left = asMatrix(lhs, getTransposeLhs(), /*vectorIsColumn=*/false);
  Matrix right = asMatrix(rhs, getTransposeRhs(), /*vectorIsColumn=*/true);
  SmallVector<int64_t> batch = *broadcastShapes(left.batch, right.batch);

  // The result's positions with the unit dimensions of vectors put back.
  SmallVector<int64_t> shape(batch);
  shape.append({left.rows, right.columns});
  Extents leftStrides = batchStrides(left, batch);
  leftStrides.append({left.rowStride, 0});
  Extents rightStrides = batchStrides(right, batch);
  rightStrides.append({0, right.columnStride});
  Extents biasStrides(result.getShape().size(), 0);
  if (getBias())
    biasStrides = broadcastStrides(operands[2].getShape(), result.getShape());
  Walk biasWalk(result.getShape(), {biasStrides});

  for (Walk walk(shape, {leftStrides, rightStrides}); walk;
       walk.next(), biasWalk.next()) {
    double sum = 0;
    int64_t integerSum = 0;
    for (int64_t k = 0; k < left.columns; ++k) {
      int64_t i = walk.offset(0) + k * left.columnStride;
      int64_t j = walk.offset(1) + k * right.rowStride;
      if (isFloat(result))
        sum += lhs.getAsDouble(i) * rhs.getAsDouble(j);
      else
        integerSum = wrappingAdd(integerSum,
                                 wrappingMul(lhs.getAsInt(i), rhs.getAsInt(j)));
    }
    if (getBias() && isFloat(result))
      sum += operands[2].getAsDouble(biasWalk.offset(0));
    else if (getBias())
      integerSum =
          wrappingAdd(integerSum, operands[2].getAsInt(biasWalk.offset(0)));
    if (isFloat(result))
      result.setDouble(walk.position(), sum);
    else
      result.setInt(walk.position(), integerSum);
  }
  return success();
}

double MatMulOp::evaluationWork() {
  auto lhs = getLhs().getType();
  int64_t rank = lhs.getRank();
  int64_t depth =
      lhs.getDimSize(getTransposeLhs() && rank > 1 ? rank - 2 : rank - 1);
  return static_cast<double>(getType().getNumElements()) * depth;
}
