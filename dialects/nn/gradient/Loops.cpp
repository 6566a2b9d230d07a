//===- Loops.cpp - Gradients of loops -------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Back-propagation through time. The body of a scan is differentiated once:
//
//   1. In a copy of the body, the gradients of its arguments are built behind
//      its ops, for gradients of its results that come as further arguments.
//   2. What they use of the ops before (residuals) becomes step results of the
//      copy, from which they are cut off: a scan of it gives residuals of all
//      steps.
//   3. They become the body of a scan in the other direction, whose sequences
//      are the residuals and the gradients of step results, and whose states
//      are the gradients of the states and the sums, so far, of the gradients
//      of invariants.
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/Loops.h"
#include "dialects/nn/gradient/ReverseMode.h"
#include "dialects/nn/gradient/Rules.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;
using namespace mlcc::nn::gradient;

static bool isFloatTensor(Value value) {
  return isa<FloatType>(getElementTypeOrSelf(value.getType()));
}

namespace {

/// The differentiation of one scan.
class ScanGradient {
public:
  ScanGradient(ScanOp scan, Emitter &emitter, ArrayRef<Value> resultGradients)
      : scan(scan), emitter(emitter), resultGradients(resultGradients),
        body(cloneBody(bodyOf(scan))), block(body.front()),
        sequences(scan.getSequences().size()), states(scan.getStates().size()),
        stacks(scan.getNumStacks()) {}

  /// Sets the gradients of needed operands.
  LogicalResult run(const llvm::BitVector &needed,
                    SmallVectorImpl<Value> &operandGradients);

private:
  void findActive(const llvm::BitVector &needed);
  LogicalResult differentiateBody();
  void chooseResiduals();
  bool isAvailable(Value value) const;
  bool isCheap(Operation *op) const;
  ScanOp buildForward();
  void buildBackward(ScanOp forward, const llvm::BitVector &needed,
                     SmallVectorImpl<Value> &operandGradients);

  bool isState(unsigned argument) const {
    return argument >= sequences && argument < sequences + states;
  }
  /// The body's result that is the new value of a state.
  Value newState(unsigned state) {
    return block.getTerminator()->getOperand(stacks + state);
  }

  ScanOp scan;
  Emitter &emitter;
  ArrayRef<Value> resultGradients;
  func::FuncOp body; ///< A copy, to which the gradient is added.
  Block &block;
  const unsigned sequences, states, stacks;

  /// Arguments whose gradients are wanted: needed ones, and states that depend
  /// on them.
  llvm::SetVector<unsigned> active;
  /// Results of the body with a gradient, and the arguments that it is.
  SmallVector<unsigned> outputs;
  SmallVector<Value> cotangents;
  /// The gradients of active arguments.
  SmallVector<Value> gradients;
  /// The first op of the gradients.
  Operation *boundary = nullptr;
  /// Values of the forward ops that come as sequences, and ops that are
  /// computed again.
  llvm::SetVector<Value> residuals;
  llvm::SetVector<Operation *> again;
};

} // namespace

/// States that depend on active arguments are active, for as many trips as it
/// takes.
void ScanGradient::findActive(const llvm::BitVector &needed) {
  for (unsigned argument : needed.set_bits())
    active.insert(argument);
  for (size_t before = 0; before != active.size();) {
    before = active.size();
    DenseSet<Value> dependent;
    for (unsigned argument : active)
      dependent.insert(block.getArgument(argument));
    for (Operation &op : block.without_terminator()) {
      auto rule = dyn_cast<GradientOpInterface>(op);
      if (rule && rule.isLocallyConstant())
        continue;
      if (llvm::any_of(op.getOperands(), [&](Value operand) {
            return dependent.contains(operand);
          }))
        dependent.insert(op.result_begin(), op.result_end());
    }
    for (unsigned state = 0; state < states; ++state)
      if (dependent.contains(newState(state)) && isFloatTensor(newState(state)))
        active.insert(sequences + state);
  }
}

