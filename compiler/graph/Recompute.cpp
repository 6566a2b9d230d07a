//===- Recompute.cpp - Values that are computed again ---------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the backward pass needs of the forward pass is kept in memory for a long
// time. Where that is too much, a value is dropped after its last use in the
// forward pass and computed again before its first use behind the peak of
// memory, from values that are kept anyway. Again and again the value is taken
// that frees the most bytes for its work, until the peak is within the limit.
//
// The memory is that of a straight line of ops: fusion and layouts change it
// later, mostly for the better.
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/Constants.h"
#include "compiler/graph/GraphPasses.h"
#include "dialects/nn/Again.h"
#include "dialects/nn/NN.h"
#include "dialects/rt/RT.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"

#include "llvm/ADT/SetVector.h"

#include <limits>

namespace mlcc {
#define GEN_PASS_DEF_RECOMPUTE
#include "compiler/graph/GraphPasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;
using namespace mlcc::graph;

namespace {

/// The value whose memory `value` is: reshapes move nothing.
Value memoryOf(Value value) {
  while (auto reshape = value.getDefiningOp<nn::ReshapeOp>())
    value = reshape.getInput();
  return value;
}

int64_t bytesOf(Value value) { return nn::tensorBytes(typeOf(value)); }

/// Work of an op in bytes that it could move instead; four elementary steps
/// count as one.
double workOf(Operation *op) {
  double bytes = 0;
  for (Value operand : op->getOperands())
    bytes += bytesOf(operand);
  for (Value result : op->getResults())
    bytes += bytesOf(result);
  return bytes + cast<nn::ReferenceOpInterface>(op).evaluationWork() / 4;
}

/// The ops of a block in order, when each value's memory is in use, and how
/// much is.
class Lifetimes {
public:
  explicit Lifetimes(Block &block) {
    for (Operation &op : block) {
      number[&op] = ops.size();
      ops.push_back(&op);
    }
    for (Operation *op : ops)
      for (Value operand : op->getOperands())
        uses[memoryOf(operand)].push_back(number[op]);
    std::vector<int64_t> change(ops.size() + 1, 0);
    for (Operation *op : ops)
      for (Value result : op->getResults())
        if (isKept(result)) {
          change[number[op]] += bytesOf(result);
          change[lastUse(result) + 1] -= bytesOf(result);
        }
    int64_t bytes = 0;
    for (size_t i = 0; i < ops.size(); ++i) {
      bytes += change[i];
      if (bytes > peakBytes) {
        peakBytes = bytes;
        peak = i;
      }
    }
  }

  /// Whether a value has memory of the arena: not inputs, constants, views.
  static bool isKept(Value value) {
    Operation *op = value.getDefiningOp();
    return op && !isa<nn::ConstantOp, nn::ReshapeOp>(op);
  }
  size_t lastUse(Value value) const {
    auto found = uses.find(value);
    return found == uses.end() ? number.lookup(value.getDefiningOp())
                               : found->second.back();
  }
  /// The first op behind `place` that uses the value; the end if none does.
  size_t useBehind(Value value, size_t place) const {
    auto found = uses.find(value);
    if (found == uses.end())
      return ops.size();
    auto use = llvm::upper_bound(found->second, place);
    return use == found->second.end() ? ops.size() : *use;
  }
  bool isUsedAt(Value value, size_t place) const {
    auto found = uses.find(value);
    return found != uses.end() && llvm::is_contained(found->second, place);
  }

  DenseMap<Operation *, size_t> number;
  std::vector<Operation *> ops;
  DenseMap<Value, std::vector<size_t>> uses;
  size_t peak = 0;
  int64_t peakBytes = 0;
};

/// How a value could be computed again behind the peak.
struct Candidate {
  Value value;
  size_t place;                     ///< before this op
  llvm::SetVector<Operation *> ops; ///< in the order of the block
  llvm::SetVector<Value> sources;   ///< what they read
  double work = 0;
};

class Recomputer {
public:
  Recomputer(func::FuncOp function, int64_t limit)
      : block(function.getBody().front()), builder(function.getContext()),
        limit(limit) {}

  /// How far dropping values gets: the least peak, and of how many values.
  struct Outcome {
    int64_t bytes = 0;
    unsigned dropped = 0;
  };
  /// Drops at most so many values. Returns the best outcome on the way.
  Outcome run(unsigned most);

private:
  std::optional<Candidate> consider(const Lifetimes &lives, Value value);
  bool collect(const Lifetimes &lives, Value value, Candidate &candidate,
               unsigned depth);
  void apply(const Lifetimes &lives, const Candidate &candidate);
  Value again(Value source, Operation *before);

