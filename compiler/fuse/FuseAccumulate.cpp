//===- FuseAccumulate.cpp - Residual additions in place -------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fuse/FusePasses.h"
#include "compiler/graph/Constants.h"

#include "llvm/ADT/DenseMap.h"

namespace mlcc {
#define GEN_PASS_DEF_FUSEACCUMULATE
#include "compiler/fuse/FusePasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;
using graph::typeOf;

namespace {

/// When each value's memory is read for the last time, by position in the
/// block. A reshape is another name of its input's memory.
class LastReads {
public:
  explicit LastReads(Block &block) {
    int64_t position = 0;
    for (Operation &op : block) {
      positions[&op] = position;
      for (Value operand : op.getOperands())
        last[memoryOf(operand)] = position;
      ++position;
    }
  }

  static Value memoryOf(Value value) {
    while (auto reshape = value.getDefiningOp<nn::ReshapeOp>())
      value = reshape.getInput();
    return value;
  }
  bool isLastRead(Value value, Operation *op) const {
    return last.lookup(memoryOf(value)) == positions.lookup(op);
  }

private:
  llvm::DenseMap<Operation *, int64_t> positions;
  llvm::DenseMap<Value, int64_t> last;
};

class FuseAccumulate : public mlcc::impl::FuseAccumulateBase<FuseAccumulate> {
  void runOnOperation() override;
};

} // namespace

/// Whether the op can overwrite its post-operand `value`: memory of its own
/// that nothing else reads any more, not even the op itself as another operand.
static bool canOverwrite(Operation *op, Value value, const LastReads &reads) {
  Value memory = LastReads::memoryOf(value);
  if (memory != value || !memory.getDefiningOp() || graph::isConstant(memory) ||
      isa<dnn::ConstantOp>(memory.getDefiningOp()) ||
      !reads.isLastRead(value, op))
    return false;
  return llvm::count_if(op->getOperands(), [&](Value operand) {
           return LastReads::memoryOf(operand) == memory;
         }) == 1;
}

void FuseAccumulate::runOnOperation() {
  for (Block &block : getOperation().getBody()) {
    LastReads reads(block);
    for (Operation &op : block) {
      // The fastest convolutions take a sum as the first post-op only;
      // transposed ones, none.
      auto target = dyn_cast<dnn::PostOpInterface>(op);
      if (!target || isa<dnn::DeconvolutionOp>(op) ||
          target.getPostOps().empty())
        continue;
      auto binary = dyn_cast<dnn::BinaryAttr>(target.getPostOps()[0]);
      if (!binary || binary.getKind() != dnn::BinaryKind::add)
        continue;
      Value other = target.getPostOperands().front();
      if (other.getType() != op.getResult(0).getType() ||
          !canOverwrite(&op, other, reads))
        continue;
      SmallVector<Attribute> postOps(target.getPostOps().begin(),
                                     target.getPostOps().end());
      postOps.front() = dnn::SumAttr::get(&getContext());
      target.setPostOpsAttr(ArrayAttr::get(&getContext(), postOps));
      target.getPostOperandsMutable().erase(0);
      target.getAccumulateMutable().assign(other);
      ++accumulated;
    }
  }
}