LogicalResult ScanGradient::differentiateBody() {
  Operation *end = block.getTerminator();
  OpBuilder builder(end);
  SmallVector<Value> values;
  for (unsigned i = 0; i < stacks + states; ++i) {
    Value value = end->getOperand(i);
    bool counts = i < stacks ? bool(resultGradients[i])
                             : active.contains(sequences + i - stacks);
    if (!counts || !isFloatTensor(value))
      continue;
    outputs.push_back(i);
    values.push_back(value);
    cotangents.push_back(
        block.addArgument(value.getType(), emitter.getLocation()));
  }
  SmallVector<Value> inputs;
  for (unsigned argument : active)
    inputs.push_back(block.getArgument(argument));
  // A mark that is certainly the first op behind those that are there.
  Emitter inside(builder, emitter.getLocation());
  boundary = inside.zeros(RankedTensorType::get({}, builder.getF32Type()))
                 .getDefiningOp();
  FailureOr<SmallVector<Value>> built =
      pullBack(builder, block.begin(), values, cotangents, inputs);
  if (failed(built))
    return failure();
  gradients = *built;
  // Inner scans give their residuals before the mark.
  auto *sequenceEnd = end; // Gradients may be replaced: they are returned.
  SmallVector<Value> returned(sequenceEnd->getOperands());
  llvm::append_range(returned, gradients);
  sequenceEnd->setOperands(returned);
  mergeScans(block);
  for (auto [i, gradient] : llvm::enumerate(gradients))
    gradient = sequenceEnd->getOperand(stacks + states + i);
  sequenceEnd->setOperands(SmallVector<Value>(
      sequenceEnd->getOperands().take_front(stacks + states)));
  return success();
}

/// Whether the gradients can have a value of a forward op, or an argument.
bool ScanGradient::isAvailable(Value value) const {
  Operation *op = value.getDefiningOp();
  if (!op)
    return !isState(cast<BlockArgument>(value).getArgNumber()) ||
           residuals.contains(value);
  return residuals.contains(value) || again.contains(op);
}

/// Whether an op is better computed again than its result kept for each step.
bool ScanGradient::isCheap(Operation *op) const {
  return op->hasTrait<IsElementwise>() ||
         isa<ReshapeOp, BroadcastOp, ConstantOp>(op);
}

void ScanGradient::chooseResiduals() {
  // What needs no step is computed again: that will be moved out of the loop.
  DenseSet<Value> invariant(block.args_begin() + sequences + states,
                            block.args_begin() + scan->getNumOperands());
  DenseSet<Value> wanted(gradients.begin(), gradients.end());
  for (Operation *op = boundary; op != block.getTerminator();
       op = op->getNextNode())
    wanted.insert(op->operand_begin(), op->operand_end());
  auto compute = [&](auto &self, Operation *op) -> void {
    for (Value operand : op->getOperands())
      if (Operation *producer = operand.getDefiningOp();
          producer && !again.contains(producer) && !residuals.contains(operand))
        self(self, producer);
    again.insert(op);
  };
  for (BlockArgument argument : block.getArguments())
    if (isState(argument.getArgNumber()) && wanted.contains(argument))
      residuals.insert(argument);
  for (Operation &op :
       llvm::make_range(block.begin(), boundary->getIterator())) {
    if (llvm::all_of(op.getOperands(), [&](Value operand) {
          return invariant.contains(operand);
        }))
      invariant.insert(op.result_begin(), op.result_end());
    for (Value result : op.getResults()) {
      if (!wanted.contains(result))
        continue;
      bool isFromAvailable =
          isCheap(&op) && llvm::all_of(op.getOperands(), [&](Value operand) {
            return isAvailable(operand) || invariant.contains(operand);
          });
      if (invariant.contains(result) || isFromAvailable)
        compute(compute, &op);
      else
        residuals.insert(result);
    }
  }
}

/// The scan that gives residuals besides what the original one gives.
ScanOp ScanGradient::buildForward() {
  SmallVector<Value> results(
      block.getTerminator()->getOperands().take_front(stacks));
  llvm::append_range(results, residuals);
  llvm::append_range(results,
                     block.getTerminator()->getOperands().drop_front(stacks));
  SmallVector<Type> types;
  for (Value result : ArrayRef(results).drop_back(states))
    types.push_back(stackType(result.getType(), scan.getTrips()));
  llvm::append_range(types, scan.getStates().getTypes());
  block.getTerminator()->setOperands(results);
  return ScanOp::create(emitter.getBuilder(), scan.getLoc(), types,
                        body.getSymName(), scan.getSequences(),
                        scan.getStates(), scan.getInvariants(), scan.getTrips(),
                        scan.getReverse(), scan.getUnrollAttr(),
                        scan.getBodyAttr());
}

