//===- Quantization.cpp - Import of quantized operators -------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operators on quantized tensors (QLinear...) become their parts: dequantize,
// compute in floating point, quantize. Later stages may join them again.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/ops/Linear.h"

using namespace mlir;

namespace mlcc::onnx_frontend {

//===----------------------------------------------------------------------===//
// Quantize and dequantize
//===----------------------------------------------------------------------===//

/// Whether a parameter has one element for the whole tensor.
static bool isPerTensor(NodeContext &node, Value parameter) {
  return node.type(parameter).getNumElements() == 1 &&
         node.rank(parameter) <= 1;
}

/// The attribute `axis`; any axis will do for a scale of the whole tensor.
static int64_t quantizationAxis(NodeContext &node) {
  int64_t rank = node.rank(node.operand(0));
  if (isPerTensor(node, node.operand(1)))
    return 0;
  return node.normalizeAxis(node.integer("axis", 1), rank);
}

/// Scales for blocks of elements have no counterpart in nn.
static void refuseBlocks(NodeContext &node) {
  if (node.integer("block_size", 0) != 0 || node.rank(node.operand(1)) > 1)
    node.error(ErrorCode::UnsupportedForm)
        << "quantization in blocks is not supported; per tensor and per axis "
           "are";
}

/// Quantizes to the type of the zero point, or without one to unsigned bytes.
static Value quantize(NodeContext &node, Value value, Value scale,
                      Value zeroPoint, int64_t axis) {
  if (node.failed())
    return nullptr;
  Type to = zeroPoint ? node.elementType(zeroPoint)
                      : node.getBuilder().getIntegerType(8, /*isSigned=*/false);
  return node.create<nn::QuantizeOp>(value, scale, zeroPoint, to, axis);
}

static Value dequantize(NodeContext &node, Value value, Value scale,
                        Value zeroPoint, int64_t axis) {
  return node.create<nn::DequantizeOp>(value, scale, zeroPoint, axis);
}

static void importQuantizeLinear(NodeContext &node) {
  refuseBlocks(node);
  int64_t axis = quantizationAxis(node);
  Value input = node.operand(0), scale = node.operand(1),
        zeroPoint = node.operand(2);
  // Integers are quantized by their value.
  input = node.cast(input, node.elementType(scale));
  if (zeroPoint || node.integer("output_dtype", 0) == 0) {
    node.setResult(0, quantize(node, input, scale, zeroPoint, axis));
    return;
  }
  Type to = node.typeAttribute(node.integer("output_dtype", 0));
  node.setResult(0,
                 node.create<nn::QuantizeOp>(input, scale, Value(), to, axis));
}

static void importDequantizeLinear(NodeContext &node) {
  refuseBlocks(node);
  int64_t axis = quantizationAxis(node);
  Value result =
      dequantize(node, node.operand(0), node.operand(1), node.operand(2), axis);
  if (int64_t type = node.integer("output_dtype", 0))
    result = node.cast(result, node.typeAttribute(type));
  node.setResult(0, result);
}

/// Scale and zero point of unsigned bytes so that the input's range, which is
/// made to include 0, fits.
static void importDynamicQuantizeLinear(NodeContext &node) {
  Value input = node.operand(0);
  Builder builder = node.getBuilder();
  SmallVector<int64_t> axes;
  for (int64_t axis = 0; axis < node.rank(input); ++axis)
    axes.push_back(axis);
  Value zero = node.scalarLike(input, 0), range = node.scalarLike(input, 255);
  Value least = node.create<nn::MinOp>(
      node.create<nn::ReduceMinOp>(input, axes, false), zero);
  Value most = node.create<nn::MaxOp>(
      node.create<nn::ReduceMaxOp>(input, axes, false), zero);
  Value scale =
      node.create<nn::DivOp>(node.create<nn::SubOp>(most, least), range);
  Value position =
      node.create<nn::DivOp>(node.create<nn::SubOp>(zero, least), scale);
  Value rounded = node.create<nn::RoundOp>(node.create<nn::ClipOp>(
      position, builder.getF64FloatAttr(0), builder.getF64FloatAttr(255)));
  Value zeroPoint =
      node.cast(rounded, builder.getIntegerType(8, /*isSigned=*/false));
  node.setResult(0, quantize(node, input, scale, zeroPoint, 0));
  node.setResult(1, scale);
  node.setResult(2, zeroPoint);
}

//===----------------------------------------------------------------------===//
// Products of quantized tensors
//===----------------------------------------------------------------------===//

/// A parameter of a matrix with one element per row, as a column.
static Value asColumn(NodeContext &node, Value parameter) {
  if (!parameter || node.failed() || node.rank(parameter) != 1 ||
      isPerTensor(node, parameter))
    return parameter;
  return node.reshape(parameter, {node.shape(parameter)[0], 1});
}

/// A parameter that holds for the whole tensor, as a scalar.
static Value asScalar(NodeContext &node, Value parameter) {
  return parameter && !node.failed() && isPerTensor(node, parameter)
             ? node.reshape(parameter, {})
             : parameter;
}

/// The matrix without its zero point, in 32 bits; itself if there is none.
static Value withoutZeroPoint(NodeContext &node, Value matrix,
                              Value zeroPoint) {
  if (!zeroPoint)
    return matrix;
  Type wide = node.getBuilder().getI32Type();
  return node.create<nn::SubOp>(node.cast(matrix, wide),
                                node.cast(asScalar(node, zeroPoint), wide));
}

static void importMatMulInteger(NodeContext &node) {
  Value a = node.operand(0), b = node.operand(1);
  Value aZero = asColumn(node, node.operand(2)), bZero = node.operand(3);
  a = withoutZeroPoint(node, a, aZero);
  b = withoutZeroPoint(node, b, bZero);
  // Both of one type: bytes with bytes, or 32 bits with 32 bits.
  if (!node.failed() && (aZero != nullptr) != (bZero != nullptr)) {
    a = node.cast(a, node.getBuilder().getI32Type());
    b = node.cast(b, node.getBuilder().getI32Type());
  }
  node.setResult(0, node.create<nn::MatMulOp>(a, b, Value()));
}

static void importConvInteger(NodeContext &node) {
  Builder builder = node.getBuilder();
  Value input = node.operand(0), weights = node.operand(1);
  // Sums of few byte products are exact in 32-bit floats.
  constexpr int64_t mostProducts = (int64_t(1) << 24) / (255 * 255);
  int64_t outputs =
      node.rank(weights) > 0 ? std::max<int64_t>(node.shape(weights)[0], 1) : 1;
  int64_t products = node.type(weights).getNumElements() / outputs;
  Type real = products <= mostProducts ? Type(builder.getF32Type())
                                       : builder.getF64Type();
  auto toReal = [&](Value value, Value zeroPoint) {
    Value result = node.cast(value, real);
    return zeroPoint
               ? node.create<nn::SubOp>(result, node.cast(zeroPoint, real))
               : result;
  };
  Value weightsZero = node.operand(3);
  if (weightsZero && !isPerTensor(node, weightsZero)) {
    SmallVector<int64_t> shape(node.rank(weights), 1);
    shape.front() = node.type(weightsZero).getNumElements();
    weightsZero = node.reshape(weightsZero, shape);
  }
  Value result =
      convolution(node, toReal(input, asScalar(node, node.operand(2))),
                  toReal(weights, asScalar(node, weightsZero)), Value());
  node.setResult(0, node.cast(result, builder.getI32Type()));
}

static void importQLinearMatMul(NodeContext &node) {
  Value a = node.operand(0), b = node.operand(3);
  int64_t rowAxis = std::max<int64_t>(node.rank(a) - 2, 0);
  int64_t columnAxis = std::max<int64_t>(node.rank(b) - 1, 0);
  Value left = dequantize(node, a, node.operand(1), node.operand(2), rowAxis);
  Value right =
      dequantize(node, b, node.operand(4), node.operand(5), columnAxis);
  Value product = node.create<nn::MatMulOp>(left, right, Value());
  if (node.failed())
    return;
  int64_t axis = std::max<int64_t>(node.rank(product) - 2, 0);
  node.setResult(
      0, quantize(node, product, node.operand(6), node.operand(7), axis));
}

static void importQLinearConv(NodeContext &node) {
  Value input =
      dequantize(node, node.operand(0), node.operand(1), node.operand(2), 1);
  Value weights =
      dequantize(node, node.operand(3), node.operand(4), node.operand(5), 0);
  Value bias;
  if (node.has(8)) {
    Value scale = node.create<nn::MulOp>(asScalar(node, node.operand(1)),
                                         asScalar(node, node.operand(4)));
    bias = dequantize(node, node.operand(8), scale, Value(), 0);
  }
  Value result = convolution(node, input, weights, bias);
  node.setResult(0,
                 quantize(node, result, node.operand(6), node.operand(7), 1));
}

static const Operator table[] = {
    {"ConvInteger", 10, 10, 2, 4, 1,
     "auto_pad:s dilations:is group:i kernel_shape:is pads:is strides:is",
     importConvInteger},
    {"DequantizeLinear", 10, 25, 2, 3, 1, "axis:i block_size:i output_dtype:i",
     importDequantizeLinear, "blocks, 4-bit and 8-bit floating types"},
    {"DynamicQuantizeLinear", 11, 11, 1, 1, 3, "", importDynamicQuantizeLinear},
    {"MatMulInteger", 10, 10, 2, 4, 1, "", importMatMulInteger},
    {"QLinearConv", 10, 10, 8, 9, 1,
     "auto_pad:s dilations:is group:i kernel_shape:is pads:is strides:is",
     importQLinearConv},
    {"QLinearMatMul", 10, 21, 8, 8, 1, "", importQLinearMatMul},
    {"QuantizeLinear", 10, 25, 2, 3, 1,
     "axis:i block_size:i output_dtype:i precision:i saturate:i",
     importQuantizeLinear, "blocks, 4-bit and 8-bit floating types"},
};

llvm::ArrayRef<Operator> quantizationOperators() { return table; }

} // namespace mlcc::onnx_frontend
