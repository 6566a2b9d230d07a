//===- Convolution.cpp - Layers over space --------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Layer.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::mlc_frontend;

namespace {
/// Where windows stand over the spatial dimensions.
struct Windows {
  SmallVector<int64_t> kernel, strides, dilations, padsBegin, padsEnd;
};
using Numbers = google::protobuf::RepeatedField<int64_t>;
} // namespace

/// Pads that keep extents, divided by strides and rounded up; the odd one is at
/// the end.
static void padSame(Windows &windows, ArrayRef<int64_t> space) {
  for (auto [index, extent] : llvm::enumerate(space)) {
    int64_t stride = windows.strides[index];
    int64_t reach = windows.dilations[index] * (windows.kernel[index] - 1) + 1;
    int64_t outputs = (extent + stride - 1) / stride;
    int64_t total =
        std::max<int64_t>((outputs - 1) * stride + reach - extent, 0);
    windows.padsBegin[index] = total / 2;
    windows.padsEnd[index] = total - total / 2;
  }
}

/// What the fields say for the spatial dimensions of an input [N, C, space...].
/// Without a default, strides are the kernel.
static Windows windowsOf(Layer &layer, const Numbers &kernel,
                         const Numbers &stride, bool strideIsKernel,
                         const Numbers &dilation, const Numbers &padding,
                         bool same, ArrayRef<int64_t> space) {
  size_t count = space.size();
  Windows windows;
  windows.kernel = layer.perDimension("kernel", kernel, count, 0, 1);
  windows.strides = stride.empty() && strideIsKernel
                        ? windows.kernel
                        : layer.perDimension("stride", stride, count, 1, 1);
  windows.dilations = layer.perDimension("dilation", dilation, count, 1, 1);
  bool isTwoSided = size_t(padding.size()) == 2 * count;
  SmallVector<int64_t> pads = layer.perDimension(
      "padding", padding, isTwoSided ? 2 * count : count, 0, 0);
  windows.padsBegin.assign(pads.begin(), pads.begin() + count);
  windows.padsEnd.assign(pads.end() - count, pads.end());
  if (same && !padding.empty())
    layer.error(ErrorCode::InvalidField, "same")
        << "`same` and `padding` exclude each other";
  else if (same && !layer.failed())
    padSame(windows, space);
  return windows;
}

/// Checks the input and gives its spatial extents.
static std::optional<ArrayRef<int64_t>> spaceOf(Layer &layer) {
  if (!layer.checkInputs(1, 1) || !layer.checkFloatInput(0, 3))
    return std::nullopt;
  return Layer::shape(layer.inputs[0]).drop_front(2);
}

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

/// The parameters of a convolution with weights of this shape.
static std::pair<Value, Value> weightsOf(Layer &layer, const v1::Conv &conv,
                                         ArrayRef<int64_t> shape,
                                         bool isTransposed) {
  double receptive = 1;
  for (int64_t extent : shape.drop_front(2))
    receptive *= double(extent);
  double fanIn = double(shape[isTransposed ? 0 : 1]) * receptive;
  double fanOut = double(shape[isTransposed ? 1 : 0]) * receptive;
  Value weight = layer.parameter({.name = "weight",
                                  .shape = SmallVector<int64_t>(shape),
                                  .initializer = &conv.weight_initializer(),
                                  .isGiven = conv.has_weight_initializer(),
                                  .otherwise = v1::Initializer::HE_NORMAL,
                                  .fanIn = fanIn,
                                  .fanOut = fanOut});
  Value bias;
  if (!conv.no_bias())
    bias = layer.parameter({.name = "bias",
                            .shape = {conv.channels()},
                            .initializer = &conv.bias_initializer(),
                            .isGiven = conv.has_bias_initializer(),
                            .otherwise = v1::Initializer::ZEROS,
                            .fanIn = fanIn,
                            .fanOut = fanOut});
  return {weight, bias};
}

/// The number of groups, which must divide both numbers of channels.
static int64_t groupsOf(Layer &layer, const v1::Conv &conv, int64_t channels) {
  int64_t groups =
      conv.groups() == 0 ? 1 : layer.positive("groups", conv.groups());
  if (channels % groups == 0 && conv.channels() % groups == 0)
    return groups;
  layer.error(ErrorCode::ShapeMismatch, "groups")
      << groups << " groups do not divide " << channels << " channels into "
      << conv.channels();
  return 1;
}

void mlcc::mlc_frontend::importConv(Layer &layer) {
  const auto &conv = layer.as<v1::Conv>();
  layer.positive("channels", conv.channels());
  std::optional<ArrayRef<int64_t>> space = spaceOf(layer);
  if (!space)
    return;
  if (!conv.output_padding().empty())
    layer.error(ErrorCode::InvalidField, "output_padding")
        << "only conv_transpose has output_padding";
  Windows windows =
      windowsOf(layer, conv.kernel(), conv.stride(), false, conv.dilation(),
                conv.padding(), conv.same(), *space);
  int64_t channels = Layer::shape(layer.inputs[0])[1];
  int64_t groups = groupsOf(layer, conv, channels);
  SmallVector<int64_t> shape = {conv.channels(), channels / groups};
  shape.append(windows.kernel);
  auto [weight, bias] = weightsOf(layer, conv, shape, false);
  Value result = layer.create<nn::ConvOp>(
      layer.inputs[0], weight, bias, windows.strides, windows.dilations,
      windows.padsBegin, windows.padsEnd, groups);
  layer.setResults(layer.activate(result, conv.activation()));
}

