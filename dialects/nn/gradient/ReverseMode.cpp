//===- ReverseMode.cpp - Gradients of a graph of nn ops -------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/gradient/ReverseMode.h"

#include "dialects/nn/gradient/Accumulate.h"
#include "dialects/nn/gradient/Rules.h"
#include "dialects/rt/RT.h"

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;
using namespace mlcc::nn::gradient;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

/// The name of an input of the graph: that of the function's argument or node.
static std::string nameOf(Value value) {
  if (auto name = value.getLoc()->findInstanceOf<NameLoc>())
    return "'" + name.getName().str() + "'";
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument)
    return "'" + value.getDefiningOp()->getName().getStringRef().str() + "'";
  auto function =
      dyn_cast_or_null<FunctionOpInterface>(argument.getOwner()->getParentOp());
  unsigned number = argument.getArgNumber();
  if (function) {
    if (auto symbol = function.getArgAttrOfType<FlatSymbolRefAttr>(
            number, rt::variableAttrName))
      return "'" + symbol.getValue().str() + "'";
    if (auto name =
            function.getArgAttrOfType<StringAttr>(number, rt::nameAttrName))
      return "'" + name.getValue().str() + "'";
  }
  return "argument " + std::to_string(number);
}

/// "nn.conv (conv1), nn.relu, ...": of many ops the first and the last ones.
static std::string listOf(ArrayRef<Operation *> path) {
  constexpr size_t shown = 4;
  std::string text;
  for (auto [i, op] : llvm::enumerate(path)) {
    if (path.size() > 2 * shown + 1 && i >= shown && i < path.size() - shown) {
      if (i == shown)
        text += ", ... (" + std::to_string(path.size() - 2 * shown) + " more)";
      continue;
    }
    text += (i ? ", " : "") + op->getName().getStringRef().str();
    if (auto name = op->getLoc()->findInstanceOf<NameLoc>())
      text += " (" + name.getName().str() + ")";
  }
  return text;
}

//===----------------------------------------------------------------------===//
// ReverseMode
//===----------------------------------------------------------------------===//

namespace {
/// 1. Walk forward: what depends on the inputs?
/// 2. Walk backwards: which ops, of these, do the outputs depend on? They must
///    have a rule.
/// 3. Walk these backwards: the gradient of a result is complete when all its
///    users are done; the op's rule then adds to those of its operands.
/// 4. Erase what rules emitted for operands that need no gradient.
class ReverseMode {
public:
  ReverseMode(OpBuilder &builder, Block::iterator first,
              ArrayRef<Value> outputs, ArrayRef<Value> inputs)
      : builder(builder), first(first), outputs(outputs), inputs(inputs) {}

  FailureOr<SmallVector<Value>> run(ArrayRef<Value> cotangents);

private:
  void findDependent();
  void findRequired();
  LogicalResult checkRules();
  void explain(Operation *op);
  bool takesGradient(Value value) const;
  void contribute(Value value, Value gradient);
  LogicalResult pullBack(Operation *op);
  Value gradientOf(Value value);
  void eraseUnused(Block::iterator begin, ArrayRef<Value> results);

  static bool isLocallyConstant(Operation *op) {
    auto rule = dyn_cast<GradientOpInterface>(op);
    return rule && rule.isLocallyConstant();
  }

  OpBuilder &builder;
  Block::iterator first;
  ArrayRef<Value> outputs, inputs;
  /// Values that change with the inputs, the inputs themselves among them.
  DenseSet<Value> dependent;
  /// Values among them that the outputs change with.
  DenseSet<Value> needed;
  /// Ops through which they do, last first.
  SmallVector<Operation *> required;
  DenseMap<Value, SmallVector<Value, 2>> contributions;
  /// Sums of contributions that have been made.
  DenseMap<Value, Value> gradients;
};
} // namespace

void ReverseMode::findDependent() {
  dependent.insert(inputs.begin(), inputs.end());
  for (Operation &op : llvm::make_range(first, builder.getInsertionPoint())) {
    bool depends = llvm::any_of(op.getOperands(), [&](Value operand) {
      return dependent.contains(operand);
    });
    if (depends && !isLocallyConstant(&op))
      dependent.insert(op.result_begin(), op.result_end());
  }
}

void ReverseMode::findRequired() {
  for (Value output : outputs)
    if (dependent.contains(output))
      needed.insert(output);
  for (Operation &op :
       llvm::reverse(llvm::make_range(first, builder.getInsertionPoint()))) {
    bool isNeeded = llvm::any_of(
        op.getResults(), [&](Value result) { return needed.contains(result); });
    // An op without dependent operands may still have an input as its result.
    bool depends = llvm::any_of(op.getOperands(), [&](Value operand) {
      return dependent.contains(operand);
    });
    if (!isNeeded || !depends || isLocallyConstant(&op))
      continue;
    required.push_back(&op);
    for (Value operand : op.getOperands())
      if (dependent.contains(operand))
        needed.insert(operand);
  }
}

