//===- Calls.cpp - Blocks: calls, scans over time, loops ------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Body.h"

#include "dialects/nn/CheckedBuilder.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::mlc_frontend;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

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

//===----------------------------------------------------------------------===//
// Time
//===----------------------------------------------------------------------===//

namespace {
/// Cuts sequences into steps and stacks steps to sequences.
struct TimeAxis {
  OpBuilder &builder;
  Location location;
  int64_t axis;

  Value step(Value sequence, int64_t time) {
    RankedTensorType type = typeOf(sequence);
    SmallVector<int64_t> starts(type.getRank(), 0), ones(type.getRank(), 1);
    SmallVector<int64_t> sizes(type.getShape());
    starts[axis] = time;
    sizes[axis] = 1;
    Value slice =
        nn::SliceOp::create(builder, location, sequence, starts, sizes, ones);
    sizes.erase(sizes.begin() + axis);
    return nn::ReshapeOp::create(builder, location, slice, sizes);
  }
  /// Null after an error.
  Value stack(ArrayRef<Value> steps) {
    Values parts;
    for (Value value : steps) {
      SmallVector<int64_t> shape(typeOf(value).getShape());
      if (axis > int64_t(shape.size()) || value.getType() != steps[0].getType())
        return nullptr;
      shape.insert(shape.begin() + axis, 1);
      parts.push_back(nn::ReshapeOp::create(builder, location, value, shape));
    }
    auto whole =
        nn::createChecked<nn::ConcatOp>(builder, location, parts, axis);
    return failed(whole) ? Value() : whole->getResult();
  }
  using Values = SmallVector<Value>;
};
} // namespace

/// The number of time steps that all sequences have; 0 if they do not agree.
static int64_t stepsOf(ArrayRef<Value> sequences, int64_t axis) {
  int64_t steps = 0;
  for (Value sequence : sequences) {
    RankedTensorType type = typeOf(sequence);
    if (axis >= type.getRank())
      return 0;
    int64_t extent = type.getDimSize(axis);
    if (steps != 0 && extent != steps)
      return 0;
    steps = extent;
  }
  return steps;
}

BodyImporter::Values
BodyImporter::importScan(const v1::Node &node, const v1::Scan &scan,
                         const Scope &scope, ArrayRef<Assignment> arguments,
                         ArrayRef<Value> inputs, Location location) {
  int64_t states = scan.states();
  if (states < 0 || states >= int64_t(inputs.size()) || scan.axis() < 0) {
    error(node, ErrorCode::InvalidField, "input")
        << "of " << inputs.size() << " inputs, " << states
        << " cannot be states: at least one is a sequence";
    return {};
  }
  ArrayRef<Value> sequences = inputs.drop_back(states);
  int64_t steps = stepsOf(sequences, scan.axis());
  if (steps < 1 || steps > maxRounds) {
    error(node, steps ? ErrorCode::ExpansionLimit : ErrorCode::ShapeMismatch,
          "input")
        << "sequences have one number of time steps, at most " << maxRounds
        << ", in dimension " << scan.axis();
    return {};
  }
  auto invocation = prepare(node, scan.block(), scope, arguments);
  if (!invocation)
    return {};
  TimeAxis time{function.builder, location, scan.axis()};
  Values carried(inputs.take_back(states));
  std::vector<Values> stacks;
  for (int64_t number = 0; number < steps; ++number) {
    int64_t step = scan.reverse() ? steps - 1 - number : number;
    Values values;
    for (Value sequence : sequences)
      values.push_back(time.step(sequence, step));
    values.append(carried);
    Values results = invoke(node, *invocation, values);
    if (results.empty())
      return {};
    if (int64_t(results.size()) < states) {
      error(node, ErrorCode::InvalidField)
          << "the block has fewer outputs than states";
      return {};
    }
    carried.assign(results.begin(), results.begin() + states);
    stacks.resize(results.size() - states);
    for (auto [stack, value] :
         llvm::zip_equal(stacks, ArrayRef(results).drop_front(states)))
      stack.push_back(value);
  }
  Values results;
  for (Values &stack : stacks) {
    if (scan.reverse())
      std::reverse(stack.begin(), stack.end());
    Value sequence = time.stack(stack);
    if (!sequence) {
      error(node, ErrorCode::ShapeMismatch)
          << "outputs of the time steps cannot be stacked in dimension "
          << scan.axis();
      return {};
    }
    results.push_back(sequence);
  }
  results.append(carried);
  return results;
}

BodyImporter::Values
BodyImporter::importWhile(const v1::Node &node, const v1::While &loop,
                          const Scope &scope, ArrayRef<Assignment> arguments,
                          ArrayRef<Value> inputs, Location location) {
  if (loop.limit() < 1 || loop.limit() > maxRounds) {
    error(node, ErrorCode::ExpansionLimit)
        << "limit, the number of rounds at most, is from 1 to " << maxRounds;
    return {};
  }
  auto invocation = prepare(node, loop.block(), scope, arguments);
  if (!invocation)
    return {};
  OpBuilder &builder = function.builder;
  Values states(inputs);
  Value active; // Null in the first round, which always counts.
  for (int64_t round = 0; round < loop.limit(); ++round) {
    Values results = invoke(node, *invocation, states);
    if (results.empty())
      return {};
    bool fits = results.size() == states.size() + 1 &&
                typeOf(results[0]).getRank() == 0 &&
                typeOf(results[0]).getElementType().isInteger(1);
    for (size_t index = 0; fits && index < states.size(); ++index)
      fits = results[index + 1].getType() == states[index].getType();
    if (!fits) {
      error(node, ErrorCode::ShapeMismatch)
          << "the block's outputs are a boolean scalar and then values of the "
             "types of its inputs";
      return {};
    }
    for (size_t index = 0; index < states.size(); ++index)
      states[index] =
          active ? nn::WhereOp::create(builder, location, active,
                                       results[index + 1], states[index])
                       .getResult()
                 : results[index + 1];
    active = active ? nn::AndOp::create(builder, location, active, results[0])
                          .getResult()
                    : results[0];
  }
  return states;
}
