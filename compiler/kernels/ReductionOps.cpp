//===- ReductionOps.cpp - Reductions over rows ----------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/Conversions.h"
#include "compiler/kernels/LoopEmitter.h"
#include "compiler/kernels/OpModels.h"
#include "compiler/kernels/ScalarMath.h"
#include "dialects/nn/NN.h"

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/TypeSwitch.h"

#include <limits>

using namespace mlir;

namespace mlcc::kernels {
namespace {

enum class Combine { sum, product, max, min };
enum class Map { none, abs, square };
enum class Finish { none, mean, sqrt, log };

Value initial(ImplicitLocOpBuilder &b, Combine combine, Type element,
              Type accumulator) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  auto integer = dyn_cast<IntegerType>(accumulator);
  switch (combine) {
  case Combine::sum:
    return scalarConstant(b, accumulator, 0);
  case Combine::product:
    return scalarConstant(b, accumulator, 1);
  case Combine::max:
  case Combine::min:
    break;
  }
  bool isMax = combine == Combine::max;
  if (!integer)
    return scalarConstant(b, accumulator, isMax ? -infinity : infinity);
  unsigned bits = integer.getWidth();
  bool isUnsigned = element.isUnsignedInteger() || element.isInteger(1);
  llvm::APInt value = isMax
                          ? (isUnsigned ? llvm::APInt::getMinValue(bits)
                                        : llvm::APInt::getSignedMinValue(bits))
                          : (isUnsigned ? llvm::APInt::getMaxValue(bits)
                                        : llvm::APInt::getSignedMaxValue(bits));
  return arith::ConstantOp::create(b, b.getIntegerAttr(accumulator, value));
}

Value combineValues(ImplicitLocOpBuilder &b, Combine combine, Type element,
                    Value sum, Value x) {
  bool isUnsigned = element.isUnsignedInteger() || element.isInteger(1);
  bool isFloat = isa<FloatType>(sum.getType());
  switch (combine) {
  case Combine::sum:
    return isFloat ? Value(arith::AddFOp::create(b, sum, x, anyOrder))
                   : Value(arith::AddIOp::create(b, sum, x));
  case Combine::product:
    return isFloat ? Value(arith::MulFOp::create(b, sum, x, anyOrder))
                   : Value(arith::MulIOp::create(b, sum, x));
  case Combine::max:
    if (isFloat)
      return ScalarMath(b, sum.getType()).max(sum, x);
    return isUnsigned ? Value(arith::MaxUIOp::create(b, sum, x))
                      : Value(arith::MaxSIOp::create(b, sum, x));
  case Combine::min:
    if (isFloat)
      return ScalarMath(b, sum.getType()).min(sum, x);
    return isUnsigned ? Value(arith::MinUIOp::create(b, sum, x))
                      : Value(arith::MinSIOp::create(b, sum, x));
  }
  llvm_unreachable("unknown combination");
}

Value mapValue(ImplicitLocOpBuilder &b, Map map, Value x) {
  bool isFloat = isa<FloatType>(x.getType());
  switch (map) {
  case Map::none:
    return x;
  case Map::abs:
    if (isFloat)
      return ScalarMath(b, x.getType()).abs(x);
    return arith::MaxSIOp::create(
        b, x, arith::SubIOp::create(b, scalarConstant(b, x.getType(), 0), x));
  case Map::square:
    return isFloat ? ScalarMath(b, x.getType()).mul(x, x)
                   : Value(arith::MulIOp::create(b, x, x));
  }
  llvm_unreachable("unknown map");
}

/// The last step, on the accumulated value of `count` elements.
Value finishValue(ImplicitLocOpBuilder &b, Finish finish, Value sum,
                  Type element, int64_t count) {
  auto floating = [&](auto function) -> Value {
    if (isa<FloatType>(sum.getType())) {
      ScalarMath m(b, sum.getType());
      return function(m, sum);
    }
    // Integers are finished in f64 and truncated, as by a cast.
    Value wide = convert(b, sum, element, b.getF64Type());
    ScalarMath m(b, b.getF64Type());
    return convert(b, function(m, wide), b.getF64Type(), element);
  };
  switch (finish) {
  case Finish::none:
    return sum;
  case Finish::mean:
    return floating([&](ScalarMath &m, Value x) {
      return m.div(x, m.constant(static_cast<double>(count)));
    });
  case Finish::sqrt:
    return floating([](ScalarMath &m, Value x) { return m.sqrt(x); });
  case Finish::log:
    return floating([](ScalarMath &m, Value x) { return m.log(x); });
  }
  llvm_unreachable("unknown finish");
}

/// A row of elements: which dimensions vary, and where the others stand.
struct Row {
  SmallVector<int64_t> extents;
  SmallVector<unsigned> dims;
  SmallVector<IndexExpr> place;

