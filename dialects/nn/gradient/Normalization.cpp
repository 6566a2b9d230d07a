//===- Normalization.cpp - Gradients of normalizations --------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/gradient/Rules.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;
using namespace mlcc::nn::gradient;

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

static void softmaxRule(SoftmaxOp op, Vjp &vjp) {
  Term g = vjp.term(vjp.gradient()), y = vjp.term(op.getResult());
  int64_t axis = op.getAxis();
  vjp.set(0, y * (g - vjp.term(vjp.sumOver(g * y, axis))));
}

static void logSoftmaxRule(LogSoftmaxOp op, Vjp &vjp) {
  Term g = vjp.term(vjp.gradient()), y = vjp.term(op.getResult());
  int64_t axis = op.getAxis();
  vjp.set(0, g - exp(y) * vjp.term(vjp.sumOver(g, axis)));
}

//===----------------------------------------------------------------------===//
// By mean and variance
//===----------------------------------------------------------------------===//

/// All axes of a tensor [N, C, ...] but the channels.
static Extents axesOfChannel(int64_t rank) {
  Extents axes{0};
  llvm::append_range(axes, axesBetween(2, rank));
  return axes;
}

/// A parameter [C] in a shape that broadcasts to [N, C, ...] of `rank`.
static Value perChannel(Vjp &vjp, Value parameter, int64_t rank) {
  Extents shape(rank, 1);
  shape[1] = shapeOf(parameter)[0];
  return vjp.reshape(parameter, shape);
}

/// The sum over all axes but the channels.
static Value channelSum(Vjp &vjp, Value value) {
  return vjp.sumOver(value, axesOfChannel(shapeOf(value).size()),
                     /*keepdims=*/false);
}

namespace {
/// `(x - mean) / sqrt(variance + epsilon)` over some axes, and how gradients go
/// through it.
struct Normalized {
  Vjp &vjp;
  Extents axes;
  Term factor, value;

  /// `factor` is the reciprocal of the root.
  static Normalized of(Vjp &vjp, Value input, Extents axes,
                       const llvm::APFloat &epsilon) {
    Term x = vjp.term(input);
    Term centered = x - vjp.term(vjp.meanOver(x, axes));
    Term variance = vjp.term(vjp.meanOver(square(centered), axes));
    Term factor = rsqrt(variance + epsilon.convertToDouble());
    return {vjp, axes, factor, centered * factor};
  }
  /// The input's gradient from that of `value`.
  Value pullBack(Term g) const {
    Term mean = vjp.term(vjp.meanOver(g, axes));
    Term projection = vjp.term(vjp.meanOver(g * value, axes));
    return factor * (g - mean - value * projection);
  }
};
} // namespace

/// Normalization of [N, C, ...] in groups of channels, with scale and bias per
/// channel as operands 1 and 2.
static void groupNormRule(Vjp &vjp, Value input, Value scale, int64_t groups,
                          const llvm::APFloat &epsilon) {
  ArrayRef<int64_t> shape = shapeOf(input);
  int64_t samples = shape[0], rank = shape.size();
  Extents grouped{samples, groups, elementCount(shape) / (samples * groups)};
  auto normalized =
      Normalized::of(vjp, vjp.reshape(input, grouped), Extents{2}, epsilon);
  Value g = vjp.gradient();
  Value scaled = vjp.mul(g, perChannel(vjp, scale, rank));
  Value gradient = normalized.pullBack(vjp.term(vjp.reshape(scaled, grouped)));
  vjp.set(0, vjp.reshape(gradient, shape));
  Value plain = vjp.reshape(normalized.value, shape);
  vjp.set(1, channelSum(vjp, vjp.mul(g, plain)));
  vjp.set(2, channelSum(vjp, g));
}

static void groupNormOpRule(GroupNormOp op, Vjp &vjp) {
  groupNormRule(vjp, op.getInput(), op.getScale(), op.getGroups(),
                op.getEpsilon());
}

static void instanceNormRule(InstanceNormOp op, Vjp &vjp) {
  groupNormRule(vjp, op.getInput(), op.getScale(), shapeOf(op.getInput())[1],
                op.getEpsilon());
}

static void layerNormRule(LayerNormOp op, Vjp &vjp) {
  Extents axes = axesBetween(op.getAxis(), shapeOf(op.getInput()).size());
  auto normalized = Normalized::of(vjp, op.getInput(), axes, op.getEpsilon());
  Term g = vjp.term(vjp.gradient());
  Term scaled = op.getScale() ? g * vjp.term(op.getScale()) : g;
  vjp.set(0, normalized.pullBack(scaled));
  unsigned next = 1;
  if (op.getScale())
    vjp.setSummed(next++, g * normalized.value);
  if (op.getBias())
    vjp.setSummed(next, g);
}

