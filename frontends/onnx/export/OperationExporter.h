//===- OperationExporter.h - ONNX forms of nn ops ---------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_ONNX_EXPORT_OPERATIONEXPORTER_H
#define MLCC_FRONTENDS_ONNX_EXPORT_OPERATIONEXPORTER_H

#include "dialects/nn/NN.h"
#include "frontends/onnx/export/GraphWriter.h"

#include <optional>

namespace mlcc::onnx_frontend {

/// The ONNX forms of one operation. The overload for its class writes the
/// nodes; a reason, if it gives one, says why there is none.
class OperationExporter {
public:
  OperationExporter(mlir::Operation *operation, GraphWriter &graph)
      : operation(operation), graph(graph) {}

  using Refusal = std::optional<std::string>;

  Refusal write(nn::ConstantOp op);
  Refusal write(nn::NotOp op) { return writeLogical("Not"); }
  Refusal write(nn::AndOp op) { return writeLogical("And"); }
  Refusal write(nn::OrOp op) { return writeLogical("Or"); }
  Refusal write(nn::XorOp op) { return writeLogical("Xor"); }
  Refusal write(nn::ShiftLeftOp op) { return writeShift("LEFT"); }
  Refusal write(nn::ShiftRightOp op) { return writeShift("RIGHT"); }
  Refusal write(nn::ModOp op);
  Refusal write(nn::PReluOp op);
  Refusal write(nn::ClipOp op);
  Refusal write(nn::CastOp op);
  Refusal write(nn::RsqrtOp op);
  Refusal write(nn::MishOp op);
  Refusal write(nn::SwishOp op);
  Refusal write(nn::GeluOp op);

  Refusal write(nn::ConvOp op);
  Refusal write(nn::ConvTransposeOp op);
  Refusal write(nn::MatMulOp op);
  Refusal write(nn::MaxPoolOp op);
  Refusal write(nn::AvgPoolOp op);
  Refusal write(nn::LpPoolOp op);
  Refusal write(nn::ResizeOp op);

  Refusal write(nn::GroupNormOp op);
  Refusal write(nn::LayerNormOp op);
  Refusal write(nn::RmsNormOp op);
  Refusal write(nn::QuantizeOp op);
  Refusal write(nn::LstmOp op);
  Refusal write(nn::GruOp op);
  Refusal write(nn::RnnOp op);

  Refusal write(nn::ReduceSumOp op);
  Refusal write(nn::CumSumOp op);
  Refusal write(nn::ReshapeOp op);
  Refusal write(nn::BroadcastOp op);
  Refusal write(nn::TileOp op);
  Refusal write(nn::SliceOp op);
  Refusal write(nn::PadOp op);
  Refusal write(nn::ScatterElementsOp op);
  Refusal write(nn::ScatterNdOp op);
  Refusal write(nn::OneHotOp op);
  Refusal write(nn::TriluOp op);

private:
  Refusal writeLogical(llvm::StringRef type);
  Refusal writeShift(llvm::StringRef direction);
  template <typename Op>
  Refusal writeRecurrent(Op op, llvm::StringRef type, Names states,
                         ExportAttributes more);
  Refusal writeScatter(llvm::StringRef type, nn::ScatterMode mode,
                       ExportAttributes attributes);

  /// The name of an operand, by its number among those of the operation.
  std::string operand(unsigned number) const {
    return graph.name(operation->getOperand(number));
  }
  mlir::RankedTensorType typeOf(mlir::Value value) const {
    return mlir::cast<mlir::RankedTensorType>(value.getType());
  }
  mlir::Type elementType() const {
    return typeOf(operation->getResult(0)).getElementType();
  }
  /// A number of the result's element type.
  std::string number(double value) {
    return graph.scalar(elementType(), value);
  }
  std::string reshaped(const std::string &value,
                       llvm::ArrayRef<int64_t> shape) {
    return graph.node("Reshape", {value, graph.integers(shape)});
  }

  mlir::Operation *operation;
  GraphWriter &graph;
};

/// The names of all operands.
Names operandNames(mlir::Operation *operation, const GraphWriter &graph);

inline std::vector<int64_t> toVector(llvm::ArrayRef<int64_t> values) {
  return {values.begin(), values.end()};
}

/// Begins, then ends, as ONNX has padding.
inline std::vector<int64_t> joined(llvm::ArrayRef<int64_t> begin,
                                   llvm::ArrayRef<int64_t> end) {
  std::vector<int64_t> both = toVector(begin);
  both.insert(both.end(), end.begin(), end.end());
  return both;
}

} // namespace mlcc::onnx_frontend

#endif // MLCC_FRONTENDS_ONNX_EXPORT_OPERATIONEXPORTER_H
