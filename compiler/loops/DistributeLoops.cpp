//===- DistributeLoops.cpp - Products of all steps at once ----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A matrix product of a step has few rows. Where no step waits for another's,
// one of all steps does the same work faster:
//
//   1. x[t] W, of a sequence, is computed before the loop, and is a sequence.
//   2. y[t] = v[t] W, a step result, is computed after it, from all v[t].
//   3. s += a[t]^T b[t], a state, is computed after it: the gradient of
//   weights.
//   4. s += sum of the rows of v[t], likewise: the gradient of a bias.
//
//===----------------------------------------------------------------------===//

#include "compiler/loops/LoopPasses.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace mlcc {
#define GEN_PASS_DEF_DISTRIBUTELOOPS
#include "compiler/loops/LoopPasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static int64_t elements(Value value) { return typeOf(value).getNumElements(); }

static bool isMatrix(Value value) { return typeOf(value).getRank() == 2; }

namespace {

/// A scan, whose body nothing else calls.
class Distributor {
public:
  explicit Distributor(nn::ScanOp scan)
      : scan(scan), body(nn::bodyOf(scan)), block(body.front()),
        terminator(block.getTerminator()), builder(scan),
        sequences(scan.getSequences().size()), states(scan.getStates().size()) {
  }

  /// The number of products taken out.
  unsigned run();

private:
  /// Products of fewer rows gain.
  static constexpr int64_t fewRows = 128;

  bool isInvariant(Value value) const {
    auto argument = dyn_cast<BlockArgument>(value);
    return argument && argument.getArgNumber() >= sequences + states;
  }
  bool isStep(Value value) const {
    auto argument = dyn_cast<BlockArgument>(value);
    return argument && argument.getArgNumber() < sequences;
  }
  Value outside(Value argument) const {
    return scan->getOperand(cast<BlockArgument>(argument).getArgNumber());
  }
  bool isStacked(Value value) const {
    return llvm::is_contained(terminator->getOperands().drop_back(states),
                              value);
  }
  bool isAvailable(Value value) const {
    return isStep(value) || isStacked(value) || wanted.contains(value);
  }

  unsigned distributeProductsOfSteps();
  void findProductsOfResults();
  void findSums();
  void addWantedStacks();
  /// All steps of a value of the body, as the rows of one matrix.
  Value rowsOf(Value value);

  nn::ScanOp scan;
  func::FuncOp body;
  Block &block;
  Operation *terminator;
  OpBuilder builder;
  unsigned sequences, states;

  /// Values of the body that are to be step results.
  llvm::SetVector<Value> wanted;
  /// By the number of the step result.
  llvm::MapVector<unsigned, nn::MatMulOp> products;
  /// By the number of the state: a product or a sum of rows.
  llvm::MapVector<unsigned, Operation *> sums;
};

} // namespace

//===----------------------------------------------------------------------===//
// Before the loop
//===----------------------------------------------------------------------===//

unsigned Distributor::distributeProductsOfSteps() {
  SmallVector<nn::MatMulOp> found;
  for (auto product : block.getOps<nn::MatMulOp>())
    if (isStep(product.getLhs()) && isInvariant(product.getRhs()) &&
        (!product.getBias() || isInvariant(product.getBias())) &&
        !product.getTransposeLhs() && isMatrix(product.getLhs()) &&
        isMatrix(product.getRhs()) &&
        typeOf(product.getLhs()).getDimSize(0) < fewRows)
      found.push_back(product);
  for (nn::MatMulOp product : found) {
    Location location = product.getLoc();
    RankedTensorType type = typeOf(product.getLhs());
    Value rows = nn::ReshapeOp::create(
        builder, location, outside(product.getLhs()),
        ArrayRef<int64_t>{int64_t(scan.getTrips()) * type.getDimSize(0),
                          type.getDimSize(1)});
    Value all = nn::MatMulOp::create(
        builder, location, rows, outside(product.getRhs()),
        product.getBias() ? outside(product.getBias()) : Value(),
        /*transpose_lhs=*/false, product.getTransposeRhs());
    Value sequence = nn::ReshapeOp::create(
        builder, location, all,
        nn::stackType(product.getResult().getType(), scan.getTrips())
            .getShape());
    Value step = block.insertArgument(sequences, product.getResult().getType(),
                                      location);
    scan.getSequencesMutable().append(sequence);
    ++sequences;
    product.getResult().replaceAllUsesWith(step);
    product.erase();
  }
  nn::updateType(body);
  return found.size();
}

//===----------------------------------------------------------------------===//
// After the loop
//===----------------------------------------------------------------------===//

void Distributor::findProductsOfResults() {
  for (unsigned i = 0; i < scan.getNumStacks(); ++i) {
    auto product = terminator->getOperand(i).getDefiningOp<nn::MatMulOp>();
    if (!product || !product->hasOneUse() || !isMatrix(product.getLhs()) ||
        !isMatrix(product.getRhs()) || product.getTransposeLhs() ||
        !isInvariant(product.getRhs()) ||
        (product.getBias() && !isInvariant(product.getBias())) ||
        typeOf(product.getLhs()).getDimSize(0) >= fewRows)
      continue;
    if (!isAvailable(product.getLhs()) &&
        elements(product.getLhs()) > 4 * elements(product.getResult()))
      continue;
    wanted.insert(product.getLhs());
    products[i] = product;
  }
}