static void rmsNormRule(RmsNormOp op, Vjp &vjp) {
  Extents axes = axesBetween(op.getAxis(), shapeOf(op.getInput()).size());
  Term x = vjp.term(op.getInput()), g = vjp.term(vjp.gradient());
  Term meanSquare = vjp.term(vjp.meanOver(square(x), axes));
  Term factor = rsqrt(meanSquare + op.getEpsilon().convertToDouble());
  Term normalized = x * factor;
  Term scaled = g * vjp.term(op.getScale());
  Term projection = vjp.term(vjp.meanOver(scaled * normalized, axes));
  vjp.set(0, factor * (scaled - normalized * projection));
  vjp.setSummed(1, g * normalized);
}

/// With given statistics: element-wise.
static void batchNormRule(BatchNormOp op, Vjp &vjp) {
  int64_t rank = shapeOf(op.getInput()).size();
  Term g = vjp.term(vjp.gradient());
  Term factor =
      rsqrt(vjp.term(op.getVariance()) + op.getEpsilon().convertToDouble());
  Term slope = vjp.term(op.getScale()) * factor;
  vjp.set(0, g * vjp.term(perChannel(vjp, slope, rank)));
  Term centered =
      vjp.term(op.getInput()) - vjp.term(perChannel(vjp, op.getMean(), rank));
  Term product = vjp.term(channelSum(vjp, g * centered));
  Term sum = vjp.term(channelSum(vjp, g));
  vjp.set(1, product * factor);
  vjp.set(2, sum);
  vjp.set(3, -sum * slope);
  vjp.set(4, -0.5 * (product * slope) * square(factor));
}

namespace {
/// Means and sums per channel, [1, C, 1...], over the samples of a batch that
/// exist: the first `count`, or all if it is null.
class ChannelSums {
public:
  ChannelSums(Vjp &vjp, Value input, Value count)
      : vjp(vjp), shape(shapeOf(input)), axes(axesOfChannel(shape.size())) {
    if (!count)
      return;
    count = vjp.clamp(count, 1, shape[0]);
    samples = vjp.castLike(count, input);
    Extents alone(shape.size(), 1);
    alone[0] = shape[0];
    exists = vjp.reshape(vjp.rowsBefore(count, shape[0]), alone);
  }
  /// 0 in samples that do not exist.
  Term counted(Term value) const {
    return exists ? vjp.term(vjp.where(exists, value)) : value;
  }
  /// Of values that are 0 in samples that do not exist.
  Term sum(Term value) const { return vjp.term(vjp.sumOver(value, axes)); }
  Term mean(Term value) const {
    return exists ? perElement(sum(value))
                  : vjp.term(vjp.meanOver(value, axes));
  }
  /// A value divided by the number of elements of a channel.
  Term perElement(Term value) const {
    double each = elementCount(shape) / (shape[0] * shape[1]);
    return exists ? value / (vjp.term(samples) * each)
                  : value * (1 / (each * shape[0]));
  }

private:
  Vjp &vjp;
  ArrayRef<int64_t> shape;
  Extents axes;
  Value samples, exists;
};
} // namespace

static void batchNormTrainRule(BatchNormTrainOp op, Vjp &vjp) {
  Value input = op.getInput(), mean = op.getMean();
  ChannelSums sums(vjp, input, op.getCount());
  auto channels = [&](Value value) {
    return vjp.term(perChannel(vjp, value, shapeOf(input).size()));
  };
  Value gradient;
  auto accumulate = [&](Value value) {
    gradient = gradient ? vjp.add(gradient, value) : value;
  };
  if (Value g = vjp.gradient(0)) {
    auto gradients = BatchNormGradientOp::create(
        vjp.getBuilder(), vjp.getLocation(), input, g, op.getScale(), mean,
        op.getVariance(), op.getCount(), op.getEpsilonAttr());
    accumulate(gradients.getInputGradient());
    vjp.set(1, gradients.getScaleGradient());
    vjp.set(2, gradients.getBiasGradient());
  }
  if (Value g = vjp.gradient(1)) {
    Value share = sums.perElement(channels(g));
    accumulate(sums.counted(vjp.term(vjp.broadcast(share, shapeOf(input)))));
  }
  if (Value g = vjp.gradient(2)) {
    Term centered = vjp.term(input) - channels(mean);
    accumulate(sums.counted(centered * (2 * sums.perElement(channels(g)))));
  }
  vjp.set(0, gradient);
}

