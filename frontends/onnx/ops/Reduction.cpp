//===- Reduction.cpp - Import of reductions -------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/NodeContext.h"

#include "llvm/ADT/Sequence.h"

using namespace mlir;

namespace mlcc::onnx_frontend {

template <typename Op> static void importReduce(NodeContext &node) {
  int64_t rank = node.rank(node.operand(0));
  SmallVector<int64_t> axes = node.normalizeAxes(
      node.attributeOrOperand("axes", 1).value_or(SmallVector<int64_t>()),
      rank);
  if (axes.empty() && !node.flag("noop_with_empty_axes", false))
    axes = llvm::to_vector(llvm::seq(rank));
  node.setResult(
      0, node.create<Op>(node.operand(0), axes, node.flag("keepdims", true)));
}

template <typename Op> static void importArgReduce(NodeContext &node) {
  int64_t axis =
      node.normalizeAxis(node.integer("axis", 0), node.rank(node.operand(0)));
  node.setResult(0, node.create<Op>(node.operand(0), axis,
                                    node.flag("keepdims", true),
                                    node.flag("select_last_index", false)));
}

static void importCumSum(NodeContext &node) {
  std::optional<int64_t> axis = node.requireInteger(1, "axis");
  if (!axis)
    return;
  int64_t normalized = node.normalizeAxis(*axis, node.rank(node.operand(0)));
  node.setResult(0, node.create<nn::CumSumOp>(node.operand(0), normalized,
                                              node.flag("exclusive", false),
                                              node.flag("reverse", false)));
}

//===----------------------------------------------------------------------===//
// Global pooling
//===----------------------------------------------------------------------===//

/// The axes after batch and channels.
static SmallVector<int64_t> spatialAxes(NodeContext &node) {
  int64_t rank = node.rank(node.operand(0));
  if (rank < 3)
    node.error(ErrorCode::ShapeMismatch)
        << "the input must have spatial dimensions after batch and channels, "
           "but "
           "has the shape "
        << nn::shapeText(node.shape(node.operand(0)));
  return llvm::to_vector(llvm::seq<int64_t>(2, std::max<int64_t>(rank, 2)));
}

template <typename Op> static void importGlobalPool(NodeContext &node) {
  node.setResult(0, node.create<Op>(node.operand(0), spatialAxes(node), true));
}

static void importGlobalLpPool(NodeContext &node) {
  int64_t p = node.integer("p", 2);
  if (p == 1)
    return importGlobalPool<nn::ReduceL1Op>(node);
  if (p == 2)
    return importGlobalPool<nn::ReduceL2Op>(node);
  if (p < 1)
    node.error(ErrorCode::InvalidAttribute)
        << "'p' is " << p << "; the least value is 1";
  Value input = node.operand(0);
  Value power = node.create<nn::PowOp>(node.create<nn::AbsOp>(input),
                                       node.scalarLike(input, p));
  Value sum = node.create<nn::ReduceSumOp>(power, spatialAxes(node), true);
  node.setResult(0,
                 node.create<nn::PowOp>(sum, node.scalarLike(input, 1.0 / p)));
}

static const llvm::StringLiteral reduceAttributes =
    "axes:is keepdims:i noop_with_empty_axes:i";
static const llvm::StringLiteral argAttributes =
    "axis:i keepdims:i select_last_index:i";

static const Operator table[] = {
    {"ArgMax", 1, 13, 1, 1, 1, argAttributes, importArgReduce<nn::ArgMaxOp>},
    {"ArgMin", 1, 13, 1, 1, 1, argAttributes, importArgReduce<nn::ArgMinOp>},
    {"CumSum", 11, 14, 2, 2, 1, "exclusive:i reverse:i", importCumSum,
     "an axis not known at compile time"},
    {"GlobalAveragePool", 1, 22, 1, 1, 1, "",
     importGlobalPool<nn::ReduceMeanOp>},
    {"GlobalLpPool", 2, 22, 1, 1, 1, "p:i", importGlobalLpPool},
    {"GlobalMaxPool", 1, 22, 1, 1, 1, "", importGlobalPool<nn::ReduceMaxOp>},
    {"ReduceL1", 1, 18, 1, 2, 1, reduceAttributes,
     importReduce<nn::ReduceL1Op>},
    {"ReduceL2", 1, 18, 1, 2, 1, reduceAttributes,
     importReduce<nn::ReduceL2Op>},
    {"ReduceLogSum", 1, 18, 1, 2, 1, reduceAttributes,
     importReduce<nn::ReduceLogSumOp>},
    {"ReduceLogSumExp", 1, 18, 1, 2, 1, reduceAttributes,
     importReduce<nn::ReduceLogSumExpOp>},
    {"ReduceMax", 1, 20, 1, 2, 1, reduceAttributes,
     importReduce<nn::ReduceMaxOp>},
    {"ReduceMean", 1, 18, 1, 2, 1, reduceAttributes,
     importReduce<nn::ReduceMeanOp>},
    {"ReduceMin", 1, 20, 1, 2, 1, reduceAttributes,
     importReduce<nn::ReduceMinOp>},
    {"ReduceProd", 1, 18, 1, 2, 1, reduceAttributes,
     importReduce<nn::ReduceProdOp>},
    {"ReduceSum", 1, 13, 1, 2, 1, reduceAttributes,
     importReduce<nn::ReduceSumOp>},
    {"ReduceSumSquare", 1, 18, 1, 2, 1, reduceAttributes,
     importReduce<nn::ReduceSumSquareOp>},
};

llvm::ArrayRef<Operator> reductionOperators() { return table; }

} // namespace mlcc::onnx_frontend
