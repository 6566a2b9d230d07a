//===- Calls.cpp - Blocks and their calls ---------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Body.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::mlc_frontend;

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

/// Gives each argument of a block its value; returns what is wrong, or nothing.
static std::string bindArguments(const v1::Block &block,
                                 ArrayRef<Assignment> given,
                                 Environment &environment) {
  llvm::StringSet<> known, bound;
  for (const Assignment &argument : given) {
    if (argument.values.size() != 1)
      return "the argument '" + argument.name + "' is one value";
    if (!bound.insert(argument.name).second)
      return "the argument '" + argument.name + "' is given twice";
    environment[argument.name] = argument.values.front();
  }
  for (const std::string &text : block.argument()) {
    std::string problem;
    StringRef name = StringRef(text).split('=').first.trim();
    known.insert(name);
    if (bound.contains(name))
      continue;
    auto assignment = evaluateAssignment(text, environment, problem);
    if (!assignment)
      return "argument \"" + text + "\": " + problem;
    if (assignment->values.size() != 1)
      return "the argument '" + assignment->name + "' must be given";
    environment[assignment->name] = assignment->values.front();
  }
  for (const Assignment &argument : given)
    if (!known.contains(argument.name))
      return "the block has no argument '" + argument.name + "'";
  return "";
}

std::optional<BodyImporter::Invocation>
BodyImporter::prepare(const v1::Node &node, StringRef name, const Scope &scope,
                      ArrayRef<Assignment> arguments) {
  const v1::Block *block = model.blocks.lookup(name);
  if (!block) {
    error(node, ErrorCode::UnknownName) << "there is no block '" << name << "'";
    return std::nullopt;
  }
  if (llvm::is_contained(callers, name) || callers.size() >= maxDepth) {
    error(node, ErrorCode::ExpansionLimit)
        << "the block '" << name
        << "' calls itself: " << llvm::join(callers, " calls ") << " calls "
        << name;
    return std::nullopt;
  }
  Invocation invocation{block, model.dimensions, scope.prefix,
                        scope.parameterPrefix, scope.frozen || node.frozen()};
  auto index = scope.environment->find("index");
  invocation.environment["index"] =
      index == scope.environment->end() ? Datum(0.0) : index->second;
  std::string problem =
      bindArguments(*block, arguments, invocation.environment);
  if (!problem.empty()) {
    error(node, ErrorCode::InvalidField, "with") << problem;
    return std::nullopt;
  }
  if (!node.name().empty()) {
    invocation.prefix += node.name() + ".";
    invocation.parameterPrefix += node.name() + ".";
  }
  if (!node.share().empty()) {
    invocation.parameterPrefix = node.share() + ".";
    model.shared.push_back(
        {node.share(), model.description.locate(node, "share")});
  }
  return invocation;
}

BodyImporter::Values BodyImporter::invoke(const v1::Node &node,
                                          const Invocation &invocation,
                                          ArrayRef<Value> inputs) {
  const v1::Block &block = *invocation.block;
  if (int(inputs.size()) != block.input_size()) {
    error(node, ErrorCode::InvalidField, "input")
        << "the block '" << block.name() << "' takes " << block.input_size()
        << " inputs, not " << inputs.size();
    return {};
  }
  Scope scope{.prefix = invocation.prefix,
              .parameterPrefix = invocation.parameterPrefix,
              .environment = &invocation.environment,
              .frozen = invocation.frozen};
  for (auto [name, value] : llvm::zip_equal(block.input(), inputs))
    scope.values[name] = value;
  if (!inputs.empty())
    scope.previous = inputs.front();
  callers.push_back(block.name());
  importNodes(block.node(), scope);
  callers.pop_back();

  Values results;
  for (auto [index, name] : llvm::enumerate(block.output())) {
    auto entry = scope.values.find(name);
    if (entry == scope.values.end()) {
      model.failed = true;
      mlcc::emitError(model.description.locate(block, "output", index),
                      ErrorCode::UnknownName)
          << "no value of the block '" << block.name() << "' is called '"
          << name << "'";
      return {};
    }
    results.push_back(entry->second);
  }
  if (block.output().empty() && scope.previous)
    results.push_back(*scope.previous);
  if (llvm::is_contained(results, Value()))
    return {}; // Reported where the value was to be made.
  if (results.empty())
    error(node, ErrorCode::InvalidField)
        << "the block '" << block.name() << "' has no nodes";
  return results;
}

BodyImporter::Values BodyImporter::importCall(const v1::Node &node,
                                              const v1::Call &call,
                                              const Scope &scope,
                                              ArrayRef<Assignment> arguments,
                                              ArrayRef<Value> inputs) {
  if (call.repeat() < 0 || call.repeat() > maxNodes) {
    error(node, ErrorCode::ExpansionLimit)
        << "a block is repeated from 1 to " << maxNodes << " times";
    return {};
  }
  bool isRepeated = call.repeat() != 0;
  if (isRepeated && node.name().empty()) {
    error(node, ErrorCode::InvalidField, "name")
        << "a repeated call needs a name, after which its layers are called";
    return {};
  }
  Values values(inputs);
  Values results;
  for (int64_t index = 0; index < std::max<int64_t>(call.repeat(), 1);
       ++index) {
    // `index` is known to the arguments of each repetition.
    Environment environment = *scope.environment;
    environment["index"] = double(index);
    Scope inner{.prefix = scope.prefix,
                .parameterPrefix = scope.parameterPrefix,
                .environment = &environment,
                .frozen = scope.frozen};
    std::vector<Assignment> bound(arguments);
    if (isRepeated) {
      auto again = assignmentsOf(node, inner);
      if (!again)
        return {};
      v1::Call ignored;
      bound = setFields(node, ignored, *again);
    }
    auto invocation =
        prepare(node, call.block(), isRepeated ? inner : scope, bound);
    if (!invocation)
      return {};
    if (isRepeated) {
      invocation->prefix += std::to_string(index) + ".";
      invocation->parameterPrefix += std::to_string(index) + ".";
    }
    results = invoke(node, *invocation, values);
    if (results.empty() || model.expandedNodes > maxNodes)
      return {};
    if (isRepeated && results.size() > values.size()) {
      error(node, ErrorCode::InvalidField)
          << "a repeated block has not more outputs than inputs";
      return {};
    }
    if (isRepeated)
      llvm::copy(results, values.begin());
  }
  return results;
}
