//===- MergeScans.cpp - Scans in the place of other loops -----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/Loops.h"

#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

/// The results of `scan` that are those of `other`, if the loops make the same
/// trips with the same operands; else nothing. A scan that stands for an
/// nn.while has one state more, the first: whether that still runs.
static std::optional<SmallVector<Value>> resultsFor(Operation *other,
                                                    ScanOp scan) {
  if (other->getBlock() != scan->getBlock())
    return std::nullopt;
  SmallVector<Value> results;
  if (auto loop = dyn_cast<WhileOp>(other)) {
    if (loop.getLimit() != scan.getTrips() || scan.getStates().empty() ||
        !scan.getSequences().empty() ||
        !llvm::equal(loop.getOperands(), scan.getOperands().drop_front()))
      return std::nullopt;
    llvm::append_range(results, scan.getLastStates().drop_front());
    return results;
  }
  auto same = cast<ScanOp>(other);
  if (same.getTrips() != scan.getTrips() ||
      same.getReverse() != scan.getReverse() ||
      same.getSequences().size() != scan.getSequences().size() ||
      same.getStates().size() != scan.getStates().size() ||
      !llvm::equal(same.getOperands(), scan.getOperands()) ||
      same.getNumStacks() > scan.getNumStacks())
    return std::nullopt;
  llvm::append_range(results, scan.getStacks().take_front(same.getNumStacks()));
  llvm::append_range(results, scan.getLastStates());
  return results;
}

/// `scan` replaces one of `others`, whose body it extends, if it can.
static bool takePlace(ScanOp scan, SmallVectorImpl<Operation *> &others) {
  for (Operation *&other : others) {
    auto results = resultsFor(other, scan);
    if (!results)
      continue;
    // The operands that are not the other's are constants.
    scan->moveBefore(other);
    for (Value operand : scan->getOperands())
      if (auto constant = operand.getDefiningOp<ConstantOp>();
          constant && scan->isBeforeInBlock(constant))
        constant->moveBefore(scan);
    scan.setExtendsAttr(other->getAttrOfType<FlatSymbolRefAttr>("extends"));
    other->replaceAllUsesWith(*results);
    other->erase();
    others.erase(&other);
    return true;
  }
  return false;
}

unsigned nn::mergeScans(Block &block) {
  unsigned merged = 0;
  llvm::StringMap<SmallVector<Operation *, 1>> byBody;
  // In the order of the block: a scan that extends one which extends a third
  // replaces both.
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (!isLoop(&op))
      continue;
    if (auto scan = dyn_cast<ScanOp>(op))
      if (FlatSymbolRefAttr extended = scan.getExtendsAttr())
        merged += takePlace(scan, byBody[extended.getValue()]);
    byBody[op.getAttrOfType<FlatSymbolRefAttr>("body").getValue()].push_back(
        &op);
  }
  return merged;
}
