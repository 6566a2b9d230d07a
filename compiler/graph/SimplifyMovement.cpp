//===- SimplifyMovement.cpp - Slices, concatenations, gathers -------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/Constants.h"
#include "compiler/graph/Patterns.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::graph;

static bool hasUnitSteps(nn::SliceOp slice) {
  return llvm::all_of(slice.getSteps(), [](int64_t step) { return step == 1; });
}

namespace {

/// slice(slice(x)) -> slice(x)
class MergeSlices : public OpRewritePattern<nn::SliceOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::SliceOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<nn::SliceOp>();
    if (!inner)
      return failure();
    SmallVector<int64_t> starts, steps;
    for (auto [start, step, innerStart, innerStep] :
         llvm::zip_equal(op.getStarts(), op.getSteps(), inner.getStarts(),
                         inner.getSteps())) {
      starts.push_back(innerStart + start * innerStep);
      steps.push_back(step * innerStep);
    }
    rewriter.replaceOpWithNewOp<nn::SliceOp>(op, inner.getInput(), starts,
                                             op.getSizes(), steps);
    return success();
  }
};

/// slice(reshape(x)) -> reshape(slice(x)), where the slice is one of x: channel
/// shuffles split channels by such slices of a reshaped tensor.
class SliceOfReshape : public OpRewritePattern<nn::SliceOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::SliceOp op,
                                PatternRewriter &rewriter) const override {
    auto reshape = op.getInput().getDefiningOp<nn::ReshapeOp>();
    if (!reshape || typeOf(op).getNumElements() == 0)
      return failure();
    ArrayRef<int64_t> source = typeOf(reshape.getInput()).getShape();
    ArrayRef<int64_t> shape = typeOf(reshape).getShape();
    Slice slice;
    // Group by group: the fewest dimensions of both sides with equal products.
    for (size_t from = 0, to = 0; from < source.size() || to < shape.size();) {
      size_t fromBegin = from, toBegin = to;
      int64_t sourceProduct = 1, product = 1;
      do {
        bool takeSource = from < source.size() &&
                          (sourceProduct <= product || to == shape.size());
        if (takeSource)
          sourceProduct *= source[from++];
        else
          product *= shape[to++];
      } while (product != sourceProduct);
      if (!appendGroup(op, source.slice(fromBegin, from - fromBegin), toBegin,
                       to, slice))
        return failure();
    }
    Value sliced =
        nn::SliceOp::create(rewriter, op.getLoc(), reshape.getInput(),
                            slice.starts, slice.sizes, slice.steps);
    rewriter.replaceOp(
        op, reshapeTo(rewriter, op.getLoc(), sliced, typeOf(op).getShape()));
    return success();
  }

private:
  struct Slice {
    SmallVector<int64_t> starts, sizes, steps;

    void append(int64_t start, int64_t size, int64_t step) {
      starts.push_back(start);
      sizes.push_back(size);
      steps.push_back(step);
    }
  };

  /// Appends what the slice takes of the source dimensions of one group, whose
  /// dimensions after the reshape are [begin, end). Returns whether that is a
  /// slice, too.
  static bool appendGroup(nn::SliceOp op, ArrayRef<int64_t> source,
                          size_t begin, size_t end, Slice &slice) {
    ArrayRef<int64_t> shape = typeOf(op.getInput()).getShape();
    SmallVector<size_t> dimensions, cut;
    for (size_t i = begin; i < end; ++i) {
      if (shape[i] == 1)
        continue;
      dimensions.push_back(i);
      if (op.getSizes()[i] != shape[i] || op.getSteps()[i] != 1)
        cut.push_back(i);
    }
    if (cut.empty()) {
      for (int64_t extent : source)
        slice.append(0, extent, 1);
      return true;
    }
    if (cut.size() != 1 || dimensions.size() > 2 ||
        llvm::count_if(source, [](int64_t extent) { return extent != 1; }) != 1)
      return false;
    int64_t start = op.getStarts()[cut.front()],
            size = op.getSizes()[cut.front()],
            step = op.getSteps()[cut.front()];
    if (dimensions.size() == 2) {
      // One dimension before the reshape, an outer and an inner one after.
      int64_t outer = shape[dimensions[0]], inner = shape[dimensions[1]];
      if (cut.front() == dimensions[0] && step == 1) {
        start *= inner;
        size *= inner;
      } else if (cut.front() == dimensions[1] && size == 1) {
        size = outer;
        step = inner;
      } else {
        return false;
      }
    }
    for (int64_t extent : source)
      extent == 1 ? slice.append(0, 1, 1) : slice.append(start, size, step);
    return true;
  }
};

/// slice(concat(a, b)) -> slice(b) where only b is touched; an input taken
/// whole needs no slice.
class SliceOfConcat : public OpRewritePattern<nn::SliceOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::SliceOp op,
                                PatternRewriter &rewriter) const override {
    auto concat = op.getInput().getDefiningOp<nn::ConcatOp>();
    // Looking for the input is linear in the inputs: not for huge concats.
    if (!concat || concat.getInputs().size() > 64)
      return failure();
    int64_t axis = concat.getAxis();
    if (op.getSteps()[axis] != 1)
      return failure();
    int64_t begin = op.getStarts()[axis], end = begin + op.getSizes()[axis];
    int64_t offset = 0;
    for (Value input : concat.getInputs()) {
      int64_t extent = typeOf(input).getDimSize(axis);
      if (begin >= offset && end <= offset + extent) {
        SmallVector<int64_t> starts(op.getStarts());
        starts[axis] = begin - offset;
        rewriter.replaceOp(op, sliceOf(rewriter, op, input, starts));
        return success();
      }
      offset += extent;
    }
    return failure();
  }

