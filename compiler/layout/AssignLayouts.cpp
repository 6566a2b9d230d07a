//===- AssignLayouts.cpp - Chooses a layout for every tensor --------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One walk from the arguments to the results, in time linear in the ops: when
// an op is met, the layouts of its operands are decided; its own are chosen
// among a few candidates; the operands are brought into them.
//
//===----------------------------------------------------------------------===//

#include "compiler/layout/Candidates.h"
#include "compiler/layout/CostModel.h"
#include "compiler/layout/Forms.h"
#include "compiler/layout/LayoutPasses.h"
#include "compiler/layout/MemoryOrder.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/nn/NN.h"
#include "dialects/rt/RT.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"
#include <dnnl_threadpool.h>

using namespace mlir;

namespace mlcc {
#define GEN_PASS_DEF_ASSIGNLAYOUTS
#include "compiler/layout/LayoutPasses.h.inc"
} // namespace mlcc

using namespace mlcc;

namespace {
/// Tells oneDNN the number of threads while it lives.
class ThreadsScope {
public:
  explicit ThreadsScope(unsigned threads) {
    dnnl_threadpool_interop_get_max_concurrency(&previous);
    dnnl_threadpool_interop_set_max_concurrency(static_cast<int>(threads));
  }
  ~ThreadsScope() { dnnl_threadpool_interop_set_max_concurrency(previous); }

private:
  int previous = 1;
};

class Assigner {
public:
  explicit Assigner(func::FuncOp function)
      : builder(function.getContext()), forms(builder), chooser(forms) {}

  LogicalResult run(func::FuncOp function);
  const Forms &getForms() const { return forms; }
  size_t queries() const { return chooser.queries(); }

private:
  void findUpdates(Block &block);
  bool wantsPlain(Operation *op, StringRef tag) const;
  LogicalResult assign(Operation *op);
  LogicalResult assignPrimitive(dnn::PrimitiveOpInterface op);
  void assignElementwise(Operation *op);
  void assignPoolGradient(Operation *op);
  void assignTranspose(nn::TransposeOp op);
  void makeOperandsPlain(Operation *op);
  void viewTransposed(dnn::MatMulOp op);
  Value transposedView(Value value, ArrayRef<int64_t> permutation,
                       Operation *user);

  OpBuilder builder;
  Forms forms;
  LayoutChooser chooser;
  /// Element-wise ops whose elements go, by way of others, to new values of
  /// variables only; and those that go to such or to sums of all elements.
  llvm::DenseSet<Operation *> updates, updatesOrSums;
};

struct AssignLayoutsPass : mlcc::impl::AssignLayoutsBase<AssignLayoutsPass> {
  using AssignLayoutsBase::AssignLayoutsBase;
  void runOnOperation() override;

private:
  void report(const Forms &forms);
};
} // namespace

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static std::string plainLayoutOf(Value value) {
  return plainLayout(std::max<int>(typeOf(value).getRank(), 1));
}

//===----------------------------------------------------------------------===//
// Transpositions
//===----------------------------------------------------------------------===//

/// `value` transposed, as a view in a permuted layout.
Value Assigner::transposedView(Value value, ArrayRef<int64_t> permutation,
                               Operation *user) {
  if (!isPermutation(dnn::getLayout(typeOf(value))))
    value = forms.get(value, plainLayoutOf(value), user);
  std::string tag = dnn::getLayout(typeOf(value));
  SmallVector<int64_t> shape;
  for (int64_t dimension : permutation)
    shape.push_back(typeOf(value).getDimSize(dimension));
  for (char &letter : tag) {
    auto place = llvm::find(permutation, letter - 'a') - permutation.begin();
    letter = static_cast<char>('a' + place);
  }
  auto type = RankedTensorType::get(shape, typeOf(value).getElementType());
  builder.setInsertionPoint(user);
  return dnn::ViewOp::create(builder, user->getLoc(),
                             dnn::withLayout(type, tag), value);
}

/// Replaces transposed operands by views in a permuted layout.
void Assigner::viewTransposed(dnn::MatMulOp op) {
  int64_t rank = typeOf(op.getSrc()).getRank();
  auto swapped = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(swapped[rank - 2], swapped[rank - 1]);
  if (op.getTransposeSrc()) {
    op.getSrcMutable().assign(transposedView(op.getSrc(), swapped, op));
    op.setTransposeSrc(false);
  }
  if (op.getTransposeWeights()) {
    op.getWeightsMutable().assign(transposedView(op.getWeights(), swapped, op));
    op.setTransposeWeights(false);
  }
}

