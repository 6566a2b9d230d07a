//===- WindowOps.cpp - Products, convolutions, pooling --------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// oneDNN does these where it can; here are the plain loops for the element
// types and forms that it cannot. Each result element is a reduction over a
// window of the operands, which lie in memory.
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/Conversions.h"
#include "compiler/kernels/LoopEmitter.h"
#include "compiler/kernels/OpModels.h"
#include "compiler/kernels/ScalarMath.h"
#include "compiler/kernels/Windows.h"
#include "dialects/nn/NN.h"

#include <limits>

using namespace mlir;
using arith::FastMathFlags;

namespace mlcc::kernels {

Value chooseInside(LoopEmitter &emitter, ArrayRef<IndexExpr> places,
                   ArrayRef<int64_t> extents, Type type,
                   function_ref<Value()> inside,
                   function_ref<Value()> outside) {
  if (places.empty())
    return inside();
  return emitter.chooseBelow(places.front(), 0, type, outside, [&] {
    return emitter.chooseBelow(
        places.front(), extents.front(), type,
        [&] {
          return chooseInside(emitter, places.drop_front(),
                              extents.drop_front(), type, inside, outside);
        },
        outside);
  });
}

Value countTaps(LoopEmitter &emitter, const IndexExpr &start, int64_t kernel,
                int64_t dilation, int64_t least, int64_t limit) {
  ImplicitLocOpBuilder &b = emitter.builder();
  Value count = emitter.indexConstant(0);
  for (int64_t tap = 0; tap < kernel; ++tap) {
    IndexExpr place = start + IndexExpr(tap * dilation);
    Value one = emitter.chooseBelow(
        place, least, b.getIndexType(),
        [&] { return emitter.indexConstant(0); },
        [&] {
          return emitter.chooseBelow(
              place, limit, b.getIndexType(),
              [&] { return emitter.indexConstant(1); },
              [&] { return emitter.indexConstant(0); });
        });
    count = arith::AddIOp::create(b, count, one);
  }
  return count;
}

namespace {

using Indices = ArrayRef<IndexExpr>;
using Values = LoopEmitter::Values;

RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}
Type elementOf(Value value) { return typeOf(value).getElementType(); }

/// The type in which products of elements of a result are accumulated.
Type accumulatorOf(Type element) {
  return isa<FloatType>(element) ? computeType(element) : scalarType(element);
}

Value zero(ImplicitLocOpBuilder &b, Type type) {
  return scalarConstant(b, type, 0);
}

/// sum + x * y of one type.
Value multiplyAdd(ImplicitLocOpBuilder &b, Value sum, Value x, Value y) {
  if (isa<FloatType>(sum.getType()))
    return arith::AddFOp::create(
        b, sum, arith::MulFOp::create(b, x, y, anyOrder), anyOrder);
  return arith::AddIOp::create(b, sum, arith::MulIOp::create(b, x, y));
}

/// An element as a number of the accumulating type.
Value operandElement(LoopEmitter &emitter, Value tensor, Indices index,
                     Type accumulator) {
  return convert(emitter.builder(), emitter.element(tensor, index),
                 elementOf(tensor), accumulator);
}

/// The accumulated value, with a bias if there is one, as a result element.
Value finish(LoopEmitter &emitter, Value sum, Value bias, Indices biasIndex,
             Type element) {
  ImplicitLocOpBuilder &b = emitter.builder();
  if (bias) {
    Value x = operandElement(emitter, bias, biasIndex, sum.getType());
    sum = isa<FloatType>(sum.getType())
              ? Value(arith::AddFOp::create(b, sum, x, FastMathFlags::contract))
              : Value(arith::AddIOp::create(b, sum, x));
  }
  return isa<FloatType>(element) ? narrow(b, sum, element) : sum;
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

/// The index of an operand's matrix: its batch dimensions broadcast to those of
/// the result, then row and column, of which a vector has only one.
SmallVector<IndexExpr> matrixIndex(Value operand, Indices batch,
                                   const IndexExpr &row,
                                   const IndexExpr &column, bool transposed,
                                   bool vectorIsRow) {
  int64_t rank = typeOf(operand).getRank();
  if (rank == 1)
    return {vectorIsRow ? column : row};
  SmallVector<IndexExpr> index(batch.take_back(rank - 2));
  index.push_back(transposed ? column : row);
  index.push_back(transposed ? row : column);
  return index;
}

Value emitMatMul(LoopEmitter &emitter, OpResult result, Indices index) {
  auto op = cast<nn::MatMulOp>(result.getOwner());
  ImplicitLocOpBuilder &b = emitter.builder();
  Type element = elementOf(result), accumulator = accumulatorOf(element);
  bool hasRow = typeOf(op.getLhs()).getRank() > 1;
  bool hasColumn = typeOf(op.getRhs()).getRank() > 1;
  Indices batch = index.drop_back(hasRow + hasColumn);
  IndexExpr row = hasRow ? index[batch.size()] : IndexExpr(0);
  IndexExpr column = hasColumn ? index.back() : IndexExpr(0);
  auto lhs = typeOf(op.getLhs()).getShape();
  int64_t depth =
      hasRow && op.getTransposeLhs() ? lhs[lhs.size() - 2] : lhs.back();
  Values sum = emitter.reduce(
      op.getOperation(), index, depth,
      [&] { return Values{zero(b, accumulator)}; },
      [&](Indices k, ValueRange carried) {
        Value x = operandElement(emitter, op.getLhs(),
                                 matrixIndex(op.getLhs(), batch, row, k[0],
                                             op.getTransposeLhs(),
                                             /*vectorIsRow=*/true),
                                 accumulator);
        Value y = operandElement(emitter, op.getRhs(),
                                 matrixIndex(op.getRhs(), batch, k[0], column,
                                             op.getTransposeRhs(),
                                             /*vectorIsRow=*/false),
                                 accumulator);
        return Values{multiplyAdd(b, carried[0], x, y)};
      });
  Indices biasIndex =
      op.getBias() ? index.take_back(typeOf(op.getBias()).getRank()) : index;
  return finish(emitter, sum[0], op.getBias(), biasIndex, element);
}

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

Value emitConv(LoopEmitter &emitter, OpResult result, Indices index) {
  auto op = cast<nn::ConvOp>(result.getOwner());
  ImplicitLocOpBuilder &b = emitter.builder();
  IndexSpace &space = emitter.indices();
  Type element = elementOf(result), accumulator = accumulatorOf(element);
  auto input = typeOf(op.getInput()).getShape();
  auto weights = typeOf(op.getWeights()).getShape();
  int64_t perGroup = weights[1];
  IndexExpr group = space.floorDiv(index[1], weights[0] / op.getGroups());
  // Input channels of the group, then the kernel's extents.
  Values sum = emitter.reduce(
      op.getOperation(), index, weights.drop_front(),
      [&] { return Values{zero(b, accumulator)}; },
      [&](Indices tap, ValueRange carried) {
        SmallVector<IndexExpr> source{index[0], group * perGroup + tap[0]};
        for (size_t i = 2; i < input.size(); ++i)
          source.push_back(index[i] * op.getStrides()[i - 2] +
                           tap[i - 1] * op.getDilations()[i - 2] -
                           IndexExpr(op.getPadsBegin()[i - 2]));
        SmallVector<IndexExpr> weight{index[1]};
        weight.append(tap.begin(), tap.end());
        Value factor =
            operandElement(emitter, op.getWeights(), weight, accumulator);
        Value x = chooseInside(
            emitter, Indices(source).drop_front(2), input.drop_front(2),
            accumulator,
            [&] {
              return operandElement(emitter, op.getInput(), source,
                                    accumulator);
            },
            [&] { return zero(b, accumulator); });
        return Values{multiplyAdd(b, carried[0], x, factor)};
      });
  return finish(emitter, sum[0], op.getBias(), index[1], element);
}

/// An input element reaches the result at `i * stride + k * dilation - pad`:
/// backwards, only every stride-th place has one.
Value emitConvTranspose(LoopEmitter &emitter, OpResult result, Indices index) {
  auto op = cast<nn::ConvTransposeOp>(result.getOwner());
  ImplicitLocOpBuilder &b = emitter.builder();
  IndexSpace &space = emitter.indices();
  Type element = elementOf(result), accumulator = accumulatorOf(element);
  auto input = typeOf(op.getInput()).getShape();
  auto weights = typeOf(op.getWeights()).getShape();
  int64_t inGroup = weights[0] / op.getGroups();
  IndexExpr group = space.floorDiv(index[1], weights[1]);
  IndexExpr channel = space.mod(index[1], weights[1]);
  SmallVector<int64_t> extents{inGroup};
  extents.append(weights.begin() + 2, weights.end());
  Values sum = emitter.reduce(
      op.getOperation(), index, extents,
      [&] { return Values{zero(b, accumulator)}; },
      [&](Indices tap, ValueRange carried) {
        IndexExpr from = group * inGroup + tap[0];
        SmallVector<IndexExpr> source{index[0], from}, phases;
        SmallVector<IndexExpr> weight{from, channel};
        SmallVector<int64_t> single(input.size() - 2, 1);
        for (size_t i = 2; i < input.size(); ++i) {
          int64_t stride = op.getStrides()[i - 2];
          IndexExpr place = index[i] + op.getPadsBegin()[i - 2] -
                            tap[i - 1] * op.getDilations()[i - 2];
          // Shifted by whole strides, the place is never negative.
          int64_t shift =
              (std::max<int64_t>(0, -space.range(place).min) + stride - 1) /
              stride;
          IndexExpr shifted = place + IndexExpr(shift * stride);
          source.push_back(space.floorDiv(shifted, stride) - IndexExpr(shift));
          phases.push_back(space.mod(shifted, stride));
          weight.push_back(tap[i - 1]);
        }
        auto none = [&] { return zero(b, accumulator); };
        Value x = chooseInside(
            emitter, phases, single, accumulator,
            [&] {
              return chooseInside(
                  emitter, Indices(source).drop_front(2), input.drop_front(2),
                  accumulator,
                  [&] {
                    return operandElement(emitter, op.getInput(), source,
                                          accumulator);
                  },
                  none);
            },
            none);
        Value factor =
            operandElement(emitter, op.getWeights(), weight, accumulator);
        return Values{multiplyAdd(b, carried[0], x, factor)};
      });
  return finish(emitter, sum[0], op.getBias(), index[1], element);
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

/// Reduces a window; `combine(sum, x)` for elements, `outside(sum, places)` for
/// taps in the padding.
template <typename PoolOp>
Values reduceWindow(LoopEmitter &emitter, PoolOp op, Indices index,
                    function_ref<Values()> init,
                    function_ref<Value(Value sum, Value x)> combine) {
  auto input = typeOf(op.getInput()).getShape();
  return emitter.reduce(
      op.getOperation(), index, op.getKernel(), init,
      [&](Indices tap, ValueRange carried) {
        SmallVector<IndexExpr> places =
            windowPlaces(op, index.drop_front(2), tap);
        SmallVector<IndexExpr> source{index[0], index[1]};
        source.append(places);
        Value sum = chooseInside(
            emitter, places, input.drop_front(2), carried[0].getType(),
            [&] {
              return combine(carried[0],
                             emitter.element(op.getInput(), source));
            },
            [&] { return carried[0]; });
        return Values{sum};
      });
}

Value emitMaxPool(LoopEmitter &emitter, OpResult result, Indices index) {
  auto op = cast<nn::MaxPoolOp>(result.getOwner());
  ImplicitLocOpBuilder &b = emitter.builder();
  Type element = elementOf(result), accumulator = accumulatorOf(element);
  bool isFloat = isa<FloatType>(element);
  bool isUnsigned = element.isUnsignedInteger() || element.isInteger(1);
  auto least = [&]() -> Values {
    if (isFloat)
      return {scalarConstant(b, accumulator,
                             -std::numeric_limits<double>::infinity())};
    unsigned bits = accumulator.getIntOrFloatBitWidth();
    return {arith::ConstantOp::create(
        b,
        b.getIntegerAttr(accumulator,
                         isUnsigned ? llvm::APInt::getMinValue(bits)
                                    : llvm::APInt::getSignedMinValue(bits)))};
  };
  Values max =
      reduceWindow(emitter, op, index, least, [&](Value sum, Value x) -> Value {
        if (isFloat)
          return ScalarMath(b, accumulator).max(sum, widen(b, x));
        return isUnsigned ? Value(arith::MaxUIOp::create(b, sum, x))
                          : Value(arith::MaxSIOp::create(b, sum, x));
      });
  return isFloat ? narrow(b, max[0], element) : max[0];
}

Value emitAvgPool(LoopEmitter &emitter, OpResult result, Indices index) {
  auto op = cast<nn::AvgPoolOp>(result.getOwner());
  ImplicitLocOpBuilder &b = emitter.builder();
  Type element = elementOf(result), compute = computeType(element);
  ScalarMath m(b, compute);
  Values sum = reduceWindow(
      emitter, op, index, [&] { return Values{m.constant(0)}; },
      [&](Value sum, Value x) -> Value {
        return arith::AddFOp::create(b, sum, widen(b, x), anyOrder);
      });
  Value divisor = averageDivisor(emitter, op, typeOf(op.getInput()).getShape(),
                                 index.drop_front(2), compute);
  return narrow(b, m.div(sum[0], divisor), element);
}

Value emitLpPool(LoopEmitter &emitter, OpResult result, Indices index) {
  auto op = cast<nn::LpPoolOp>(result.getOwner());
  ImplicitLocOpBuilder &b = emitter.builder();
  Type element = elementOf(result);
  ScalarMath m(b, computeType(element));
  double p = op.getP();
  Values sum = reduceWindow(
      emitter, op, index, [&] { return Values{m.constant(0)}; },
      [&](Value sum, Value x) -> Value {
        Value power = m.pow(m.abs(widen(b, x)), m.constant(p));
        return arith::AddFOp::create(b, sum, power, anyOrder);
      });
  return narrow(b, m.pow(sum[0], m.constant(1 / p)), element);
}

//===----------------------------------------------------------------------===//
// Local response normalization
//===----------------------------------------------------------------------===//

Value emitLrn(LoopEmitter &emitter, OpResult result, Indices index) {
  auto op = cast<nn::LrnOp>(result.getOwner());
  ImplicitLocOpBuilder &b = emitter.builder();
  Type element = elementOf(result);
  ScalarMath m(b, computeType(element));
  int64_t size = op.getSize(), before = (size - 1) / 2;
  int64_t channels = typeOf(op.getInput()).getShape()[1];
  Values sum = emitter.reduce(
      op.getOperation(), index, size, [&] { return Values{m.constant(0)}; },
      [&](Indices tap, ValueRange carried) {
        SmallVector<IndexExpr> source(index);
        source[1] = index[1] + tap[0] - IndexExpr(before);
        Value total = chooseInside(
            emitter, source[1], channels, carried[0].getType(),
            [&]() -> Value {
              Value x = widen(b, emitter.element(op.getInput(), source));
              return arith::AddFOp::create(b, carried[0], m.mul(x, x),
                                           anyOrder);
            },
            [&] { return carried[0]; });
        return Values{total};
      });
  double alpha = op.getAlpha().convertToDouble();
  Value base = m.add(m.mul(sum[0], alpha / size), op.getK().convertToDouble());
  // base^-beta = e^(-beta log base), as the base is positive.
  double beta = op.getBeta().convertToDouble();
  Value factor = m.exp(m.mul(m.log(base), -beta));
  Value x = widen(b, emitter.element(op.getInput(), index));
  return narrow(b, m.mul(x, factor), element);
}

} // namespace

void registerWindows(OpModelTable &table) {
  auto add = [&](StringRef name, ElementEmitter emit, unsigned cost) {
    table[name] = {OpRole::window, cost, emit};
  };
  add("nn.matmul", emitMatMul, 100);
  add("nn.conv", emitConv, 100);
  add("nn.conv_transpose", emitConvTranspose, 100);
  add("nn.max_pool", emitMaxPool, 20);
  add("nn.avg_pool", emitAvgPool, 20);
  add("nn.lp_pool", emitLpPool, 100);
  add("nn.lrn", emitLrn, 60);
}

} // namespace mlcc::kernels
