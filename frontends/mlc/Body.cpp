//===- Body.cpp - Nodes of functions and blocks ---------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Body.h"

#include "frontends/mlc/Layer.h"
#include "frontends/mlc/Suggestion.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::mlc_frontend;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool mlcc::mlc_frontend::isLegalName(StringRef name) {
  return !name.empty() && llvm::all_of(name, [](char c) {
    return llvm::isAlnum(c) || c == '_' || c == '-';
  });
}

InFlightDiagnostic BodyImporter::error(const v1::Node &node, ErrorCode code,
                                       StringRef field, int index) {
  model.failed = true;
  InFlightDiagnostic diagnostic =
      mlcc::emitError(model.description.locate(node, field, index), code);
  if (!node.name().empty())
    diagnostic << "'" << node.name() << "': ";
  return diagnostic;
}

/// The field of Node.kind that is set; null if none is.
static const FieldDescriptor *kindField(const v1::Node &node) {
  return node.GetReflection()->GetOneofFieldDescriptor(
      node, node.GetDescriptor()->FindOneofByName("kind"));
}

void BodyImporter::importNodes(const Nodes &nodes, Scope &scope) {
  for (auto [index, node] : llvm::enumerate(nodes)) {
    if (++model.expandedNodes > maxNodes) {
      if (model.expandedNodes == maxNodes + 1)
        error(node, ErrorCode::ExpansionLimit)
            << "with all its blocks, the model has more than " << maxNodes
            << " nodes";
      return;
    }
    importNode(node, index, scope);
  }
}

