//===- Normalization.cpp - Normalization and dropout ----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Layer.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::mlc_frontend;

static v1::Initializer initializer(v1::Initializer::Kind kind) {
  v1::Initializer initializer;
  initializer.set_kind(kind);
  return initializer;
}

/// A parameter of ones or zeros.
static Value plainParameter(Layer &layer, StringRef name,
                            ArrayRef<int64_t> shape,
                            v1::Initializer::Kind kind) {
  v1::Initializer none;
  return layer.parameter({.name = name,
                          .shape = SmallVector<int64_t>(shape),
                          .initializer = &none,
                          .isGiven = false,
                          .otherwise = kind});
}

static double epsilonOf(Layer &layer, bool isGiven, double epsilon) {
  if (!isGiven)
    return 1e-5;
  if (!(epsilon >= 0) || !std::isfinite(epsilon))
    layer.error(ErrorCode::InvalidField, "epsilon")
        << "epsilon must not be negative";
  return epsilon;
}

//===----------------------------------------------------------------------===//
// Batch normalization
//===----------------------------------------------------------------------===//

/// old + momentum (new - old)
static Value follow(Layer &layer, Value old, Value seen, double momentum) {
  return layer.math.average(old, seen, 1 - momentum);
}

/// The unbiased variance, as libtorch's running variance is, from the biased
/// one over the first `count` samples, or all if it is null.
static Value unbiasedVariance(Layer &layer, Value input, Value biased,
                              Value count) {
  ArrayRef<int64_t> shape = Layer::shape(input);
  auto numbers = [&](double samples) {
    return samples * double(Layer::type(input).getNumElements()) /
           double(shape[0] * shape[1]);
  };
  nn::Math &math = layer.math;
  if (!count) {
    double all = numbers(shape[0]);
    return math.mul(biased, all / std::max(all - 1, 1.0));
  }
  Value present =
      math.mul(math.castLike(math.clamp(count, 1, double(shape[0])), biased),
               numbers(1));
  Value free = math.max(math.add(present, -1), math.scalarLike(1, biased));
  return math.mul(biased, math.div(present, free));
}

/// Normalizes by the batch and lets the statistics follow it.
static Value trainBatchNorm(Layer &layer, Value input, Value scale, Value bias,
                            const Variable &mean, const Variable &variance,
                            double epsilon, double momentum) {
  Value count = layer.sampleCountFor(input);
  SmallVector<Value> results = layer.createAll<nn::BatchNormTrainOp>(
      input, scale, bias, count, layer.builder().getF64FloatAttr(epsilon));
  if (layer.failed())
    return nullptr;
  FunctionState &function = layer.getFunction();
  function.write(mean,
                 follow(layer, function.read(mean), results[1], momentum));
  Value unbiased = unbiasedVariance(layer, input, results[2], count);
  function.write(variance,
                 follow(layer, function.read(variance), unbiased, momentum));
  return results[0];
}

void mlcc::mlc_frontend::importBatchNorm(Layer &layer) {
  const auto &norm = layer.as<v1::BatchNorm>();
  double epsilon = epsilonOf(layer, norm.has_epsilon(), norm.epsilon());
  double momentum = norm.has_momentum() ? norm.momentum() : 0.1;
  if (!(momentum >= 0 && momentum <= 1))
    layer.error(ErrorCode::InvalidField, "momentum")
        << "momentum is from 0 to 1";
  if (!layer.checkInputs(1, 1) || !layer.checkFloatInput(0, 2))
    return;
  Value input = layer.inputs[0];
  int64_t channels = Layer::shape(input)[1];
  auto type = RankedTensorType::get({channels}, layer.elementType);
  Value scale = plainParameter(layer, "scale", channels, v1::Initializer::ONES);
  Value bias = plainParameter(layer, "bias", channels, v1::Initializer::ZEROS);
  Variable *mean = layer.variable("mean", type, rt::Role::Statistic,
                                  initializer(v1::Initializer::ZEROS));
  Variable *variance = layer.variable("variance", type, rt::Role::Statistic,
                                      initializer(v1::Initializer::ONES));
  if (layer.failed())
    return;
  Value result;
  if (layer.training())
    result = trainBatchNorm(layer, input, scale, bias, *mean, *variance,
                            epsilon, momentum);
  else
    result = layer.create<nn::BatchNormOp>(
        input, scale, bias, layer.getFunction().read(*mean),
        layer.getFunction().read(*variance),
        layer.builder().getF64FloatAttr(epsilon));
  layer.setResults(layer.activate(result, norm.activation()));
}

