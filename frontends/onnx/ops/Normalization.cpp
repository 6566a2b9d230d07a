//===- Normalization.cpp - Import of normalizations and softmax -----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/NodeContext.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

#include <numeric>

using namespace mlir;

namespace mlcc::onnx_frontend {

static llvm::APFloat epsilonOf(NodeContext &node) {
  return llvm::APFloat(node.number("epsilon", 1e-5));
}

/// An operand in the element type of the input: statistics may be stored in a
/// wider one.
static Value parameter(NodeContext &node, unsigned index) {
  return node.cast(node.operand(index), node.elementType(node.operand(0)));
}

//===----------------------------------------------------------------------===//
// Normalization with statistics given or computed
//===----------------------------------------------------------------------===//

/// The mean over all axes but the channels, [C].
static Value channelMean(NodeContext &node, Value value) {
  if (node.failed())
    return nullptr;
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq(node.rank(value)));
  llvm::erase(axes, 1);
  return node.create<nn::ReduceMeanOp>(value, axes, false);
}

/// Replaces the statistics given by those of the batch, and sets the outputs
/// that carry them on.
static void useBatchStatistics(NodeContext &node, Value &mean,
                               Value &variance) {
  Value input = node.operand(0);
  if (node.rank(input) < 2) {
    node.error(ErrorCode::ShapeMismatch)
        << "the input must have batch and channels, but has the shape "
        << nn::shapeText(node.shape(input));
    return;
  }
  auto carriedOn = [&](Value old, Value batch) {
    double momentum = node.number("momentum", 0.9);
    return node.create<nn::AddOp>(
        node.create<nn::MulOp>(old, node.scalarLike(old, momentum)),
        node.create<nn::MulOp>(batch, node.scalarLike(batch, 1 - momentum)));
  };
  Value batchMean = channelMean(node, input);
  SmallVector<int64_t> perChannel(node.rank(input), 1);
  perChannel[1] = node.shape(input)[1];
  Value centred =
      node.create<nn::SubOp>(input, node.reshape(batchMean, perChannel));
  Value batchVariance =
      channelMean(node, node.create<nn::MulOp>(centred, centred));
  node.setResult(1, carriedOn(mean, batchMean));
  node.setResult(2, carriedOn(variance, batchVariance));
  mean = batchMean;
  variance = batchVariance;
}

static void importBatchNormalization(NodeContext &node) {
  if (!node.flag("is_test", true))
    node.error(ErrorCode::UnsupportedForm)
        << "batch normalization with is_test=0; export the model for inference";
  if (!node.flag("spatial", true))
    node.error(ErrorCode::UnsupportedForm)
        << "batch normalization with statistics for each activation "
           "(spatial=0)";
  Value mean = parameter(node, 3), variance = parameter(node, 4);
  bool training = node.flag("training_mode", false);
  if (training && !node.failed())
    useBatchStatistics(node, mean, variance);
  for (unsigned i : llvm::seq(training ? 3u : 1u, 5u))
    node.refuseOutput(i, "statistics of the batch");
  node.setResult(0, node.create<nn::BatchNormOp>(
                        node.operand(0), parameter(node, 1), parameter(node, 2),
                        mean, variance, epsilonOf(node)));
}

static void importInstanceNormalization(NodeContext &node) {
  node.setResult(
      0, node.create<nn::InstanceNormOp>(node.operand(0), node.operand(1),
                                         node.operand(2), epsilonOf(node)));
}

/// A parameter of group normalization, one element per channel. The first
/// version had one per group.
static Value channelParameter(NodeContext &node, unsigned index, int64_t groups,
                              int64_t channels) {
  Value value = parameter(node, index);
  if (node.failed() || node.shape(value) != ArrayRef<int64_t>{groups} ||
      groups == channels)
    return value;
  value = node.reshape(value, {groups, 1});
  SmallVector<int64_t> shape = {groups, channels / groups};
  return node.reshape(node.create<nn::BroadcastOp>(value, shape), {channels});
}

static void importGroupNormalization(NodeContext &node) {
  Value input = node.operand(0);
  int64_t groups = node.requiredInteger("num_groups");
  if (node.failed())
    return;
  if (node.rank(input) < 2 || groups < 1 ||
      node.shape(input)[1] % groups != 0) {
    node.error(ErrorCode::InvalidAttribute)
        << "'num_groups' is " << groups
        << ", which does not divide the channels of shape "
        << nn::shapeText(node.shape(input));
    return;
  }
  int64_t channels = node.shape(input)[1];
  Value scale = channelParameter(node, 1, groups, channels);
  Value bias = channelParameter(node, 2, groups, channels);
  node.setResult(0, node.create<nn::GroupNormOp>(input, scale, bias, groups,
                                                 epsilonOf(node)));
}

/// The outputs Mean and InvStdDev of LayerNormalization.
static void setLayerStatistics(NodeContext &node, ArrayRef<int64_t> axes) {
  Value input = node.operand(0);
  Value mean = node.create<nn::ReduceMeanOp>(input, axes, true);
  node.setResult(1, mean);
  Value centred = node.create<nn::SubOp>(input, mean);
  Value variance = node.create<nn::ReduceMeanOp>(
      node.create<nn::MulOp>(centred, centred), axes, true);
  Value shifted = node.create<nn::AddOp>(
      variance, node.scalarLike(variance, node.number("epsilon", 1e-5)));
  node.setResult(2, node.create<nn::RsqrtOp>(shifted));
}