/// A transposition moves nothing: its result is a view in a permuted layout,
/// plain if that has the same bytes.
void Assigner::assignTranspose(nn::TransposeOp op) {
  Value view = transposedView(op.getInput(), op.getPermutation(), op);
  std::string plain = plainLayoutOf(view);
  if (haveSameBytes(typeOf(view).getShape(), dnn::getLayout(typeOf(view)),
                    plain))
    view = forms.get(view, plain, op);
  op.getResult().replaceAllUsesWith(view);
  op.erase();
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

void Assigner::makeOperandsPlain(Operation *op) {
  for (OpOperand &operand : op->getOpOperands())
    if (isa<RankedTensorType>(operand.get().getType()))
      operand.set(forms.get(operand.get(), plainLayoutOf(operand.get()), op));
}

/// Whether `op` makes one number of all elements.
static bool reducesAll(Operation *op) {
  return isa<nn::ReduceSumOp, nn::ReduceMeanOp, nn::ReduceSumSquareOp>(op) &&
         typeOf(op->getResult(0)).getNumElements() == 1;
}

/// Whether `use` makes a value the new one of a variable, which are plain.
static bool isNewValue(OpOperand &use) {
  auto function = dyn_cast<func::FuncOp>(use.getOwner()->getParentOp());
  return isa<func::ReturnOp>(use.getOwner()) && function &&
         function.getResultAttr(use.getOperandNumber(), rt::variableAttrName);
}

/// Finds the element-wise ops that take part in nothing but new values of
/// variables: the update of parameters.
void Assigner::findUpdates(Block &block) {
  for (Operation &op : llvm::reverse(block)) {
    if (!op.hasTrait<nn::IsElementwise>() || op.use_empty())
      continue;
    bool inUpdates = true, plain = true;
    for (OpOperand &use : op.getUses()) {
      Operation *user = use.getOwner();
      inUpdates &= isNewValue(use) || updates.contains(user);
      plain &=
          isNewValue(use) || updatesOrSums.contains(user) || reducesAll(user);
    }
    if (inUpdates)
      updates.insert(&op);
    if (plain)
      updatesOrSums.insert(&op);
  }
}

/// Whether the result of `op` will be wanted in no other layout than the plain
/// one. A sum of all elements takes them in any order, but not in blocks.
bool Assigner::wantsPlain(Operation *op, StringRef tag) const {
  return (isPermutation(tag) ? updates : updatesOrSums).contains(op);
}

/// All operands of the result's shape get the layout in which the fewest bytes
/// must move; the others, which are repeated, are plain.
void Assigner::assignElementwise(Operation *op) {
  auto result = typeOf(op->getResult(0));
  auto isFull = [&](Value value) {
    return typeOf(value).getShape() == result.getShape();
  };
  llvm::SmallSetVector<Value, 4> full;
  for (Value operand : llvm::make_filter_range(op->getOperands(), isFull))
    full.insert(operand);
  std::string best = plainLayoutOf(op->getResult(0));
  double bestSeconds = std::numeric_limits<double>::max();
  auto consider = [&](const std::string &tag) {
    double seconds = 0;
    for (Value operand : full)
      seconds += forms.seconds(operand, tag);
    bool isPlain = tag == plainLayoutOf(op->getResult(0));
    if (!isPlain && wantsPlain(op, tag))
      seconds += reorderSeconds(result);
    // Where it makes no difference, what follows rather wants a layout, if it
    // is no update.
    if (seconds < bestSeconds ||
        (seconds == bestSeconds && isPlain == updatesOrSums.contains(op))) {
      best = tag;
      bestSeconds = seconds;
    }
  };
  for (Value candidate : full)
    consider(dnn::getLayout(typeOf(candidate)));
  if (updatesOrSums.contains(op))
    consider(plainLayoutOf(op->getResult(0)));
  for (OpOperand &operand : op->getOpOperands()) {
    Value value = operand.get();
    operand.set(
        forms.get(value, isFull(value) ? best : plainLayoutOf(value), op));
  }
  if (isPermutation(best) && best != plainLayoutOf(op->getResult(0)))
    rewriteElementwise(op, best, builder);
  else
    op->getResult(0).setType(dnn::withLayout(result, best));
}

/// The gradient of pooling has the layout of what was pooled, if that is a
/// permutation.
void Assigner::assignPoolGradient(Operation *op) {
  std::string tag = dnn::getLayout(typeOf(op->getOperand(0)));
  if (!isPermutation(tag))
    return makeOperandsPlain(op);
  for (OpOperand &operand : op->getOpOperands())
    operand.set(forms.get(operand.get(), tag, op));
  Value result = op->getResult(0);
  result.setType(dnn::withLayout(typeOf(result), tag));
}

LogicalResult Assigner::assignPrimitive(dnn::PrimitiveOpInterface op) {
  if (auto matmul = dyn_cast<dnn::MatMulOp>(op.getOperation()))
    viewTransposed(matmul);
  std::optional<Candidate> chosen = chooser.choose(op);
  if (!chosen)
    return emitError(op->getLoc(), ErrorCode::PrimitiveFailed)
           << "oneDNN has no implementation of '" << op->getName()
           << "' in this form on this CPU";

  SmallVector<const TensorSpec *> tensors;
  for (const TensorSpec &tensor : chosen->spec.arguments)
    tensors.push_back(&tensor);
  for (const PostOp &postOp : chosen->spec.postOps)
    if (postOp.kind == PostOp::Kind::Binary)
      tensors.push_back(&postOp.operand);

  // Operands come in the order of the description, results left out; the
  // operand that is accumulated onto is the last.
  unsigned operand = 0;
  for (auto [value, tensor] : llvm::zip(op.getPrimitiveArguments(), tensors)) {
    if (value.getDefiningOp() == op) {
      value.setType(dnn::withLayout(typeOf(value), tensor->layout));
      continue;
    }
    op->setOperand(operand++, forms.get(value, tensor->layout, op));
  }
  if (Value accumulated = op.getAccumulatedOperand())
    op->setOperand(
        operand,
        forms.get(accumulated, dnn::getLayout(typeOf(op->getResult(0))), op));
  return success();
}

LogicalResult Assigner::assign(Operation *op) {
  if (isa<nn::ConstantOp, dnn::ConstantOp, dnn::ViewOp, dnn::ReorderOp>(op))
    return success();
  if (auto primitive = dyn_cast<dnn::PrimitiveOpInterface>(op))
    return assignPrimitive(primitive);
  if (auto transpose = dyn_cast<nn::TransposeOp>(op))
    assignTranspose(transpose);
  else if (op->hasTrait<nn::IsElementwise>())
    assignElementwise(op);
  else if (isa<nn::MaxPoolGradientOp, nn::AvgPoolGradientOp>(op))
    assignPoolGradient(op);
  else if (!rewriteInMemoryOrder(op, forms, builder))
    makeOperandsPlain(op);
  return success();
}

LogicalResult Assigner::run(func::FuncOp function) {
  for (Block &block : function.getBody()) {
    findUpdates(block);
    for (Operation &op : llvm::make_early_inc_range(block))
      if (failed(assign(&op)))
        return failure();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// What the user's model calls the op that wanted `reorder`.
static std::string userOf(const Forms::Reorder &reorder) {
  std::string name;
  llvm::raw_string_ostream stream(name);
  if (auto location = reorder.location->findInstanceOf<NameLoc>())
    stream << "'" << location.getName().getValue() << "' (" << reorder.user
           << ")";
  else
    stream << reorder.user;
  return name;
}

void AssignLayoutsPass::report(const Forms &forms) {
  for (const Forms::Reorder &reorder : forms.reorders()) {
    RankedTensorType from = typeOf(reorder.source);
    RankedTensorType to = typeOf(reorder.result);
    int64_t bytes = dnn::layoutBytes(from) + dnn::layoutBytes(to);
    ++reorders;
    reorderedBytes += bytes;
    if (remarks)
      mlir::emitRemark(reorder.result.getLoc())
          << "reorder from " << dnn::getLayout(from) << " to "
          << dnn::getLayout(to) << " (" << bytes
          << " bytes read and written), wanted by " << userOf(reorder);
  }
}

void AssignLayoutsPass::runOnOperation() {
  ThreadsScope scope(threads);
  Assigner assigner(getOperation());
  if (failed(assigner.run(getOperation())))
    return signalPassFailure();
  queries += assigner.queries();
  report(assigner.getForms());
}
