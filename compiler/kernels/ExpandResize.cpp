//===- ExpandResize.cpp - Resize as gathers and weighted sums -------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/Conversions.h"
#include "compiler/kernels/KernelsPasses.h"
#include "dialects/nn/ResizeTaps.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlcc::kernels {
#define GEN_PASS_DEF_EXPANDRESIZEPASS
#include "compiler/kernels/KernelsPasses.h.inc"
} // namespace mlcc::kernels

using namespace mlir;

namespace mlcc::kernels {
namespace {

/// One dimension of a resize op: positions[k][x] and weights[k][x] of the k-th
/// tap of output position x. Missing taps have weight 0.
struct DimensionTaps {
  SmallVector<std::vector<int64_t>> positions;
  SmallVector<std::vector<double>> weights;

  DimensionTaps(nn::ResizeOp op, unsigned dim) {
    int64_t extent = op.getSizes()[dim];
    for (int64_t x = 0; x < extent; ++x)
      for (auto [k, tap] : llvm::enumerate(nn::resizeTaps(op, dim, x))) {
        if (k == positions.size()) {
          positions.emplace_back(extent, 0);
          weights.emplace_back(extent, 0.0);
        }
        positions[k][x] = tap.position;
        weights[k][x] = tap.weight;
      }
  }

  bool isCopy() const {
    return positions.size() == 1 &&
           llvm::all_of(weights[0], [](double weight) { return weight == 1; });
  }
  /// The factor by which each element is repeated, or 0.
  int64_t repetition(int64_t inputExtent) const {
    int64_t extent = positions[0].size();
    if (!isCopy() || extent % inputExtent != 0)
      return 0;
    int64_t factor = extent / inputExtent;
    for (int64_t x = 0; x < extent; ++x)
      if (positions[0][x] != x / factor)
        return 0;
    return factor;
  }
};

/// Builds the pieces for one op.
class ResizeExpander {
public:
  ResizeExpander(nn::ResizeOp op) : op(op), b(op.getLoc(), op) {}

  void run() {
    Type element = getElementTypeOrSelf(op.getResult().getType());
    Type compute = op.getMode() == nn::ResizeMode::nearest
                       ? element
                       : Type(isa<FloatType>(element) ? computeType(element)
                                                      : b.getF32Type());
    Value x = castTo(op.getInput(), compute);
    for (unsigned dim = 0; dim < op.getSizes().size(); ++dim)
      x = expand(x, dim);
    op.getResult().replaceAllUsesWith(castTo(x, element));
    op.erase();
  }

private:
  ArrayRef<int64_t> shapeOf(Value value) {
    return cast<RankedTensorType>(value.getType()).getShape();
  }
  Value castTo(Value x, Type element) {
    if (getElementTypeOrSelf(x.getType()) == element)
      return x;
    return nn::CastOp::create(b, x, TypeAttr::get(element));
  }

  Value expand(Value x, unsigned dim) {
    DimensionTaps taps(op, dim);
    if (int64_t factor = taps.repetition(shapeOf(x)[dim]))
      return factor == 1 ? x : repeat(x, dim, factor);
    if (taps.isCopy())
      return gather(x, dim, taps.positions[0]);
    Value sum;
    for (auto [positions, weights] :
         llvm::zip_equal(taps.positions, taps.weights)) {
      Value term =
          nn::MulOp::create(b, gather(x, dim, positions),
                            weightsAlong(dim, weights, shapeOf(x).size(),
                                         getElementTypeOrSelf(x.getType())));
      sum = sum ? Value(nn::AddOp::create(b, sum, term)) : term;
    }
    return sum;
  }

  /// [.., n, ..] -> [.., n, 1, ..] -> [.., n, factor, ..] -> [.., n * factor,
  /// ..]
  Value repeat(Value x, unsigned dim, int64_t factor) {
    SmallVector<int64_t> shape(shapeOf(x));
    SmallVector<int64_t> result(shape);
    result[dim] *= factor;
    shape.insert(shape.begin() + dim + 1, 1);
    x = nn::ReshapeOp::create(b, x, b.getDenseI64ArrayAttr(shape));
    shape[dim + 1] = factor;
    x = nn::BroadcastOp::create(b, x, b.getDenseI64ArrayAttr(shape));
    return nn::ReshapeOp::create(b, x, b.getDenseI64ArrayAttr(result));
  }

  Value gather(Value x, unsigned dim, ArrayRef<int64_t> positions) {
    auto type = RankedTensorType::get(static_cast<int64_t>(positions.size()),
                                      b.getI64Type());
    Value indices =
        nn::ConstantOp::create(b, DenseIntElementsAttr::get(type, positions));
    return nn::GatherOp::create(b, x, indices, b.getI64IntegerAttr(dim));
  }

  Value weightsAlong(unsigned dim, ArrayRef<double> weights, size_t rank,
                     Type element) {
    SmallVector<int64_t> shape(rank, 1);
    shape[dim] = weights.size();
    SmallVector<Attribute> values;
    for (double weight : weights)
      values.push_back(b.getFloatAttr(element, weight));
    return nn::ConstantOp::create(
        b,
        DenseElementsAttr::get(RankedTensorType::get(shape, element), values));
  }

  nn::ResizeOp op;
  ImplicitLocOpBuilder b;
};

struct ExpandResize : impl::ExpandResizePassBase<ExpandResize> {
  void runOnOperation() override {
    SmallVector<nn::ResizeOp> ops;
    getOperation().walk([&](nn::ResizeOp op) { ops.push_back(op); });
    for (nn::ResizeOp op : ops)
      ResizeExpander(op).run();
  }
};

} // namespace
} // namespace mlcc::kernels