/// The gradients of the three results (the gradients a of the input, b of the
/// scale and c of the bias) by the five operands of floats, which are
/// independent here: that the statistics are those of the input is for their
/// own gradients to say. With h = (x - mean) * f and means per channel, the
/// results are
///   dx = scale * f * (dy - mean(dy) - h * mean(dy * h)), ds = sum(dy * h),
///   db = sum(dy),
/// where all sums are over the samples that exist.
static void batchNormGradientRule(BatchNormGradientOp op, Vjp &vjp) {
  Value input = op.getInput();
  ArrayRef<int64_t> shape = shapeOf(input);
  int64_t rank = shape.size();
  ChannelSums sums(vjp, input, op.getCount());
  auto channels = [&](Value value) {
    return vjp.term(perChannel(vjp, value, rank));
  };
  auto mean = [&](Term value) { return sums.mean(value); };
  auto total = [&](Term value) { return sums.sum(value); };
  Term dy = sums.counted(vjp.term(op.getOutputGradient()));
  Term f =
      rsqrt(channels(op.getVariance()) + op.getEpsilon().convertToDouble());
  Term scale = channels(op.getScale());
  Term centered = sums.counted(vjp.term(input) - channels(op.getMean()));
  Term h = centered * f;
  Term zero = channels(vjp.zeros(op.getScale().getType()));
  Term byDy = vjp.term(vjp.zeros(typeOf(input)));
  Term byH = byDy;
  Term byF = zero, byScale = zero;
  if (Value gradient = vjp.gradient(0)) {
    Term a = sums.counted(vjp.term(gradient));
    Term k = mean(dy * h), ah = mean(a * h);
    Term projected = dy - mean(dy) - h * k;
    Term slope = scale * f;
    byDy = slope * (a - mean(a) - h * ah);
    byH = -slope * (a * k + dy * ah);
    Term product = total(a * projected);
    byF = scale * product;
    byScale = f * product;
  }
  if (Value gradient = vjp.gradient(1)) {
    Term b = channels(gradient);
    byDy = byDy + b * h;
    byH = byH + b * dy;
  }
  if (Value gradient = vjp.gradient(2))
    byDy = byDy + channels(gradient);
  byF = byF + total(byH * centered);
  Term byInput = byH * f;
  auto flat = [&](Term value) { return vjp.reshape(value, {shape[1]}); };
  vjp.set(0, byInput);
  vjp.set(1, sums.counted(byDy));
  vjp.set(2, flat(byScale));
  vjp.set(3, flat(-total(byInput)));
  vjp.set(4, flat(-0.5 * byF * (f * square(f))));
}

//===----------------------------------------------------------------------===//
// By neighbours and norms
//===----------------------------------------------------------------------===//

/// For each channel, the sum over the channels from `before` before it to
/// `after` after it.
static Term channelWindowSum(Vjp &vjp, Value value, int64_t before,
                             int64_t after) {
  ArrayRef<int64_t> shape = shapeOf(value);
  int64_t size = before + after + 1;
  Extents plane{shape[0], 1, shape[1], elementCount(shape.drop_front(2))};
  Value mean = vjp.make<AvgPoolOp>(
      vjp.reshape(value, plane), Extents{size, 1}, Extents{1, 1}, Extents{1, 1},
      Extents{before, 0}, Extents{after, 0}, /*ceil_mode=*/false,
      /*count_include_pad=*/true);
  return vjp.term(vjp.reshape(vjp.mul(mean, size), shape));
}

/// y = x u^-beta with u = k + alpha / size * (sum of squares around x).
static void lrnRule(LrnOp op, Vjp &vjp) {
  int64_t size = op.getSize(), channels = shapeOf(op.getInput())[1];
  // Windows that reach beyond all channels need not reach farther.
  int64_t before = std::min((size - 1) / 2, channels);
  int64_t after = std::min(size - 1 - (size - 1) / 2, channels);
  double factor = op.getAlpha().convertToDouble() / size;
  double beta = op.getBeta().convertToDouble();
  Term x = vjp.term(op.getInput()), g = vjp.term(vjp.gradient());
  Term u = op.getK().convertToDouble() +
           factor * channelWindowSum(vjp, square(x), before, after);
  Term power = u.apply<PowOp>(Value(u.number(-beta)));
  // Who sees x: the window turned round.
  Term seen = channelWindowSum(vjp, g * x * (power / u), after, before);
  vjp.set(0, g * power - (2 * beta * factor) * x * seen);
}

/// y = x / norm; of zeros y and the gradient are 0.
static void lpNormRule(LpNormOp op, Vjp &vjp) {
  int64_t axis = op.getAxis();
  Term x = vjp.term(op.getInput()), g = vjp.term(vjp.gradient());
  bool isEuclidean = op.getP() == 2;
  Term sum = vjp.term(vjp.sumOver(isEuclidean ? square(x) : abs(x), axis));
  Term isZero = equals(sum, 0);
  Term safe = select(isZero, sum.number(1), sum);
  Term factor = isEuclidean ? rsqrt(safe) : safe.apply<ReciprocalOp>();
  Term direction = isEuclidean ? x * factor : sign(x);
  Term projection = vjp.term(vjp.sumOver(g * (x * factor), axis));
  vjp.set(0,
          select(isZero, g.number(0), factor * (g - direction * projection)));
}

void gradient::attachNormalization(MLIRContext *context) {
  attach<SoftmaxOp, softmaxRule>(context);
  attach<LogSoftmaxOp, logSoftmaxRule>(context);
  attach<GroupNormOp, groupNormOpRule>(context);
  attach<InstanceNormOp, instanceNormRule>(context);
  attach<LayerNormOp, layerNormRule>(context);
  attach<RmsNormOp, rmsNormRule>(context);
  attach<BatchNormOp, batchNormRule>(context);
  attach<BatchNormTrainOp, batchNormTrainRule>(context);
  attach<BatchNormGradientOp, batchNormGradientRule>(context);
  attach<LrnOp, lrnRule>(context);
  attach<LpNormOp, lpNormRule>(context);
}
