//===- Formula.cpp - Values written as mathematics is ---------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// A formula is an expression (Expressions.h) whose names may be those of
// tensors, and whose words are names of variables. Numbers are computed here as
// long as they meet no tensor, and then get its element type. Operators and
// calls are nn operations; reductions have short names and reduce all that is
// not said otherwise.
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Layer.h"
#include "frontends/mlc/Suggestion.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::mlc_frontend;

namespace {
/// A number or a tensor; null after an error.
using Operand = std::variant<double, Value>;

class FormulaBuilder {
public:
  FormulaBuilder(Layer &layer, const llvm::StringMap<Value> &values)
      : layer(layer), values(values) {}

  Operand build(const Expression &expression);
  Value tensor(const Operand &operand, Type elementType);

private:
  Operand name(StringRef name);
  Operand binary(StringRef name, const Operand &lhs, const Operand &rhs);
  Operand condition(const Expression &expression);
  Operand call(const Expression &expression);
  /// An operation on tensors and numbers, which become tensors.
  Operand apply(StringRef op, ArrayRef<Operand> operands,
                ArrayRef<Assignment> attributes = {});
  Operand fail(const Twine &problem) {
    if (!layer.failed())
      layer.error(ErrorCode::InvalidExpression, "formula")
          << "\"" << layer.node.formula() << "\": " << problem.str();
    return Value();
  }

  Layer &layer;
  const llvm::StringMap<Value> &values;
};
} // namespace

Value FormulaBuilder::tensor(const Operand &operand, Type elementType) {
  if (const Value *value = std::get_if<Value>(&operand))
    return *value;
  double number = std::get<double>(operand);
  if (isa<IntegerType>(elementType) && !asInteger(number))
    fail("a number with a fraction meets whole numbers (use cast)");
  return layer.failed() ? Value() : layer.math.scalar(number, elementType);
}

/// The element type that numbers among the operands of `op` get.
static Type numbersType(StringRef op, ArrayRef<Operand> operands,
                        Type otherwise) {
  if (op == "one_hot")
    return otherwise;
  for (const Operand &operand : operands.drop_front(op == "where" ? 1 : 0))
    if (const Value *value = std::get_if<Value>(&operand); value && *value)
      return Layer::type(*value).getElementType();
  return otherwise;
}

Operand FormulaBuilder::apply(StringRef op, ArrayRef<Operand> operands,
                              ArrayRef<Assignment> attributes) {
  Type type = numbersType(op, operands, layer.elementType);
  SmallVector<Value> inputs;
  for (const Operand &operand : operands)
    inputs.push_back(tensor(operand, type));
  if (layer.failed())
    return Value();
  return layer.apply(op, inputs, attributes);
}

Operand FormulaBuilder::name(StringRef name) {
  if (auto value = values.find(name); value != values.end()) {
    if (!value->second)
      layer.fail(); // Reported where the value was made.
    return value->second;
  }
  auto entry = layer.environment.find(name);
  if (entry == layer.environment.end()) {
    if (!layer.failed())
      layer.error(ErrorCode::UnknownName, "formula")
          << "no value, dimension or argument is called '" << name << "'"
          << suggestion(name, values);
    return Value();
  }
  if (const double *number = std::get_if<double>(&entry->second))
    return *number;
  return fail("'" + name + "' is a word, not a number");
}

Operand FormulaBuilder::binary(StringRef name, const Operand &lhs,
                               const Operand &rhs) {
  const double *x = std::get_if<double>(&lhs);
  const double *y = std::get_if<double>(&rhs);
  if (x && y && name != "@") {
    std::string problem;
    std::optional<Datum> value = applyOperator(name, *x, *y, problem);
    if (!value)
      return fail(problem);
    return std::get<double>(*value);
  }
  if (name == "^" && y && *y == 2)
    return apply("mul", {lhs, lhs});
  if (name == "//")
    return apply("floor", apply("div", {lhs, rhs}));
  if (name == "!=")
    return apply("not", apply("equal", {lhs, rhs}));
  bool swap = name == ">" || name == ">=";
  StringRef op = llvm::StringSwitch<StringRef>(name)
                     .Case("+", "add")
                     .Case("-", "sub")
                     .Case("*", "mul")
                     .Case("/", "div")
                     .Case("%", "mod")
                     .Case("^", "pow")
                     .Case("@", "matmul")
                     .Case("==", "equal")
                     .Cases({"<", ">"}, "less")
                     .Cases({"<=", ">="}, "less_equal");
  return swap ? apply(op, {rhs, lhs}) : apply(op, {lhs, rhs});
}

