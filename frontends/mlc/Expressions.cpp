//===- Expressions.cpp - Numbers and words known at compile time ----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Expressions.h"

#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace mlcc::mlc_frontend;
using llvm::StringRef;

/// Parentheses, signs and conditions inside each other.
static constexpr int maxDepth = 100;

namespace {
/// A parser by recursive descent that computes as it goes. After the first
/// problem all values are 0 and nothing is read.
class Evaluator {
public:
  Evaluator(StringRef text, const Environment &environment)
      : rest(text), environment(environment) {}

  DatumList list();
  void expectEnd() {
    skip();
    if (!rest.empty())
      fail("'" + rest.take_front(16).str() + "' is not expected");
  }
  std::string problem;

private:
  Datum conditional();
  Datum comparison();
  Datum sum();
  Datum product();
  Datum unary();
  Datum primary();
  Datum number();
  Datum word();
  Datum name();

  void skip() { rest = rest.ltrim(" \t\r\n"); }
  bool take(StringRef token) {
    skip();
    return rest.consume_front(token);
  }
  Datum fail(const std::string &text) {
    if (problem.empty())
      problem = text;
    rest = "";
    return 0.0;
  }
  double numberOf(const Datum &datum) {
    if (const double *number = std::get_if<double>(&datum))
      return *number;
    fail("'" + std::get<std::string>(datum) + "' is a word, not a number");
    return 0;
  }

  StringRef rest;
  const Environment &environment;
  int depth = 0;
};
} // namespace

DatumList Evaluator::list() {
  DatumList values;
  do
    values.push_back(conditional());
  while (take(","));
  expectEnd();
  return values;
}

Datum Evaluator::conditional() {
  if (++depth > maxDepth)
    return fail("it is nested too deeply");
  Datum value = comparison();
  if (take("?")) {
    bool condition = numberOf(value) != 0;
    Datum onTrue = conditional();
    if (!take(":"))
      return fail("':' is missing");
    Datum onFalse = conditional();
    value = condition ? onTrue : onFalse;
  }
  --depth;
  return value;
}

Datum Evaluator::comparison() {
  Datum lhs = sum();
  if (take("=="))
    return double(lhs == sum());
  if (take("!="))
    return double(lhs != sum());
  if (take("<="))
    return double(numberOf(lhs) <= numberOf(sum()));
  if (take(">="))
    return double(numberOf(lhs) >= numberOf(sum()));
  if (take("<"))
    return double(numberOf(lhs) < numberOf(sum()));
  if (take(">"))
    return double(numberOf(lhs) > numberOf(sum()));
  return lhs;
}

Datum Evaluator::sum() {
  Datum value = product();
  while (true) {
    if (take("+"))
      value = numberOf(value) + numberOf(product());
    else if (take("-"))
      value = numberOf(value) - numberOf(product());
    else
      return value;
  }
}

Datum Evaluator::product() {
  Datum value = unary();
  while (true) {
    bool floor = take("//"), divide = !floor && take("/");
    bool remainder = !floor && !divide && take("%");
    if (floor || divide || remainder) {
      double lhs = numberOf(value), rhs = numberOf(unary());
      if (rhs == 0)
        return fail("it divides by zero");
      if (floor)
        value = std::floor(lhs / rhs);
      else
        value = divide ? lhs / rhs : lhs - rhs * std::floor(lhs / rhs);
    } else if (take("*")) {
      value = numberOf(value) * numberOf(unary());
    } else {
      return value;
    }
  }
}

Datum Evaluator::unary() {
  bool negative = false;
  while (take("-"))
    negative = !negative;
  Datum value = primary();
  return negative ? Datum(-numberOf(value)) : value;
}

Datum Evaluator::primary() {
  if (take("(")) {
    Datum value = conditional();
    return take(")") ? value : fail("')' is missing");
  }
  skip();
  if (rest.empty())
    return fail("something is missing at its end");
  char first = rest.front();
  if (llvm::isDigit(first) || first == '.')
    return number();
  if (first == '\'')
    return word();
  if (llvm::isAlpha(first) || first == '_')
    return name();
  return fail("'" + rest.take_front(16).str() + "' is not expected");
}

Datum Evaluator::number() {
  size_t length = 0;
  while (length < rest.size() &&
         (llvm::isAlnum(rest[length]) || rest[length] == '.' ||
          ((rest[length] == '-' || rest[length] == '+') &&
           llvm::toLower(rest[length - 1]) == 'e')))
    ++length;
  StringRef text = rest.take_front(length);
  double value;
  if (text.getAsDouble(value) || !std::isfinite(value))
    return fail("'" + text.str() + "' is not a number");
  rest = rest.drop_front(length);
  return value;
}

Datum Evaluator::word() {
  size_t end = rest.find('\'', 1);
  if (end == StringRef::npos)
    return fail("a quotation mark is missing");
  std::string text = rest.slice(1, end).str();
  rest = rest.drop_front(end + 1);
  return text;
}

Datum Evaluator::name() {
  StringRef text =
      rest.take_while([](char c) { return llvm::isAlnum(c) || c == '_'; });
  rest = rest.drop_front(text.size());
  if (text == "true" || text == "false")
    return double(text == "true");
  auto entry = environment.find(text);
  if (entry == environment.end())
    return fail("no dimension or argument is called '" + text.str() + "'");
  return entry->second;
}

std::optional<DatumList>
mlcc::mlc_frontend::evaluateList(StringRef text, const Environment &environment,
                                 std::string &problem) {
  if (text.trim().empty())
    return DatumList();
  Evaluator evaluator(text, environment);
  DatumList values = evaluator.list();
  problem = evaluator.problem;
  if (!problem.empty())
    return std::nullopt;
  return values;
}

std::optional<Assignment> mlcc::mlc_frontend::evaluateAssignment(
    StringRef text, const Environment &environment, std::string &problem) {
  auto [name, expression] = text.split('=');
  name = name.trim();
  bool isName = !name.empty() && llvm::all_of(name, [](char c) {
    return llvm::isAlnum(c) || c == '_';
  });
  if (!isName) {
    problem = "it must be NAME = EXPRESSION";
    return std::nullopt;
  }
  auto values = evaluateList(expression, environment, problem);
  if (!values)
    return std::nullopt;
  if (values->empty() && text.contains('=')) {
    problem = "nothing stands behind '='";
    return std::nullopt;
  }
  return Assignment{name.str(), std::move(*values)};
}

std::optional<int64_t> mlcc::mlc_frontend::asInteger(const Datum &datum) {
  const double *number = std::get_if<double>(&datum);
  if (!number || *number != std::floor(*number) || std::abs(*number) > 0x1p53)
    return std::nullopt;
  return int64_t(*number);
}
