//===- Polynomial.cpp - Expressions as polynomials ------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/Polynomial.h"

#include "compiler/graph/Constants.h"

#include <cmath>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::graph;

namespace {
/// Walks an expression with a budget of ops, so that matching stays linear.
class PolynomialReader {
public:
  explicit PolynomialReader(Value x) : x(x) {}

  std::optional<Polynomial> read(Value value);

private:
  std::optional<Polynomial> readPower(nn::PowOp op);

  Value x;
  int budget = 12;
};
} // namespace

static std::optional<Polynomial> multiply(const Polynomial &lhs,
                                          const Polynomial &rhs) {
  Polynomial product{};
  for (size_t i = 0; i < lhs.size(); ++i)
    for (size_t j = 0; j < rhs.size(); ++j) {
      double term = lhs[i] * rhs[j];
      if (term == 0)
        continue;
      if (i + j >= product.size())
        return std::nullopt;
      product[i + j] += term;
    }
  return product;
}

static bool isNumber(const Polynomial &polynomial) {
  return polynomial[1] == 0 && polynomial[2] == 0 && polynomial[3] == 0;
}

std::optional<Polynomial> PolynomialReader::readPower(nn::PowOp op) {
  std::optional<double> exponent = uniformOf(op.getRhs());
  std::optional<Polynomial> base = read(op.getLhs());
  if (!base || !exponent)
    return std::nullopt;
  if (*exponent == 1)
    return base;
  if (*exponent == 2)
    return multiply(*base, *base);
  if (*exponent != 3)
    return std::nullopt;
  std::optional<Polynomial> square = multiply(*base, *base);
  return square ? multiply(*square, *base) : std::nullopt;
}

std::optional<Polynomial> PolynomialReader::read(Value value) {
  if (value == x)
    return Polynomial{0, 1, 0, 0};
  if (std::optional<double> number = uniformOf(value))
    return Polynomial{*number, 0, 0, 0};
  Operation *op = value.getDefiningOp();
  if (!op || budget-- == 0 || value.getType() != x.getType())
    return std::nullopt;
  if (auto power = dyn_cast<nn::PowOp>(op))
    return readPower(power);
  if (auto negation = dyn_cast<nn::NegOp>(op)) {
    std::optional<Polynomial> input = read(negation.getInput());
    return input ? multiply(*input, {-1, 0, 0, 0}) : std::nullopt;
  }
  if (!isa<nn::AddOp, nn::SubOp, nn::MulOp, nn::DivOp>(op))
    return std::nullopt;
  std::optional<Polynomial> lhs = read(op->getOperand(0));
  std::optional<Polynomial> rhs = lhs ? read(op->getOperand(1)) : std::nullopt;
  if (!rhs)
    return std::nullopt;
  if (isa<nn::MulOp>(op))
    return multiply(*lhs, *rhs);
  if (isa<nn::DivOp>(op))
    return isNumber(*rhs) && (*rhs)[0] != 0
               ? multiply(*lhs, {1 / (*rhs)[0], 0, 0, 0})
               : std::nullopt;
  for (size_t i = 0; i < lhs->size(); ++i)
    (*lhs)[i] += isa<nn::AddOp>(op) ? (*rhs)[i] : -(*rhs)[i];
  return lhs;
}

std::optional<Polynomial> graph::asPolynomial(Value value, Value x) {
  return PolynomialReader(x).read(value);
}

bool graph::nearlyEqual(const Polynomial &actual, const Polynomial &expected) {
  for (size_t i = 0; i < actual.size(); ++i)
    if (!nearlyEqual(actual[i], expected[i]))
      return false;
  return true;
}

Product Product::of(Value value) {
  constexpr size_t limit = 8;
  Product product;
  SmallVector<Value> pending{value};
  for (size_t steps = 0; !pending.empty(); ++steps) {
    Value next = pending.pop_back_val();
    if (std::optional<double> number = uniformOf(next)) {
      product.constant *= *number;
      continue;
    }
    Operation *op = next.getDefiningOp();
    bool inner = next == value || (op && op->hasOneUse());
    if (inner && steps < limit && next.getType() == value.getType()) {
      if (isa_and_nonnull<nn::MulOp>(op)) {
        pending.push_back(op->getOperand(1));
        pending.push_back(op->getOperand(0));
        continue;
      }
      std::optional<double> divisor = isa_and_nonnull<nn::DivOp>(op)
                                          ? uniformOf(op->getOperand(1))
                                          : std::nullopt;
      if (divisor && *divisor != 0) {
        product.constant /= *divisor;
        pending.push_back(op->getOperand(0));
        continue;
      }
    }
    product.factors.push_back(next);
  }
  return product;
}