Operand FormulaBuilder::condition(const Expression &expression) {
  Operand condition = build(expression.operands[0]);
  if (const double *number = std::get_if<double>(&condition))
    return build(expression.operands[*number != 0 ? 1 : 2]);
  Operand onTrue = build(expression.operands[1]);
  Operand onFalse = build(expression.operands[2]);
  return apply("where", {condition, onTrue, onFalse});
}

/// Reductions by their short names: of one operand, so that max(x) is the
/// largest element, and max(x, y) the larger.
static StringRef operationOf(StringRef function, size_t operands) {
  if (operands != 1)
    return function;
  return llvm::StringSwitch<StringRef>(function)
      .Case("sum", "reduce_sum")
      .Case("mean", "reduce_mean")
      .Case("prod", "reduce_prod")
      .Case("max", "reduce_max")
      .Case("min", "reduce_min")
      .Default(function);
}

Operand FormulaBuilder::call(const Expression &expression) {
  SmallVector<Operand> operands;
  SmallVector<Assignment> attributes;
  for (const Expression &part : expression.operands) {
    if (part.kind != Expression::Kind::Option) {
      if (!attributes.empty())
        return fail("operands stand before options");
      operands.push_back(build(part));
      continue;
    }
    Assignment &attribute = attributes.emplace_back();
    attribute.name = part.text;
    for (const Expression &value : part.operands) {
      std::string problem;
      std::optional<Datum> datum = evaluate(value, layer.environment, problem);
      if (!datum)
        return fail(problem);
      attribute.values.push_back(std::move(*datum));
    }
  }
  if (layer.failed())
    return Value();
  if (expression.text == "float" || expression.text == "int") {
    bool isDouble = layer.elementType.isF64();
    std::string type = expression.text == "int" ? "i64"
                       : isDouble               ? "f64"
                                                : "f32";
    attributes.push_back({"to", {type}});
    return apply("cast", operands, attributes);
  }
  StringRef op = operationOf(expression.text, operands.size());
  if (op.starts_with("reduce_") && operands.size() == 1) {
    Value input = tensor(operands.front(), layer.elementType);
    auto isGiven = [&](StringRef name) {
      return llvm::any_of(attributes, [&](const Assignment &attribute) {
        return attribute.name == name;
      });
    };
    if (!isGiven("axes")) {
      Assignment &axes = attributes.emplace_back();
      axes.name = "axes";
      for (int64_t axis = 0; axis < Layer::rank(input); ++axis)
        axes.values.push_back(double(axis));
    }
    if (!isGiven("keepdims"))
      attributes.push_back({"keepdims", {0.0}});
  }
  return apply(op, operands, attributes);
}

Operand FormulaBuilder::build(const Expression &expression) {
  if (layer.failed())
    return Value();
  switch (expression.kind) {
  case Expression::Kind::Number:
    return expression.number;
  case Expression::Kind::Word:
    if (Value variable = layer.readVariable(expression.text))
      return variable;
    return fail("no layer before this one has a variable '" + expression.text +
                "'");
  case Expression::Kind::Name:
    return name(expression.text);
  case Expression::Kind::Negation: {
    Operand value = build(expression.operands[0]);
    if (const double *number = std::get_if<double>(&value))
      return -*number;
    return apply("neg", value);
  }
  case Expression::Kind::Operator: {
    Operand lhs = build(expression.operands[0]);
    Operand rhs = build(expression.operands[1]);
    return layer.failed() ? Operand(Value())
                          : binary(expression.text, lhs, rhs);
  }
  case Expression::Kind::Condition:
    return condition(expression);
  case Expression::Kind::Call:
    return call(expression);
  case Expression::Kind::Option:
    return fail("an option stands outside of a call");
  }
  return Value();
}

void mlcc::mlc_frontend::importFormula(Layer &layer, StringRef formula,
                                       const llvm::StringMap<Value> &values) {
  std::string problem;
  auto expressions = parseList(formula, problem);
  if (problem.empty() && expressions->size() != 1)
    problem = expressions->empty() ? "it is empty" : "it is a list";
  if (!problem.empty()) {
    layer.error(ErrorCode::InvalidExpression, "formula")
        << "\"" << formula << "\": " << problem;
    return;
  }
  FormulaBuilder builder(layer, values);
  Operand result = builder.build(expressions->front());
  Value value =
      layer.failed() ? Value() : builder.tensor(result, layer.elementType);
  if (!layer.failed())
    layer.setResults(value);
}
