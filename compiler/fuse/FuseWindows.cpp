//===- FuseWindows.cpp - Pooling, response normalization, concatenation ---===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fuse/FusePasses.h"
#include "compiler/graph/Constants.h"

namespace mlcc {
#define GEN_PASS_DEF_FUSEWINDOWS
#include "compiler/fuse/FusePasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;
using graph::reshapeTo;
using graph::typeOf;

/// Whether `value` is an image-like tensor [N, C, spatial...] that oneDNN
/// computes on.
static bool isImage(Value value) {
  auto type = typeOf(value);
  Type element = type.getElementType();
  return type.getRank() >= 3 && type.getRank() <= 5 &&
         type.getNumElements() > 0 &&
         (element.isF32() || element.isBF16() || element.isF16());
}

/// The end padding with which the windows, counted rounding down, are those of
/// the pool's result; nothing if oneDNN does not take it.
template <typename Pool>
static std::optional<SmallVector<int64_t>> primitivePadsEnd(Pool op) {
  ArrayRef<int64_t> in = typeOf(op.getInput()).getShape().drop_front(2);
  ArrayRef<int64_t> out = typeOf(op).getShape().drop_front(2);
  SmallVector<int64_t> padsEnd;
  for (size_t i = 0; i < in.size(); ++i) {
    int64_t kernel = op.getKernel()[i], begin = op.getPadsBegin()[i];
    int64_t needed = (out[i] - 1) * op.getStrides()[i] + kernel - in[i] - begin;
    int64_t end = std::max(op.getPadsEnd()[i], needed);
    int64_t windows = (in[i] + begin + end - kernel) / op.getStrides()[i] + 1;
    // Windows must meet the input, and dilated ones have no fast
    // implementation.
    if (op.getDilations()[i] != 1 || begin < 0 || end < 0 || begin >= kernel ||
        end >= kernel || windows != out[i])
      return std::nullopt;
    padsEnd.push_back(end);
  }
  return padsEnd;
}

/// Which pooling divides as `op` does; nothing if none does: padding that only
/// rounding up brought in counts in oneDNN, but not in nn.
static std::optional<dnn::PoolingKind> kindOf(nn::AvgPoolOp op,
                                              ArrayRef<int64_t> padsEnd) {
  if (!op.getCountIncludePad())
    return dnn::PoolingKind::avg_exclude_padding;
  if (padsEnd != op.getPadsEnd())
    return std::nullopt;
  return dnn::PoolingKind::avg_include_padding;
}

static std::optional<dnn::PoolingKind> kindOf(nn::MaxPoolOp op,
                                              ArrayRef<int64_t> padsEnd) {
  return dnn::PoolingKind::max;
}

template <typename Pool> static void convertPool(Pool op) {
  if (!isImage(op.getInput()) || typeOf(op).getNumElements() == 0)
    return;
  std::optional<SmallVector<int64_t>> padsEnd = primitivePadsEnd(op);
  std::optional<dnn::PoolingKind> kind =
      padsEnd ? kindOf(op, *padsEnd) : std::nullopt;
  if (!kind)
    return;
  OpBuilder builder(op);
  auto pooling = dnn::PoolingOp::create(
      builder, op.getLoc(), op.getType(), op.getInput(), *kind, op.getKernel(),
      op.getStrides(), op.getDilations(), op.getPadsBegin(), *padsEnd);
  op.replaceAllUsesWith(pooling.getResult());
  op.erase();
}

/// A maximum over all spatial dimensions is pooling with one window. (A mean is
/// not: how it is summed must not depend on the layout, see ReductionOps.cpp.)
static void convertGlobal(nn::ReduceMaxOp op) {
  if (!isImage(op.getInput()))
    return;
  ArrayRef<int64_t> shape = typeOf(op.getInput()).getShape();
  SmallVector<int64_t> axes(op.getAxes());
  llvm::sort(axes);
  if (!llvm::equal(axes, llvm::seq<int64_t>(2, shape.size())))
    return;
  size_t spatial = shape.size() - 2;
  SmallVector<int64_t> pooled(shape.size(), 1);
  pooled[0] = shape[0];
  pooled[1] = shape[1];
  SmallVector<int64_t> ones(spatial, 1), zeros(spatial, 0);
  OpBuilder builder(op);
  Value pooling = dnn::PoolingOp::create(
      builder, op.getLoc(), typeOf(op).clone(pooled), op.getInput(),
      dnn::PoolingKind::max, shape.drop_front(2), ones, ones, zeros, zeros);
  op.replaceAllUsesWith(
      reshapeTo(builder, op.getLoc(), pooling, typeOf(op).getShape()));
  op.erase();
}

static void convertLrn(nn::LrnOp op) {
  if (!isImage(op.getInput()) || op.getSize() % 2 == 0)
    return;
  OpBuilder builder(op);
  auto number = [&](const APFloat &value) {
    return builder.getF32FloatAttr(static_cast<float>(value.convertToDouble()));
  };
  auto lrn = dnn::LrnOp::create(
      builder, op.getLoc(), op.getType(), op.getInput(), op.getSizeAttr(),
      number(op.getAlpha()), number(op.getBeta()), number(op.getK()));
  op.replaceAllUsesWith(lrn.getResult());
  op.erase();
}

/// Whether a primitive made the value, if need be followed by element-wise ops:
/// then it may come in a blocked layout.
static bool isFromPrimitive(Value value) {
  for (int depth = 0; depth < 8; ++depth) {
    Operation *op = value.getDefiningOp();
    if (!op)
      return false;
    if (isa<dnn::PrimitiveOpInterface>(op))
      return true;
    if (!graph::isElementwise(op))
      return false;
    value = op->getOperand(0);
  }
  return false;
}

/// Channels of images, one after the other. Others are plain copies.
static void convertConcat(nn::ConcatOp op) {
  if (op.getAxis() != 1 || op.getInputs().size() < 2 ||
      !llvm::all_of(op.getInputs(), isImage) || typeOf(op).getRank() < 4 ||
      !llvm::any_of(op.getInputs(), isFromPrimitive))
    return;
  OpBuilder builder(op);
  auto concat = dnn::ConcatOp::create(builder, op.getLoc(), op.getType(),
                                      op.getInputs(), op.getAxisAttr());
  op.replaceAllUsesWith(concat.getResult());
  op.erase();
}

namespace {
class FuseWindows : public mlcc::impl::FuseWindowsBase<FuseWindows> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) { ops.push_back(op); });
    for (Operation *op : ops) {
      if (auto pool = dyn_cast<nn::MaxPoolOp>(op))
        convertPool(pool);
      else if (auto pool = dyn_cast<nn::AvgPoolOp>(op))
        convertPool(pool);
      else if (auto max = dyn_cast<nn::ReduceMaxOp>(op))
        convertGlobal(max);
      else if (auto lrn = dyn_cast<nn::LrnOp>(op))
        convertLrn(lrn);
      else if (auto concat = dyn_cast<nn::ConcatOp>(op))
        convertConcat(concat);
    }
  }
};
} // namespace
