//===- FoldAffine.cpp - The pass nn-fold-affine ---------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/AffineChain.h"
#include "compiler/graph/GraphPasses.h"

namespace mlcc {
#define GEN_PASS_DEF_FOLDAFFINE
#include "compiler/graph/GraphPasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;
using namespace mlcc::graph;

namespace {
class FoldAffine : public mlcc::impl::FoldAffineBase<FoldAffine> {
  void runOnOperation() override;
};
} // namespace

using ErasedSet = llvm::SmallPtrSetImpl<Operation *>;

/// Erases `op`, which has no users, and what only it used.
static void eraseDead(Operation *op, ErasedSet &erased) {
  SmallVector<Operation *> pending{op};
  while (!pending.empty()) {
    Operation *dead = pending.pop_back_val();
    SetVector<Operation *> producers;
    for (Value operand : dead->getOperands())
      if (Operation *producer = operand.getDefiningOp())
        producers.insert(producer);
    erased.insert(dead);
    dead->erase();
    for (Operation *producer : producers)
      if (producer->use_empty())
        pending.push_back(producer);
  }
}

static void replaceChain(AffineChain &chain, Value result, ErasedSet &erased) {
  chain.getResult().replaceAllUsesWith(result);
  eraseDead(chain.ops.back(), erased);
}

/// conv -> chain becomes conv with other weights.
static bool foldIntoProducer(AffineChain &chain, ErasedSet &erased) {
  if (!chain.input.hasOneUse())
    return false;
  OpBuilder builder(chain.ops.front());
  Value result =
      foldIntoWeights(builder, chain.input.getDefiningOp(), chain.affine);
  if (!result)
    return false;
  replaceChain(chain, result, erased);
  return true;
}

/// Multiplies `value`, which has one user, by `scale` in the weights that it
/// comes from, through ops that a common factor passes. Returns whether it
/// could.
static bool scaleUpwards(Value value, const Affine &scale, ErasedSet &erased,
                         int depth = 8) {
  Operation *op = value.getDefiningOp();
  if (!op || !value.hasOneUse() || depth == 0)
    return false;
  OpBuilder builder(op);
  if (Value folded = foldIntoWeights(builder, op, scale)) {
    value.replaceAllUsesWith(folded);
    eraseDead(op, erased);
    return true;
  }
  if (isa<nn::ReshapeOp, nn::TransposeOp>(op))
    return scaleUpwards(op->getOperand(0), scale, erased, depth - 1);
  auto matmul = dyn_cast<nn::MatMulOp>(op);
  if (!matmul || matmul.getBias() || matmul.getLhs() == matmul.getRhs())
    return false;
  return scaleUpwards(matmul.getLhs(), scale, erased, depth - 1) ||
         scaleUpwards(matmul.getRhs(), scale, erased, depth - 1);
}

/// matmul(q, k) * s, with q made by constant weights, needs no multiplication.
static bool foldScaleUpwards(AffineChain &chain, ErasedSet &erased) {
  if (!chain.affine.isUniform() || !chain.affine.hasZeroShift() ||
      !scaleUpwards(chain.input, chain.affine, erased))
    return false;
  replaceChain(chain, chain.input, erased);
  return true;
}

/// The constant operand of the emitted `nn.mul` or `nn.add`.
template <typename Element>
static Value makeOperand(OpBuilder &builder, Location location,
                         RankedTensorType type, const Affine &affine,
                         Element element) {
  SmallVector<int64_t> shape;
  if (!affine.isUniform()) {
    shape.assign(type.getRank() - affine.getAxis(), 1);
    shape.front() = type.getDimSize(affine.getAxis());
  }
  nn::HostTensor tensor(type.clone(shape));
  for (int64_t i = 0; i < tensor.getNumElements(); ++i)
    tensor.setDouble(i, element(i));
  return makeConstant(builder, location, tensor);
}

/// Emits the chain as one multiply-add, if that is fewer ops or replaces a
/// batch normalization.
static bool merge(AffineChain &chain, ErasedSet &erased) {
  const Affine &affine = chain.affine;
  bool hasScale = !affine.hasUnitScale(), hasShift = !affine.hasZeroShift();
  bool hasNorm = llvm::any_of(
      chain.ops, [](Operation *op) { return isa<nn::BatchNormOp>(op); });
  if (!affine.isFinite() ||
      (!hasNorm && chain.ops.size() <= size_t(hasScale) + hasShift))
    return false;
  OpBuilder builder(chain.ops.back());
  Location location = chain.ops.front()->getLoc();
  auto type = typeOf(chain.input);
  Value result = chain.input;
  if (hasScale)
    result = nn::MulOp::create(
        builder, location, result,
        makeOperand(builder, location, type, affine,
                    [&](int64_t i) { return affine.scale(i); }));
  if (hasShift)
    result = nn::AddOp::create(
        builder, location, result,
        makeOperand(builder, location, type, affine,
                    [&](int64_t i) { return affine.shift(i); }));
  replaceChain(chain, result, erased);
  return true;
}

void FoldAffine::runOnOperation() {
  SmallVector<Operation *> candidates;
  getOperation().walk([&](Operation *op) {
    if (Affine::inputOf(op))
      candidates.push_back(op);
  });
  llvm::SmallPtrSet<Operation *, 16> erased;
  for (Operation *candidate : candidates) {
    // In program order, so a chain is met first at its first op.
    if (erased.contains(candidate))
      continue;
    std::optional<AffineChain> chain = AffineChain::from(candidate);
    if (!chain)
      continue;
    if (foldIntoProducer(*chain, erased) || foldScaleUpwards(*chain, erased))
      ++foldedIntoWeights;
    else if (merge(*chain, erased))
      ++merged;
  }
}