void mlcc::mlc_frontend::importConvTranspose(Layer &layer) {
  const auto &conv = layer.as<v1::Conv>();
  layer.positive("channels", conv.channels());
  std::optional<ArrayRef<int64_t>> space = spaceOf(layer);
  if (!space)
    return;
  if (conv.same())
    layer.error(ErrorCode::InvalidField, "same")
        << "a transposed convolution has `padding` and `output_padding`";
  Windows windows =
      windowsOf(layer, conv.kernel(), conv.stride(), false, conv.dilation(),
                conv.padding(), /*same=*/false, *space);
  SmallVector<int64_t> outputPadding = layer.perDimension(
      "output_padding", conv.output_padding(), space->size(), 0, 0);
  int64_t channels = Layer::shape(layer.inputs[0])[1];
  int64_t groups = groupsOf(layer, conv, channels);
  SmallVector<int64_t> shape = {channels, conv.channels() / groups};
  shape.append(windows.kernel);
  auto [weight, bias] = weightsOf(layer, conv, shape, true);
  Value result = layer.create<nn::ConvTransposeOp>(
      layer.inputs[0], weight, bias, windows.strides, windows.dilations,
      windows.padsBegin, windows.padsEnd, outputPadding, groups);
  layer.setResults(layer.activate(result, conv.activation()));
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

/// Checks the input of a pooling layer and gives its windows.
static std::optional<Windows> windowsOf(Layer &layer, const v1::Pool &pool) {
  std::optional<ArrayRef<int64_t>> space = spaceOf(layer);
  if (!space)
    return std::nullopt;
  return windowsOf(layer, pool.kernel(), pool.stride(), true, {},
                   pool.padding(), pool.same(), *space);
}

void mlcc::mlc_frontend::importMaxPool(Layer &layer) {
  const auto &pool = layer.as<v1::Pool>();
  std::optional<Windows> windows = windowsOf(layer, pool);
  if (!windows)
    return;
  layer.setResults(layer.create<nn::MaxPoolOp>(
      layer.inputs[0], windows->kernel, windows->strides, windows->dilations,
      windows->padsBegin, windows->padsEnd, pool.ceil_mode()));
}

void mlcc::mlc_frontend::importAvgPool(Layer &layer) {
  const auto &pool = layer.as<v1::Pool>();
  std::optional<Windows> windows = windowsOf(layer, pool);
  if (!windows)
    return;
  layer.setResults(layer.create<nn::AvgPoolOp>(
      layer.inputs[0], windows->kernel, windows->strides, windows->dilations,
      windows->padsBegin, windows->padsEnd, pool.ceil_mode(),
      pool.count_include_pad()));
}

void mlcc::mlc_frontend::importGlobalAvgPool(Layer &layer) {
  std::optional<ArrayRef<int64_t>> space = spaceOf(layer);
  if (!space)
    return;
  auto axes =
      llvm::to_vector(llvm::seq<int64_t>(2, Layer::rank(layer.inputs[0])));
  layer.setResults(layer.create<nn::ReduceMeanOp>(layer.inputs[0], axes,
                                                  /*keepdims=*/false));
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

void mlcc::mlc_frontend::importFlatten(Layer &layer) {
  const auto &flatten = layer.as<v1::Flatten>();
  if (!layer.checkInputs(1, 1))
    return;
  ArrayRef<int64_t> shape = Layer::shape(layer.inputs[0]);
  int64_t axis = flatten.has_axis() ? flatten.axis() : 1;
  if (axis < 0 || axis > int64_t(shape.size())) {
    layer.error(ErrorCode::InvalidField, "axis")
        << "axis is from 0 to " << shape.size() << " here";
    return;
  }
  SmallVector<int64_t> merged(shape.take_front(axis));
  int64_t rest = 1; // Fits: the tensor does.
  for (int64_t extent : shape.drop_front(axis))
    rest *= extent;
  merged.push_back(rest);
  layer.setResults(layer.reshape(layer.inputs[0], merged));
}

void mlcc::mlc_frontend::importReshape(Layer &layer) {
  const auto &reshape = layer.as<v1::Reshape>();
  auto shape = layer.shapeOf("shape", reshape.shape(), /*wildcard=*/true);
  if (!layer.checkInputs(1, 1) || !shape)
    return;
  int64_t elements = Layer::type(layer.inputs[0]).getNumElements();
  double known = 1;
  for (int64_t extent : *shape)
    known *= extent == -1 ? 1 : double(extent);
  auto wildcard = llvm::find(*shape, -1);
  if (llvm::count(*shape, -1) > 1) {
    layer.error(ErrorCode::InvalidField, "shape")
        << "only one extent may be -1";
    return;
  }
  if (wildcard != shape->end())
    *wildcard = known <= double(elements) ? elements / int64_t(known) : 1;
  layer.setResults(layer.reshape(layer.inputs[0], *shape));
}
