//===- Fusion.cpp - Which ops share a kernel ------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/Fusion.h"

#include "compiler/kernels/OpModels.h"
#include "dialects/nn/NN.h"

#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace mlcc::kernels {

/// More ops than this make kernels that compile slowly and spill registers.
static constexpr size_t maxOps = 48;
/// Work of an element that may be done again rather than stored and loaded.
static constexpr double cheap = 6;
/// How often an element may be moved rather than stored once.
static constexpr double maxMoves = 16;
/// Rows that keep all threads busy, and elements below which one thread is
/// enough.
static constexpr int64_t manyRows = 8, fewElements = 1 << 15;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static ArrayRef<int64_t> resultShape(Operation *op) {
  return typeOf(op->getResult(0)).getShape();
}

/// A power with a constant exponent is mostly a square.
static double costOf(Operation *op, const OpModel &model) {
  if (auto power = dyn_cast<nn::PowOp>(op))
    if (power.getRhs().getDefiningOp<nn::ConstantOp>())
      return 1;
  return model.cost;
}

KernelGroup::KernelGroup(Operation *root) { add(root); }

SmallVector<int64_t> KernelGroup::Rows::reducedShape() const {
  SmallVector<int64_t> reduced(shape);
  for (int64_t axis : axes)
    reduced[axis] = 1;
  return reduced;
}

std::optional<KernelGroup::Rows> KernelGroup::rowsOf(Operation *op) {
  const OpModel *model = lookupOpModel(op);
  if (model->role != OpRole::reduction && model->role != OpRole::rowwise)
    return std::nullopt;
  ArrayRef<int64_t> shape = typeOf(op->getOperand(0)).getShape();
  Rows rows{llvm::to_vector(shape), {}};
  int64_t rank = shape.size();
  if (auto axes = op->getAttrOfType<DenseI64ArrayAttr>("axes"))
    rows.axes = llvm::to_vector(axes.asArrayRef());
  else if (isa<nn::LayerNormOp, nn::RmsNormOp>(op))
    rows.axes = llvm::to_vector(llvm::seq<int64_t>(
        op->getAttrOfType<IntegerAttr>("axis").getInt(), rank));
  else if (isa<nn::InstanceNormOp, nn::GroupNormOp>(op))
    rows.axes = llvm::to_vector(llvm::seq<int64_t>(2, rank));
  else
    rows.axes = {op->getAttrOfType<IntegerAttr>("axis").getInt()};
  llvm::sort(rows.axes);
  return rows;
}

/// How often an element-wise user computes one element of `operand`: dimensions
/// that the operand lacks make a difference only outside those that it has, as
/// its value is computed before the inner loops.
static double repetitions(RankedTensorType operand, RankedTensorType result) {
  ArrayRef<int64_t> have = operand.getShape(), want = result.getShape();
  // With a layout, the loops' order is not that of the dimensions.
  bool inner = !operand.getEncoding() && !result.getEncoding();
  double times = 1;
  for (size_t i = 0; i < want.size(); ++i) {
    int64_t extent = want[want.size() - 1 - i];
    int64_t own = i < have.size() ? have[have.size() - 1 - i] : 1;
    if (own == extent)
      inner &= own == 1;
    else if (!inner)
      times *= extent;
  }
  return times;
}

/// How often the users in the group ask for one element of `producer`.
double KernelGroup::evaluations(Operation *producer) const {
  double most = 0;
  RankedTensorType type = typeOf(producer->getResult(0));
  double elements = std::max<int64_t>(1, type.getNumElements());
  for (Operation *user : producer->getUsers()) {
    if (!evaluated.contains(user))
      continue; // not in the group
    double times = evaluated.lookup(user);
    switch (lookupOpModel(user)->role) {
    case OpRole::reduction:
      break;
    case OpRole::rowwise:
      times *= 3;
      break;
    case OpRole::elementwise:
      times *= repetitions(type, typeOf(user->getResult(0)));
      break;
    default:
      times *=
          std::max(1.0, typeOf(user->getResult(0)).getNumElements() / elements);
    }
    most = std::max(most, times);
  }
  return most;
}

