//===- Pooling.cpp - Import of pooling and resampling ---------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/ops/Linear.h"

#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringSwitch.h"

#include <algorithm>
#include <cmath>

using namespace mlir;

namespace mlcc::onnx_frontend {

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

static std::optional<Window> poolingWindow(NodeContext &node) {
  ArrayRef<int64_t> extents = spatialExtents(node);
  return node.failed() ? std::nullopt : readWindow(node, extents, {});
}

template <typename Op, typename... Arguments>
static void importPool(NodeContext &node, Arguments... arguments) {
  if (std::optional<Window> window = poolingWindow(node))
    node.setResult(0, node.create<Op>(
                          node.operand(0), window->kernel, window->strides,
                          window->dilations, window->padsBegin, window->padsEnd,
                          node.flag("ceil_mode", false), arguments...));
}

static void importMaxPool(NodeContext &node) {
  node.refuseOutput(1, "Indices");
  importPool<nn::MaxPoolOp>(node);
}

static void importAveragePool(NodeContext &node) {
  importPool<nn::AvgPoolOp>(node, node.flag("count_include_pad", false));
}

static void importLpPool(NodeContext &node) {
  importPool<nn::LpPoolOp>(node, node.integer("p", 2));
}

//===----------------------------------------------------------------------===//
// Resize
//===----------------------------------------------------------------------===//

namespace {
/// How Resize maps positions; the defaults are those of Upsample and the first
/// Resize.
struct Resampling {
  nn::ResizeMode mode = nn::ResizeMode::nearest;
  nn::CoordinateMode coordinates = nn::CoordinateMode::asymmetric;
  nn::NearestMode nearest = nn::NearestMode::floor;
  SmallVector<int64_t> sizes;
  SmallVector<double> scales;
};
} // namespace

static void readMode(NodeContext &node, Resampling &resampling) {
  StringRef mode = node.string("mode", "nearest");
  // Upsample called linear interpolation by the name for two dimensions once.
  std::optional<nn::ResizeMode> found =
      nn::symbolizeResizeMode(mode == "bilinear" ? "linear" : mode);
  if (found)
    resampling.mode = *found;
  else
    node.error(ErrorCode::InvalidAttribute)
        << "the mode " << quoted(mode)
        << " is not 'nearest', 'linear' or 'cubic'";
}

static void readPositions(NodeContext &node, Resampling &resampling) {
  if (node.opset() < 11)
    return;
  StringRef coordinates =
      node.string("coordinate_transformation_mode", "half_pixel");
  std::optional<nn::CoordinateMode> found =
      nn::symbolizeCoordinateMode(coordinates);
  if (!found)
    node.error(ErrorCode::UnsupportedForm)
        << "the coordinate_transformation_mode " << quoted(coordinates)
        << " is not supported; half_pixel, half_pixel_symmetric, "
           "pytorch_half_pixel, align_corners and asymmetric are";
  StringRef nearest = node.string("nearest_mode", "round_prefer_floor");
  std::optional<nn::NearestMode> rounding = nn::symbolizeNearestMode(nearest);
  if (!rounding)
    node.error(ErrorCode::InvalidAttribute)
        << "the nearest_mode " << quoted(nearest) << " is not known";
  if (node.failed())
    return;
  resampling.coordinates = *found;
  resampling.nearest = *rounding;
}

/// The numbers of an operand (or for the first versions, attribute) `scales`;
/// empty if absent.
static SmallVector<double> readScales(NodeContext &node, unsigned index) {
  if (node.hasAttribute("scales"))
    return node.numbers("scales");
  SmallVector<double> scales;
  if (!node.has(index))
    return scales;
  if (auto value = node.requireConstant(index, "scales"))
    for (int64_t i : llvm::seq(value->getNumElements()))
      scales.push_back(value->getAsDouble(i));
  return scales;
}

/// Fills in sizes from the scales of some axes.
static void applyScales(NodeContext &node, Resampling &resampling,
                        ArrayRef<double> scales, ArrayRef<int64_t> axes) {
  ArrayRef<int64_t> input = node.shape(node.operand(0));
  for (auto [axis, scale] : llvm::zip_equal(axes, scales)) {
    double size = std::floor(input[axis] * scale);
    if (!(scale > 0) || !(size < double(nn::maxTensorBytes))) {
      node.error(ErrorCode::InvalidAttribute)
          << "the scale " << scale << " is not positive or too large";
      return;
    }
    resampling.scales[axis] = scale;
    resampling.sizes[axis] = static_cast<int64_t>(size);
  }
}

/// Fills in scales from the sizes of some axes.
static void applySizes(NodeContext &node, Resampling &resampling,
                       ArrayRef<int64_t> sizes, ArrayRef<int64_t> axes) {
  ArrayRef<int64_t> input = node.shape(node.operand(0));
  for (auto [axis, size] : llvm::zip_equal(axes, sizes)) {
    if (size < 1 || size > nn::maxTensorBytes || input[axis] < 1) {
      node.error(ErrorCode::InvalidAttribute)
          << "the size " << size << " is not positive or too large";
      return;
    }
    resampling.sizes[axis] = size;
    resampling.scales[axis] = double(size) / input[axis];
  }
  StringRef policy = node.string("keep_aspect_ratio_policy", "stretch");
  if (policy == "stretch" || axes.empty())
    return;
  if (policy != "not_larger" && policy != "not_smaller") {
    node.error(ErrorCode::InvalidAttribute)
        << "the keep_aspect_ratio_policy " << quoted(policy) << " is not known";
    return;
  }
  auto scales = llvm::map_range(
      axes, [&](int64_t axis) { return resampling.scales[axis]; });
  double scale = policy == "not_larger"
                     ? *std::min_element(scales.begin(), scales.end())
                     : *std::max_element(scales.begin(), scales.end());
  for (int64_t axis : axes) {
    resampling.scales[axis] = scale;
    resampling.sizes[axis] =
        static_cast<int64_t>(std::floor(scale * input[axis] + 0.5));
  }
}

/// Reads scales or sizes; operand `scalesIndex` holds the scales, the next one
/// the sizes.
static void readExtents(NodeContext &node, Resampling &resampling,
                        unsigned scalesIndex) {
  ArrayRef<int64_t> input = node.shape(node.operand(0));
  resampling.sizes.assign(input.begin(), input.end());
  resampling.scales.assign(input.size(), 1.0);
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(input.size()));
  if (node.hasAttribute("axes"))
    axes = node.normalizeAxes(node.integers("axes"), input.size());
  SmallVector<double> scales = readScales(node, scalesIndex);
  SmallVector<int64_t> sizes;
  if (node.has(scalesIndex + 1))
    sizes = node.requireIntegers(scalesIndex + 1, "sizes");
  if (node.failed())
    return;
  if (scales.size() == axes.size() && sizes.empty())
    return applyScales(node, resampling, scales, axes);
  if (sizes.size() == axes.size() && scales.empty())
    return applySizes(node, resampling, sizes, axes);
  node.error(ErrorCode::InvalidGraph)
      << "either 'scales' or 'sizes' must have one entry for each of "
      << axes.size() << " axes";
}

