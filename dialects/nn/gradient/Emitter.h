//===- Emitter.h - Building gradients of nn ops ------------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_GRADIENT_EMITTER_H
#define MLCC_DIALECTS_NN_GRADIENT_EMITTER_H

#include "dialects/nn/Math.h"
#include "dialects/nn/NN.h"

#include "mlir/IR/Builders.h"

namespace mlcc::nn::gradient {

using Extents = llvm::SmallVector<int64_t>;

inline mlir::RankedTensorType typeOf(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType());
}
inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
  return typeOf(value).getShape();
}

/// Makes nn ops at a place in a block: beyond arithmetic, what gradients move
/// and sum. Movements that move nothing are left out.
class Emitter : public Math {
public:
  Emitter(mlir::OpBuilder &builder, mlir::Location location)
      : Math(builder, location), builder(builder), location(location) {}

  mlir::OpBuilder &getBuilder() { return builder; }
  mlir::Location getLocation() { return location; }

  template <typename Op, typename... Arguments>
  mlir::Value make(Arguments &&...arguments) {
    return Op::create(builder, location, std::forward<Arguments>(arguments)...);
  }

  // Constants.

  /// A tensor whose elements are all `number`.
  mlir::Value uniform(mlir::RankedTensorType type, double number);
  mlir::Value zeros(mlir::RankedTensorType type) { return uniform(type, 0); }
  mlir::Value constant(mlir::Type elementType, llvm::ArrayRef<int64_t> shape,
                       llvm::ArrayRef<double> elements);
  /// A tensor of i64.
  mlir::Value indices(llvm::ArrayRef<int64_t> shape,
                      llvm::ArrayRef<int64_t> elements);

  using Math::where;
  /// `value` where the condition holds, 0 elsewhere.
  mlir::Value where(mlir::Value condition, mlir::Value value) {
    return where(condition, value, scalarLike(0, value));
  }

  // Reductions.

  mlir::Value sumOver(mlir::Value value, llvm::ArrayRef<int64_t> axes,
                      bool keepdims = true);
  mlir::Value meanOver(mlir::Value value, llvm::ArrayRef<int64_t> axes,
                       bool keepdims = true);
  /// The sum over all positions that repeat an element when a tensor of the
  /// shape broadcasts to that of `value`.
  mlir::Value sumTo(mlir::Value value, llvm::ArrayRef<int64_t> shape);

  // Movement.

  mlir::Value transpose(mlir::Value value, llvm::ArrayRef<int64_t> permutation);
  mlir::Value slice(mlir::Value value, llvm::ArrayRef<int64_t> starts,
                    llvm::ArrayRef<int64_t> sizes,
                    llvm::ArrayRef<int64_t> steps = {});
  /// Positions [begin, begin + size) along one axis.
  mlir::Value sliceAlong(mlir::Value value, int64_t axis, int64_t begin,
                         int64_t size);
  mlir::Value reverseAlong(mlir::Value value, int64_t axis);
  /// Zeros added at the ends of dimensions, or elements removed where negative.
  mlir::Value pad(mlir::Value value, llvm::ArrayRef<int64_t> begin,
                  llvm::ArrayRef<int64_t> end);
  mlir::Value padAlong(mlir::Value value, int64_t axis, int64_t begin,
                       int64_t end);
  mlir::Value concat(mlir::ValueRange values, int64_t axis);

private:
  mlir::OpBuilder &builder;
  mlir::Location location;
};

int64_t elementCount(llvm::ArrayRef<int64_t> extents);
/// All axes from `begin` to `end`, which is left out.
Extents axesBetween(int64_t begin, int64_t end);

/// A value with the arithmetic of numbers; a number stands for a tensor of it.
/// For formulas: `2 * x / (1 + abs(x))`.
class Term {
public:
  Term(Emitter &emitter, mlir::Value value) : emitter(&emitter), value(value) {}
  operator mlir::Value() const { return value; }

  Term number(double number) const {
    return {*emitter, emitter->scalarLike(number, value)};
  }
  template <typename Op, typename... Arguments>
  Term apply(Arguments... arguments) const {
    return {*emitter, emitter->make<Op>(value, arguments...)};
  }
  Emitter &getEmitter() const { return *emitter; }

  friend Term operator+(Term a, Term b) { return a.apply<AddOp>(b.value); }
  friend Term operator-(Term a, Term b) { return a.apply<SubOp>(b.value); }
  friend Term operator*(Term a, Term b) { return a.apply<MulOp>(b.value); }
  friend Term operator/(Term a, Term b) { return a.apply<DivOp>(b.value); }
  friend Term operator+(Term a, double b) { return a + a.number(b); }
  friend Term operator-(Term a, double b) { return a - a.number(b); }
  friend Term operator*(Term a, double b) { return a * a.number(b); }
  friend Term operator/(Term a, double b) { return a / a.number(b); }
  friend Term operator+(double a, Term b) { return b.number(a) + b; }
  friend Term operator-(double a, Term b) { return b.number(a) - b; }
  friend Term operator*(double a, Term b) { return b * b.number(a); }
  friend Term operator/(double a, Term b) { return b.number(a) / b; }
  friend Term operator-(Term a) { return a.apply<NegOp>(); }
  // Comparisons give booleans.
  friend Term operator<(Term a, Term b) { return a.apply<LessOp>(b.value); }
  friend Term operator<(Term a, double b) { return a < a.number(b); }
  friend Term operator<(double a, Term b) { return b.number(a) < b; }
  friend Term operator<=(Term a, Term b) {
    return a.apply<LessEqualOp>(b.value);
  }
  friend Term operator<=(Term a, double b) { return a <= a.number(b); }
  friend Term operator<=(double a, Term b) { return b.number(a) <= b; }
  friend Term operator&(Term a, Term b) { return a.apply<AndOp>(b.value); }
  friend Term operator|(Term a, Term b) { return a.apply<OrOp>(b.value); }

private:
  Emitter *emitter;
  mlir::Value value;
};

inline Term abs(Term x) { return x.apply<AbsOp>(); }
inline Term exp(Term x) { return x.apply<ExpOp>(); }
inline Term log(Term x) { return x.apply<LogOp>(); }
inline Term sign(Term x) { return x.apply<SignOp>(); }
inline Term rsqrt(Term x) { return x.apply<RsqrtOp>(); }
inline Term sigmoid(Term x) { return x.apply<SigmoidOp>(); }
inline Term tanh(Term x) { return x.apply<TanhOp>(); }
inline Term square(Term x) { return x * x; }
inline Term min(Term x, double y) {
  return x.apply<MinOp>(mlir::Value(x.number(y)));
}
/// a where the condition holds, b elsewhere.
inline Term select(Term condition, Term a, Term b) {
  return condition.apply<WhereOp>(mlir::Value(a), mlir::Value(b));
}
inline Term select(Term condition, Term a, double b) {
  return select(condition, a, a.number(b));
}
/// x == number, as booleans.
inline Term equals(Term x, double number) {
  return x.apply<EqualOp>(mlir::Value(x.number(number)));
}

} // namespace mlcc::nn::gradient

#endif // MLCC_DIALECTS_NN_GRADIENT_EMITTER_H
