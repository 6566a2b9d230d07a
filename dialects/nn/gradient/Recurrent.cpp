//===- Recurrent.cpp - Gradients of recurrent layers ----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/gradient/ReverseMode.h"
#include "dialects/nn/gradient/Rules.h"
#include "dialects/nn/gradient/UnrollRecurrent.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;
using namespace mlcc::nn::gradient;

/// Back-propagation through time: the layer is computed again step by step and
/// its steps are differentiated. When the layer itself is unrolled later, CSE
/// finds that it is there already.
template <typename Op> static void recurrentRule(Op op, Vjp &vjp) {
  OpBuilder &builder = vjp.getBuilder();
  // Where the steps begin: behind what is there.
  Operation *mark = vjp.zeros(op.getInput().getType()).getDefiningOp();
  SmallVector<Value> results = unrollRecurrent(builder, op);
  SmallVector<Value> operands(op->getOperands());
  auto gradients = pullBack(builder, std::next(mark->getIterator()), results,
                            vjp.gradients(), operands);
  mark->erase();
  // The steps consist of ops that have rules. A value that is two operands has
  // its whole gradient at the first one.
  llvm::SmallDenseSet<Value> seen;
  for (auto [index, gradient] : llvm::enumerate(*gradients))
    if (seen.insert(operands[index]).second)
      vjp.set(index, gradient);
}

void gradient::attachRecurrent(MLIRContext *context) {
  attach<LstmOp, recurrentRule<LstmOp>>(context);
  attach<GruOp, recurrentRule<GruOp>>(context);
  attach<RnnOp, recurrentRule<RnnOp>>(context);
}