void ScanGradient::buildBackward(ScanOp forward, const llvm::BitVector &needed,
                                 SmallVectorImpl<Value> &operandGradients) {
  OpBuilder &builder = emitter.getBuilder();
  IRMapping mapping;
  SmallVector<Value> stepSources, stepValues, stateSources, stateValues;
  for (unsigned i = 0; i < sequences; ++i) {
    stepSources.push_back(scan.getSequences()[i]);
    stepValues.push_back(block.getArgument(i));
  }
  for (auto [i, residual] : llvm::enumerate(residuals)) {
    stepSources.push_back(forward.getResult(stacks + i));
    stepValues.push_back(residual);
  }
  for (auto [output, cotangent] : llvm::zip_equal(outputs, cotangents)) {
    Value gradient = resultGradients[output];
    if (output < stacks) {
      stepSources.push_back(gradient);
      stepValues.push_back(cotangent);
      continue;
    }
    stateSources.push_back(gradient ? gradient
                                    : emitter.zeros(typeOf(cotangent)));
    stateValues.push_back(cotangent);
  }
  // The sums of invariants' gradients.
  unsigned firstInvariant = sequences + states;
  SmallVector<unsigned> summed;
  for (unsigned argument : active)
    if (argument >= firstInvariant) {
      summed.push_back(argument);
      stateSources.push_back(
          emitter.zeros(typeOf(block.getArgument(argument))));
    }
  for (auto [argument, value] :
       llvm::zip_equal(block.getArguments().slice(firstInvariant,
                                                  scan.getInvariants().size()),
                       scan.getInvariants()))
    mapping.map(argument, value);

  std::string name = scan.getBody().split("/loop").first.str() + "/gradient";
  LoopBuilder loop(builder, emitter.getLocation(), name, stepSources,
                   stateSources);
  for (auto [i, value] : llvm::enumerate(stepValues))
    mapping.map(value, loop.step(i));
  for (auto [i, value] : llvm::enumerate(stateValues))
    mapping.map(value, loop.state(i));
  for (Operation *op : again)
    builder.clone(*op, mapping);
  for (Operation *op = boundary->getNextNode(); op != block.getTerminator();
       op = op->getNextNode())
    builder.clone(*op, mapping);

  SmallVector<Value> stepResults, newStates;
  SmallVector<unsigned> stepArguments, stateArguments;
  DenseMap<unsigned, Value> gradientOf;
  for (auto [argument, gradient] : llvm::zip_equal(active, gradients))
    gradientOf[argument] = mapping.lookup(gradient);
  for (unsigned argument : active)
    if (argument < sequences) {
      stepResults.push_back(gradientOf.at(argument));
      stepArguments.push_back(argument);
    }
  for (unsigned output : outputs)
    if (output >= stacks) {
      unsigned argument = sequences + output - stacks;
      newStates.push_back(gradientOf.at(argument));
      stateArguments.push_back(argument);
    }
  for (auto [i, argument] : llvm::enumerate(summed)) {
    Value sum = loop.state(stateValues.size() + i);
    newStates.push_back(AddOp::create(builder, emitter.getLocation(), sum,
                                      gradientOf.at(argument)));
    stateArguments.push_back(argument);
  }
  ScanOp backward = loop.finishScan(stepResults, newStates, scan.getTrips(),
                                    /*reverse=*/!scan.getReverse());
  backward.setUnrollAttr(scan.getUnrollAttr());
  for (auto [argument, result] :
       llvm::zip_equal(stepArguments, backward.getStacks()))
    operandGradients[argument] = result;
  for (auto [argument, result] :
       llvm::zip_equal(stateArguments, backward.getLastStates()))
    if (needed.test(argument))
      operandGradients[argument] = result;
}

LogicalResult ScanGradient::run(const llvm::BitVector &needed,
                                SmallVectorImpl<Value> &operandGradients) {
  findActive(needed);
  if (failed(differentiateBody())) {
    body.erase();
    return failure();
  }
  chooseResiduals();
  ScanOp forward = buildForward();
  buildBackward(forward, needed, operandGradients);
  // The gradients have left the body.
  while (&*std::prev(block.end(), 2) != boundary)
    std::prev(block.end(), 2)->erase();
  boundary->erase();
  block.eraseArguments(scan->getNumOperands(),
                       block.getNumArguments() - scan->getNumOperands());
  updateType(body);
  return success();
}

