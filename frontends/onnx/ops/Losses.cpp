//===- Losses.cpp - Import of losses --------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Losses are composed of gathers and reductions. Scores have the shape
// [N, C, d...], targets (class numbers) and losses [N, d...].
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/NodeContext.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;

namespace mlcc::onnx_frontend {

/// Sums or averages the losses; `counts` says how much each weighs, or is null
/// if all weigh 1.
static Value reduceLosses(NodeContext &node, Value losses, Value counts) {
  StringRef reduction = node.string("reduction", "mean");
  if (node.failed() || reduction == "none")
    return losses;
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq(node.rank(losses)));
  if (reduction == "sum")
    return node.create<nn::ReduceSumOp>(losses, axes, false);
  if (reduction != "mean") {
    node.error(ErrorCode::InvalidAttribute)
        << "the reduction " << quoted(reduction)
        << " is not 'none', 'sum' or 'mean'";
    return nullptr;
  }
  if (!counts)
    return node.create<nn::ReduceMeanOp>(losses, axes, false);
  return node.create<nn::DivOp>(
      node.create<nn::ReduceSumOp>(losses, axes, false),
      node.create<nn::ReduceSumOp>(counts, axes, false));
}

/// -weights[target] * logProbabilities[n, target, ...], 0 where the target is
/// `ignore_index`, reduced as the node says. `weights` may be null.
static Value negativeLogLikelihood(NodeContext &node, Value logProbabilities,
                                   Value target, Value weights) {
  if (node.failed())
    return nullptr;
  ArrayRef<int64_t> shape = node.shape(logProbabilities);
  SmallVector<int64_t> expected(shape);
  if (shape.size() >= 2)
    expected.erase(expected.begin() + 1);
  if (shape.size() < 2 || node.shape(target) != ArrayRef(expected)) {
    node.error(ErrorCode::ShapeMismatch)
        << "the target of shape " << nn::shapeText(node.shape(target))
        << " does not fit scores of shape " << nn::shapeText(shape)
        << "; it must have their shape without the classes (dimension 1)";
    return nullptr;
  }
  Value kept; // Whether a target counts; null if all do.
  if (node.hasAttribute("ignore_index")) {
    Value ignored = node.scalarLike(target, node.integer("ignore_index", 0));
    kept = node.create<nn::NotOp>(node.create<nn::EqualOp>(target, ignored));
    target = node.create<nn::WhereOp>(kept, target, node.scalarLike(target, 0));
  }
  SmallVector<int64_t> withClass = expected;
  withClass.insert(withClass.begin() + 1, 1);
  Value picked = node.create<nn::GatherElementsOp>(
      logProbabilities, node.reshape(target, withClass), 1);
  Value losses = node.create<nn::NegOp>(node.reshape(picked, expected));
  Value counts;
  if (weights)
    counts = node.create<nn::GatherOp>(weights, target, 0);
  if (kept) {
    Value factors = node.cast(kept, node.elementType(logProbabilities));
    counts = counts ? node.create<nn::MulOp>(counts, factors) : factors;
    // What is ignored may be infinite.
    losses = node.create<nn::WhereOp>(kept, losses, node.scalarLike(losses, 0));
  }
  if (counts)
    losses = node.create<nn::MulOp>(losses, counts);
  return reduceLosses(node, losses, counts);
}

static void importNegativeLogLikelihoodLoss(NodeContext &node) {
  node.setResult(0, negativeLogLikelihood(node, node.operand(0),
                                          node.operand(1), node.operand(2)));
}

static void importSoftmaxCrossEntropyLoss(NodeContext &node) {
  Value logProbabilities = node.create<nn::LogSoftmaxOp>(node.operand(0), 1);
  node.setResult(0, negativeLogLikelihood(node, logProbabilities,
                                          node.operand(1), node.operand(2)));
  node.setResult(1, logProbabilities);
}

static const Operator table[] = {
    {"NegativeLogLikelihoodLoss", 12, 22, 2, 3, 1, "ignore_index:i reduction:s",
     importNegativeLogLikelihoodLoss},
    {"SoftmaxCrossEntropyLoss", 12, 13, 2, 3, 2, "ignore_index:i reduction:s",
     importSoftmaxCrossEntropyLoss},
};

llvm::ArrayRef<Operator> lossOperators() { return table; }

} // namespace mlcc::onnx_frontend