static void resample(NodeContext &node, const Resampling &resampling) {
  bool shrinks =
      llvm::any_of(resampling.scales, [](double scale) { return scale < 1; });
  if (node.flag("antialias", false) && shrinks &&
      resampling.mode != nn::ResizeMode::nearest)
    node.error(ErrorCode::UnsupportedForm)
        << "shrinking with 'antialias' is not supported";
  node.setResult(0, node.create<nn::ResizeOp>(
                        node.operand(0), resampling.sizes, resampling.scales,
                        resampling.mode, resampling.coordinates,
                        resampling.nearest,
                        llvm::APFloat(node.number("cubic_coeff_a", -0.75)),
                        node.flag("exclude_outside", false)));
}

static void importResize(NodeContext &node) {
  Resampling resampling;
  readMode(node, resampling);
  readPositions(node, resampling);
  // The region of interest came between input and scales.
  readExtents(node, resampling, node.opset() < 11 ? 1 : 2);
  resample(node, resampling);
}

static void importUpsample(NodeContext &node) {
  Resampling resampling;
  readMode(node, resampling);
  readExtents(node, resampling, 1);
  resample(node, resampling);
}

static const Operator table[] = {
    {"AveragePool", 1, 22, 1, 1, 1,
     "auto_pad:s ceil_mode:i count_include_pad:i dilations:is kernel_shape:is "
     "pads:is strides:is",
     importAveragePool},
    {"LpPool", 2, 22, 1, 1, 1,
     "auto_pad:s ceil_mode:i dilations:is kernel_shape:is p:i pads:is "
     "strides:is",
     importLpPool},
    {"MaxPool", 1, 22, 1, 1, 2,
     "auto_pad:s ceil_mode:i dilations:is kernel_shape:is pads:is "
     "storage_order:i strides:is",
     importMaxPool, "the output Indices"},
    {"Resize", 10, 19, 1, 4, 1,
     "antialias:i axes:is coordinate_transformation_mode:s cubic_coeff_a:f "
     "exclude_outside:i extrapolation_value:f keep_aspect_ratio_policy:s "
     "mode:s "
     "nearest_mode:s",
     importResize,
     "tf_crop_and_resize, tf_half_pixel_for_nn, shrinking with antialias, "
     "sizes "
     "not known at compile time"},
    {"Upsample", 7, 9, 1, 2, 1, "mode:s scales:fs", importUpsample,
     "scales not known at compile time"},
};

llvm::ArrayRef<Operator> poolingOperators() { return table; }

} // namespace mlcc::onnx_frontend
