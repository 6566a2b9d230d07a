//===- Movement.cpp - ONNX forms of reduction and movement
//------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/export/OperationExporter.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace mlcc::onnx_frontend {

using Refusal = OperationExporter::Refusal;

Refusal OperationExporter::write(nn::ReduceSumOp op) {
  graph.finish("ReduceSum", {operand(0), graph.integers(op.getAxes())},
               {{"keepdims", int64_t(op.getKeepdims())},
                {"noop_with_empty_axes", int64_t(1)}});
  return {};
}

Refusal OperationExporter::write(nn::CumSumOp op) {
  graph.finish("CumSum", {operand(0), graph.integer(op.getAxis())},
               {{"exclusive", int64_t(op.getExclusive())},
                {"reverse", int64_t(op.getReverse())}});
  return {};
}

Refusal OperationExporter::write(nn::ReshapeOp op) {
  graph.finish("Reshape", {operand(0), graph.integers(op.getShape())},
               {{"allowzero", int64_t(llvm::is_contained(op.getShape(), 0))}});
  return {};
}

Refusal OperationExporter::write(nn::BroadcastOp op) {
  graph.finish("Expand", {operand(0), graph.integers(op.getShape())});
  return {};
}

Refusal OperationExporter::write(nn::TileOp op) {
  graph.finish("Tile", {operand(0), graph.integers(op.getRepeats())});
  return {};
}

Refusal OperationExporter::write(nn::SliceOp op) {
  SmallVector<int64_t> ends, axes;
  for (auto [start, size, step, extent] :
       llvm::zip_equal(op.getStarts(), op.getSizes(), op.getSteps(),
                       typeOf(op.getInput()).getShape())) {
    int64_t end = start + size * step;
    // Negative ends count from the end; this one is before the first.
    ends.push_back(end < 0 ? -extent - 1 : end);
    axes.push_back(axes.size());
  }
  graph.finish("Slice", {operand(0), graph.integers(op.getStarts()),
                         graph.integers(ends), graph.integers(axes),
                         graph.integers(op.getSteps())});
  return {};
}

Refusal OperationExporter::write(nn::PadOp op) {
  if (op.getMode() == nn::PadMode::wrap)
    return "operator set 17 does not pad by wrapping around";
  std::string value;
  if (op.getValue())
    value = typeOf(op.getValue()).getRank() == 0
                ? graph.name(op.getValue())
                : reshaped(graph.name(op.getValue()), {});
  graph.finish("Pad",
               {operand(0),
                graph.integers(joined(op.getPadsBegin(), op.getPadsEnd())),
                value},
               {{"mode", nn::stringifyPadMode(op.getMode()).str()}});
  return {};
}

Refusal OperationExporter::writeScatter(StringRef type, nn::ScatterMode mode,
                                        ExportAttributes attributes) {
  if (mode == nn::ScatterMode::max || mode == nn::ScatterMode::min)
    return "operator set 17 scatters sums and products only";
  attributes.push_back({"reduction", nn::stringifyScatterMode(mode).str()});
  graph.finish(type, operandNames(operation, graph), attributes);
  return {};
}

Refusal OperationExporter::write(nn::ScatterElementsOp op) {
  return writeScatter("ScatterElements", op.getMode(),
                      {{"axis", int64_t(op.getAxis())}});
}

Refusal OperationExporter::write(nn::ScatterNdOp op) {
  return writeScatter("ScatterND", op.getMode(), {});
}

Refusal OperationExporter::write(nn::OneHotOp op) {
  std::string values = graph.node("Concat",
                                  {reshaped(graph.name(op.getOffValue()), {1}),
                                   reshaped(graph.name(op.getOnValue()), {1})},
                                  {{"axis", int64_t(0)}});
  graph.finish("OneHot", {operand(0), graph.integer(op.getDepth()), values},
               {{"axis", int64_t(op.getAxis())}});
  return {};
}

Refusal OperationExporter::write(nn::TriluOp op) {
  graph.finish("Trilu", {operand(0), graph.integer(op.getK())},
               {{"upper", int64_t(op.getUpper())}});
  return {};
}

} // namespace mlcc::onnx_frontend
