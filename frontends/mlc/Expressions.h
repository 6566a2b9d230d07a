//===- Expressions.h - Numbers and words known at compile time  -*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// What `with`, `shape` and arguments hold: lists of expressions of numbers,
// names, 'words', true and false, with the operators of C in its order of
// precedence:
//   c ? a : b   == != < <= > >=   + -   * / // %   -x   x ^ y   ( )
// `/` is exact, `//` rounds down, and so does `%`; `^` is the power.
// Formulas (Formula.cpp) have the same grammar, with matrix products a @ b
// beside a * b, and calls: f(a, b, NAME = c, NAME = [d, e]).
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_MLC_EXPRESSIONS_H
#define MLCC_FRONTENDS_MLC_EXPRESSIONS_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace mlcc::mlc_frontend {

/// A number or a word.
using Datum = std::variant<double, std::string>;
using DatumList = llvm::SmallVector<Datum, 4>;

/// The names that expressions may use.
using Environment = llvm::StringMap<Datum>;

/// A tree of what the text says.
struct Expression {
  enum class Kind {
    Number,
    Word,
    Name,
    Negation,
    Operator,  ///< text: "+"; two operands.
    Condition, ///< c ? a : b
    Call,      ///< text: the function; operands, and then options.
    Option,    ///< text: the name; operands: the values.
  };
  Kind kind;
  double number = 0;
  std::string text;
  std::vector<Expression> operands;
};

/// The expressions of a comma-separated list. Nothing if the text is none; then
/// `problem` says why. Trees are small enough to be walked recursively.
std::optional<std::vector<Expression>> parseList(llvm::StringRef text,
                                                 std::string &problem);

/// lhs OPERATOR rhs. Nothing after a problem.
std::optional<Datum> applyOperator(llvm::StringRef name, const Datum &lhs,
                                   const Datum &rhs, std::string &problem);

/// The value of one expression. Nothing after a problem.
std::optional<Datum> evaluate(const Expression &expression,
                              const Environment &environment,
                              std::string &problem);

/// The values of a comma-separated list. Nothing if it cannot be evaluated;
/// then `problem` says why.
std::optional<DatumList> evaluateList(llvm::StringRef text,
                                      const Environment &environment,
                                      std::string &problem);

/// `NAME = LIST`, or only `NAME` (then the list is empty).
struct Assignment {
  std::string name;
  DatumList values;
};
std::optional<Assignment> evaluateAssignment(llvm::StringRef text,
                                             const Environment &environment,
                                             std::string &problem);

/// The whole number, if it is one that fits.
std::optional<int64_t> asInteger(const Datum &datum);

} // namespace mlcc::mlc_frontend

#endif // MLCC_FRONTENDS_MLC_EXPRESSIONS_H
