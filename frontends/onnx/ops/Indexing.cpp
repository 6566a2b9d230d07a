//===- Indexing.cpp - Import of gathers and scatters ----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/NodeContext.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;

namespace mlcc::onnx_frontend {

/// The attribute `axis`, counted from the front of the first operand's axes.
static int64_t operandAxis(NodeContext &node, int64_t otherwise) {
  return node.normalizeAxis(node.integer("axis", otherwise),
                            node.rank(node.operand(0)));
}

/// Refuses indices that are known now and lie outside the operand's axis.
static void checkIndices(NodeContext &node, int64_t axis) {
  constexpr int64_t mostChecked = int64_t(1) << 20;
  Value indices = node.operand(1);
  if (node.failed() || node.type(indices).getNumElements() > mostChecked ||
      !isa<IntegerType>(node.elementType(indices)))
    return;
  std::optional<nn::HostTensor> known = node.constantOf(indices);
  int64_t extent = node.shape(node.operand(0))[axis];
  for (int64_t i : llvm::seq(known ? known->getNumElements() : 0))
    if (int64_t index = known->getAsInt(i);
        index < -extent || index >= extent) {
      node.error(ErrorCode::ShapeMismatch)
          << "the index " << index << " is outside [" << -extent << ", "
          << extent - 1 << "]";
      return;
    }
}

static void importGather(NodeContext &node) {
  int64_t axis = operandAxis(node, 0);
  checkIndices(node, axis);
  node.setResult(
      0, node.create<nn::GatherOp>(node.operand(0), node.operand(1), axis));
}

static void importGatherElements(NodeContext &node) {
  int64_t axis = operandAxis(node, 0);
  checkIndices(node, axis);
  node.setResult(0, node.create<nn::GatherElementsOp>(node.operand(0),
                                                      node.operand(1), axis));
}

static void importGatherNd(NodeContext &node) {
  node.setResult(0,
                 node.create<nn::GatherNdOp>(node.operand(0), node.operand(1),
                                             node.integer("batch_dims", 0)));
}

static std::optional<nn::ScatterMode> scatterMode(NodeContext &node) {
  StringRef reduction = node.string("reduction", "none");
  std::optional<nn::ScatterMode> mode = nn::symbolizeScatterMode(reduction);
  if (!mode)
    node.error(ErrorCode::InvalidAttribute)
        << "the reduction " << quoted(reduction)
        << " is not 'none', 'add', 'mul', 'max' or 'min'";
  return mode;
}

/// Whether nothing is scattered: the result is the input.
static bool scattersNothing(NodeContext &node) {
  return node.type(node.operand(1)).getNumElements() == 0;
}

static void importScatterElements(NodeContext &node) {
  int64_t axis = operandAxis(node, 0);
  std::optional<nn::ScatterMode> mode = scatterMode(node);
  if (node.failed())
    return;
  node.setResult(0, scattersNothing(node)
                        ? node.operand(0)
                        : node.create<nn::ScatterElementsOp>(
                              node.operand(0), node.operand(1), node.operand(2),
                              axis, *mode));
}

static void importScatterNd(NodeContext &node) {
  std::optional<nn::ScatterMode> mode = scatterMode(node);
  if (node.failed())
    return;
  node.setResult(0, scattersNothing(node)
                        ? node.operand(0)
                        : node.create<nn::ScatterNdOp>(node.operand(0),
                                                       node.operand(1),
                                                       node.operand(2), *mode));
}

static void importOneHot(NodeContext &node) {
  Value indices = node.operand(0), values = node.operand(2);
  std::optional<int64_t> depth = node.requireInteger(1, "depth");
  int64_t axis =
      node.normalizeAxis(node.integer("axis", -1), node.rank(indices) + 1);
  if (!depth || node.failed())
    return;
  if (node.shape(values) != ArrayRef<int64_t>{2}) {
    node.error(ErrorCode::ShapeMismatch)
        << "'values' must have two elements, off and on";
    return;
  }
  auto element = [&](int64_t index) {
    SmallVector<int64_t> one = {1}, start = {index};
    return node.reshape(node.create<nn::SliceOp>(values, start, one, one), {});
  };
  Value off = element(0), on = element(1);
  node.setResult(0, node.create<nn::OneHotOp>(indices, off, on, *depth, axis));
}

/// Elements selected by a condition: with a condition known now, a gather.
static void importCompress(NodeContext &node) {
  std::optional<nn::HostTensor> condition =
      node.requireConstant(1, "condition");
  if (!condition)
    return;
  Value input = node.operand(0);
  int64_t axis = 0;
  if (node.hasAttribute("axis"))
    axis = operandAxis(node, 0);
  else
    input = node.reshape(input, {node.type(input).getNumElements()});
  if (node.failed())
    return;
  SmallVector<int64_t> selected;
  for (int64_t i : llvm::seq(condition->getNumElements()))
    if (condition->getAsInt(i))
      selected.push_back(i);
  if (!selected.empty() && selected.back() >= node.shape(input)[axis]) {
    node.error(ErrorCode::ShapeMismatch)
        << "the condition selects element " << selected.back()
        << " along an extent of " << node.shape(input)[axis];
    return;
  }
  Value indices = node.integerVector(selected);
  node.setResult(0, node.create<nn::GatherOp>(input, indices, axis));
}

/// The positions of elements that are not zero, [rank, count]. Their number
/// must be known, so the elements must be.
static void importNonZero(NodeContext &node) {
  std::optional<nn::HostTensor> input = node.requireConstant(0, "X");
  if (!input)
    return;
  SmallVector<int64_t> found;
  for (int64_t i : llvm::seq(input->getNumElements()))
    if (input->getAsDouble(i) != 0)
      found.push_back(i);
  ArrayRef<int64_t> shape = input->getShape();
  int64_t count = found.size(), rank = shape.size();
  nn::HostTensor result(
      RankedTensorType::get({rank, count}, node.getBuilder().getI64Type()));
  for (auto [column, linear] : llvm::enumerate(found))
    for (int64_t axis = rank - 1, rest = linear; axis >= 0; rest /= shape[axis--])
      result.setInt(axis * count + column, rest % shape[axis]);
  node.setResult(0, node.constant(result));
}

static const Operator table[] = {
    {"Compress", 9, 11, 2, 2, 1, "axis:i", importCompress,
     "conditions not known at compile time"},
    {"Gather", 1, 13, 2, 2, 1, "axis:i", importGather},
    {"GatherElements", 11, 13, 2, 2, 1, "axis:i", importGatherElements},
    {"GatherND", 11, 13, 2, 2, 1, "batch_dims:i", importGatherNd},
    {"NonZero", 9, 13, 1, 1, 1, "", importNonZero,
     "values not known at compile time"},
    {"OneHot", 9, 11, 3, 3, 1, "axis:i", importOneHot,
     "a depth not known at compile time"},
    {"Scatter", 9, 9, 3, 3, 1, "axis:i", importScatterElements},
    {"ScatterElements", 11, 18, 3, 3, 1, "axis:i reduction:s",
     importScatterElements},
    {"ScatterND", 11, 18, 3, 3, 1, "reduction:s", importScatterNd},
};

llvm::ArrayRef<Operator> indexingOperators() { return table; }

} // namespace mlcc::onnx_frontend
