//===- Linear.cpp - Import of convolutions and matrix products ------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/ops/Linear.h"

using namespace mlir;

namespace mlcc::onnx_frontend {

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

/// The attribute `name` with one entry per spatial dimension, or `fill`s.
static SmallVector<int64_t> perDimension(NodeContext &node, StringRef name,
                                         int64_t count, int64_t fill,
                                         int64_t least) {
  SmallVector<int64_t> values = node.integers(name);
  if (values.empty())
    return SmallVector<int64_t>(count, fill);
  auto isValid = [&](int64_t value) {
    return value >= least && value <= maxWindow;
  };
  if (static_cast<int64_t>(values.size()) != count ||
      !llvm::all_of(values, isValid)) {
    node.error(ErrorCode::InvalidAttribute)
        << "'" << name << "' must have " << count << " entries from " << least
        << " to " << maxWindow;
    return {};
  }
  return values;
}

/// Pads for auto_pad SAME_UPPER or SAME_LOWER: the output has
/// ceil(extent / stride) elements.
static void padToSame(Window &window, ArrayRef<int64_t> extents, bool upper) {
  for (auto [i, extent] : llvm::enumerate(extents)) {
    int64_t stride = window.strides[i];
    int64_t reach = (window.kernel[i] - 1) * window.dilations[i] + 1;
    int64_t outputs = (extent + stride - 1) / stride;
    int64_t total =
        std::max<int64_t>((outputs - 1) * stride + reach - extent, 0);
    int64_t less = total / 2;
    window.padsBegin[i] = upper ? less : total - less;
    window.padsEnd[i] = upper ? total - less : less;
  }
}

std::optional<Window> readWindow(NodeContext &node, ArrayRef<int64_t> extents,
                                 ArrayRef<int64_t> kernel) {
  int64_t count = extents.size();
  Window window;
  window.kernel = SmallVector<int64_t>(kernel);
  if (node.hasAttribute("kernel_shape") || kernel.empty())
    window.kernel = perDimension(node, "kernel_shape", count, 0, 1);
  if (!node.failed() &&
      (llvm::any_of(window.kernel,
                    [](int64_t k) { return k < 1 || k > maxWindow; }) ||
       (!kernel.empty() && kernel != ArrayRef(window.kernel))))
    node.error(ErrorCode::InvalidAttribute)
        << "'kernel_shape' must be at least 1 in each of " << count
        << " dimensions and agree with the weights";
  window.strides = perDimension(node, "strides", count, 1, 1);
  window.dilations = perDimension(node, "dilations", count, 1, 1);
  SmallVector<int64_t> pads = perDimension(node, "pads", 2 * count, 0, 0);
  StringRef autoPad = node.string("auto_pad", "NOTSET");
  bool upper = autoPad == "SAME_UPPER", lower = autoPad == "SAME_LOWER";
  if (!upper && !lower && autoPad != "NOTSET" && autoPad != "VALID" &&
      !autoPad.empty())
    node.error(ErrorCode::InvalidAttribute)
        << "'auto_pad' is " << quoted(autoPad)
        << "; it must be NOTSET, SAME_UPPER, SAME_LOWER or VALID";
  if (node.failed())
    return std::nullopt;
  if (autoPad == "VALID")
    pads.assign(2 * count, 0);
  window.padsBegin.assign(pads.begin(), pads.begin() + count);
  window.padsEnd.assign(pads.begin() + count, pads.end());
  if (upper || lower)
    padToSame(window, extents, upper);
  return window;
}

ArrayRef<int64_t> spatialExtents(NodeContext &node) {
  ArrayRef<int64_t> shape = node.shape(node.operand(0));
  if (shape.size() >= 3 && shape.size() <= 5)
    return shape.drop_front(2);
  node.error(ErrorCode::ShapeMismatch)
      << "the input must have 1 to 3 spatial dimensions after batch and "
         "channels, but has the shape "
      << nn::shapeText(shape);
  return {};
}

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

/// The window of a convolution whose weights are `weights`.
static std::optional<Window> convolutionWindow(NodeContext &node,
                                               Value weights) {
  ArrayRef<int64_t> extents = spatialExtents(node);
  if (node.failed())
    return std::nullopt;
  if (node.rank(weights) != static_cast<int64_t>(extents.size()) + 2) {
    node.error(ErrorCode::ShapeMismatch)
        << "the weights of shape " << nn::shapeText(node.shape(weights))
        << " must have the rank of the input";
    return std::nullopt;
  }
  return readWindow(node, extents, node.shape(weights).drop_front(2));
}

Value convolution(NodeContext &node, Value input, Value weights, Value bias) {
  std::optional<Window> window = convolutionWindow(node, weights);
  if (!window)
    return nullptr;
  return node.create<nn::ConvOp>(input, weights, bias, window->strides,
                                 window->dilations, window->padsBegin,
                                 window->padsEnd, node.integer("group", 1));
}

static void importConv(NodeContext &node) {
  node.setResult(
      0, convolution(node, node.operand(0), node.operand(1), node.operand(2)));
}

/// Pads, and where pads cannot, output padding, so that the transposed
/// convolution gives `outputs`.
static void padToOutputs(NodeContext &node, Window &window,
                         SmallVector<int64_t> &outputPadding,
                         ArrayRef<int64_t> extents, ArrayRef<int64_t> outputs) {
  bool upper = node.string("auto_pad", "") == "SAME_UPPER";
  for (auto [i, extent] : llvm::enumerate(extents)) {
    int64_t reach = (window.kernel[i] - 1) * window.dilations[i] + 1;
    int64_t total = window.strides[i] * (extent - 1) + outputPadding[i] +
                    reach - outputs[i];
    if (total < 0)
      outputPadding[i] -= total;
    total = std::max<int64_t>(total, 0);
    int64_t less = total / 2;
    window.padsBegin[i] = upper ? less : total - less;
    window.padsEnd[i] = upper ? total - less : less;
  }
}

static void importConvTranspose(NodeContext &node) {
  Value input = node.operand(0), weights = node.operand(1);
  std::optional<Window> window = convolutionWindow(node, weights);
  if (!window)
    return;
  ArrayRef<int64_t> extents = spatialExtents(node);
  int64_t count = extents.size();
  SmallVector<int64_t> outputPadding =
      perDimension(node, "output_padding", count, 0, 0);
  SmallVector<int64_t> outputs = node.integers("output_shape");
  // Some exporters list batch and channels too.
  if (static_cast<int64_t>(outputs.size()) == count + 2)
    outputs.erase(outputs.begin(), outputs.begin() + 2);
  if (outputs.empty() && node.string("auto_pad", "").starts_with("SAME"))
    for (auto [extent, stride] : llvm::zip_equal(extents, window->strides))
      outputs.push_back(extent * stride);
  auto isValid = [](int64_t extent) {
    return extent >= 1 && extent <= maxWindow;
  };
  if (!outputs.empty() && (static_cast<int64_t>(outputs.size()) != count ||
                           !llvm::all_of(outputs, isValid)))
    node.error(ErrorCode::InvalidAttribute)
        << "'output_shape' must have " << count << " positive entries";
  if (node.failed())
    return;
  if (!outputs.empty())
    padToOutputs(node, *window, outputPadding, extents, outputs);
  node.setResult(0, node.create<nn::ConvTransposeOp>(
                        input, weights, node.operand(2), window->strides,
                        window->dilations, window->padsBegin, window->padsEnd,
                        outputPadding, node.integer("group", 1)));
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

static void importMatMul(NodeContext &node) {
  node.setResult(
      0, node.create<nn::MatMulOp>(node.operand(0), node.operand(1), Value()));
}

static void importGemm(NodeContext &node) {
  Value a = node.operand(0), b = node.operand(1), c = node.operand(2);
  if (node.rank(a) != 2 || node.rank(b) != 2) {
    node.error(ErrorCode::ShapeMismatch)
        << "the matrices must have rank 2, but have the shapes "
        << nn::shapeText(node.shape(a)) << " and "
        << nn::shapeText(node.shape(b));
    return;
  }
  double alpha = node.number("alpha", 1), beta = node.number("beta", 1);
  bool transposeA = node.flag("transA", false),
       transposeB = node.flag("transB", false);
  if (beta == 0)
    c = nullptr;
  if (c && beta != 1)
    c = node.create<nn::MulOp>(c, node.scalarLike(c, beta));
  if (alpha == 1) {
    node.setResult(0,
                   node.create<nn::MatMulOp>(a, b, c, transposeA, transposeB));
    return;
  }
  Value product =
      node.create<nn::MatMulOp>(a, b, Value(), transposeA, transposeB);
  product = node.create<nn::MulOp>(product, node.scalarLike(product, alpha));
  node.setResult(0, c ? node.create<nn::AddOp>(product, c) : product);
}

static constexpr llvm::StringLiteral convolutionAttributes =
    "auto_pad:s dilations:is group:i kernel_shape:is pads:is strides:is";

static const Operator table[] = {
    {"Conv", 1, 22, 2, 3, 1, convolutionAttributes, importConv},
    {"ConvTranspose", 1, 22, 2, 3, 1,
     "auto_pad:s dilations:is group:i kernel_shape:is output_padding:is "
     "output_shape:is pads:is strides:is",
     importConvTranspose},
    {"Gemm", 6, 13, 2, 3, 1, "alpha:f beta:f broadcast:i transA:i transB:i",
     importGemm},
    {"MatMul", 1, 13, 2, 2, 1, "", importMatMul},
};

llvm::ArrayRef<Operator> linearOperators() { return table; }

} // namespace mlcc::onnx_frontend