LogicalResult ReverseMode::checkRules() {
  bool complete = true;
  for (Operation *op : required)
    if (!isa<GradientOpInterface>(op)) {
      explain(op);
      complete = false;
    }
  return success(complete);
}

void ReverseMode::explain(Operation *op) {
  SmallVector<Operation *> path{op};
  // Back to an input. Each dependent value is one or has a dependent operand.
  Value value;
  for (Operation *at = op; at; at = value.getDefiningOp()) {
    if (at != op)
      path.push_back(at);
    value = *llvm::find_if(at->getOperands(), [&](Value operand) {
      return dependent.contains(operand);
    });
    if (llvm::is_contained(inputs, value))
      break;
  }
  std::reverse(path.begin(), path.end());
  // On to an output.
  DenseSet<Operation *> onTheWay(required.begin(), required.end());
  auto isOutput = [&](Value result) {
    return llvm::is_contained(outputs, result);
  };
  for (Operation *at = op; llvm::none_of(at->getResults(), isOutput);) {
    auto next = llvm::find_if(at->getUsers(), [&](Operation *user) {
      return onTheWay.contains(user);
    });
    if (next == at->getUsers().end())
      break;
    at = *next;
    path.push_back(at);
  }
  emitError(op->getLoc(), ErrorCode::NoGradient)
      << "'" << op->getName() << "' has no gradient; it lies on the path from "
      << nameOf(value) << " to the loss: " << listOf(path);
}

/// Only floats that exist have gradients.
bool ReverseMode::takesGradient(Value value) const {
  RankedTensorType type = typeOf(value);
  return needed.contains(value) && isa<FloatType>(type.getElementType()) &&
         type.getNumElements() > 0;
}

void ReverseMode::contribute(Value value, Value gradient) {
  if (gradient && takesGradient(value))
    contributions[value].push_back(gradient);
}

/// Null for zero.
Value ReverseMode::gradientOf(Value value) {
  auto known = gradients.find(value);
  if (known != gradients.end())
    return known->second;
  auto entry = contributions.find(value);
  if (entry == contributions.end())
    return Value();
  Operation *op = value.getDefiningOp();
  Emitter emitter(builder, op ? gradientLocation(op) : value.getLoc());
  Value sum = sumOf(emitter, entry->second);
  contributions.erase(entry);
  gradients[value] = sum;
  return sum;
}

LogicalResult ReverseMode::pullBack(Operation *op) {
  SmallVector<Value> results;
  for (Value result : op->getResults())
    results.push_back(gradientOf(result));
  llvm::BitVector needsGradient(op->getNumOperands());
  for (auto [index, operand] : llvm::enumerate(op->getOperands()))
    if (takesGradient(operand))
      needsGradient.set(index);
  if (llvm::none_of(results, [](Value value) { return bool(value); }) ||
      needsGradient.none())
    return success();
  SmallVector<Value> operands(op->getNumOperands());
  if (failed(cast<GradientOpInterface>(op).buildNeededVjp(
          builder, needsGradient, results, operands)))
    return failure();
  for (auto [operand, gradient] : llvm::zip_equal(op->getOperands(), operands))
    contribute(operand, gradient);
  return success();
}

void ReverseMode::eraseUnused(Block::iterator begin, ArrayRef<Value> results) {
  DenseSet<Value> kept(results.begin(), results.end());
  SmallVector<Operation *> emitted;
  for (Operation &op : llvm::make_range(begin, builder.getInsertionPoint()))
    emitted.push_back(&op);
  for (Operation *op : llvm::reverse(emitted)) {
    bool isKept = llvm::any_of(
        op->getResults(), [&](Value result) { return kept.contains(result); });
    if (!isKept && isOpTriviallyDead(op))
      op->erase();
  }
}

FailureOr<SmallVector<Value>> ReverseMode::run(ArrayRef<Value> cotangents) {
  findDependent();
  findRequired();
  if (failed(checkRules()))
    return failure();
  // A mark before which everything was there already.
  Block *block = builder.getInsertionBlock();
  Block::iterator place = builder.getInsertionPoint();
  Operation *last = place == block->begin() ? nullptr : &*std::prev(place);
  for (auto [output, cotangent] : llvm::zip_equal(outputs, cotangents))
    contribute(output, cotangent);
  for (Operation *op : required)
    if (failed(pullBack(op)))
      return failure();
  SmallVector<Value> results;
  for (Value input : inputs) {
    Value gradient = gradientOf(input);
    if (!gradient)
      gradient = Emitter(builder, input.getLoc()).zeros(typeOf(input));
    results.push_back(gradient);
  }
  eraseUnused(last ? std::next(last->getIterator()) : block->begin(), results);
  return results;
}

FailureOr<SmallVector<Value>>
nn::pullBack(OpBuilder &builder, Block::iterator first, ArrayRef<Value> outputs,
             ArrayRef<Value> cotangents, ArrayRef<Value> inputs) {
  return ReverseMode(builder, first, outputs, inputs).run(cotangents);
}