//===----------------------------------------------------------------------===//
// Without statistics
//===----------------------------------------------------------------------===//

/// Calls `build(scale, bias, epsilon)` for parameters of a shape.
static void buildNorm(
    Layer &layer, ArrayRef<int64_t> shape, bool hasBias,
    function_ref<Value(Value scale, Value bias, FloatAttr epsilon)> build) {
  const auto &norm = layer.as<v1::Norm>();
  FloatAttr epsilon = layer.builder().getF64FloatAttr(
      epsilonOf(layer, norm.has_epsilon(), norm.epsilon()));
  Value scale = plainParameter(layer, "scale", shape, v1::Initializer::ONES);
  Value bias;
  if (hasBias)
    bias = plainParameter(layer, "bias", shape, v1::Initializer::ZEROS);
  if (layer.failed())
    return;
  layer.setResults(
      layer.activate(build(scale, bias, epsilon), norm.activation()));
}

/// The first of the normalized dimensions; nothing after an error.
static std::optional<int64_t> firstAxis(Layer &layer) {
  const auto &norm = layer.as<v1::Norm>();
  int64_t count = norm.dimensions() == 0
                      ? 1
                      : layer.positive("dimensions", norm.dimensions());
  if (!layer.checkInputs(1, 1) || !layer.checkFloatInput(0, count) ||
      layer.failed())
    return std::nullopt;
  return Layer::rank(layer.inputs[0]) - count;
}

void mlcc::mlc_frontend::importLayerNorm(Layer &layer) {
  std::optional<int64_t> axis = firstAxis(layer);
  if (!axis)
    return;
  Value input = layer.inputs[0];
  buildNorm(layer, Layer::shape(input).drop_front(*axis), true,
            [&](Value scale, Value bias, FloatAttr epsilon) {
              return layer.create<nn::LayerNormOp>(
                  input, scale, bias, layer.builder().getI64IntegerAttr(*axis),
                  epsilon);
            });
}

void mlcc::mlc_frontend::importRmsNorm(Layer &layer) {
  std::optional<int64_t> axis = firstAxis(layer);
  if (!axis)
    return;
  Value input = layer.inputs[0];
  buildNorm(layer, Layer::shape(input).drop_front(*axis), false,
            [&](Value scale, Value, FloatAttr epsilon) {
              return layer.create<nn::RmsNormOp>(
                  input, scale, layer.builder().getI64IntegerAttr(*axis),
                  epsilon);
            });
}

void mlcc::mlc_frontend::importGroupNorm(Layer &layer) {
  const auto &norm = layer.as<v1::Norm>();
  int64_t groups = layer.positive("groups", norm.groups());
  if (!layer.checkInputs(1, 1) || !layer.checkFloatInput(0, 2))
    return;
  Value input = layer.inputs[0];
  buildNorm(layer, Layer::shape(input)[1], true,
            [&](Value scale, Value bias, FloatAttr epsilon) {
              return layer.create<nn::GroupNormOp>(
                  input, scale, bias, layer.builder().getI64IntegerAttr(groups),
                  epsilon);
            });
}

void mlcc::mlc_frontend::importInstanceNorm(Layer &layer) {
  if (!layer.checkInputs(1, 1) || !layer.checkFloatInput(0, 3))
    return;
  Value input = layer.inputs[0];
  buildNorm(layer, Layer::shape(input)[1], true,
            [&](Value scale, Value bias, FloatAttr epsilon) {
              return layer.create<nn::InstanceNormOp>(input, scale, bias,
                                                      epsilon);
            });
}

//===----------------------------------------------------------------------===//
// Dropout
//===----------------------------------------------------------------------===//

void mlcc::mlc_frontend::importDropout(Layer &layer) {
  const auto &dropout = layer.as<v1::Dropout>();
  double rate = layer.fraction("rate", dropout.rate());
  if (!layer.checkInputs(1, 1) ||
      !layer.checkFloatInput(0, dropout.channels() ? 2 : 0))
    return;
  SmallVector<int64_t> shape(Layer::shape(layer.inputs[0]));
  if (dropout.channels())
    std::fill(shape.begin() + 2, shape.end(), 1);
  layer.setResults(layer.drop(layer.inputs[0], rate, shape));
}