//===----------------------------------------------------------------------===//
// While
//===----------------------------------------------------------------------===//

/// The loop as a scan of as many trips as it makes at most. Its first state
/// says whether the loop still runs; where it does not, the others stay.
static ScanOp asScan(WhileOp loop, Emitter &emitter) {
  OpBuilder &builder = emitter.getBuilder();
  auto boolean = RankedTensorType::get({}, builder.getI1Type());
  SmallVector<Value> states{ConstantOp::create(
      builder, loop.getLoc(), DenseElementsAttr::get(boolean, true))};
  llvm::append_range(states, loop.getStates());
  std::string name = loop.getBody().split("/loop").first.str();
  LoopBuilder scan(builder, loop.getLoc(), name, {}, states);
  func::FuncOp body = bodyOf(loop);
  IRMapping mapping;
  unsigned count = loop.getStates().size();
  for (unsigned i = 0; i < count; ++i)
    mapping.map(body.getArgument(i), scan.state(i + 1));
  mapping.map(body.getArguments().drop_front(count), loop.getInvariants());
  for (Operation &op : body.front().without_terminator())
    builder.clone(op, mapping);
  Operation *end = body.front().getTerminator();
  Value active = scan.state(0);
  SmallVector<Value> newStates{AndOp::create(
      builder, loop.getLoc(), active, mapping.lookup(end->getOperand(0)))};
  for (unsigned i = 0; i < count; ++i)
    newStates.push_back(WhereOp::create(builder, loop.getLoc(), active,
                                        mapping.lookup(end->getOperand(i + 1)),
                                        scan.state(i + 1)));
  return scan.finishScan({}, newStates, loop.getLimit());
}

//===----------------------------------------------------------------------===//
// Rules
//===----------------------------------------------------------------------===//

namespace {

struct ScanModel : GradientOpInterface::ExternalModel<ScanModel, ScanOp> {
  void buildVjp(Operation *op, OpBuilder &builder,
                ArrayRef<Value> resultGradients,
                SmallVectorImpl<Value> &operandGradients) const {
    llvm_unreachable("loops have buildNeededVjp");
  }
  LogicalResult buildNeededVjp(Operation *op, OpBuilder &builder,
                               const llvm::BitVector &needed,
                               ArrayRef<Value> resultGradients,
                               SmallVectorImpl<Value> &operandGradients) const {
    Emitter emitter(builder, gradientLocation(op));
    return ScanGradient(cast<ScanOp>(op), emitter, resultGradients)
        .run(needed, operandGradients);
  }
};

struct WhileModel : GradientOpInterface::ExternalModel<WhileModel, WhileOp> {
  void buildVjp(Operation *op, OpBuilder &builder,
                ArrayRef<Value> resultGradients,
                SmallVectorImpl<Value> &operandGradients) const {
    llvm_unreachable("loops have buildNeededVjp");
  }
  LogicalResult buildNeededVjp(Operation *op, OpBuilder &builder,
                               const llvm::BitVector &needed,
                               ArrayRef<Value> resultGradients,
                               SmallVectorImpl<Value> &operandGradients) const {
    auto loop = cast<WhileOp>(op);
    Emitter emitter(builder, gradientLocation(op));
    ScanOp scan = asScan(loop, emitter);
    scan.setExtendsAttr(loop.getBodyAttr());
    // Behind whether the loop still runs.
    llvm::BitVector neededOfScan(scan->getNumOperands());
    for (unsigned operand : needed.set_bits())
      neededOfScan.set(operand + 1);
    SmallVector<Value> gradients(scan->getNumOperands()), results{Value()};
    llvm::append_range(results, resultGradients);
    if (failed(
            ScanGradient(scan, emitter, results).run(neededOfScan, gradients)))
      return failure();
    llvm::copy(ArrayRef(gradients).drop_front(), operandGradients.begin());
    return success();
  }
};

} // namespace

void gradient::attachLoops(MLIRContext *context) {
  ScanOp::attachInterface<ScanModel>(*context);
  WhileOp::attachInterface<WhileModel>(*context);
}
