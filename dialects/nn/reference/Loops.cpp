//===- Loops.cpp - Reference evaluation of loops --------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/Loops.h"

#include "dialects/nn/Interpreter.h"
#include "dialects/nn/reference/Reference.h"

#include <limits>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

/// Step `time` of a sequence.
static HostTensor stepOf(const HostTensor &sequence, int64_t time) {
  HostTensor step(stepType(sequence.getType()));
  size_t bytes = step.bytes().size();
  llvm::copy(sequence.bytes().slice(time * bytes, bytes),
             step.mutableBytes().begin());
  return step;
}

LogicalResult ScanOp::evaluate(Operands operands, Results &results) {
  func::FuncOp body = bodyOf(*this);
  if (!body)
    return failure();
  size_t sequenceCount = getSequences().size(), stateCount = getStates().size();
  Operands sequences = operands.take_front(sequenceCount);
  SmallVector<HostTensor> states(operands.slice(sequenceCount, stateCount));
  SmallVector<HostTensor> stacks;
  for (Type type : getStacks().getTypes())
    stacks.emplace_back(cast<RankedTensorType>(type));
  for (int64_t trip = 0; trip < int64_t(getTrips()); ++trip) {
    int64_t time = getReverse() ? getTrips() - 1 - trip : trip;
    SmallVector<HostTensor> arguments;
    for (const HostTensor &sequence : sequences)
      arguments.push_back(stepOf(sequence, time));
    llvm::append_range(arguments, states);
    llvm::append_range(arguments,
                       operands.drop_front(sequenceCount + stateCount));
    auto computed = interpret(body.front(), arguments);
    if (failed(computed))
      return failure();
    for (auto [stack, step] : llvm::zip(stacks, *computed))
      llvm::copy(step.bytes(),
                 stack.mutableBytes().begin() + time * step.bytes().size());
    states.assign(computed->begin() + stacks.size(), computed->end());
  }
  llvm::append_range(results, stacks);
  llvm::append_range(results, states);
  return success();
}

LogicalResult WhileOp::evaluate(Operands operands, Results &results) {
  func::FuncOp body = bodyOf(*this);
  if (!body)
    return failure();
  SmallVector<HostTensor> arguments(operands);
  for (int64_t trip = 0; trip < int64_t(getLimit()); ++trip) {
    auto computed = interpret(body.front(), arguments);
    if (failed(computed))
      return failure();
    llvm::copy(ArrayRef(*computed).drop_front(), arguments.begin());
    if (computed->front().getAsInt(0) == 0)
      break;
  }
  results.append(arguments.begin(), arguments.begin() + getStates().size());
  return success();
}

/// Loops are never evaluated while compiling but where that is asked for: their
/// bodies are functions, which other passes may be changing.
double ScanOp::evaluationWork() {
  return std::numeric_limits<double>::infinity();
}
double WhileOp::evaluationWork() {
  return std::numeric_limits<double>::infinity();
}
