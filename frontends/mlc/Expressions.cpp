//===- Expressions.cpp - Numbers and words known at compile time ----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Expressions.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

#include <cmath>

using namespace mlcc::mlc_frontend;
using llvm::StringRef;

/// Parentheses, powers and conditions inside each other.
static constexpr int maxDepth = 100;
/// Numbers, names and operators of a list.
static constexpr int maxSize = 1000;

namespace {
/// A parser by recursive descent. After the first problem nothing is read.
class Parser {
public:
  explicit Parser(StringRef text) : rest(text) {}

  std::vector<Expression> list();
  std::string problem;

private:
  using Kind = Expression::Kind;
  using Rule = Expression (Parser::*)();

  Expression conditional();
  Expression comparison();
  Expression sum();
  Expression product();
  Expression unary();
  Expression power();
  Expression primary();
  Expression number();
  Expression word();
  Expression name();
  Expression call(StringRef function);
  Expression option();
  /// Operands joined by any of the operators, from the left.
  Expression chain(Rule operand, llvm::ArrayRef<StringRef> operators);

  void skip() { rest = rest.ltrim(" \t\r\n"); }
  bool take(StringRef token) {
    skip();
    return rest.consume_front(token);
  }
  /// The first of the tokens that is there; "" if none is.
  StringRef takeOne(llvm::ArrayRef<StringRef> tokens) {
    for (StringRef token : tokens)
      if (take(token))
        return token;
    return "";
  }
  StringRef takeName() {
    skip();
    StringRef text =
        rest.take_while([](char c) { return llvm::isAlnum(c) || c == '_'; });
    rest = rest.drop_front(text.size());
    return text;
  }
  Expression make(Kind kind, StringRef text,
                  std::vector<Expression> operands = {}) {
    if (++size > maxSize)
      return fail("it is too long");
    return {kind, 0, text.str(), std::move(operands)};
  }
  Expression fail(const std::string &text) {
    if (problem.empty())
      problem = text;
    rest = "";
    return {Kind::Number, 0, "", {}};
  }

  StringRef rest;
  int depth = 0, size = 0;
};
} // namespace

std::vector<Expression> Parser::list() {
  std::vector<Expression> expressions;
  do
    expressions.push_back(conditional());
  while (take(","));
  skip();
  if (!rest.empty())
    fail("'" + rest.take_front(16).str() + "' is not expected");
  return expressions;
}

Expression Parser::conditional() {
  if (++depth > maxDepth)
    return fail("it is nested too deeply");
  Expression value = comparison();
  if (take("?")) {
    Expression onTrue = conditional();
    if (!take(":"))
      return fail("':' is missing");
    Expression onFalse = conditional();
    value = make(Kind::Condition, "",
                 {std::move(value), std::move(onTrue), std::move(onFalse)});
  }
  --depth;
  return value;
}

Expression Parser::comparison() {
  Expression lhs = sum();
  StringRef name = takeOne({"==", "!=", "<=", ">=", "<", ">"});
  if (name.empty())
    return lhs;
  Expression rhs = sum();
  return make(Kind::Operator, name, {std::move(lhs), std::move(rhs)});
}

Expression Parser::chain(Rule operand, llvm::ArrayRef<StringRef> operators) {
  Expression value = (this->*operand)();
  for (StringRef name; !(name = takeOne(operators)).empty();) {
    Expression rhs = (this->*operand)();
    value = make(Kind::Operator, name, {std::move(value), std::move(rhs)});
  }
  return value;
}

Expression Parser::sum() { return chain(&Parser::product, {"+", "-"}); }

Expression Parser::product() {
  return chain(&Parser::unary, {"//", "/", "%", "*", "@"});
}

Expression Parser::unary() {
  bool negative = false;
  while (take("-"))
    negative = !negative;
  Expression value = power();
  return negative ? make(Kind::Negation, "-", {std::move(value)}) : value;
}

Expression Parser::power() {
  Expression base = primary();
  if (!take("^"))
    return base;
  if (++depth > maxDepth)
    return fail("it is nested too deeply");
  Expression exponent = unary();
  --depth;
  return make(Kind::Operator, "^", {std::move(base), std::move(exponent)});
}

