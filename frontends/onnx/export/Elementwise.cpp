//===- Elementwise.cpp - ONNX forms of element-wise operations
//--------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/Tensors.h"
#include "frontends/onnx/export/OperationExporter.h"

#include <cmath>
#include <numbers>

using namespace mlir;

namespace mlcc::onnx_frontend {

using Refusal = OperationExporter::Refusal;

Refusal OperationExporter::write(nn::ConstantOp op) {
  std::optional<nn::HostTensor> value =
      nn::HostTensor::fromAttribute(op.getValue());
  if (!value)
    return "its value is not at hand";
  graph.finishConstant(*value);
  return {};
}

Refusal OperationExporter::writeLogical(StringRef type) {
  if (!elementType().isInteger(1))
    return "operator set 17 has bitwise operations of booleans only";
  graph.finish(type, operandNames(operation, graph));
  return {};
}

Refusal OperationExporter::writeShift(StringRef direction) {
  if (!elementType().isUnsignedInteger())
    return "ONNX shifts unsigned integers only";
  graph.finish("BitShift", operandNames(operation, graph),
               {{"direction", direction.str()}});
  return {};
}

Refusal OperationExporter::write(nn::ModOp op) {
  if (isa<FloatType>(elementType()) && !op.getFmod())
    return "ONNX's remainder of real numbers has the sign of the dividend";
  graph.finish("Mod", operandNames(op, graph),
               {{"fmod", int64_t(op.getFmod())}});
  return {};
}

Refusal OperationExporter::write(nn::PReluOp op) {
  if (op.getLhs().getType() != op.getType())
    return "ONNX's PRelu does not broadcast what the slope is for";
  graph.finish("PRelu", operandNames(op, graph));
  return {};
}

Refusal OperationExporter::write(nn::ClipOp op) {
  auto bound = [&](std::optional<TypedAttr> value) -> std::string {
    if (!value)
      return {};
    if (auto real = dyn_cast<FloatAttr>(*value))
      return number(real.getValueAsDouble());
    return number(cast<IntegerAttr>(*value).getInt());
  };
  graph.finish("Clip", {operand(0), bound(op.getMin()), bound(op.getMax())});
  return {};
}

Refusal OperationExporter::write(nn::CastOp op) {
  graph.finish("Cast", {operand(0)}, {{"to", int64_t(dataTypeOf(op.getTo()))}});
  return {};
}

Refusal OperationExporter::write(nn::RsqrtOp op) {
  graph.finish("Reciprocal", {graph.node("Sqrt", {operand(0)})});
  return {};
}

Refusal OperationExporter::write(nn::MishOp op) {
  std::string softplus = graph.node("Softplus", {operand(0)});
  graph.finish("Mul", {operand(0), graph.node("Tanh", {softplus})});
  return {};
}

Refusal OperationExporter::write(nn::SwishOp op) {
  std::string scaled = operand(0);
  if (double alpha = op.getAlpha().convertToDouble(); alpha != 1)
    scaled = graph.node("Mul", {scaled, number(alpha)});
  graph.finish("Mul", {operand(0), graph.node("Sigmoid", {scaled})});
  return {};
}

Refusal OperationExporter::write(nn::GeluOp op) {
  std::string x = operand(0), bounded;
  if (op.getForm() == nn::GeluForm::exact) {
    std::string scaled =
        graph.node("Mul", {x, number(1 / std::numbers::sqrt2)});
    bounded = graph.node("Erf", {scaled});
  } else {
    std::string cube = graph.node("Mul", {x, graph.node("Mul", {x, x})});
    std::string sum =
        graph.node("Add", {x, graph.node("Mul", {cube, number(0.044715)})});
    std::string scaled =
        graph.node("Mul", {sum, number(std::sqrt(2 * std::numbers::inv_pi))});
    bounded = graph.node("Tanh", {scaled});
  }
  std::string half = graph.node("Mul", {x, number(0.5)});
  graph.finish("Mul", {half, graph.node("Add", {bounded, number(1)})});
  return {};
}

} // namespace mlcc::onnx_frontend