void BodyImporter::importNode(const v1::Node &node, int index, Scope &scope) {
  const FieldDescriptor *kind = kindField(node);
  if (!kind) {
    error(node, ErrorCode::InvalidField) << "the node does not say what it is";
    return defineResults(node, scope, {}, true);
  }
  if (!node.name().empty()) {
    if (!isLegalName(node.name())) {
      error(node, ErrorCode::InvalidField, "name")
          << "names are letters, digits, '_' and '-'";
      return defineResults(node, scope, {}, true);
    }
    model.layers.insert(scope.prefix + node.name());
  }
  std::string name =
      scope.prefix + (node.name().empty()
                          ? kind->name() + "#" + std::to_string(index)
                          : node.name());
  Location location =
      NameLoc::get(StringAttr::get(model.description.getContext(), name),
                   model.description.locate(node));
  std::optional<Values> inputs = inputsOf(node, scope);
  if (!inputs) // Reported here, or where the input was made.
    return defineResults(node, scope, {}, true);
  Values results = importKind(node, scope, *inputs, location);
  model.failed |= results.empty();
  defineResults(node, scope, results, results.empty());
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

/// Whether a node of this kind has no inputs unless it says so.
static bool startsAnew(const v1::Node &node) {
  return node.has_parameter() || node.has_constant() || node.has_formula() ||
         (node.has_random() &&
          node.random().distribution() != v1::Random::CATEGORICAL);
}

std::optional<BodyImporter::Values> BodyImporter::inputsOf(const v1::Node &node,
                                                           Scope &scope) {
  Values inputs;
  if (node.input().empty()) {
    if (startsAnew(node))
      return inputs;
    if (!scope.previous) {
      error(node, ErrorCode::InvalidField, "input")
          << "there is no value before this node: name its inputs";
      return std::nullopt;
    }
    if (!*scope.previous)
      return std::nullopt;
    inputs.push_back(*scope.previous);
    return inputs;
  }
  bool failed = false;
  for (auto [index, name] : llvm::enumerate(node.input())) {
    if (name.empty()) {
      inputs.push_back(nullptr);
      if (!node.has_op() && !node.has_attention()) {
        error(node, ErrorCode::InvalidField, "input", index)
            << "an input has no name";
        failed = true;
      }
      continue;
    }
    auto entry = scope.values.find(name);
    if (entry == scope.values.end()) {
      error(node, ErrorCode::UnknownName, "input", index)
          << "no node or input before this one is called '" << name << "'"
          << suggestion(name, scope.values);
      failed = true;
      continue;
    }
    failed |= !entry->second;
    inputs.push_back(entry->second);
  }
  if (failed)
    return std::nullopt;
  return inputs;
}

void BodyImporter::defineResults(const v1::Node &node, Scope &scope,
                                 ArrayRef<Value> results, bool failed) {
  SmallVector<StringRef> names(node.output().begin(), node.output().end());
  if (names.empty() && !node.name().empty())
    names.push_back(node.name());
  if (!failed && names.size() > results.size())
    error(node, ErrorCode::InvalidField, "output")
        << "there are " << names.size() << " names for " << results.size()
        << " results";
  for (auto [index, name] : llvm::enumerate(names)) {
    Value value = index < results.size() ? results[index] : Value();
    if (name.empty())
      continue;
    if (!isLegalName(name))
      error(node, ErrorCode::InvalidField, "output", index)
          << "names are letters, digits, '_' and '-'";
    else if (!scope.values.try_emplace(name, value).second)
      error(node, ErrorCode::NameConflict,
            node.output().empty() ? "name" : "output", index)
          << "another value is called '" << name << "' already";
  }
  scope.previous = results.empty() ? Value() : results.front();
  scope.previousName = names.empty() ? StringRef() : names.front();
}

//===----------------------------------------------------------------------===//
// Fields
//===----------------------------------------------------------------------===//

std::optional<std::vector<Assignment>>
BodyImporter::assignmentsOf(const v1::Node &node, const Scope &scope) {
  std::vector<Assignment> assignments;
  bool failed = false;
  for (auto [index, text] : llvm::enumerate(node.with())) {
    std::string problem;
    auto assignment = evaluateAssignment(text, *scope.environment, problem);
    if (!assignment) {
      error(node, ErrorCode::InvalidExpression, "with", index)
          << "\"" << text << "\": " << problem;
      failed = true;
      continue;
    }
    assignments.push_back(std::move(*assignment));
  }
  if (failed)
    return std::nullopt;
  return assignments;
}

/// Sets a field that holds numbers or words, or adds to a repeated one. False
/// if the datum is of another kind.
static bool setField(Message &message, const FieldDescriptor *field,
                     const Datum &datum) {
  const auto *reflection = message.GetReflection();
  const double *number = std::get_if<double>(&datum);
  const std::string *word = std::get_if<std::string>(&datum);
  std::optional<int64_t> integer = asInteger(datum);
  switch (field->cpp_type()) {
  case FieldDescriptor::CPPTYPE_INT64:
    if (!integer)
      return false;
    field->is_repeated() ? reflection->AddInt64(&message, field, *integer)
                         : reflection->SetInt64(&message, field, *integer);
    return true;
  case FieldDescriptor::CPPTYPE_DOUBLE:
    if (!number)
      return false;
    field->is_repeated() ? reflection->AddDouble(&message, field, *number)
                         : reflection->SetDouble(&message, field, *number);
    return true;
  case FieldDescriptor::CPPTYPE_BOOL:
    if (!integer || field->is_repeated())
      return false;
    reflection->SetBool(&message, field, *integer != 0);
    return true;
  case FieldDescriptor::CPPTYPE_STRING:
    if (!word || field->is_repeated())
      return false;
    reflection->SetString(&message, field, *word);
    return true;
  case FieldDescriptor::CPPTYPE_ENUM:
    if (word && !field->is_repeated())
      if (const auto *value = field->enum_type()->FindValueByName(*word)) {
        reflection->SetEnum(&message, field, value);
        return true;
      }
    return false;
  default:
    return false;
  }
}

std::vector<Assignment>
BodyImporter::setFields(const v1::Node &node, Message &kind,
                        ArrayRef<Assignment> assignments) {
  std::vector<Assignment> others;
  for (auto [index, assignment] : llvm::enumerate(assignments)) {
    const FieldDescriptor *field =
        kind.GetDescriptor()->FindFieldByName(assignment.name);
    if (!field) {
      others.push_back(assignment);
      continue;
    }
    kind.GetReflection()->ClearField(&kind, field);
    bool fits = field->is_repeated() || assignment.values.size() == 1;
    for (const Datum &datum : assignment.values)
      fits = fits && setField(kind, field, datum);
    if (!fits)
      error(node, ErrorCode::InvalidField, "with", index)
          << "\"" << node.with(index) << "\": '" << field->name()
          << "' has values of another kind";
  }
  return others;
}

//===----------------------------------------------------------------------===//
// Kinds
//===----------------------------------------------------------------------===//

BodyImporter::Values BodyImporter::importKind(const v1::Node &node,
                                              Scope &scope,
                                              ArrayRef<Value> inputs,
                                              Location location) {
  bool hasBlock = node.has_call() || node.has_scan() || node.has_while_();
  if (!hasBlock)
    return importLayer(node, scope, inputs, location);
  // Arguments of repeated calls may use `index`; they are evaluated again for
  // each.
  Environment environment = *scope.environment;
  environment.try_emplace("index", 0.0);
  Scope numbered{.prefix = "",
                 .parameterPrefix = "",
                 .environment =
                     node.has_call() ? &environment : scope.environment};
  auto assignments = assignmentsOf(node, numbered);
  if (!assignments)
    return {};
  const Message &given =
      node.GetReflection()->GetMessage(node, kindField(node));
  std::unique_ptr<Message> kind(given.New());
  kind->CopyFrom(given);
  std::vector<Assignment> arguments = setFields(node, *kind, *assignments);
  if (node.has_call())
    return importCall(node, static_cast<const v1::Call &>(*kind), scope,
                      arguments, inputs);
  if (node.has_scan())
    return importScan(node, static_cast<const v1::Scan &>(*kind), scope,
                      arguments, inputs, location);
  return importWhile(node, static_cast<const v1::While &>(*kind), scope,
                     arguments, inputs, location);
}

BodyImporter::Values BodyImporter::importFormula(const v1::Node &node,
                                                 Scope &scope,
                                                 Location location) {
  if (!node.input().empty() || !node.with().empty() || !node.share().empty()) {
    error(node, ErrorCode::InvalidField)
        << "a formula names the values that it needs itself";
    return {};
  }
  Layer layer(model.description, function, model.variables, node,
              /*given=*/nullptr, /*kind=*/nullptr, location,
              scope.parameterPrefix + node.name(), /*frozen=*/false,
              model.elementType, *scope.environment, /*inputs=*/{});
  mlc_frontend::importFormula(layer, node.formula(), scope.values);
  return layer.failed() ? Values() : Values(layer.getResults());
}

BodyImporter::Values BodyImporter::importLayer(const v1::Node &node,
                                               Scope &scope,
                                               ArrayRef<Value> inputs,
                                               Location location) {
  if (node.has_formula())
    return importFormula(node, scope, location);
  auto assignments = assignmentsOf(node, scope);
  if (!assignments)
    return {};
  std::string parameterName = scope.parameterPrefix + node.name();
  if (!node.share().empty()) {
    parameterName = node.share();
    model.shared.push_back(
        {node.share(), model.description.locate(node, "share")});
  }
  const Message *given = nullptr;
  std::unique_ptr<Message> kind;
  if (!node.has_op()) {
    given = &node.GetReflection()->GetMessage(node, kindField(node));
    kind.reset(given->New());
    kind->CopyFrom(*given);
    std::vector<Assignment> others = setFields(node, *kind, *assignments);
    for (const Assignment &other : others)
      error(node, ErrorCode::UnknownName, "with")
          << kindField(node)->name() << " has no field '" << other.name << "'";
    if (!others.empty())
      return {};
  }
  Layer layer(model.description, function, model.variables, node, given,
              kind.get(), location, parameterName,
              scope.frozen || node.frozen(), model.elementType,
              *scope.environment, inputs);
  if (node.has_op())
    importOperation(layer, node.op(), *assignments);
  else
    findLayer(node.kind_case())(layer);
  if (layer.failed())
    return {};
  return Values(layer.getResults());
}
