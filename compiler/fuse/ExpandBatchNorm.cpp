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

#include "mlir/IR/ImplicitLocOpBuilder.h"

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

/// Builds nn ops over channels, in the computing type.
class ChannelBuilder {
public:
  ChannelBuilder(Operation *op, Value input)
      : b(op->getLoc(), op), shape(shapeOf(input)),
        element(getElementTypeOrSelf(input.getType())),
        compute(computeType(element)) {
    axes = {0};
    for (size_t axis = 2; axis < shape.size(); ++axis)
      axes.push_back(axis);
  }

  static ArrayRef<int64_t> shapeOf(Value value) {
    return cast<RankedTensorType>(value.getType()).getShape();
  }
  Value convertTo(Value x, Type to) {
    if (getElementTypeOrSelf(x.getType()) == to)
      return x;
    return nn::CastOp::create(b, x, TypeAttr::get(to));
  }
  Value input(Value x) { return convertTo(x, compute); }
  Value output(Value x) { return convertTo(x, element); }
  /// [C] as [C, 1...], which stands over the input.
  Value perChannel(Value vector) {
    SmallVector<int64_t> wide(shape.size() - 1, 1);
    wide[0] = shape[1];
    return nn::ReshapeOp::create(b, input(vector),
                                 b.getDenseI64ArrayAttr(wide));
  }
  template <typename Reduce> Value overChannels(Value x) {
    return Reduce::create(b, x, b.getDenseI64ArrayAttr(axes),
                          b.getBoolAttr(false));
  }
  Value scalar(double value) {
    auto type = RankedTensorType::get({}, compute);
    return nn::ConstantOp::create(
        b, DenseElementsAttr::get(type, b.getFloatAttr(compute, value)));
  }
  /// 1 / sqrt(variance + epsilon), [C].
  Value inverseDeviation(Value variance, const APFloat &epsilon) {
    Value sum = add(input(variance), scalar(epsilon.convertToDouble()));
    return nn::RsqrtOp::create(b, sum);
  }
  Value add(Value x, Value y) { return nn::AddOp::create(b, x, y); }
  Value sub(Value x, Value y) { return nn::SubOp::create(b, x, y); }
  Value mul(Value x, Value y) { return nn::MulOp::create(b, x, y); }
  /// How many elements a channel has.
  double count() const {
    double product = 1;
    for (int64_t axis : axes)
      product *= shape[axis];
    return product;
  }

private:
  ImplicitLocOpBuilder b;
  ArrayRef<int64_t> shape;
  SmallVector<int64_t> axes;
  Type element, compute;
};

void expand(nn::BatchNormTrainOp op) {
  ChannelBuilder c(op, op.getInput());
  Value x = c.input(op.getInput());
  Value mean = c.overChannels<nn::ReduceMeanOp>(x);
  Value centred = c.sub(x, c.perChannel(mean));
  Value variance = c.overChannels<nn::ReduceMeanOp>(c.mul(centred, centred));
  Value factor = c.mul(c.inverseDeviation(variance, op.getEpsilon()),
                       c.input(op.getScale()));
  Value y =
      c.add(c.mul(centred, c.perChannel(factor)), c.perChannel(op.getBias()));
  op.replaceAllUsesWith(
      ValueRange{c.output(y), c.output(mean), c.output(variance)});
  op.erase();
}

void expand(nn::BatchNormGradientOp op) {
  ChannelBuilder c(op, op.getInput());
  Value dy = c.input(op.getOutputGradient());
  Value inverse = c.inverseDeviation(op.getVariance(), op.getEpsilon());
  Value h = c.mul(c.sub(c.input(op.getInput()), c.perChannel(op.getMean())),
                  c.perChannel(inverse));
  Value bias = c.overChannels<nn::ReduceSumOp>(dy);
  Value scale = c.overChannels<nn::ReduceSumOp>(c.mul(dy, h));
  Value share = c.scalar(1 / c.count());
  Value rest = c.sub(c.sub(dy, c.perChannel(c.mul(bias, share))),
                     c.mul(h, c.perChannel(c.mul(scale, share))));
  Value factor = c.mul(c.input(op.getScale()), inverse);
  Value dx = c.mul(rest, c.perChannel(factor));
  op.replaceAllUsesWith(
      ValueRange{c.output(dx), c.output(scale), c.output(bias)});
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
