//===- ExpandBatchNorm.cpp - Batch normalization by its formulas ----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In training, the statistics of a channel are needed by whatever computes an
// element, so this is several kernels: one per reduction, and one for the rest.
// Samples that do not exist are left out by selection, not by a factor of 0:
// what they hold may be anything.
//
// In inference there is something left to do where the statistics are variables
// (constants have become part of the weights before): a multiplication and an
// addition per channel, which follow any layout, or join a primitive.
//
//===----------------------------------------------------------------------===//

#include "compiler/fuse/FusePasses.h"

#include "dialects/nn/Math.h"

namespace mlcc {
#define GEN_PASS_DEF_EXPANDBATCHNORM
#include "compiler/fuse/FusePasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;

namespace {

/// The type in which elements are computed on.
Type computeType(Type element) {
  return element.isF64() ? element : Float32Type::get(element.getContext());
}

/// Formulas over channels of the samples that exist, in the computing type.
class ChannelMath : public nn::Math {
public:
  /// `count` of the samples exist, or all if it is null.
  ChannelMath(OpBuilder &builder, Operation *op, Value input, Value count)
      : Math(builder, op->getLoc()), builder(builder), location(op->getLoc()),
        shape(cast<RankedTensorType>(input.getType()).getShape()),
        element(getElementTypeOrSelf(input.getType())),
        compute(computeType(element)) {
    axes = {0};
    for (size_t axis = 2; axis < shape.size(); ++axis)
      axes.push_back(axis);
    if (!count)
      return;
    count = clamp(count, 1, shape[0]);
    samples = cast(count, compute);
    SmallVector<int64_t> alone(shape.size(), 1);
    alone[0] = shape[0];
    exists = reshape(rowsBefore(count, shape[0]), alone);
  }

  Value input(Value x) { return cast(x, compute); }
  Value output(Value x) { return cast(x, element); }
  /// [C] as [C, 1...], which stands over the input.
  Value perChannel(Value vector) {
    SmallVector<int64_t> wide(shape.size() - 1, 1);
    wide[0] = shape[1];
    return reshape(input(vector), wide);
  }
  /// 0 in samples that do not exist.
  Value counted(Value x) {
    return exists ? where(exists, x, scalarLike(0, x)) : x;
  }
  /// The sums of each channel of each sample, [N, C]; x is 0 in samples that do
  /// not exist, as of all sums.
  Value sampleSum(Value x) { return sum(x, ArrayRef(axes).drop_front()); }
  /// [C], from sums of samples. In two steps, threads can share the first one,
  /// and less is lost by rounding.
  Value channelSum(Value sums) { return sum(sums, {0}); }
  Value channelMean(Value x) { return perElement(channelSum(sampleSum(x))); }
  /// x divided by the number of a channel's elements.
  Value perElement(Value x) {
    double each = 1; // sample
    for (int64_t extent : shape.drop_front(2))
      each *= extent;
    if (exists)
      return div(x, mul(samples, each));
    return mul(x, 1 / (each * shape[0]));
  }
  /// 1 / sqrt(variance + epsilon), [C].
  Value inverseDeviation(Value variance, const APFloat &epsilon) {
    return nn::RsqrtOp::create(builder, location,
                               add(input(variance), epsilon.convertToDouble()));
  }

private:
  Value sum(Value x, ArrayRef<int64_t> axes) {
    if (axes.empty())
      return x;
    return nn::ReduceSumOp::create(builder, location, x, axes,
                                   /*keepdims=*/false);
  }

  OpBuilder &builder;
  Location location;
  ArrayRef<int64_t> shape;
  SmallVector<int64_t> axes;
  Type element, compute;
  /// How many samples exist, and which; null if all do.
  Value samples, exists;
};

void expand(nn::BatchNormOp op) {
  OpBuilder builder(op);
  ChannelMath m(builder, op, op.getInput(), /*count=*/Value());
  Value factor = m.mul(m.inverseDeviation(op.getVariance(), op.getEpsilon()),
                       m.input(op.getScale()));
  Value offset =
      m.sub(m.input(op.getBias()), m.mul(m.input(op.getMean()), factor));
  Value y = m.add(m.mul(m.input(op.getInput()), m.perChannel(factor)),
                  m.perChannel(offset));
  op.replaceAllUsesWith(m.output(y));
  op.erase();
}

void expand(nn::BatchNormTrainOp op) {
  OpBuilder builder(op);
  ChannelMath m(builder, op, op.getInput(), op.getCount());
  Value x = m.input(op.getInput());
  Value mean = m.channelMean(m.counted(x));
  Value centred = m.sub(x, m.perChannel(mean));
  Value variance = m.channelMean(m.counted(m.square(centred)));
  Value factor = m.mul(m.inverseDeviation(variance, op.getEpsilon()),
                       m.input(op.getScale()));
  Value y = m.counted(
      m.add(m.mul(centred, m.perChannel(factor)), m.perChannel(op.getBias())));
  op.replaceAllUsesWith(
      ValueRange{m.output(y), m.output(mean), m.output(variance)});
  op.erase();
}

void expand(nn::BatchNormGradientOp op) {
  OpBuilder builder(op);
  ChannelMath m(builder, op, op.getInput(), op.getCount());
  Value dy = m.counted(m.input(op.getOutputGradient()));
  Value inverse = m.inverseDeviation(op.getVariance(), op.getEpsilon());
  Value h = m.mul(m.sub(m.input(op.getInput()), m.perChannel(op.getMean())),
                  m.perChannel(inverse));
  // Side by side, to be summed in one pass.
  Value biases = m.sampleSum(dy);
  Value scales = m.sampleSum(m.counted(m.mul(dy, h)));
  Value bias = m.channelSum(biases), scale = m.channelSum(scales);
  Value rest = m.sub(m.sub(dy, m.perChannel(m.perElement(bias))),
                     m.mul(h, m.perChannel(m.perElement(scale))));
  Value factor = m.mul(m.input(op.getScale()), inverse);
  Value dx = m.counted(m.mul(rest, m.perChannel(factor)));
  op.replaceAllUsesWith(
      ValueRange{m.output(dx), m.output(scale), m.output(bias)});
  op.erase();
}

struct ExpandBatchNorm : mlcc::impl::ExpandBatchNormBase<ExpandBatchNorm> {
  void runOnOperation() override {
    getOperation().walk([](Operation *op) {
      if (auto inference = dyn_cast<nn::BatchNormOp>(op))
        expand(inference);
      else if (auto forward = dyn_cast<nn::BatchNormTrainOp>(op))
        expand(forward);
      else if (auto backward = dyn_cast<nn::BatchNormGradientOp>(op))
        expand(backward);
    });
  }
};

} // namespace
