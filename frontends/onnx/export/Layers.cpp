//===- Layers.cpp - ONNX forms of normalization and recurrence
//--------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/export/OperationExporter.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace mlcc::onnx_frontend {

using Refusal = OperationExporter::Refusal;

Refusal OperationExporter::write(nn::GroupNormOp op) {
  RankedTensorType type = typeOf(op.getInput());
  ArrayRef<int64_t> shape = type.getShape();
  int64_t groups = op.getGroups(), samples = shape[0];
  auto perGroup = RankedTensorType::get({groups}, elementType());
  int64_t elements =
      type.getNumElements() / std::max<int64_t>(1, samples * groups);
  std::string normalized =
      graph.node("InstanceNormalization",
                 {reshaped(operand(0), {samples, groups, elements}),
                  graph.splat(perGroup, 1), graph.splat(perGroup, 0)},
                 {{"epsilon", op.getEpsilon().convertToDouble()}});
  SmallVector<int64_t> perChannel(shape.size() - 1, 1);
  perChannel[0] = shape[1];
  std::string scaled = graph.node(
      "Mul", {reshaped(normalized, shape), reshaped(operand(1), perChannel)});
  graph.finish("Add", {scaled, reshaped(operand(2), perChannel)});
  return {};
}

Refusal OperationExporter::write(nn::LayerNormOp op) {
  auto normalized = RankedTensorType::get(
      typeOf(op.getInput()).getShape().drop_front(op.getAxis()), elementType());
  auto expanded = [&](Value value) -> std::string {
    if (!value || value.getType() == normalized)
      return graph.name(value);
    return graph.node(
        "Expand", {graph.name(value), graph.integers(normalized.getShape())});
  };
  graph.finish(
      "LayerNormalization",
      {operand(0),
       op.getScale() ? expanded(op.getScale()) : graph.splat(normalized, 1),
       expanded(op.getBias())},
      {{"axis", int64_t(op.getAxis())},
       {"epsilon", op.getEpsilon().convertToDouble()}});
  return {};
}

Refusal OperationExporter::write(nn::RmsNormOp op) {
  std::vector<int64_t> axes;
  for (int64_t axis = op.getAxis(); axis < typeOf(op.getInput()).getRank();
       ++axis)
    axes.push_back(axis);
  std::string square = graph.node("Mul", {operand(0), operand(0)});
  std::string mean = graph.node("ReduceMean", {square}, {{"axes", axes}});
  std::string root = graph.node(
      "Sqrt",
      {graph.node("Add", {mean, number(op.getEpsilon().convertToDouble())})});
  graph.finish("Mul", {graph.node("Div", {operand(0), root}), operand(1)});
  return {};
}

Refusal OperationExporter::write(nn::QuantizeOp op) {
  std::string zeroPoint =
      op.getZeroPoint()
          ? graph.name(op.getZeroPoint())
          : graph.splat(typeOf(op.getScale()).clone(op.getTo()), 0);
  graph.finish("QuantizeLinear", {operand(0), operand(1), zeroPoint},
               {{"axis", int64_t(op.getAxis())}});
  return {};
}

template <typename Op>
Refusal OperationExporter::writeRecurrent(Op op, StringRef type, Names states,
                                          ExportAttributes more) {
  std::vector<std::string> activations;
  for (auto name : op.getActivations().template getAsRange<StringAttr>())
    activations.push_back(llvm::convertToCamelFromSnakeCase(
        name.getValue(), /*capitalizeFirst=*/true));
  ExportAttributes attributes{
      {"direction", nn::stringifyRnnDirection(op.getDirection()).str()},
      {"activations", activations},
      {"hidden_size", typeOf(op.getRecurrentWeights()).getDimSize(2)}};
  if (std::optional<llvm::APFloat> clip = op.getClip())
    attributes.push_back({"clip", clip->convertToDouble()});
  llvm::append_range(attributes, more);
  Names inputs{graph.name(op.getInput()),
               graph.name(op.getWeights()),
               graph.name(op.getRecurrentWeights()),
               graph.name(op.getBias()),
               /*sequence_lens=*/"",
               graph.name(op.getInitialHidden())};
  llvm::append_range(inputs, states);
  graph.finish(type, inputs, attributes);
  return {};
}

Refusal OperationExporter::write(nn::LstmOp op) {
  return writeRecurrent(
      op, "LSTM",
      {graph.name(op.getInitialCell()), graph.name(op.getPeepholes())},
      {{"input_forget", int64_t(op.getInputForget())}});
}

Refusal OperationExporter::write(nn::GruOp op) {
  return writeRecurrent(
      op, "GRU", {},
      {{"linear_before_reset", int64_t(op.getLinearBeforeReset())}});
}

Refusal OperationExporter::write(nn::RnnOp op) {
  return writeRecurrent(op, "RNN", {}, {});
}

} // namespace mlcc::onnx_frontend
