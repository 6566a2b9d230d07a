//===- Loops.cpp - Blocks over time and again -----------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The block of a loop is imported once, into the body of an nn.scan or
// nn.while. Variables that it writes and the state of the random generator are
// carried as states. A block that asks for gradients (of what is around it,
// perhaps), or whose states change their shapes, is imported again for each
// step.
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Body.h"

#include "dialects/nn/CheckedBuilder.h"
#include "dialects/nn/Loops.h"
#include "dialects/nn/Random.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::mlc_frontend;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

//===----------------------------------------------------------------------===//
// Once
//===----------------------------------------------------------------------===//

/// The block's results for arguments of a loop's body; empty after an error,
/// none if it must be imported by steps.
std::optional<BodyImporter::Values>
BodyImporter::importLoopBody(const v1::Node &node, const Invocation &invocation,
                             ArrayRef<Value> arguments) {
  bool hadGradients = function.hasGradients;
  function.hasGradients = false;
  Values results = invoke(node, invocation, arguments);
  bool hasGradients = function.hasGradients;
  function.hasGradients |= hadGradients;
  if (hasGradients)
    return std::nullopt;
  return results;
}

namespace {
/// What the body of a loop changes besides its states: variables and the random
/// generator. They are carried as states too.
class CarriedState {
public:
  explicit CarriedState(FunctionState &function);

  /// As if the body had not been imported.
  void undo() { function.setProgress(before); }
  /// Adds the states, and their new values at the end of the body.
  void addTo(nn::LoopBuilder &loop, SmallVectorImpl<Value> &newStates);
  /// Takes over the last values, which come behind others.
  void finish(ValueRange results);

private:
  FunctionState &function;
  FunctionState::Progress before;
  SmallVector<const Variable *> variables;
  bool draws = false;
};
} // namespace

CarriedState::CarriedState(FunctionState &function) : function(function) {
  // Bodies know what they read by its value: no two variables share one.
  FunctionState::Progress progress = function.getProgress();
  for (auto &[variable, value] : progress.written)
    value = nn::ReshapeOp::create(function.builder, value.getLoc(), value,
                                  typeOf(value).getShape());
  function.setProgress(progress);
  before = progress;
}

void CarriedState::addTo(nn::LoopBuilder &loop,
                         SmallVectorImpl<Value> &newStates) {
  FunctionState::Progress after = function.getProgress();
  undo();
  for (auto [variable, value] : after.written) {
    if (before.written.lookup(variable) == value)
      continue;
    loop.addState(function.read(*variable));
    newStates.push_back(value);
    variables.push_back(variable);
  }
  Value key = before.key ? before.key : function.getKeyOnEntry();
  draws = key && loop.takes(key);
  if (draws) {
    newStates.push_back(
        nn::advanceRandom(function.builder, key.getLoc(), after.key));
    loop.addState(key);
  }
}

void CarriedState::finish(ValueRange results) {
  results = results.take_back(variables.size() + draws);
  for (auto [variable, value] : llvm::zip(variables, results))
    function.write(*variable, value);
  if (draws)
    function.setKey(results.back());
}

/// What the loop's body is called after.
static StringRef nameOf(Location location) {
  return location->findInstanceOf<NameLoc>().getName().getValue();
}

/// Moves dimension `from` of `value` to the place `to`.
static Value moveDimension(OpBuilder &builder, Location location, Value value,
                           int64_t from, int64_t to) {
  if (from == to)
    return value;
  SmallVector<int64_t> permutation;
  for (int64_t i = 0; i < typeOf(value).getRank(); ++i)
    if (i != from)
      permutation.push_back(i);
  permutation.insert(permutation.begin() + to, from);
  return nn::TransposeOp::create(builder, location, value, permutation);
}

std::optional<BodyImporter::Values>
BodyImporter::importScanOnce(const v1::Node &node, const v1::Scan &scan,
                             const Invocation &invocation,
                             ArrayRef<Value> sequences, ArrayRef<Value> states,
                             int64_t steps, Location location) {
  OpBuilder &builder = function.builder;
  Values moved;
  for (Value sequence : sequences)
    moved.push_back(moveDimension(builder, location, sequence, scan.axis(), 0));
  CarriedState carried(function);
  nn::LoopBuilder loop(builder, location, nameOf(location), moved, states);
  Values arguments(loop.getBlock()->getArguments());
  std::optional<Values> results = importLoopBody(node, invocation, arguments);
  if (!results || results->empty()) {
    carried.undo();
    return results;
  }
  if (results->size() < states.size()) {
    carried.undo();
    error(node, ErrorCode::InvalidField)
        << "the block has fewer outputs than states";
    return Values();
  }
  for (auto [value, state] : llvm::zip(*results, states))
    if (value.getType() != state.getType()) {
      carried.undo();
      return std::nullopt;
    }
  ArrayRef<Value> stepResults = ArrayRef(*results).drop_front(states.size());
  for (Value value : stepResults)
    if (scan.axis() > typeOf(value).getRank()) {
      carried.undo();
      error(node, ErrorCode::ShapeMismatch)
          << "outputs of the time steps cannot be stacked in dimension "
          << scan.axis();
      return Values();
    }
  Values newStates(ArrayRef(*results).take_front(states.size()));
  carried.addTo(loop, newStates);
  int64_t count = loop.getBlock()->getOperations().size();
  nn::ScanOp made =
      loop.finishScan(stepResults, newStates, steps, scan.reverse());
  if (scan.has_unroll()) {
    if (scan.unroll() && count > maxNodes / steps) {
      error(node, ErrorCode::ExpansionLimit)
          << "unrolled, the steps have more than " << maxNodes << " operations";
      return Values();
    }
    made.setUnroll(scan.unroll());
  }
  carried.finish(made.getResults());
  Values stacked;
  for (Value stack : made.getStacks())
    stacked.push_back(moveDimension(builder, location, stack, 0, scan.axis()));
  llvm::append_range(stacked, made.getLastStates().take_front(states.size()));
  return stacked;
}