  Block &block;
  OpBuilder builder;
  int64_t limit;
  int64_t numbers = 0;
  llvm::DenseSet<Value> rejected;
};

} // namespace

/// Adds what must be computed again to have `value`: its op, and those of
/// operands whose memory is not in use up to there.
bool Recomputer::collect(const Lifetimes &lives, Value value,
                         Candidate &candidate, unsigned depth) {
  constexpr size_t mostOps = 24;
  constexpr unsigned deepest = 12;
  Operation *op = value.getDefiningOp();
  if (candidate.ops.contains(op))
    return true;
  if (depth > deepest || candidate.ops.size() >= mostOps ||
      !isa<nn::NNDialect>(op->getDialect()))
    return false;
  for (Value operand : op->getOperands()) {
    Value memory = memoryOf(operand);
    bool isThere =
        !Lifetimes::isKept(memory) ||
        (memory != candidate.value && lives.lastUse(memory) >= candidate.place);
    if (isThere) {
      candidate.sources.insert(operand);
      continue;
    }
    if (!collect(lives, memory, candidate, depth + 1))
      return false;
    // Views between the memory and the operand.
    SmallVector<Operation *> views;
    for (Value view = operand; view != memory;
         view = view.getDefiningOp<nn::ReshapeOp>().getInput())
      views.push_back(view.getDefiningOp());
    for (Operation *view : llvm::reverse(views))
      candidate.ops.insert(view);
  }
  candidate.ops.insert(op);
  candidate.work += workOf(op);
  return true;
}

std::optional<Candidate> Recomputer::consider(const Lifetimes &lives,
                                              Value value) {
  size_t place = lives.useBehind(value, lives.peak);
  if (place >= lives.ops.size() || lives.isUsedAt(value, lives.peak) ||
      lives.number.lookup(value.getDefiningOp()) >= lives.peak)
    return std::nullopt;
  Candidate candidate{value, place, {}, {}, 0};
  if (!collect(lives, value, candidate, 0))
    return std::nullopt;
  return candidate;
}

/// The source for ops that compute something again: a view with a number of
/// its own, so that equal ops are not taken for the same.
Value Recomputer::again(Value source, Operation *before) {
  if (source.getDefiningOp<nn::ConstantOp>())
    return source;
  builder.setInsertionPoint(before);
  auto view = nn::ReshapeOp::create(builder, before->getLoc(), source,
                                    typeOf(source).getShape());
  view->setAttr(nn::againAttrName, builder.getI64IntegerAttr(numbers++));
  return view;
}

void Recomputer::apply(const Lifetimes &lives, const Candidate &candidate) {
  Operation *before = lives.ops[candidate.place];
  IRMapping copies;
  for (Value source : candidate.sources)
    if (!candidate.ops.contains(source.getDefiningOp()))
      copies.map(source, again(source, before));
  builder.setInsertionPoint(before);
  // A copy is not computed a third time.
  for (Operation *op : candidate.ops)
    for (Value copy : builder.clone(*op, copies)->getResults())
      rejected.insert(copy);
  // Users behind the peak read the copy, directly or through views.
  auto redirect = [&](auto &self, Value from, Value to) -> void {
    for (OpOperand &use : llvm::make_early_inc_range(from.getUses())) {
      Operation *user = use.getOwner();
      auto number = lives.number.find(user);
      if (number == lives.number.end())
        continue; // A copy.
      if (number->second >= candidate.place) {
        use.set(to);
      } else if (isa<nn::ReshapeOp>(user)) {
        IRMapping mapping;
        mapping.map(from, to);
        builder.setInsertionPoint(before);
        Operation *view = builder.clone(*user, mapping);
        self(self, user->getResult(0), view->getResult(0));
        if (view->use_empty())
          view->erase();
      }
    }
  };
  redirect(redirect, candidate.value, copies.lookup(candidate.value));
}

Recomputer::Outcome Recomputer::run(unsigned most) {
  // Each value is dropped at most once, and not without an end in sight.
  constexpr unsigned mostWithoutGain = 64;
  Outcome outcome{std::numeric_limits<int64_t>::max(), 0};
  for (unsigned dropped = 0;; ++dropped) {
    Lifetimes lives(block);
    if (lives.peakBytes < outcome.bytes)
      outcome = {lives.peakBytes, dropped};
    if (lives.peakBytes <= limit || dropped == most ||
        dropped > outcome.dropped + mostWithoutGain)
      return outcome;
    std::optional<Candidate> best;
    double bestRate = 0;
    for (size_t i = 0; i < lives.peak; ++i)
      for (Value result : lives.ops[i]->getResults()) {
        if (!Lifetimes::isKept(result) || rejected.contains(result))
          continue;
        std::optional<Candidate> candidate = consider(lives, result);
        if (!candidate)
          continue;
        double rate = bytesOf(result) / candidate->work;
        if (rate > bestRate) {
          bestRate = rate;
          best = std::move(candidate);
        }
      }
    if (!best)
      return outcome;
    rejected.insert(best->value);
    apply(lives, *best);
  }
}

/// Functions that only write variables give them first values: there is
/// nothing that is kept for later.
static bool readsVariables(func::FuncOp function) {
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (function.getArgAttr(i, rt::variableAttrName))
      return true;
  return false;
}

namespace {
struct RecomputePass : mlcc::impl::RecomputeBase<RecomputePass> {
  using RecomputeBase::RecomputeBase;
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (limit <= 0 || !readsVariables(function))
      return;
    // Reorders and fused pieces of primitives need memory, too.
    constexpr double share = 0.8;
    auto target = static_cast<int64_t>(share * static_cast<double>(limit));
    // A trial shows where dropping no longer helps.
    OwningOpRef<func::FuncOp> trial(function.clone());
    Recomputer::Outcome outcome =
        Recomputer(*trial, target).run(std::numeric_limits<unsigned>::max());
    Recomputer(function, target).run(outcome.dropped);
    recomputed += outcome.dropped;
    if (outcome.dropped && report)
      emitRemark(function.getLoc())
          << "to stay within " << int64_t(limit) << " bytes, @"
          << function.getSymName() << " computes " << outcome.dropped
          << " values again; at most " << outcome.bytes
          << " bytes are alive together before fusion";
  }
};
} // namespace
