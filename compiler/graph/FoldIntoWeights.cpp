//===- FoldIntoWeights.cpp - Per-channel factors into constant weights ----===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/AffineChain.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::graph;

namespace {

/// Where the output channels lie in a weights tensor, seen as blocks
/// [outer, groups, middle, channels, inner] in row-major order: the output
/// channel is group * channels + channel.
struct WeightsView {
  int64_t outer = 1, groups = 1, middle = 1, channels = 1, inner = 1;
  /// The dimension of the op's result along which its channels lie.
  int64_t resultAxis = 1;

  int64_t numChannels() const { return groups * channels; }
};

} // namespace

static int64_t productOf(ArrayRef<int64_t> extents) {
  int64_t product = 1;
  for (int64_t extent : extents)
    product *= extent;
  return product;
}

static std::optional<WeightsView> viewOf(Operation *op) {
  auto result = typeOf(op->getResult(0));
  WeightsView view;
  if (auto conv = dyn_cast<nn::ConvOp>(op)) {
    ArrayRef<int64_t> shape = typeOf(conv.getWeights()).getShape();
    view.channels = shape[0];
    view.inner = productOf(shape.drop_front());
    return view;
  }
  if (auto conv = dyn_cast<nn::ConvTransposeOp>(op)) {
    ArrayRef<int64_t> shape = typeOf(conv.getWeights()).getShape();
    view.groups = conv.getGroups();
    view.middle = shape[0] / view.groups;
    view.channels = shape[1];
    view.inner = productOf(shape.drop_front(2));
    return view;
  }
  auto matmul = cast<nn::MatMulOp>(op);
  ArrayRef<int64_t> shape = typeOf(matmul.getRhs()).getShape();
  if (shape.size() < 2 || typeOf(matmul.getLhs()).getRank() < 2)
    return std::nullopt;
  int64_t rows = shape[shape.size() - 2], columns = shape.back();
  view.outer =
      productOf(shape.drop_back(2)) * (matmul.getTransposeRhs() ? 1 : rows);
  view.channels = matmul.getTransposeRhs() ? rows : columns;
  view.inner = matmul.getTransposeRhs() ? columns : 1;
  view.resultAxis = result.getRank() - 1;
  return view;
}

/// `weights` with each output channel times its scale.
static nn::HostTensor scaled(const nn::HostTensor &weights,
                             const WeightsView &view, const Affine &affine) {
  nn::HostTensor result(weights.getType());
  bool isF32 = weights.getElementType().isF32();
  auto *from = reinterpret_cast<const float *>(weights.bytes().data());
  auto *to = reinterpret_cast<float *>(result.mutableBytes().data());
  int64_t index = 0;
  auto scaleRun = [&](double scale) {
    for (int64_t end = index + view.inner; index < end; ++index)
      if (isF32)
        to[index] = static_cast<float>(from[index] * scale);
      else
        result.setDouble(index, weights.getAsDouble(index) * scale);
  };
  for (int64_t outer = 0; outer < view.outer; ++outer)
    for (int64_t group = 0; group < view.groups; ++group)
      for (int64_t middle = 0; middle < view.middle; ++middle)
        for (int64_t channel = 0; channel < view.channels; ++channel)
          scaleRun(affine.scale(group * view.channels + channel));
  return result;
}

/// The bias that goes with scaled weights; null if it is all zero.
static Value biasFor(OpBuilder &builder, Operation *op, Value bias,
                     const WeightsView &view, const Affine &affine) {
  if (!bias && affine.hasZeroShift())
    return nullptr;
  std::optional<nn::HostTensor> old;
  if (bias)
    old = constantOf(bias);
  auto type = typeOf(op->getResult(0)).clone({view.numChannels()});
  nn::HostTensor result(type);
  for (int64_t i = 0; i < view.numChannels(); ++i) {
    double value =
        old ? old->getAsDouble(old->getNumElements() == 1 ? 0 : i) : 0;
    result.setDouble(i, value * affine.scale(i) + affine.shift(i));
  }
  return makeConstant(builder, op->getLoc(), result);
}

/// Whether the bias is absent, or a constant with one value per channel or in
/// all.
static bool isFoldable(Value bias, const WeightsView &view) {
  if (!bias)
    return true;
  auto type = typeOf(bias);
  bool alongLast =
      type.getRank() > 0 && type.getShape().back() == type.getNumElements();
  return constantOf(bias) && (alongLast || type.getNumElements() == 1) &&
         (type.getNumElements() == 1 ||
          type.getNumElements() == view.numChannels());
}

Value graph::foldIntoWeights(OpBuilder &builder, Operation *op,
                             const Affine &affine) {
  if (!isa_and_nonnull<nn::ConvOp, nn::ConvTransposeOp, nn::MatMulOp>(op) ||
      !affine.isFinite() ||
      !isa<FloatType>(typeOf(op->getResult(0)).getElementType()))
    return nullptr;
  Value weights = op->getOperand(1);
  Value bias = op->getNumOperands() > 2 ? op->getOperand(2) : Value();
  std::optional<WeightsView> view = viewOf(op);
  if (!view || !isFoldable(bias, *view) ||
      (!affine.isUniform() && affine.getAxis() != view->resultAxis))
    return nullptr;
  std::optional<nn::HostTensor> tensor = constantOf(weights);
  if (!tensor)
    return nullptr;

  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(op);
  if (!affine.hasUnitScale())
    weights =
        makeConstant(builder, op->getLoc(), scaled(*tensor, *view, affine));
  bias = biasFor(builder, op, bias, *view, affine);
  SmallVector<Value> operands{op->getOperand(0), weights};
  if (bias)
    operands.push_back(bias);
  Operation *folded = builder.clone(*op);
  folded->setOperands(operands);
  return folded->getResult(0);
}
