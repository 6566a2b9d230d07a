//===- Polynomial.h - Expressions as polynomials ----------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_GRAPH_POLYNOMIAL_H
#define MLCC_COMPILER_GRAPH_POLYNOMIAL_H

#include "mlir/IR/Value.h"

#include <array>
#include <optional>

namespace mlcc::graph {

/// A polynomial of degree three at most: coefficients of x^0 to x^3.
using Polynomial = std::array<double, 4>;

/// The element-wise expression `value` as a polynomial in `x`: sums,
/// differences, products and quotients of x and uniform constants, and powers
/// with uniform exponents, in whatever order an exporter wrote them. Nothing if
/// `value` is not such an expression, depends on anything else, or has more
/// than a dozen ops.
std::optional<Polynomial> asPolynomial(mlir::Value value, mlir::Value x);

/// Whether the coefficients agree up to the rounding of exported constants.
bool nearlyEqual(const Polynomial &actual, const Polynomial &expected);

/// The factors of a product of element-wise multiplications (and divisions
/// by uniform constants), each inner product having no other user.
struct Product {
  double constant = 1;
  llvm::SmallVector<mlir::Value, 4> factors;

  static Product of(mlir::Value value);
};

} // namespace mlcc::graph

#endif // MLCC_COMPILER_GRAPH_POLYNOMIAL_H
