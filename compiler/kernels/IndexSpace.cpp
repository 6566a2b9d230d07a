//===- IndexSpace.cpp - Index expressions with known ranges ---------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/IndexSpace.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>

using namespace mlir;

namespace mlcc::kernels {

int64_t IndexExpr::coefficient(VariableId id) const {
  for (const Term &term : terms)
    if (term.first == id)
      return term.second;
  return 0;
}

IndexExpr IndexExpr::operator+(const IndexExpr &other) const {
  IndexExpr result(constant + other.constant);
  const Term *left = terms.begin(), *right = other.terms.begin();
  while (left != terms.end() || right != other.terms.end()) {
    bool takeLeft = right == other.terms.end() ||
                    (left != terms.end() && left->first <= right->first);
    bool takeRight = left == terms.end() || (right != other.terms.end() &&
                                             right->first <= left->first);
    VariableId id = takeLeft ? left->first : right->first;
    int64_t sum =
        (takeLeft ? left++->second : 0) + (takeRight ? right++->second : 0);
    if (sum != 0)
      result.terms.push_back({id, sum});
  }
  return result;
}

IndexExpr IndexExpr::operator*(int64_t factor) const {
  IndexExpr result(constant * factor);
  if (factor != 0)
    for (const Term &term : terms)
      result.terms.push_back({term.first, term.second * factor});
  return result;
}

VariableId IndexSpace::add(Variable variable) {
  variables.push_back(std::move(variable));
  return variables.size() - 1;
}

Range IndexSpace::unconditionalRange(const IndexExpr &expr) const {
  Range result{expr.getConstant(), expr.getConstant()};
  for (auto [id, coefficient] : expr.getTerms()) {
    const Range &range = variables[id].range;
    result.min += coefficient * (coefficient > 0 ? range.min : range.max);
    result.max += coefficient * (coefficient > 0 ? range.max : range.min);
  }
  return result;
}

Range IndexSpace::range(const IndexExpr &expr) const {
  Range result = unconditionalRange(expr);
  for (const auto &[assumed, bounds] : assumptions)
    if (assumed.getTerms() == expr.getTerms()) {
      int64_t shift = expr.getConstant() - assumed.getConstant();
      result.min = std::max(result.min, bounds.min + shift);
      result.max = std::min(result.max, bounds.max + shift);
    }
  return result;
}

unsigned IndexSpace::depth(const IndexExpr &expr,
                           std::optional<VariableId> ignored) const {
  unsigned result = 0;
  for (auto [id, coefficient] : expr.getTerms()) {
    const Variable &variable = variables[id];
    if (id == ignored)
      continue;
    result = std::max(result, variable.kind == VariableKind::value
                                  ? variable.depth
                                  : depth(variable.base, ignored));
  }
  return result;
}

bool IndexSpace::dependsOn(const IndexExpr &expr, VariableId id) const {
  return llvm::any_of(expr.getTerms(), [&](const IndexExpr::Term &term) {
    const Variable &variable = variables[term.first];
    return term.first == id || (variable.kind != VariableKind::value &&
                                dependsOn(variable.base, id));
  });
}

uint64_t IndexSpace::rootDims(const IndexExpr &expr) const {
  uint64_t result = 0;
  for (auto [id, coefficient] : expr.getTerms())
    result |= variables[id].rootDims;
  return result;
}

IndexExpr IndexSpace::derived(VariableKind kind, const IndexExpr &base,
                              int64_t divisor) {
  // The variable outlives the assumptions under which it is made.
  Range bounds = unconditionalRange(base);
  // The same expression gets the same variable, so that pairs are recognized.
  for (VariableId id = variables.size(); id-- > 0;) {
    const Variable &other = variables[id];
    if (other.kind == kind && other.divisor == divisor && other.base == base)
      return IndexExpr::variable(id);
  }
  Variable variable;
  variable.kind = kind;
  variable.base = base;
  variable.divisor = divisor;
  variable.rootDims = rootDims(base);
  if (kind == VariableKind::quotient)
    variable.range = {llvm::divideFloorSigned(bounds.min, divisor),
                      llvm::divideFloorSigned(bounds.max, divisor)};
  else
    variable.range = {0, std::min(divisor - 1, bounds.max)};
  return IndexExpr::variable(add(std::move(variable)));
}

/// Splits `expr` into the part whose terms are multiples of `divisor` and the
/// rest; the constant goes where it leaves the rest's constant in [0, divisor).
static std::pair<IndexExpr, IndexExpr> splitEven(const IndexExpr &expr,
                                                 int64_t divisor) {
  int64_t low = llvm::mod(expr.getConstant(), divisor);
  IndexExpr even(expr.getConstant() - low), rest(low);
  for (auto [id, coefficient] : expr.getTerms()) {
    IndexExpr term = IndexExpr::variable(id) * coefficient;
    if (coefficient % divisor == 0)
      even = even + term;
    else
      rest = rest + term;
  }
  return {even, rest};
}

static IndexExpr divideEvenly(const IndexExpr &expr, int64_t divisor) {
  IndexExpr result(expr.getConstant() / divisor);
  for (auto [id, coefficient] : expr.getTerms())
    result = result + IndexExpr::variable(id) * (coefficient / divisor);
  return result;
}

IndexExpr IndexSpace::floorDiv(const IndexExpr &expr, int64_t divisor) {
  if (divisor == 1)
    return expr;
  auto [even, rest] = splitEven(expr, divisor);
  Range bounds = range(rest);
  int64_t low = llvm::divideFloorSigned(bounds.min, divisor);
  if (low == llvm::divideFloorSigned(bounds.max, divisor))
    return divideEvenly(even, divisor) + low;
  // A quotient of a possibly negative rest is taken of the whole instead.
  if (bounds.min < 0)
    return derived(VariableKind::quotient, expr, divisor);
  return divideEvenly(even, divisor) +
         derived(VariableKind::quotient, rest, divisor);
}

IndexExpr IndexSpace::mod(const IndexExpr &expr, int64_t divisor) {
  if (divisor == 1)
    return IndexExpr(0);
  auto [even, rest] = splitEven(expr, divisor);
  Range bounds = range(rest);
  int64_t low = llvm::divideFloorSigned(bounds.min, divisor);
  if (low == llvm::divideFloorSigned(bounds.max, divisor))
    return rest - IndexExpr(low * divisor);
  if (bounds.min < 0)
    return derived(VariableKind::remainder, expr, divisor);
  return derived(VariableKind::remainder, rest, divisor);
}

IndexExpr IndexSpace::simplify(IndexExpr expr) const {
  bool changed = true;
  while (changed) {
    changed = false;
    for (auto [id, coefficient] : expr.getTerms()) {
      const Variable &low = variables[id];
      if (low.kind != VariableKind::remainder)
        continue;
      for (auto [otherId, otherCoefficient] : expr.getTerms()) {
        const Variable &high = variables[otherId];
        if (high.kind != VariableKind::quotient ||
            high.divisor != low.divisor || high.base != low.base ||
            otherCoefficient != coefficient * low.divisor)
          continue;
        expr = expr - IndexExpr::variable(id) * coefficient -
               IndexExpr::variable(otherId) * otherCoefficient +
               low.base * coefficient;
        changed = true;
        break;
      }
      if (changed)
        break;
    }
  }
  return expr;
}

SmallVector<IndexExpr> IndexSpace::delinearize(IndexExpr linear,
                                               ArrayRef<int64_t> shape) {
  SmallVector<IndexExpr> indices(shape.size());
  for (size_t dim = shape.size(); dim-- > 1;) {
    indices[dim] = mod(linear, shape[dim]);
    linear = floorDiv(linear, shape[dim]);
  }
  if (!shape.empty())
    indices[0] = linear;
  return indices;
}

IndexExpr IndexSpace::linearize(ArrayRef<IndexExpr> indices,
                                ArrayRef<int64_t> shape) const {
  IndexExpr linear;
  for (auto [index, extent] : llvm::zip_equal(indices, shape))
    linear = linear * extent + index;
  return simplify(linear);
}

void IndexSpace::pushAssumption(const IndexExpr &expr, Range range) {
  assumptions.push_back({expr, range});
}

} // namespace mlcc::kernels