/// Every op between the reduction and the root must walk whole rows, so that
/// the reduction is done once per row.
bool KernelGroup::acceptsRows(const Rows &candidate,
                              Operation *producer) const {
  if (rows && !(*rows == candidate))
    return false;
  SmallVector<int64_t> reduced = candidate.reducedShape();
  int64_t elements = 1, count = 1;
  for (auto [extent, kept] : llvm::zip_equal(candidate.shape, reduced)) {
    elements *= extent;
    count *= kept;
  }
  bool reducesOnly = resultShape(root()) == resultShape(producer) &&
                     resultShape(producer) != ArrayRef(candidate.shape);
  if (!reducesOnly && count < manyRows && elements > fewElements)
    return false;
  for (Operation *op : members) {
    const OpModel *model = lookupOpModel(op);
    ArrayRef<int64_t> shape = resultShape(op);
    bool fits = shape == ArrayRef(candidate.shape) ||
                shape == ArrayRef(reduced) ||
                (reducesOnly && shape == resultShape(producer));
    if (!fits ||
        (model->role != OpRole::elementwise &&
         model->role != OpRole::reduction && model->role != OpRole::rowwise))
      return false;
  }
  return true;
}

/// Whether the group is not full, and takes the producer's elements one by one.
bool KernelGroup::hasRoomFor(Operation *producer) const {
  if (members.size() >= maxOps || producer->getNumResults() != 1)
    return false;
  const OpModel *model = lookupOpModel(producer);
  if (!model || model->role == OpRole::window || model->role == OpRole::whole)
    return false;
  return llvm::none_of(producer->getUsers(), [&](Operation *user) {
    if (!evaluated.contains(user))
      return false;
    OpRole role = lookupOpModel(user)->role;
    return role == OpRole::window || role == OpRole::whole;
  });
}

bool KernelGroup::accepts(Operation *producer) const {
  if (!hasRoomFor(producer))
    return false;
  const OpModel *model = lookupOpModel(producer);
  if (std::optional<Rows> candidate = rowsOf(producer))
    return acceptsRows(*candidate, producer);
  double times = evaluations(producer);
  if (times <= 1)
    return true;
  // Taking an element from elsewhere costs no more than loading it from where
  // it would be stored, unless neighbours lie apart.
  if (model->role == OpRole::movement && times <= maxMoves)
    return !isa<nn::TransposeOp>(producer);
  return costOf(producer, *model) * times <= cheap;
}

bool KernelGroup::acceptsResult(Operation *producer) const {
  if (!hasRoomFor(producer) || root()->getNumResults() != 1)
    return false;
  const OpModel *model = lookupOpModel(producer);
  RankedTensorType type = typeOf(producer->getResult(0));
  RankedTensorType nest = typeOf(root()->getResult(0));
  OpRole rootRole = lookupOpModel(root())->role;
  if (model->role != OpRole::elementwise ||
      type.getShape() != nest.getShape() ||
      type.getEncoding() != nest.getEncoding() || rootRole == OpRole::whole ||
      rootRole == OpRole::window)
    return false;
  double times = evaluations(producer);
  return times <= 1 || costOf(producer, *model) * times <= cheap;
}

void KernelGroup::addResult(Operation *op) {
  add(op);
  shared.push_back(op);
}

bool KernelGroup::acceptsReduction(Operation *op) const {
  auto reduces = [](Operation *op) {
    return lookupOpModel(op)->role == OpRole::reduction;
  };
  return members.size() < maxOps && reduces(op) && reduces(root()) &&
         op->getResult(0).getType() == root()->getResult(0).getType() &&
         rowsOf(op) == rowsOf(root());
}

/// Loading one element of the only large operand replaces loading the element
/// itself, which need not be stored. Another one may be an argument, which is
/// there in any case.
bool KernelGroup::acceptsCopy(Operation *producer) const {
  constexpr int64_t repeated = 8;
  const OpModel *model = lookupOpModel(producer);
  if (!hasRoomFor(producer) || model->role != OpRole::elementwise)
    return false;
  RankedTensorType type = typeOf(producer->getResult(0));
  llvm::SmallSetVector<Value, 2> large;
  for (Value operand : producer->getOperands()) {
    RankedTensorType from = typeOf(operand);
    if (from.getNumElements() * repeated <= type.getNumElements())
      continue;
    if (from.getElementTypeBitWidth() > type.getElementTypeBitWidth())
      return false;
    large.insert(operand);
  }
  bool loadsOne =
      large.size() == 1 ||
      (large.size() == 2 && llvm::any_of(large, llvm::IsaPred<BlockArgument>));
  return loadsOne && costOf(producer, *model) * evaluations(producer) <= 2;
}

SmallVector<Value> KernelGroup::results() const {
  SmallVector<Value> results(root()->getResults());
  for (Operation *op : shared)
    results.push_back(op->getResult(0));
  return results;
}

void KernelGroup::add(Operation *producer) {
  evaluated[producer] = members.empty() ? 1 : evaluations(producer);
  members.push_back(producer);
  if (std::optional<Rows> found = rowsOf(producer))
    rows = found;
}

} // namespace mlcc::kernels
