//===- ExpandBatchNorm.cpp - Training's batch normalization ---------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The statistics of a channel are needed by whatever computes an element, so
// this is several kernels: one per reduction, and one for the rest.
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

/// Formulas over channels, in the computing type.
class ChannelMath : public nn::Math {
public:
  ChannelMath(OpBuilder &builder, Operation *op, Value input)
      : Math(builder, op->getLoc()), builder(builder), location(op->getLoc()),
        shape(cast<RankedTensorType>(input.getType()).getShape()),
        element(getElementTypeOrSelf(input.getType())),
        compute(computeType(element)) {
    axes = {0};
    for (size_t axis = 2; axis < shape.size(); ++axis)
      axes.push_back(axis);
  }

  Value input(Value x) { return cast(x, compute); }
  Value output(Value x) { return cast(x, element); }
  /// [C] as [C, 1...], which stands over the input.
  Value perChannel(Value vector) {
    SmallVector<int64_t> wide(shape.size() - 1, 1);
    wide[0] = shape[1];
    return reshape(input(vector), wide);
  }
  template <typename Reduce> Value overChannels(Value x) {
    return Reduce::create(builder, location, x, axes, /*keepdims=*/false);
  }
  /// 1 / sqrt(variance + epsilon), [C].
  Value inverseDeviation(Value variance, const APFloat &epsilon) {
    return nn::RsqrtOp::create(builder, location,
                               add(input(variance), epsilon.convertToDouble()));
  }
  /// How many elements a channel has.
  double count() const {
    double product = 1;
    for (int64_t axis : axes)
      product *= shape[axis];
    return product;
  }

private:
  OpBuilder &builder;
  Location location;
  ArrayRef<int64_t> shape;
  SmallVector<int64_t> axes;
  Type element, compute;
};

void expand(nn::BatchNormTrainOp op) {
  OpBuilder builder(op);
  ChannelMath m(builder, op, op.getInput());
  Value x = m.input(op.getInput());
  Value mean = m.overChannels<nn::ReduceMeanOp>(x);
  Value centred = m.sub(x, m.perChannel(mean));
  Value variance = m.overChannels<nn::ReduceMeanOp>(m.square(centred));
  Value factor = m.mul(m.inverseDeviation(variance, op.getEpsilon()),
                       m.input(op.getScale()));
  Value y =
      m.add(m.mul(centred, m.perChannel(factor)), m.perChannel(op.getBias()));
  op.replaceAllUsesWith(
      ValueRange{m.output(y), m.output(mean), m.output(variance)});
  op.erase();
}

void expand(nn::BatchNormGradientOp op) {
  OpBuilder builder(op);
  ChannelMath m(builder, op, op.getInput());
  Value dy = m.input(op.getOutputGradient());
  Value inverse = m.inverseDeviation(op.getVariance(), op.getEpsilon());
  Value h = m.mul(m.sub(m.input(op.getInput()), m.perChannel(op.getMean())),
                  m.perChannel(inverse));
  Value bias = m.overChannels<nn::ReduceSumOp>(dy);
  Value scale = m.overChannels<nn::ReduceSumOp>(m.mul(dy, h));
  double share = 1 / m.count();
  Value rest = m.sub(m.sub(dy, m.perChannel(m.mul(bias, share))),
                     m.mul(h, m.perChannel(m.mul(scale, share))));
  Value factor = m.mul(m.input(op.getScale()), inverse);
  Value dx = m.mul(rest, m.perChannel(factor));
  op.replaceAllUsesWith(
      ValueRange{m.output(dx), m.output(scale), m.output(bias)});
  op.erase();
}

struct ExpandBatchNorm : mlcc::impl::ExpandBatchNormBase<ExpandBatchNorm> {
  void runOnOperation() override {
    getOperation().walk([](Operation *op) {
      if (auto forward = dyn_cast<nn::BatchNormTrainOp>(op))
        expand(forward);
      else if (auto backward = dyn_cast<nn::BatchNormGradientOp>(op))
        expand(backward);
    });
  }
};

} // namespace