static bool isCondition(Value value) {
  return typeOf(value).getRank() == 0 &&
         typeOf(value).getElementType().isInteger(1);
}

std::optional<BodyImporter::Values>
BodyImporter::importWhileOnce(const v1::Node &node, const v1::While &loop,
                              const Invocation &invocation,
                              ArrayRef<Value> states, Location location) {
  CarriedState carried(function);
  nn::LoopBuilder builder(function.builder, location, nameOf(location), {},
                          states);
  Values arguments(builder.getBlock()->getArguments());
  std::optional<Values> results = importLoopBody(node, invocation, arguments);
  if (!results || results->empty()) {
    carried.undo();
    return results;
  }
  bool fits =
      results->size() == states.size() + 1 && isCondition(results->front());
  for (size_t i = 0; fits && i < states.size(); ++i)
    fits = (*results)[i + 1].getType() == states[i].getType();
  if (!fits) {
    carried.undo();
    error(node, ErrorCode::ShapeMismatch)
        << "the block's outputs are a boolean scalar and then values of the "
           "types of its inputs";
    return Values();
  }
  Values newStates(ArrayRef(*results).drop_front());
  carried.addTo(builder, newStates);
  nn::WhileOp made =
      builder.finishWhile(results->front(), newStates, loop.limit());
  carried.finish(made.getResults());
  return Values(made.getResults().take_front(states.size()));
}

//===----------------------------------------------------------------------===//
// Step by step
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

BodyImporter::Values BodyImporter::importScanBySteps(
    const v1::Node &node, const v1::Scan &scan, const Invocation &invocation,
    ArrayRef<Value> sequences, ArrayRef<Value> states, int64_t steps,
    Location location) {
  if (steps > maxUnrolledRounds) {
    error(node, ErrorCode::ExpansionLimit, "input")
        << "a block that asks for gradients, or whose states change their "
           "shapes, is made again for each of at most "
        << maxUnrolledRounds << " time steps";
    return {};
  }
  TimeAxis time{function.builder, location, scan.axis()};
  Values carried(states);
  std::vector<Values> stacks;
  for (int64_t number = 0; number < steps; ++number) {
    int64_t step = scan.reverse() ? steps - 1 - number : number;
    Values values;
    for (Value sequence : sequences)
      values.push_back(time.step(sequence, step));
    values.append(carried);
    Values results = invoke(node, invocation, values);
    if (results.empty())
      return {};
    if (results.size() < states.size()) {
      error(node, ErrorCode::InvalidField)
          << "the block has fewer outputs than states";
      return {};
    }
    carried.assign(results.begin(), results.begin() + states.size());
    stacks.resize(results.size() - states.size());
    for (auto [stack, value] :
         llvm::zip_equal(stacks, ArrayRef(results).drop_front(states.size())))
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
BodyImporter::importWhileBySteps(const v1::Node &node, const v1::While &loop,
                                 const Invocation &invocation,
                                 ArrayRef<Value> inputs, Location location) {
  if (loop.limit() > maxUnrolledRounds) {
    error(node, ErrorCode::ExpansionLimit)
        << "a block that asks for gradients is made again for each of at most "
        << maxUnrolledRounds << " rounds";
    return {};
  }
  OpBuilder &builder = function.builder;
  Values states(inputs);
  Value active; // Null in the first round, which always counts.
  for (int64_t round = 0; round < loop.limit(); ++round) {
    Values results = invoke(node, invocation, states);
    if (results.empty())
      return {};
    bool fits = results.size() == states.size() + 1 && isCondition(results[0]);
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

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

BodyImporter::Values
BodyImporter::importScan(const v1::Node &node, const v1::Scan &scan,
                         const Scope &scope, ArrayRef<Assignment> arguments,
                         ArrayRef<Value> inputs, Location location) {
  int64_t states = scan.states();
  if (states < 0 || states > int64_t(inputs.size()) - 1 || scan.axis() < 0) {
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
  auto results = importScanOnce(node, scan, *invocation, sequences,
                                inputs.take_back(states), steps, location);
  if (results)
    return *results;
  return importScanBySteps(node, scan, *invocation, sequences,
                           inputs.take_back(states), steps, location);
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
  auto results = importWhileOnce(node, loop, *invocation, inputs, location);
  return results
             ? *results
             : importWhileBySteps(node, loop, *invocation, inputs, location);
}
