//===- Variables.cpp - The variables that functions share -----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Variables.h"

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/nn/Inference.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::mlc_frontend;

/// What differs between two declarations of a variable; empty if nothing does.
static std::string differenceOf(const Variable &first, const Variable &second) {
  if (first.type != second.type)
    return "it is " + nn::typeText(first.type) + " there, and " +
           nn::typeText(second.type) + " here";
  if (first.role != second.role)
    return "it has another role there";
  return "";
}

Variable *VariableTable::declare(Variable variable) {
  auto [entry, isNew] = byName.try_emplace(variable.name, nullptr);
  if (isNew) {
    variables.push_back(std::move(variable));
    return entry->second = &variables.back();
  }
  std::string difference = differenceOf(*entry->second, variable);
  if (difference.empty()) {
    entry->second->frozen |= variable.frozen;
    return entry->second;
  }
  InFlightDiagnostic error =
      mlcc::emitError(variable.location, ErrorCode::NameConflict)
      << "the variable '" << variable.name
      << "' is declared twice: " << difference;
  error.attachNote(entry->second->location) << "the other declaration";
  error.report();
  return nullptr;
}

Variable *VariableTable::find(StringRef name) { return byName.lookup(name); }
