//===- Windows.cpp - ONNX forms of windows and matrix products
//--------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/export/OperationExporter.h"

#include "llvm/ADT/STLExtras.h"

#include <numeric>

using namespace mlir;

namespace mlcc::onnx_frontend {

using Refusal = OperationExporter::Refusal;

template <typename Op> static ExportAttributes windowAttributes(Op op) {
  return {{"strides", toVector(op.getStrides())},
          {"dilations", toVector(op.getDilations())},
          {"pads", joined(op.getPadsBegin(), op.getPadsEnd())}};
}

template <typename Op> static ExportAttributes convAttributes(Op op) {
  ExportAttributes attributes = windowAttributes(op);
  ArrayRef<int64_t> weights =
      cast<RankedTensorType>(op.getWeights().getType()).getShape();
  attributes.push_back({"kernel_shape", toVector(weights.drop_front(2))});
  attributes.push_back({"group", int64_t(op.getGroups())});
  return attributes;
}

Refusal OperationExporter::write(nn::ConvOp op) {
  graph.finish("Conv", operandNames(op, graph), convAttributes(op));
  return {};
}

Refusal OperationExporter::write(nn::ConvTransposeOp op) {
  ExportAttributes attributes = convAttributes(op);
  attributes.push_back({"output_padding", toVector(op.getOutputPadding())});
  graph.finish("ConvTranspose", operandNames(op, graph), attributes);
  return {};
}

Refusal OperationExporter::write(nn::MatMulOp op) {
  RankedTensorType lhs = typeOf(op.getLhs()), rhs = typeOf(op.getRhs());
  auto isByte = [](RankedTensorType type) {
    return type.getElementType().isInteger(8);
  };
  bool bytes = isByte(lhs) && isByte(rhs);
  if (!bytes && (lhs.getElementType() != elementType() ||
                 rhs.getElementType() != elementType()))
    return "ONNX multiplies bytes, or matrices of the result's element type";
  if (!bytes && lhs.getRank() == 2 && rhs.getRank() == 2) {
    graph.finish("Gemm", operandNames(op, graph),
                 {{"transA", int64_t(op.getTransposeLhs())},
                  {"transB", int64_t(op.getTransposeRhs())}});
    return {};
  }
  auto factor = [&](Value value, bool transpose) {
    int64_t rank = typeOf(value).getRank();
    if (!transpose || rank < 2)
      return graph.name(value);
    std::vector<int64_t> order(rank);
    std::iota(order.begin(), order.end(), 0);
    std::swap(order[rank - 1], order[rank - 2]);
    return graph.node("Transpose", {graph.name(value)}, {{"perm", order}});
  };
  Names factors{factor(op.getLhs(), op.getTransposeLhs()),
                factor(op.getRhs(), op.getTransposeRhs())};
  StringRef type = bytes ? "MatMulInteger" : "MatMul";
  if (op.getBias())
    graph.finish("Add", {graph.node(type, factors), graph.name(op.getBias())});
  else
    graph.finish(type, factors);
  return {};
}

Refusal OperationExporter::write(nn::MaxPoolOp op) {
  ExportAttributes attributes = windowAttributes(op);
  attributes.push_back({"kernel_shape", toVector(op.getKernel())});
  attributes.push_back({"ceil_mode", int64_t(op.getCeilMode())});
  graph.finish("MaxPool", {operand(0)}, attributes);
  return {};
}

static bool isDense(ArrayRef<int64_t> dilations) {
  return llvm::all_of(dilations, [](int64_t extent) { return extent == 1; });
}

Refusal OperationExporter::write(nn::AvgPoolOp op) {
  if (!isDense(op.getDilations()))
    return "operator set 17 has no dilated average pooling";
  graph.finish("AveragePool", {operand(0)},
               {{"kernel_shape", toVector(op.getKernel())},
                {"strides", toVector(op.getStrides())},
                {"pads", joined(op.getPadsBegin(), op.getPadsEnd())},
                {"ceil_mode", int64_t(op.getCeilMode())},
                {"count_include_pad", int64_t(op.getCountIncludePad())}});
  return {};
}

Refusal OperationExporter::write(nn::LpPoolOp op) {
  if (!isDense(op.getDilations()) || op.getCeilMode())
    return "operator set 17 has no dilated or rounded-up LpPool";
  graph.finish("LpPool", {operand(0)},
               {{"kernel_shape", toVector(op.getKernel())},
                {"strides", toVector(op.getStrides())},
                {"pads", joined(op.getPadsBegin(), op.getPadsEnd())},
                {"p", int64_t(op.getP())}});
  return {};
}

Refusal OperationExporter::write(nn::ResizeOp op) {
  if (op.getCoordinateMode() == nn::CoordinateMode::half_pixel_symmetric)
    return "operator set 17 has no coordinates half_pixel_symmetric";
  // Factors that are no quotient of the extents can only be said as factors.
  RankedTensorType input = typeOf(op.getInput());
  bool bySizes = true;
  for (auto [size, extent, scale] :
       llvm::zip_equal(op.getSizes(), input.getShape(), op.getScales()))
    bySizes &= static_cast<float>(scale) ==
               static_cast<float>(static_cast<double>(size) / extent);
  std::string scales, sizes;
  if (bySizes) {
    sizes = graph.integers(op.getSizes());
  } else {
    nn::HostTensor factors(RankedTensorType::get(
        {input.getRank()}, Float32Type::get(op.getContext())));
    for (auto [index, scale] : llvm::enumerate(op.getScales()))
      factors.setDouble(index, scale);
    scales = graph.constant(factors, "scales");
  }
  graph.finish(
      "Resize", {operand(0), "", scales, sizes},
      {{"mode", nn::stringifyResizeMode(op.getMode()).str()},
       {"coordinate_transformation_mode",
        nn::stringifyCoordinateMode(op.getCoordinateMode()).str()},
       {"nearest_mode", nn::stringifyNearestMode(op.getNearestMode()).str()},
       {"cubic_coeff_a", op.getCubicCoefficient().convertToDouble()},
       {"exclude_outside", int64_t(op.getExcludeOutside())}});
  return {};
}

} // namespace mlcc::onnx_frontend