/// The op that gives what is added to a state in each trip, if nothing else
/// reads the state; through reshapes.
static Operation *addedTo(BlockArgument state, OpOperand &newValue) {
  auto sum = newValue.get().getDefiningOp<nn::AddOp>();
  if (!sum || !sum->hasOneUse() || !state.hasOneUse() ||
      *state.user_begin() != sum)
    return nullptr;
  Value added = sum.getLhs() == state ? sum.getRhs() : sum.getLhs();
  if (added.getType() != state.getType() || !added.hasOneUse())
    return nullptr;
  Operation *op = added.getDefiningOp();
  while (auto reshape = dyn_cast_or_null<nn::ReshapeOp>(op))
    op = reshape.getInput().hasOneUse() ? reshape.getInput().getDefiningOp()
                                        : nullptr;
  return op;
}

void Distributor::findSums() {
  unsigned stacks = scan.getNumStacks();
  auto added = [&](unsigned state) {
    return addedTo(block.getArgument(sequences + state),
                   terminator->getOpOperand(stacks + state));
  };
  for (unsigned state = 0; state < states; ++state) {
    auto product = dyn_cast_or_null<nn::MatMulOp>(added(state));
    if (!product || product.getBias() || !product.getTransposeLhs() ||
        product.getTransposeRhs() || !isMatrix(product.getLhs()) ||
        !isMatrix(product.getRhs()))
      continue;
    int64_t more = 0;
    for (Value operand : {product.getLhs(), product.getRhs()})
      more += isAvailable(operand) ? 0 : elements(operand);
    if (more > 2 * elements(product.getResult()))
      continue;
    wanted.insert(product.getLhs());
    wanted.insert(product.getRhs());
    sums[state] = product;
  }
  // Sums of rows only where the rows are kept anyway.
  for (unsigned state = 0; state < states; ++state) {
    auto sum = dyn_cast_or_null<nn::ReduceSumOp>(added(state));
    if (sum && isMatrix(sum.getInput()) && isAvailable(sum.getInput()) &&
        sum.getAxes() == ArrayRef<int64_t>{0})
      sums[state] = sum;
  }
}

/// Makes the wanted values step results.
void Distributor::addWantedStacks() {
  unsigned stacks = scan.getNumStacks();
  SmallVector<Value> returned(terminator->getOperands().take_front(stacks));
  SmallVector<Type> types(scan.getStacks().getTypes());
  for (Value value : wanted)
    if (!isStep(value) && !isStacked(value)) {
      returned.push_back(value);
      types.push_back(nn::stackType(value.getType(), scan.getTrips()));
    }
  llvm::append_range(returned, terminator->getOperands().drop_front(stacks));
  llvm::append_range(types, scan.getLastStates().getTypes());
  terminator->setOperands(returned);
  nn::updateType(body);
  auto made = nn::ScanOp::create(
      builder, scan.getLoc(), types, scan.getBody(), scan.getSequences(),
      scan.getStates(), scan.getInvariants(), scan.getTrips(),
      scan.getReverse(), scan.getUnrollAttr(), /*extends=*/FlatSymbolRefAttr());
  for (unsigned i = 0; i < stacks; ++i)
    scan.getResult(i).replaceAllUsesWith(made.getResult(i));
  for (auto [from, to] :
       llvm::zip_equal(scan.getLastStates(), made.getLastStates()))
    from.replaceAllUsesWith(to);
  scan.erase();
  scan = made;
}

Value Distributor::rowsOf(Value value) {
  Value all;
  if (isStep(value)) {
    all = outside(value);
  } else {
    auto stacks = terminator->getOperands().drop_back(states);
    all = scan.getResult(llvm::find(stacks, value) - stacks.begin());
  }
  RankedTensorType type = typeOf(value);
  return nn::ReshapeOp::create(
      builder, scan.getLoc(), all,
      ArrayRef<int64_t>{int64_t(scan.getTrips()) * type.getDimSize(0),
                        type.getDimSize(1)});
}

unsigned Distributor::run() {
  unsigned count = distributeProductsOfSteps();
  findProductsOfResults();
  findSums();
  if (products.empty() && sums.empty())
    return count;
  addWantedStacks();
  builder.setInsertionPointAfter(scan);
  for (auto [number, product] : products) {
    Value all = nn::MatMulOp::create(
        builder, product.getLoc(), rowsOf(product.getLhs()),
        outside(product.getRhs()),
        product.getBias() ? outside(product.getBias()) : Value(),
        /*transpose_lhs=*/false, product.getTransposeRhs());
    scan.getResult(number).replaceAllUsesWith(
        nn::ReshapeOp::create(builder, product.getLoc(), all,
                              typeOf(scan.getResult(number)).getShape()));
  }
  for (auto [state, op] : sums) {
    Value total;
    if (auto product = dyn_cast<nn::MatMulOp>(op))
      total =
          nn::MatMulOp::create(builder, op->getLoc(), rowsOf(product.getLhs()),
                               rowsOf(product.getRhs()), /*bias=*/Value(),
                               /*transpose_lhs=*/true, /*transpose_rhs=*/false);
    else
      total = nn::ReduceSumOp::create(
          builder, op->getLoc(), rowsOf(cast<nn::ReduceSumOp>(op).getInput()),
          ArrayRef<int64_t>{0}, /*keepdims=*/false);
    Value initial = scan.getStates()[state];
    total = nn::ReshapeOp::create(builder, op->getLoc(), total,
                                  typeOf(initial).getShape());
    scan.getLastStates()[state].replaceAllUsesWith(
        nn::AddOp::create(builder, op->getLoc(), initial, total));
  }
  return count + products.size() + sums.size();
}

namespace {
class DistributeLoops
    : public mlcc::impl::DistributeLoopsBase<DistributeLoops> {
public:
  using DistributeLoopsBase::DistributeLoopsBase;

  void runOnOperation() override {
    for (Operation *loop : loopsInsideOut(getOperation()))
      if (auto scan = dyn_cast<nn::ScanOp>(loop))
        distributed += Distributor(scan).run();
  }
};
} // namespace