private:
  static Value sliceOf(OpBuilder &builder, nn::SliceOp op, Value input,
                       ArrayRef<int64_t> starts) {
    bool whole = hasUnitSteps(op) && input.getType() == op.getType();
    return whole ? input
                 : nn::SliceOp::create(builder, op.getLoc(), input, starts,
                                       op.getSizes(), op.getSteps())
                       .getResult();
  }
};

/// concat(x) -> x; concat(a, concat(b, c)) -> concat(a, b, c) where nothing
/// else uses the inner one; neighbours that are adjoining slices of one tensor
/// are one slice.
class MergeConcats : public OpRewritePattern<nn::ConcatOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::ConcatOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getInputs().size() == 1) {
      rewriter.replaceOp(op, op.getInputs().front());
      return success();
    }
    SmallVector<Value> inputs;
    bool changed = false;
    for (Value input : op.getInputs()) {
      auto inner = input.getDefiningOp<nn::ConcatOp>();
      if (inner && inner->hasOneUse() && inner.getAxis() == op.getAxis()) {
        llvm::append_range(inputs, inner.getInputs());
        changed = true;
      } else if (!inputs.empty() && joinSlices(inputs, input, op, rewriter)) {
        changed = true;
      } else {
        inputs.push_back(input);
      }
    }
    if (!changed)
      return failure();
    rewriter.replaceOpWithNewOp<nn::ConcatOp>(op, inputs, op.getAxis());
    return success();
  }

private:
  /// Replaces the last of `inputs` by its union with `next`, if they adjoin.
  static bool joinSlices(SmallVectorImpl<Value> &inputs, Value next,
                         nn::ConcatOp op, OpBuilder &builder) {
    auto lhs = inputs.back().getDefiningOp<nn::SliceOp>();
    auto rhs = next.getDefiningOp<nn::SliceOp>();
    int64_t axis = op.getAxis();
    if (!lhs || !rhs || lhs.getInput() != rhs.getInput() ||
        !hasUnitSteps(lhs) || !hasUnitSteps(rhs) ||
        lhs.getStarts()[axis] + lhs.getSizes()[axis] != rhs.getStarts()[axis])
      return false;
    for (size_t i = 0; i < lhs.getStarts().size(); ++i)
      if (static_cast<int64_t>(i) != axis &&
          (lhs.getStarts()[i] != rhs.getStarts()[i] ||
           lhs.getSizes()[i] != rhs.getSizes()[i]))
        return false;
    SmallVector<int64_t> sizes(lhs.getSizes());
    sizes[axis] += rhs.getSizes()[axis];
    inputs.back() = lhs.getInput();
    if (typeOf(lhs.getInput()).getShape() != ArrayRef(sizes))
      inputs.back() =
          nn::SliceOp::create(builder, op.getLoc(), lhs.getInput(),
                              lhs.getStarts(), sizes, lhs.getSteps());
    return true;
  }
};

/// gather(x, constant run of indices) -> slice(x), reshaped to the rank of the
/// indices.
class GatherToSlice : public OpRewritePattern<nn::GatherOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::GatherOp op,
                                PatternRewriter &rewriter) const override {
    auto type = typeOf(op.getInput());
    int64_t axis = op.getAxis(), extent = type.getDimSize(axis);
    std::optional<nn::HostTensor> indices = constantOf(op.getIndices());
    if (!indices || indices->getNumElements() == 0 ||
        type.getNumElements() == 0)
      return failure();
    auto index = [&](int64_t i) {
      int64_t value = indices->getAsInt(i);
      return std::clamp<int64_t>(value < 0 ? value + extent : value, 0,
                                 extent - 1);
    };
    int64_t count = indices->getNumElements();
    int64_t step = count > 1 ? index(1) - index(0) : 1;
    if (step == 0)
      return failure();
    for (int64_t i = 1; i < count; ++i)
      if (index(i) - index(i - 1) != step)
        return failure();
    SmallVector<int64_t> starts(type.getRank(), 0), steps(type.getRank(), 1);
    SmallVector<int64_t> sizes(type.getShape());
    starts[axis] = index(0);
    steps[axis] = step;
    sizes[axis] = count;
    Value slice = nn::SliceOp::create(rewriter, op.getLoc(), op.getInput(),
                                      starts, sizes, steps);
    rewriter.replaceOp(
        op, reshapeTo(rewriter, op.getLoc(), slice, typeOf(op).getShape()));
    return success();
  }
};

/// reshape(reduce(x)) -> reduce(x) with the other `keepdims`, where that is all
/// the reshape does: later stages then see the axes aligned.
template <typename Reduce>
class KeepReducedDims : public OpRewritePattern<nn::ReshapeOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto reduce = op.getInput().getDefiningOp<Reduce>();
    if (!reduce || reduce.getKeepdims() || !reduce->hasOneUse())
      return failure();
    SmallVector<int64_t> kept(typeOf(reduce.getInput()).getShape());
    for (int64_t axis : reduce.getAxes())
      kept[axis] = 1;
    if (typeOf(op).getShape() != ArrayRef(kept))
      return failure();
    rewriter.replaceOpWithNewOp<Reduce>(op, reduce.getInput(), reduce.getAxes(),
                                        /*keepdims=*/true);
    return success();
  }
};

} // namespace

void graph::addMovementPatterns(RewritePatternSet &patterns) {
  patterns
      .add<MergeSlices, SliceOfReshape, SliceOfConcat, MergeConcats,
           GatherToSlice, KeepReducedDims<nn::ReduceMeanOp>,
           KeepReducedDims<nn::ReduceSumOp>, KeepReducedDims<nn::ReduceMaxOp>>(
          patterns.getContext());
}
