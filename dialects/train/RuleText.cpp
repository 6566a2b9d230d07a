//===- RuleText.cpp - Optimizers and schedules from text ------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/train/RuleText.h"

#include "dialects/train/Train.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace mlir;
using namespace mlcc;

std::string mlcc::train::numberText(double value) {
  llvm::SmallString<32> digits;
  llvm::APFloat(value).toString(digits, /*FormatPrecision=*/17,
                                /*FormatMaxPadding=*/0);
  StringRef text = digits;
  if (text.contains('.'))
    return text.str();
  auto [mantissa, exponent] = text.split('E');
  return (mantissa + ".0" + (exponent.empty() ? "" : "E") + exponent).str();
}

Attribute mlcc::train::parseRule(MLIRContext *context, StringRef text,
                                 std::string &problem) {
  ScopedDiagnosticHandler collect(context, [&](Diagnostic &diagnostic) {
    if (!problem.empty())
      problem += "; ";
    problem += diagnostic.str();
    return success();
  });
  return parseAttribute(text, context);
}

static constexpr StringLiteral optimizerNames[] = {
    "sgd",     "momentum", "nesterov", "adagrad", "adadelta",
    "rmsprop", "adam",     "amsgrad",  "adamw"};

static bool isWord(StringRef text) {
  return !text.empty() && llvm::all_of(text, [](char c) {
    return llvm::isAlnum(c) || c == '_';
  });
}

/// A field's value as an attribute has it; empty if it can be none.
static std::string valueText(StringRef value) {
  double number;
  if (!value.getAsDouble(number, /*AllowInexact=*/true))
    return std::isfinite(number) ? train::numberText(number) : "";
  return isWord(value) ? value.str() : "";
}

Attribute mlcc::train::parseOptimizer(MLIRContext *context, StringRef text,
                                      std::string &problem) {
  auto [name, fields] = text.split(':');
  if (!llvm::is_contained(optimizerNames, name)) {
    problem = "there is no optimizer '" + name.str() + "'; there are " +
              llvm::join(ArrayRef(optimizerNames), ", ");
    return nullptr;
  }
  std::string attribute = "#train." + name.str() + "<";
  SmallVector<StringRef> parts;
  fields.split(parts, ',', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (auto [index, part] : llvm::enumerate(parts)) {
    auto [field, value] = part.split('=');
    std::string number = valueText(value.trim());
    if (!isWord(field.trim()) || number.empty()) {
      problem = "'" + part.str() + "' is not FIELD=VALUE";
      return nullptr;
    }
    attribute += (index ? ", " : "") + field.trim().str() + " = " + number;
  }
  Attribute rule = parseRule(context, attribute + ">", problem);
  auto optimizer = dyn_cast_or_null<OptimizerAttrInterface>(rule);
  if (optimizer && problem.empty())
    problem = optimizer.problem();
  return problem.empty() ? rule : Attribute();
}
