//===- IndexSpace.h - Index expressions with known ranges --------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All shapes are static, so the places that a kernel reads and writes are
// linear combinations of loop variables whose ranges are known. Keeping them
// symbolic until an address is needed makes reshapes, transposes, slices and
// collapsed loops free: quotients and remainders that belong together cancel.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_KERNELS_INDEXSPACE_H
#define MLCC_COMPILER_KERNELS_INDEXSPACE_H

#include "mlir/IR/Value.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <vector>

namespace mlcc::kernels {

using VariableId = unsigned;

/// constant + sum of coefficient * variable, terms ordered by variable.
class IndexExpr {
public:
  using Term = std::pair<VariableId, int64_t>;

  IndexExpr(int64_t constant = 0) : constant(constant) {}
  static IndexExpr variable(VariableId id) {
    IndexExpr result;
    result.terms.push_back({id, 1});
    return result;
  }

  llvm::ArrayRef<Term> getTerms() const { return terms; }
  int64_t getConstant() const { return constant; }
  bool isConstant() const { return terms.empty(); }
  bool isConstant(int64_t value) const {
    return terms.empty() && constant == value;
  }
  int64_t coefficient(VariableId id) const;

  IndexExpr operator+(const IndexExpr &other) const;
  IndexExpr operator-(const IndexExpr &other) const {
    return *this + other * -1;
  }
  IndexExpr operator*(int64_t factor) const;
  bool operator==(const IndexExpr &other) const {
    return constant == other.constant && terms == other.terms;
  }
  bool operator!=(const IndexExpr &other) const { return !(*this == other); }

private:
  llvm::SmallVector<Term, 4> terms;
  int64_t constant;
};

/// Inclusive bounds.
struct Range {
  int64_t min = 0;
  int64_t max = 0;
};

/// Where a variable's value comes from.
enum class VariableKind {
  /// A loop's induction variable or a value computed from data.
  value,
  /// base floordiv divisor, with a non-negative base.
  quotient,
  /// base mod divisor, with a non-negative base.
  remainder,
};

struct Variable {
  VariableKind kind = VariableKind::value;
  Range range;
  /// Of a `value`: itself, and the loop level (see LoopEmitter) from which on
  /// it is available.
  mlir::Value value;
  unsigned depth = 0;
  /// Of the others, which are computed on demand.
  IndexExpr base;
  int64_t divisor = 1;
  /// The dimensions of the kernel's result nest that the value depends on.
  uint64_t rootDims = 0;
};

/// The variables of one kernel and arithmetic on expressions over them.
class IndexSpace {
public:
  VariableId add(Variable variable);
  Variable &operator[](VariableId id) { return variables[id]; }
  const Variable &operator[](VariableId id) const { return variables[id]; }

  Range range(const IndexExpr &expr) const;
  /// The deepest level at which a variable of the expression is defined;
  /// `ignored` does not count.
  unsigned depth(const IndexExpr &expr,
                 std::optional<VariableId> ignored = std::nullopt) const;
  /// Whether the value of the expression depends on a variable.
  bool dependsOn(const IndexExpr &expr, VariableId id) const;
  uint64_t rootDims(const IndexExpr &expr) const;

  /// Exact quotient and remainder, rounding down, of an expression that is
  /// never negative; terms that divide evenly are split off, and what stays in
  /// one period vanishes.
  IndexExpr floorDiv(const IndexExpr &expr, int64_t divisor);
  IndexExpr mod(const IndexExpr &expr, int64_t divisor);

  /// Replaces matching pairs q * divisor + r by their base.
  IndexExpr simplify(IndexExpr expr) const;

  /// The indices of a row-major element `linear` of a tensor of this shape.
  llvm::SmallVector<IndexExpr> delinearize(IndexExpr linear,
                                           llvm::ArrayRef<int64_t> shape);
  /// The row-major place of an element.
  IndexExpr linearize(llvm::ArrayRef<IndexExpr> indices,
                      llvm::ArrayRef<int64_t> shape) const;

  /// Narrows the range of an expression for the code emitted from here on,
  /// until `popAssumption`; the constant part is taken into account.
  void pushAssumption(const IndexExpr &expr, Range range);
  void popAssumption() { assumptions.pop_back(); }

private:
  Range unconditionalRange(const IndexExpr &expr) const;
  IndexExpr derived(VariableKind kind, const IndexExpr &base, int64_t divisor);

  std::vector<Variable> variables;
  std::vector<std::pair<IndexExpr, Range>> assumptions;
};

} // namespace mlcc::kernels

#endif // MLCC_COMPILER_KERNELS_INDEXSPACE_H
