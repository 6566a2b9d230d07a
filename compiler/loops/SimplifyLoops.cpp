//===- SimplifyLoops.cpp - Loops without what no trip needs ---------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/loops/LoopPasses.h"

#include "dialects/dnn/DNN.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"

namespace mlcc {
#define GEN_PASS_DEF_SIMPLIFYLOOPS
#include "compiler/loops/LoopPasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;

namespace {

/// A loop and its body, whose only caller it is. A body's arguments are steps,
/// states, invariants; its last results are the new states.
class LoopEditor {
public:
  explicit LoopEditor(Operation *loop)
      : loop(loop), body(nn::bodyOf(loop)), block(body.front()),
        terminator(block.getTerminator()) {
    auto scan = dyn_cast<nn::ScanOp>(loop);
    sequences = scan ? scan.getSequences().size() : 0;
    states = scan ? scan.getStates().size()
                  : cast<nn::WhileOp>(loop).getStates().size();
  }

  void takeConstants();
  void joinEqualOperands();
  void freeUnchangedStates();
  /// Gives the number of ops.
  unsigned hoist();
  /// Gives the number of operands and results. Ends the editor's use.
  unsigned eraseUnused();

private:
  bool isWhile() const { return isa<nn::WhileOp>(loop); }
  unsigned firstInvariant() const { return sequences + states; }
  /// The loop's result that the body's result `number` becomes; null for the
  /// condition of nn.while.
  Value resultOf(unsigned number) const {
    if (isWhile())
      return number == 0 ? Value() : Value(loop->getResult(number - 1));
    return loop->getResult(number);
  }
  unsigned numberOfState(unsigned state) const {
    return terminator->getNumOperands() - states + state;
  }
  Value addInvariant(Value outside);
  llvm::SetVector<Operation *> findInvariantOps();
  void findLive(llvm::BitVector &results, DenseSet<Value> &values) const;
  void rebuild(const llvm::BitVector &arguments,
               const llvm::BitVector &results);

