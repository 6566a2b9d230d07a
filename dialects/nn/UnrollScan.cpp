//===- UnrollScan.cpp - Scans step by step --------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/Loops.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

namespace {
/// Writes the steps of a scan before it.
class Unroller {
public:
  explicit Unroller(ScanOp scan)
      : scan(scan), body(bodyOf(scan)), builder(scan) {}

  void run();

private:
  Value step(Value sequence, int64_t time);
  Value stack(ArrayRef<Value> steps);
  /// The results of the body for these arguments.
  SmallVector<Value> call(ArrayRef<Value> arguments);

  ScanOp scan;
  func::FuncOp body;
  OpBuilder builder;
};
} // namespace

Value Unroller::step(Value sequence, int64_t time) {
  auto type = cast<RankedTensorType>(sequence.getType());
  SmallVector<int64_t> starts(type.getRank(), 0), ones(type.getRank(), 1);
  SmallVector<int64_t> sizes(type.getShape());
  starts.front() = time;
  sizes.front() = 1;
  Value slice =
      SliceOp::create(builder, scan.getLoc(), sequence, starts, sizes, ones);
  return ReshapeOp::create(builder, scan.getLoc(), slice,
                           type.getShape().drop_front());
}

Value Unroller::stack(ArrayRef<Value> steps) {
  SmallVector<Value> parts;
  for (Value value : steps)
    parts.push_back(
        ReshapeOp::create(builder, scan.getLoc(), value,
                          stackType(value.getType(), 1).getShape()));
  return ConcatOp::create(builder, scan.getLoc(), parts, /*axis=*/0);
}

SmallVector<Value> Unroller::call(ArrayRef<Value> arguments) {
  IRMapping mapping;
  mapping.map(body.getArguments(), arguments);
  for (Operation &op : body.front().without_terminator())
    builder.clone(op, mapping);
  SmallVector<Value> results;
  for (Value result : body.front().getTerminator()->getOperands())
    results.push_back(mapping.lookup(result));
  return results;
}

void Unroller::run() {
  int64_t trips = scan.getTrips();
  SmallVector<Value> states(scan.getStates());
  unsigned stackCount = scan.getNumStacks();
  std::vector<SmallVector<Value>> stacks(stackCount, SmallVector<Value>(trips));
  for (int64_t trip = 0; trip < trips; ++trip) {
    int64_t time = scan.getReverse() ? trips - 1 - trip : trip;
    SmallVector<Value> arguments;
    for (Value sequence : scan.getSequences())
      arguments.push_back(step(sequence, time));
    llvm::append_range(arguments, states);
    llvm::append_range(arguments, scan.getInvariants());
    SmallVector<Value> results = call(arguments);
    for (unsigned i = 0; i < stackCount; ++i)
      stacks[i][time] = results[i];
    states.assign(results.begin() + stackCount, results.end());
  }
  SmallVector<Value> results;
  for (auto [steps, result] : llvm::zip(stacks, scan.getStacks()))
    results.push_back(result.use_empty() ? Value() : stack(steps));
  llvm::append_range(results, states);
  for (auto [result, value] : llvm::zip_equal(scan.getResults(), results))
    if (value)
      result.replaceAllUsesWith(value);
  scan.erase();
}

void nn::unrollScan(ScanOp scan) { Unroller(scan).run(); }

double nn::countUnrolled(ScanOp scan) {
  double count = 0;
  for (Operation &op : bodyOf(scan).front().without_terminator())
    if (auto inner = dyn_cast<ScanOp>(op))
      count += countUnrolled(inner);
    else if (!isa<ConstantOp>(op))
      ++count;
  return count * scan.getTrips();
}