Expression Parser::primary() {
  if (take("(")) {
    Expression value = conditional();
    return take(")") ? std::move(value) : fail("')' is missing");
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

Expression Parser::number() {
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
  Expression result = make(Kind::Number, text);
  result.number = value;
  return result;
}

Expression Parser::word() {
  size_t end = rest.find('\'', 1);
  if (end == StringRef::npos)
    return fail("a quotation mark is missing");
  StringRef text = rest.slice(1, end);
  rest = rest.drop_front(end + 1);
  return make(Kind::Word, text);
}

Expression Parser::name() {
  StringRef text = takeName();
  if (take("("))
    return call(text);
  if (text != "true" && text != "false")
    return make(Kind::Name, text);
  Expression result = make(Kind::Number, text);
  result.number = text == "true";
  return result;
}

/// Behind the parenthesis.
Expression Parser::call(StringRef function) {
  if (++depth > maxDepth)
    return fail("it is nested too deeply");
  std::vector<Expression> operands;
  while (!take(")")) {
    if (!operands.empty() && !take(","))
      return fail("')' is missing");
    StringRef before = rest;
    bool isOption = !takeName().empty() && take("=") && !take("=");
    rest = before;
    operands.push_back(isOption ? option() : conditional());
    if (!problem.empty())
      break;
  }
  --depth;
  return make(Kind::Call, function, std::move(operands));
}

Expression Parser::option() {
  StringRef name = takeName();
  take("=");
  std::vector<Expression> values;
  if (!take("[")) {
    values.push_back(conditional());
    return make(Kind::Option, name, std::move(values));
  }
  while (!take("]")) {
    if (!values.empty() && !take(","))
      return fail("']' is missing");
    values.push_back(conditional());
    if (!problem.empty())
      break;
  }
  return make(Kind::Option, name, std::move(values));
}

std::optional<std::vector<Expression>>
mlcc::mlc_frontend::parseList(StringRef text, std::string &problem) {
  if (text.trim().empty())
    return std::vector<Expression>();
  Parser parser(text);
  std::vector<Expression> expressions = parser.list();
  problem = parser.problem;
  if (!problem.empty())
    return std::nullopt;
  return expressions;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

static std::optional<double> numberOf(const Datum &datum,
                                      std::string &problem) {
  if (const double *number = std::get_if<double>(&datum))
    return *number;
  problem = "'" + std::get<std::string>(datum) + "' is a word, not a number";
  return std::nullopt;
}

std::optional<Datum> mlcc::mlc_frontend::applyOperator(StringRef name,
                                                       const Datum &lhs,
                                                       const Datum &rhs,
                                                       std::string &problem) {
  if (name == "==" || name == "!=")
    return double((lhs == rhs) == (name == "=="));
  std::optional<double> x = numberOf(lhs, problem);
  std::optional<double> y = x ? numberOf(rhs, problem) : std::nullopt;
  if (!y)
    return std::nullopt;
  if ((name == "/" || name == "//" || name == "%") && *y == 0) {
    problem = "it divides by zero";
    return std::nullopt;
  }
  std::optional<double> value = llvm::StringSwitch<std::optional<double>>(name)
                                    .Case("+", *x + *y)
                                    .Case("-", *x - *y)
                                    .Case("*", *x * *y)
                                    .Case("/", *x / *y)
                                    .Case("//", std::floor(*x / *y))
                                    .Case("%", *x - *y * std::floor(*x / *y))
                                    .Case("^", std::pow(*x, *y))
                                    .Case("<", *x < *y)
                                    .Case("<=", *x <= *y)
                                    .Case(">", *x > *y)
                                    .Case(">=", *x >= *y)
                                    .Default(std::nullopt);
  if (!value)
    problem = "'" + name.str() + "' is for formulas";
  return value;
}

std::optional<Datum>
mlcc::mlc_frontend::evaluate(const Expression &expression,
                             const Environment &environment,
                             std::string &problem) {
  auto operand = [&](unsigned index) {
    return evaluate(expression.operands[index], environment, problem);
  };
  switch (expression.kind) {
  case Expression::Kind::Number:
    return expression.number;
  case Expression::Kind::Word:
    return expression.text;
  case Expression::Kind::Name: {
    auto entry = environment.find(expression.text);
    if (entry != environment.end())
      return entry->second;
    problem = "no dimension or argument is called '" + expression.text + "'";
    return std::nullopt;
  }
  case Expression::Kind::Negation: {
    std::optional<Datum> value = operand(0);
    std::optional<double> number =
        value ? numberOf(*value, problem) : std::nullopt;
    return number ? std::optional<Datum>(-*number) : std::nullopt;
  }
  case Expression::Kind::Operator: {
    std::optional<Datum> lhs = operand(0);
    std::optional<Datum> rhs = lhs ? operand(1) : std::nullopt;
    return rhs ? applyOperator(expression.text, *lhs, *rhs, problem)
               : std::nullopt;
  }
  case Expression::Kind::Condition: {
    std::optional<Datum> condition = operand(0);
    std::optional<double> number =
        condition ? numberOf(*condition, problem) : std::nullopt;
    return number ? operand(*number != 0 ? 1 : 2) : std::nullopt;
  }
  case Expression::Kind::Call:
  case Expression::Kind::Option:
    problem = "functions like '" + expression.text + "' are for formulas";
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<DatumList>
mlcc::mlc_frontend::evaluateList(StringRef text, const Environment &environment,
                                 std::string &problem) {
  auto expressions = parseList(text, problem);
  if (!expressions)
    return std::nullopt;
  DatumList values;
  for (const Expression &expression : *expressions) {
    std::optional<Datum> value = evaluate(expression, environment, problem);
    if (!value)
      return std::nullopt;
    values.push_back(std::move(*value));
  }
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