  Operation *loop;
  func::FuncOp body;
  Block &block;
  Operation *terminator;
  unsigned sequences = 0, states = 0;
};

} // namespace

/// The argument that stands for a value of the caller.
Value LoopEditor::addInvariant(Value outside) {
  for (unsigned i = firstInvariant(); i < loop->getNumOperands(); ++i)
    if (loop->getOperand(i) == outside)
      return block.getArgument(i);
  if (auto scan = dyn_cast<nn::ScanOp>(loop))
    scan.getInvariantsMutable().append(outside);
  else
    cast<nn::WhileOp>(loop).getInvariantsMutable().append(outside);
  return block.addArgument(outside.getType(), outside.getLoc());
}

/// Copies constants among the invariants into the body.
void LoopEditor::takeConstants() {
  OpBuilder builder = OpBuilder::atBlockBegin(&block);
  for (unsigned i = firstInvariant(); i < loop->getNumOperands(); ++i)
    if (auto constant = loop->getOperand(i).getDefiningOp<nn::ConstantOp>();
        constant && !block.getArgument(i).use_empty())
      block.getArgument(i).replaceAllUsesWith(
          builder.clone(*constant)->getResult(0));
}

/// One argument stands for operands of one role that are the same value.
void LoopEditor::joinEqualOperands() {
  DenseMap<std::pair<Value, int>, Value> known; // 1 for sequences
  for (unsigned i = 0; i < loop->getNumOperands(); ++i) {
    if (i >= sequences && i < firstInvariant())
      continue;
    auto [first, isNew] = known.try_emplace(
        {loop->getOperand(i), int(i < sequences)}, block.getArgument(i));
    if (!isNew)
      block.getArgument(i).replaceAllUsesWith(first->second);
  }
}

/// A state that comes out of each trip as it went in is an invariant.
void LoopEditor::freeUnchangedStates() {
  for (unsigned state = 0; state < states; ++state) {
    Value argument = block.getArgument(sequences + state);
    unsigned number = numberOfState(state);
    if (terminator->getOperand(number) != argument)
      continue;
    Value initial = loop->getOperand(sequences + state);
    if (argument.hasOneUse() && resultOf(number).use_empty())
      continue; // Nothing but the return uses it.
    Value invariant = addInvariant(initial);
    argument.replaceAllUsesExcept(invariant, terminator);
    for (OpOperand &use : terminator->getOpOperands())
      if (use.get() == argument && use.getOperandNumber() != number)
        use.set(invariant);
    resultOf(number).replaceAllUsesWith(initial);
  }
}

//===----------------------------------------------------------------------===//
// Invariant ops
//===----------------------------------------------------------------------===//

/// Ops that cost nothing where they stand, as views or within a kernel.
static bool isFree(Operation *op) {
  return isa<nn::ReshapeOp, nn::BroadcastOp, dnn::ViewOp, nn::ConstantOp,
             dnn::ConstantOp>(op);
}

/// The ops that give the same in every trip, and are worth to be moved out.
llvm::SetVector<Operation *> LoopEditor::findInvariantOps() {
  // What depends on constants only is left to folding.
  DenseSet<Value> constants,
      invariants(block.args_begin() + firstInvariant(), block.args_end());
  llvm::SetVector<Operation *> wanted;
  auto want = [&](auto &self, Operation *op) -> void {
    if (wanted.contains(op))
      return;
    for (Value operand : op->getOperands())
      if (Operation *producer = operand.getDefiningOp())
        self(self, producer);
    wanted.insert(op);
  };
  for (Operation &op : block.without_terminator()) {
    auto isConstant = [&](Value value) { return constants.contains(value); };
    auto isInvariant = [&](Value value) { return invariants.contains(value); };
    if (!isPure(&op) || !llvm::all_of(op.getOperands(), [&](Value value) {
          return isConstant(value) || isInvariant(value);
        }))
      continue;
    if (llvm::all_of(op.getOperands(), isConstant)) {
      constants.insert(op.result_begin(), op.result_end());
      continue;
    }
    invariants.insert(op.result_begin(), op.result_end());
    if (!isFree(&op))
      want(want, &op);
  }
  return wanted;
}

unsigned LoopEditor::hoist() {
  llvm::SetVector<Operation *> ops = findInvariantOps();
  if (ops.empty())
    return 0;
  OpBuilder outside(loop);
  IRMapping mapping;
  for (unsigned i = firstInvariant(); i < loop->getNumOperands(); ++i)
    mapping.map(block.getArgument(i), loop->getOperand(i));
  unsigned count = 0;
  for (Operation *op : ops) {
    outside.clone(*op, mapping);
    count += !isFree(op);
  }
  for (Operation *op : llvm::reverse(ops.getArrayRef())) {
    if (isFree(op))
      continue; // It stays for whatever else uses it.
    for (Value result : op->getResults())
      if (!llvm::all_of(result.getUsers(), [&](Operation *user) {
            return ops.contains(user) && !isFree(user);
          }))
        result.replaceAllUsesWith(addInvariant(mapping.lookup(result)));
  }
  for (Operation *op : llvm::reverse(ops.getArrayRef()))
    if (op->use_empty())
      op->erase();
  return count;
}

//===----------------------------------------------------------------------===//
// Unused operands and results
//===----------------------------------------------------------------------===//

/// The body's results that are needed, and the values that they need.
void LoopEditor::findLive(llvm::BitVector &results,
                          DenseSet<Value> &values) const {
  SmallVector<Value> open;
  auto needResult = [&](unsigned number) {
    if (results.test(number))
      return;
    results.set(number);
    open.push_back(terminator->getOperand(number));
  };
  for (unsigned i = 0; i < terminator->getNumOperands(); ++i)
    if (!resultOf(i) || !resultOf(i).use_empty())
      needResult(i);
  while (!open.empty()) {
    Value value = open.pop_back_val();
    if (!values.insert(value).second)
      continue;
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      unsigned number = argument.getArgNumber();
      if (number >= sequences && number < firstInvariant())
        needResult(numberOfState(number - sequences));
    } else {
      llvm::append_range(open, value.getDefiningOp()->getOperands());
    }
  }
}