static void importLayerNormalization(NodeContext &node) {
  Value input = node.operand(0);
  int64_t rank = node.rank(input);
  int64_t axis = node.normalizeAxis(node.integer("axis", -1), rank);
  Value bias = node.has(2) ? parameter(node, 2) : Value();
  node.setResult(0, node.create<nn::LayerNormOp>(input, parameter(node, 1),
                                                 bias, axis, epsilonOf(node)));
  if (node.wants(1) || node.wants(2))
    setLayerStatistics(node, llvm::to_vector(llvm::seq(axis, rank)));
}

static void importRmsNormalization(NodeContext &node) {
  int64_t axis =
      node.normalizeAxis(node.integer("axis", -1), node.rank(node.operand(0)));
  node.setResult(0,
                 node.create<nn::RmsNormOp>(node.operand(0), parameter(node, 1),
                                            axis, epsilonOf(node)));
}

static void importLrn(NodeContext &node) {
  int64_t size = node.requiredInteger("size");
  node.setResult(
      0, node.create<nn::LrnOp>(node.operand(0), size,
                                llvm::APFloat(node.number("alpha", 1e-4)),
                                llvm::APFloat(node.number("beta", 0.75)),
                                llvm::APFloat(node.number("bias", 1))));
}

static void importLpNormalization(NodeContext &node) {
  int64_t axis =
      node.normalizeAxis(node.integer("axis", -1), node.rank(node.operand(0)));
  node.setResult(0, node.create<nn::LpNormOp>(node.operand(0), axis,
                                              node.integer("p", 2)));
}

/// (x - mean) / (deviation + 1e-9), as ONNX defines it.
static void importMeanVarianceNormalization(NodeContext &node) {
  Value input = node.operand(0);
  SmallVector<int64_t> axes = {0, 2, 3};
  if (node.hasAttribute("axes"))
    axes = node.integers("axes");
  axes = node.normalizeAxes(axes, node.rank(input));
  Value centred = node.create<nn::SubOp>(
      input, node.create<nn::ReduceMeanOp>(input, axes, true));
  Value deviation = node.create<nn::SqrtOp>(node.create<nn::ReduceMeanOp>(
      node.create<nn::MulOp>(centred, centred), axes, true));
  deviation = node.create<nn::AddOp>(deviation, node.scalarLike(input, 1e-9));
  node.setResult(0, node.create<nn::DivOp>(centred, deviation));
}

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

/// Applies `build(value, axis)` along the node's axis. Before operator set 13
/// all dimensions from the axis on were normalized together.
static void importAlongAxis(NodeContext &node,
                            llvm::function_ref<Value(Value, int64_t)> build) {
  Value input = node.operand(0);
  ArrayRef<int64_t> shape = node.shape(input);
  bool joins = node.opset() < 13;
  int64_t axis =
      node.normalizeAxis(node.integer("axis", joins ? 1 : -1), shape.size());
  if (node.failed())
    return;
  auto product = [](ArrayRef<int64_t> extents) {
    return std::accumulate(extents.begin(), extents.end(), int64_t(1),
                           std::multiplies<int64_t>());
  };
  if (!joins || product(shape.drop_front(axis + 1)) == 1) {
    node.setResult(0, build(input, axis));
    return;
  }
  Value matrix = node.reshape(input, {product(shape.take_front(axis)),
                                      product(shape.drop_front(axis))});
  Value result = build(matrix, 1);
  node.setResult(0, node.reshape(result, shape));
}

template <typename Op> static void importSoftmax(NodeContext &node) {
  importAlongAxis(node, [&](Value value, int64_t axis) {
    return node.create<Op>(value, axis);
  });
}

/// One at the first maximum along the axis, zero elsewhere.
static void importHardmax(NodeContext &node) {
  importAlongAxis(node, [&](Value value, int64_t axis) -> Value {
    Value position = node.create<nn::ArgMaxOp>(value, axis, /*keepdims=*/false,
                                               /*select_last_index=*/false);
    Value off = node.scalarLike(value, 0), on = node.scalarLike(value, 1);
    if (node.failed())
      return nullptr;
    return node.create<nn::OneHotOp>(position, off, on, node.shape(value)[axis],
                                     axis);
  });
}

static const Operator table[] = {
    {"BatchNormalization", 6, 15, 5, 5, 5,
     "epsilon:f is_test:i momentum:f spatial:i training_mode:i",
     importBatchNormalization, "spatial=0, is_test=0"},
    {"GroupNormalization", 18, 21, 3, 3, 1,
     "epsilon:f num_groups:i stash_type:i", importGroupNormalization},
    {"Hardmax", 1, 13, 1, 1, 1, "axis:i", importHardmax},
    {"InstanceNormalization", 6, 22, 3, 3, 1, "epsilon:f",
     importInstanceNormalization},
    {"LRN", 1, 13, 1, 1, 1, "alpha:f beta:f bias:f size:i", importLrn},
    {"LayerNormalization", 17, 17, 2, 3, 3, "axis:i epsilon:f stash_type:i",
     importLayerNormalization},
    {"LogSoftmax", 1, 13, 1, 1, 1, "axis:i", importSoftmax<nn::LogSoftmaxOp>},
    {"LpNormalization", 1, 22, 1, 1, 1, "axis:i p:i", importLpNormalization},
    {"MeanVarianceNormalization", 9, 13, 1, 1, 1, "axes:is",
     importMeanVarianceNormalization},
    {"RMSNormalization", 23, 23, 2, 2, 1, "axis:i epsilon:f stash_type:i",
     importRmsNormalization},
    {"Softmax", 1, 13, 1, 1, 1, "axis:i", importSoftmax<nn::SoftmaxOp>},
};

llvm::ArrayRef<Operator> normalizationOperators() { return table; }

} // namespace mlcc::onnx_frontend