  Row(Value input, ArrayRef<int64_t> axes, bool keepdims,
      ArrayRef<IndexExpr> index) {
    ArrayRef<int64_t> shape =
        cast<RankedTensorType>(input.getType()).getShape();
    place.resize(shape.size());
    unsigned next = 0;
    for (unsigned dim = 0; dim < shape.size(); ++dim) {
      if (llvm::is_contained(axes, dim)) {
        dims.push_back(dim);
        extents.push_back(shape[dim]);
        next += keepdims;
      } else {
        place[dim] = index[next++];
      }
    }
  }
  SmallVector<IndexExpr> at(ArrayRef<IndexExpr> inner) const {
    SmallVector<IndexExpr> result = place;
    for (auto [dim, expr] : llvm::zip_equal(dims, inner))
      result[dim] = expr;
    return result;
  }
  int64_t count() const {
    int64_t product = 1;
    for (int64_t extent : extents)
      product *= extent;
    return product;
  }
};

/// In how many sums the mean of an image is taken.
constexpr int64_t imageSums = 4;

/// Whether `op` is a mean over images: rows and columns, with channels before
/// or behind them.
bool isImageMean(nn::ReduceMeanOp op) {
  auto type = cast<RankedTensorType>(op.getInput().getType());
  ArrayRef<int64_t> axes = op.getAxes();
  return type.getRank() == 4 && isa<FloatType>(type.getElementType()) &&
         axes.size() == 2 && axes[0] > 0 && axes[1] == axes[0] + 1 &&
         type.getDimSize(axes[0]) * type.getDimSize(axes[1]) >= imageSums;
}

/// The mean of an image, as four interleaved sums, then what is left over, in
/// every layout. The mean of quantized numbers is often just between two steps
/// of the next quantization, and then the order of the sum decides which one it
/// becomes. There is no right one; this is the order of ONNX Runtime's global
/// pooling, with which such models are usually checked.
Value emitImageMean(LoopEmitter &emitter, OpResult result,
                    ArrayRef<IndexExpr> index) {
  auto op = cast<nn::ReduceMeanOp>(result.getOwner());
  ImplicitLocOpBuilder &b = emitter.builder();
  Type element = getElementTypeOrSelf(result.getType());
  Type type = computeType(element);
  Row row(op.getInput(), op.getAxes(), op.getKeepdims(), index);
  auto addTo = [&](Value sum, const IndexExpr &place) -> Value {
    SmallVector<IndexExpr> inner =
        emitter.indices().delinearize(place, row.extents);
    Value x = widen(b, emitter.element(op.getInput(), row.at(inner)));
    return arith::AddFOp::create(b, sum, x);
  };
  int64_t rounds = row.count() / imageSums;
  auto start = [&] {
    return LoopEmitter::Values(imageSums, scalarConstant(b, type, 0));
  };
  LoopEmitter::Values sums = emitter.reduce(
      op.getOperation(), index, rounds, start,
      [&](ArrayRef<IndexExpr> round, ValueRange carried) {
        LoopEmitter::Values next;
        for (int64_t i = 0; i < imageSums; ++i)
          next.push_back(addTo(carried[i], round[0] * imageSums + i));
        return next;
      });
  Value sum = arith::AddFOp::create(
      b, arith::AddFOp::create(b, sums[0], sums[2]).getResult(),
      arith::AddFOp::create(b, sums[1], sums[3]).getResult());
  for (int64_t i = rounds * imageSums; i < row.count(); ++i)
    sum = addTo(sum, IndexExpr(i));
  Value mean = finishValue(b, Finish::mean, sum, element, row.count());
  return narrow(b, mean, element);
}

/// What a reduction does: to each element, with what it has, and at the end.
struct Reduction {
  Combine combine;
  Map map = Map::none;
  Finish finish = Finish::none;
};

/// The ops of a row's elements that are combined one by one.
std::optional<Reduction> reductionOf(Operation *op) {
  using Result = std::optional<Reduction>;
  using C = Combine;
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case([](nn::ReduceSumOp) { return Reduction{C::sum}; })
      .Case([](nn::ReduceMeanOp mean) {
        return isImageMean(mean) ? Result()
                                 : Reduction{C::sum, Map::none, Finish::mean};
      })
      .Case([](nn::ReduceMaxOp) { return Reduction{C::max}; })
      .Case([](nn::ReduceMinOp) { return Reduction{C::min}; })
      .Case([](nn::ReduceProdOp) { return Reduction{C::product}; })
      .Case([](nn::ReduceL1Op) {
        return Reduction{C::sum, Map::abs};
      })
      .Case([](nn::ReduceL2Op) {
        return Reduction{C::sum, Map::square, Finish::sqrt};
      })
      .Case([](nn::ReduceSumSquareOp) {
        return Reduction{C::sum, Map::square};
      })
      .Case([](nn::ReduceLogSumOp) {
        return Reduction{C::sum, Map::none, Finish::log};
      })
      .Default(Result());
}

/// Whether `value` is computed from a result of `op`; `seen` are ops that are
/// not.
bool dependsOn(Value value, Operation *op,
               llvm::SmallPtrSetImpl<Operation *> &seen) {
  Operation *producer = value.getDefiningOp();
  if (!producer || !seen.insert(producer).second)
    return false;
  return producer == op ||
         llvm::any_of(producer->getOperands(), [&](Value operand) {
           return dependsOn(operand, op, seen);
         });
}

bool dependsOn(Operation *user, Operation *op) {
  llvm::SmallPtrSet<Operation *, 16> seen;
  return dependsOn(user->getOperand(0), op, seen);
}

/// The reductions of the kernel that are done in the same loops as `op`, itself
/// among them: over the same rows, and none needs another one's result.
SmallVector<Operation *> reducedTogether(Operation *op) {
  auto shapeOf = [](Value value) {
    return cast<RankedTensorType>(value.getType()).getShape();
  };
  SmallVector<Operation *> together;
  for (Operation &other : *op->getBlock()) {
    bool sameRows =
        &other == op ||
        (reductionOf(&other) && other.getAttr("axes") == op->getAttr("axes") &&
         other.getAttr("keepdims") == op->getAttr("keepdims") &&
         shapeOf(other.getOperand(0)) == shapeOf(op->getOperand(0)));
    if (sameRows && llvm::none_of(together, [&](Operation *known) {
          return dependsOn(&other, known);
        }))
      together.push_back(&other);
  }
  return llvm::is_contained(together, op) ? together
                                          : SmallVector<Operation *>{op};
}

/// A reduction, and with it those of the same rows.
Value emitReduction(LoopEmitter &emitter, OpResult result,
                    ArrayRef<IndexExpr> index) {
  Operation *op = result.getOwner();
  ImplicitLocOpBuilder &b = emitter.builder();
  SmallVector<Operation *> together = reducedTogether(op);
  auto elementOf = [](Operation *op) {
    return getElementTypeOrSelf(op->getResult(0).getType());
  };
  Row row(op->getOperand(0),
          op->getAttrOfType<DenseI64ArrayAttr>("axes").asArrayRef(),
          op->getAttrOfType<BoolAttr>("keepdims").getValue(), index);
  auto start = [&] {
    LoopEmitter::Values values;
    for (Operation *one : together) {
      Type element = elementOf(one);
      Type accumulator =
          isa<FloatType>(element) ? computeType(element) : scalarType(element);
      values.push_back(
          initial(b, reductionOf(one)->combine, element, accumulator));
    }
    return values;
  };
  LoopEmitter::Values sums = emitter.reduce(
      together.front(), index, row.extents, start,
      [&](ArrayRef<IndexExpr> inner, ValueRange carried) {
        LoopEmitter::Values next;
        for (auto [one, sum] : llvm::zip_equal(together, carried)) {
          Value x = emitter.element(one->getOperand(0), row.at(inner));
          if (isa<FloatType>(elementOf(one)))
            x = widen(b, x);
          x = mapValue(b, reductionOf(one)->map, x);
          next.push_back(combineValues(b, reductionOf(one)->combine,
                                       elementOf(one), sum, x));
        }
        return next;
      });
  Value own;
  for (auto [one, sum] : llvm::zip_equal(together, sums)) {
    Type element = elementOf(one);
    Value value =
        finishValue(b, reductionOf(one)->finish, sum, element, row.count());
    if (isa<FloatType>(element))
      value = narrow(b, value, element);
    if (one == op)
      own = value;
    else
      emitter.bind(one->getResult(0), index, value);
  }
  return own;
}

/// Carries the best value and its index.
template <typename Op, bool isMax>
Value emitArgReduction(LoopEmitter &emitter, OpResult result,
                       ArrayRef<IndexExpr> index) {
  auto op = cast<Op>(result.getOwner());
  ImplicitLocOpBuilder &b = emitter.builder();
  Type element = getElementTypeOrSelf(op.getInput().getType());
  bool isFloat = isa<FloatType>(element);
  bool isUnsigned = element.isUnsignedInteger() || element.isInteger(1);
  bool last = op.getSelectLastIndex();
  Type type = isFloat ? computeType(element) : scalarType(element);
  int64_t axis = op.getAxis();
  Row row(op.getInput(), axis, op.getKeepdims(), index);
  auto better = [&](Value x, Value best) -> Value {
    if (isFloat) {
      auto predicate =
          isMax
              ? (last ? arith::CmpFPredicate::OGE : arith::CmpFPredicate::OGT)
              : (last ? arith::CmpFPredicate::OLE : arith::CmpFPredicate::OLT);
      return arith::CmpFOp::create(b, predicate, x, best);
    }
    using P = arith::CmpIPredicate;
    P predicate = isMax ? (isUnsigned ? (last ? P::uge : P::ugt)
                                      : (last ? P::sge : P::sgt))
                        : (isUnsigned ? (last ? P::ule : P::ult)
                                      : (last ? P::sle : P::slt));
    return arith::CmpIOp::create(b, predicate, x, best);
  };
  auto start = [&] {
    return LoopEmitter::Values{
        initial(b, isMax ? Combine::max : Combine::min, element, type),
        arith::ConstantIntOp::create(b, 0, 64)};
  };
  auto best =
      emitter.reduce(op.getOperation(), index, row.extents, start,
                     [&](ArrayRef<IndexExpr> inner, ValueRange carried) {
                       Value x = emitter.element(op.getInput(), row.at(inner));
                       if (isFloat)
                         x = widen(b, x);
                       Value here = arith::IndexCastOp::create(
                           b, b.getI64Type(), emitter.materialize(inner[0]));
                       Value wins = better(x, carried[0]);
                       return LoopEmitter::Values{
                           arith::SelectOp::create(b, wins, x, carried[0]),
                           arith::SelectOp::create(b, wins, here, carried[1])};
                     });
  return best[1];
}

} // namespace

void registerReductions(OpModelTable &table) {
  for (StringRef name :
       {"nn.reduce_sum", "nn.reduce_prod", "nn.reduce_l1", "nn.reduce_l2",
        "nn.reduce_sum_square", "nn.reduce_log_sum"})
    table[name] = {OpRole::reduction, 1, emitReduction};
  for (StringRef name : {"nn.reduce_max", "nn.reduce_min"})
    table[name] = {OpRole::reduction, 2, emitReduction};
  table["nn.reduce_mean"] = {
      OpRole::reduction, 1,
      [](LoopEmitter &emitter, OpResult result, ArrayRef<IndexExpr> index) {
        return isImageMean(cast<nn::ReduceMeanOp>(result.getOwner()))
                   ? emitImageMean(emitter, result, index)
                   : emitReduction(emitter, result, index);
      }};
  table["nn.arg_max"] = {OpRole::reduction, 4,
                         emitArgReduction<nn::ArgMaxOp, true>};
  table["nn.arg_min"] = {OpRole::reduction, 4,
                         emitArgReduction<nn::ArgMinOp, false>};
}

} // namespace mlcc::kernels