unsigned LoopEditor::eraseUnused() {
  llvm::BitVector results(terminator->getNumOperands());
  DenseSet<Value> values;
  findLive(results, values);
  llvm::BitVector arguments(block.getNumArguments());
  for (unsigned i = 0; i < block.getNumArguments(); ++i)
    if (values.contains(block.getArgument(i)))
      arguments.set(i);
  // A state's argument, result and initial value stay or go together.
  for (unsigned state = 0; state < states; ++state)
    if (results.test(numberOfState(state)))
      arguments.set(sequences + state);
    else
      arguments.reset(sequences + state);
  unsigned erased =
      arguments.size() - arguments.count() + results.size() - results.count();
  rebuild(arguments, results);
  return erased;
}

void LoopEditor::rebuild(const llvm::BitVector &arguments,
                         const llvm::BitVector &results) {
  SmallVector<Value> returned;
  for (unsigned i : results.set_bits())
    returned.push_back(terminator->getOperand(i));
  terminator->setOperands(returned);
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      op.erase();

  SmallVector<Value> parts[3]; // sequences, states, invariants
  for (unsigned i : arguments.set_bits())
    parts[i < sequences          ? 0
          : i < firstInvariant() ? 1
                                 : 2]
        .push_back(loop->getOperand(i));
  llvm::BitVector unused(arguments);
  block.eraseArguments(unused.flip());
  nn::updateType(body);
  Builder attributes(loop->getContext());
  body->setAttr(
      nn::firstInvariantAttrName,
      attributes.getI64IntegerAttr(parts[0].size() + parts[1].size()));

  SmallVector<Type> types;
  SmallVector<Value> kept;
  for (unsigned i : results.set_bits())
    if (Value result = resultOf(i)) {
      types.push_back(result.getType());
      kept.push_back(result);
    }
  OpBuilder builder(loop);
  Operation *made = nullptr;
  if (auto scan = dyn_cast<nn::ScanOp>(loop))
    made = nn::ScanOp::create(builder, loop->getLoc(), types, scan.getBody(),
                              parts[0], parts[1], parts[2], scan.getTrips(),
                              scan.getReverse(), scan.getUnrollAttr(),
                              /*extends=*/FlatSymbolRefAttr());
  else
    made = nn::WhileOp::create(builder, loop->getLoc(), types,
                               cast<nn::WhileOp>(loop).getBody(), parts[1],
                               parts[2], cast<nn::WhileOp>(loop).getLimit());
  for (auto [from, to] : llvm::zip_equal(kept, made->getResults()))
    from.replaceAllUsesWith(to);
  loop->erase();
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
class SimplifyLoops : public mlcc::impl::SimplifyLoopsBase<SimplifyLoops> {
public:
  using SimplifyLoopsBase::SimplifyLoopsBase;

  void runOnOperation() override {
    // Outside in, so that what inner loops no longer give is not computed; and
    // then inside out, so that what moves out of one moves on.
    separateBodies();
    SmallVector<func::FuncOp> functions = functionsInsideOut(getOperation());
    for (func::FuncOp function : llvm::reverse(functions))
      for (Operation *loop : llvm::reverse(loopsOf(function)))
        if (loop->use_empty())
          loop->erase();
        else
          simplify(loop, /*hoists=*/false);
    for (func::FuncOp function : functions)
      for (Operation *loop : loopsOf(function))
        simplify(loop, /*hoists=*/true);
  }

private:
  /// Copies bodies until each has one caller.
  void separateBodies() {
    llvm::StringSet<> called;
    bool again = true;
    while (again) { // A copy may hold loops too.
      again = false;
      called.clear();
      for (Operation *loop : loopsInsideOut(getOperation()))
        if (!called.insert(nn::bodyOf(loop).getSymName()).second) {
          nn::setBody(loop, nn::cloneBody(nn::bodyOf(loop)));
          again = true;
        }
    }
  }

  void simplify(Operation *loop, bool hoists) {
    LoopEditor editor(loop);
    editor.takeConstants();
    editor.joinEqualOperands();
    editor.freeUnchangedStates();
    if (hoists)
      hoisted += editor.hoist();
    erased += editor.eraseUnused();
  }
};
} // namespace
