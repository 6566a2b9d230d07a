//===- DecomposeKernels.cpp - Row-wise ops as reductions ------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Softmax and the normalizations are a few reductions over a row and an
// element-wise finish. Written so inside a kernel, the loop emitter finds where
// each piece belongs; half-precision rows are computed in f32 throughout.
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/Conversions.h"
#include "compiler/kernels/KernelsPasses.h"
#include "compiler/kernels/OpModels.h"

#include "mlir/IR/PatternMatch.h"

#include "llvm/ADT/Sequence.h"

namespace mlcc::kernels {
#define GEN_PASS_DEF_DECOMPOSEKERNELSPASS
#include "compiler/kernels/KernelsPasses.h.inc"
} // namespace mlcc::kernels

using namespace mlir;

namespace mlcc::kernels {
namespace {

/// Builds nn ops in one place, in the computing type of `op`'s element type.
class RowBuilder {
public:
  RowBuilder(OpBuilder &builder, Operation *op)
      : b(builder), location(op->getLoc()),
        compute(computeType(getElementTypeOrSelf(op->getResult(0).getType()))) {
  }

  RankedTensorType typeOf(Value value) {
    return cast<RankedTensorType>(value.getType());
  }
  Value castTo(Value x, Type element) {
    if (getElementTypeOrSelf(x.getType()) == element)
      return x;
    return nn::CastOp::create(b, location, x, TypeAttr::get(element));
  }
  Value input(Value x) { return castTo(x, compute); }
  template <typename Op> Value unary(Value x) {
    return Op::create(b, location, x);
  }
  template <typename Op> Value binary(Value x, Value y) {
    return Op::create(b, location, x, y);
  }
  Value add(Value x, Value y) { return binary<nn::AddOp>(x, y); }
  Value sub(Value x, Value y) { return binary<nn::SubOp>(x, y); }
  Value mul(Value x, Value y) { return binary<nn::MulOp>(x, y); }
  template <typename Op> Value reduce(Value x, ArrayRef<int64_t> axes) {
    return Op::create(b, location, x, b.getDenseI64ArrayAttr(axes),
                      b.getBoolAttr(true));
  }
  Value scalar(double value) {
    auto type = RankedTensorType::get({}, compute);
    return nn::ConstantOp::create(
        b, location,
        DenseElementsAttr::get(type, b.getFloatAttr(compute, value)));
  }
  Value reshape(Value x, ArrayRef<int64_t> shape) {
    if (typeOf(x).getShape() == shape)
      return x;
    return nn::ReshapeOp::create(b, location, x, b.getDenseI64ArrayAttr(shape));
  }
  /// (x - mean) / sqrt(variance + epsilon) over `axes`.
  Value standardize(Value x, ArrayRef<int64_t> axes, double epsilon) {
    Value centred = sub(x, reduce<nn::ReduceMeanOp>(x, axes));
    Value variance = reduce<nn::ReduceMeanOp>(mul(centred, centred), axes);
    Value factor = unary<nn::RsqrtOp>(add(variance, scalar(epsilon)));
    return mul(centred, factor);
  }
  OpBuilder &builder() { return b; }

private:
  OpBuilder &b;
  Location location;
  Type compute;
};

SmallVector<int64_t> axesFrom(int64_t first, Value value) {
  int64_t rank = cast<RankedTensorType>(value.getType()).getRank();
  return llvm::to_vector(llvm::seq<int64_t>(first, rank));
}

/// [C] as [C, 1, 1...], to stand over the dimensions of `like` from the second.
Value perChannel(RowBuilder &r, Value vector, Value like) {
  SmallVector<int64_t> shape(r.typeOf(like).getRank() - 1, 1);
  shape[0] = r.typeOf(vector).getNumElements();
  return r.reshape(r.input(vector), shape);
}

Value decompose(RowBuilder &r, nn::SoftmaxOp op) {
  Value x = r.input(op.getInput());
  int64_t axis = op.getAxis();
  Value e = r.unary<nn::ExpOp>(r.sub(x, r.reduce<nn::ReduceMaxOp>(x, axis)));
  Value sum = r.reduce<nn::ReduceSumOp>(e, axis);
  return r.mul(e, r.unary<nn::ReciprocalOp>(sum));
}

Value decompose(RowBuilder &r, nn::LogSoftmaxOp op) {
  Value x = r.input(op.getInput());
  int64_t axis = op.getAxis();
  Value shifted = r.sub(x, r.reduce<nn::ReduceMaxOp>(x, axis));
  Value sum = r.reduce<nn::ReduceSumOp>(r.unary<nn::ExpOp>(shifted), axis);
  return r.sub(shifted, r.unary<nn::LogOp>(sum));
}

/// An infinite maximum is not subtracted: inf - inf is not a number.
Value decompose(RowBuilder &r, nn::ReduceLogSumExpOp op) {
  Value x = r.input(op.getInput());
  ArrayRef<int64_t> axes = op.getAxes();
  Value max = r.reduce<nn::ReduceMaxOp>(x, axes);
  Value isFinite =
      r.binary<nn::LessOp>(r.unary<nn::AbsOp>(max),
                           r.scalar(std::numeric_limits<double>::infinity()));
  OpBuilder &b = r.builder();
  max = nn::WhereOp::create(b, op.getLoc(), isFinite, max, r.scalar(0.0));
  Value sum =
      r.reduce<nn::ReduceSumOp>(r.unary<nn::ExpOp>(r.sub(x, max)), axes);
  Value result = r.add(r.unary<nn::LogOp>(sum), max);
  return r.reshape(result,
                   cast<RankedTensorType>(op.getResult().getType()).getShape());
}

Value decompose(RowBuilder &r, nn::BatchNormOp op) {
  Value x = r.input(op.getInput());
  auto channel = [&](Value value) { return perChannel(r, value, x); };
  Value variance = channel(op.getVariance());
  Value factor = r.unary<nn::RsqrtOp>(
      r.add(variance, r.scalar(op.getEpsilon().convertToDouble())));
  factor = r.mul(factor, channel(op.getScale()));
  // x * factor + (bias - mean * factor): one multiplication and addition each.
  Value offset =
      r.sub(channel(op.getBias()), r.mul(channel(op.getMean()), factor));
  return r.add(r.mul(x, factor), offset);
}

Value decompose(RowBuilder &r, nn::InstanceNormOp op) {
  Value x = r.input(op.getInput());
  Value y = r.standardize(x, axesFrom(2, x), op.getEpsilon().convertToDouble());
  return r.add(r.mul(y, perChannel(r, op.getScale(), x)),
               perChannel(r, op.getBias(), x));
}

Value decompose(RowBuilder &r, nn::GroupNormOp op) {
  Value x = r.input(op.getInput());
  ArrayRef<int64_t> shape = r.typeOf(x).getShape();
  int64_t groups = op.getGroups(), inGroup = shape[1] / groups;
  SmallVector<int64_t> grouped{shape[0], groups, inGroup};
  grouped.append(shape.begin() + 2, shape.end());
  Value y = r.reshape(x, grouped);
  y = r.standardize(y, axesFrom(2, y), op.getEpsilon().convertToDouble());
  y = r.reshape(y, shape);
  return r.add(r.mul(y, perChannel(r, op.getScale(), x)),
               perChannel(r, op.getBias(), x));
}

Value decompose(RowBuilder &r, nn::LayerNormOp op) {
  Value x = r.input(op.getInput());
  Value y = r.standardize(x, axesFrom(op.getAxis(), x),
                          op.getEpsilon().convertToDouble());
  if (op.getScale())
    y = r.mul(y, r.input(op.getScale()));
  if (op.getBias())
    y = r.add(y, r.input(op.getBias()));
  return y;
}

Value decompose(RowBuilder &r, nn::RmsNormOp op) {
  Value x = r.input(op.getInput());
  Value square =
      r.reduce<nn::ReduceMeanOp>(r.mul(x, x), axesFrom(op.getAxis(), x));
  Value factor = r.unary<nn::RsqrtOp>(
      r.add(square, r.scalar(op.getEpsilon().convertToDouble())));
  return r.mul(r.mul(x, factor), r.input(op.getScale()));
}

Value decompose(RowBuilder &r, nn::LpNormOp op) {
  Value x = r.input(op.getInput());
  int64_t axis = op.getAxis();
  Value norm = op.getP() == 1 ? r.reduce<nn::ReduceL1Op>(x, axis)
                              : r.reduce<nn::ReduceL2Op>(x, axis);
  return r.binary<nn::DivOp>(x, norm);
}

/// Replaces `op` if it is an `Op`.
template <typename Op> bool tryDecompose(Operation *op) {
  auto match = dyn_cast<Op>(op);
  if (!match)
    return false;
  OpBuilder builder(op);
  RowBuilder r(builder, op);
  Value result = decompose(r, match);
  result = r.castTo(result, getElementTypeOrSelf(op->getResult(0).getType()));
  op->getResult(0).replaceAllUsesWith(result);
  op->erase();
  return true;
}

template <typename... Ops> bool tryDecomposeAny(Operation *op) {
  return (tryDecompose<Ops>(op) || ...);
}

struct DecomposeKernels : impl::DecomposeKernelsPassBase<DecomposeKernels> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (!function->hasAttr(rt::kernelAttrName))
      return;
    for (Operation &op : llvm::make_early_inc_range(function.getOps()))
      tryDecomposeAny<nn::SoftmaxOp, nn::LogSoftmaxOp, nn::ReduceLogSumExpOp,
                      nn::BatchNormOp, nn::InstanceNormOp, nn::GroupNormOp,
                      nn::LayerNormOp, nn::RmsNormOp, nn::LpNormOp>(&op);
  }
};

} // namespace

void registerNormalizations(OpModelTable &table) {
  auto add = [&](StringRef name, unsigned cost, OpRole role = OpRole::rowwise) {
    table[name] = {role, cost};
  };
  add("nn.softmax", 40);
  add("nn.log_softmax", 40);
  add("nn.reduce_log_sum_exp", 20, OpRole::reduction);
  add("nn.batch_norm", 2, OpRole::elementwise);
  add("nn.instance_norm", 8);
  add("nn.group_norm", 8);
  add("nn.layer_norm", 8);
  add("nn.rms_norm", 6);
  add("nn.lp_norm", 10);
}

} // namespace mlcc::kernels
