//===- FormKernels.cpp - Groups nn ops into kernel functions --------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Ops are visited from the last to the first, so that all users of an op are in
// groups when its turn comes. An op whose users are all in one group joins it
// if Fusion.h allows; one that is cheap joins all groups that use it; one whose
// other users come later joins the first group that uses it, with its result;
// otherwise it becomes the root of a new group. Then each group moves into a
// function of its own, which is called where the root was: everything else in
// the group comes before the root, and what uses the group's results behind.
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/ElementTypes.h"
#include "compiler/kernels/Fusion.h"
#include "compiler/kernels/KernelsPasses.h"
#include "compiler/kernels/OpModels.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/nn/Loops.h"

#include "mlir/IR/IRMapping.h"

#include "llvm/ADT/SetVector.h"

#include <memory>

namespace mlcc::kernels {
#define GEN_PASS_DEF_FORMKERNELSPASS
#include "compiler/kernels/KernelsPasses.h.inc"
} // namespace mlcc::kernels

using namespace mlir;

namespace mlcc::kernels {
namespace {

bool isGraphOp(Operation *op) {
  return isa_and_present<nn::NNDialect>(op->getDialect()) && !nn::isLoop(op);
}

/// Constants of one element become part of the kernels that use them.
bool isInlineConstant(Operation *op) {
  auto constant = dyn_cast_if_present<nn::ConstantOp>(op);
  return constant && constant.getType().getNumElements() == 1;
}

/// Whether kernels can compute `op`; else emits an error.
LogicalResult checkSupported(Operation *op) {
  if (!lookupOpModel(op))
    return mlcc::emitError(op->getLoc(), ErrorCode::UnsupportedForm)
           << op->getName() << " has no generated kernel";
  return success();
}

/// Forms the kernels of functions, one after another.
class KernelFormer {
public:
  /// Fails, with errors for all ops that no kernel can compute.
  LogicalResult run(func::FuncOp function);

  unsigned formed = 0, fused = 0;

private:
  void collect(Block &block);
  bool join(Operation &op);
  bool joinAll(Operation &op);
  KernelGroup *findHost(Operation &op);
  KernelGroup *findReductionHost(Operation &op);
  bool isBeforeUsers(KernelGroup &group, Operation &op);
  void dropLeafReshapes();
  void outline(KernelGroup &group, OpBuilder &functionBuilder);
  std::string kernelName(const KernelGroup &group);

  std::vector<std::unique_ptr<KernelGroup>> groups;
  DenseMap<Operation *, KernelGroup *> groupOf;
  unsigned counter = 0;
};

struct FormKernels : impl::FormKernelsPassBase<FormKernels> {
  void runOnOperation() override {
    KernelFormer former;
    for (auto function : llvm::to_vector(getOperation().getOps<func::FuncOp>()))
      if (!function.isExternal() && !function->hasAttr(rt::kernelAttrName))
        if (failed(former.run(function)))
          signalPassFailure();
    kernels += former.formed;
    fusedOps += former.fused;
  }
};

} // namespace

LogicalResult KernelFormer::run(func::FuncOp function) {
  bool supported = true;
  for (Operation &op : function.getOps())
    if (isGraphOp(&op) && !isa<nn::ConstantOp, nn::ReshapeOp>(op))
      supported &= succeeded(checkSupported(&op));
  if (!supported)
    return failure();
  groups.clear();
  groupOf.clear();
  collect(function.getBody().front());
  dropLeafReshapes();
  OpBuilder builder(function);
  for (auto &group : llvm::reverse(groups))
    outline(*group, builder);
  return success();
}

/// The one group that all users of `op` are in, or null.
static KernelGroup *
commonGroup(Operation *op,
            const DenseMap<Operation *, KernelGroup *> &groupOf) {
  KernelGroup *common = nullptr;
  for (Operation *user : op->getUsers()) {
    KernelGroup *group = groupOf.lookup(user);
    if (!group || (common && group != common))
      return nullptr;
    common = group;
  }
  return common;
}

/// A tensor without elements needs no kernel.
static bool replaceByEmptyConstants(Operation *op) {
  auto isEmpty = [](Type type) {
    return cast<RankedTensorType>(type).getNumElements() == 0;
  };
  if (!llvm::all_of(op->getResultTypes(), isEmpty))
    return false;
  OpBuilder builder(op);
  for (Value result : op->getResults()) {
    auto type = cast<RankedTensorType>(result.getType());
    result.replaceAllUsesWith(nn::ConstantOp::create(
        builder, op->getLoc(), nn::HostTensor(type).toAttribute("empty")));
  }
  op->erase();
  return true;
}

void KernelFormer::collect(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block))) {
    if (nn::isLoop(&op) && op.use_empty()) {
      op.erase();
      continue;
    }
    if (!isGraphOp(&op) || isa<nn::ConstantOp>(op))
      continue;
    if (op.use_empty()) {
      op.erase();
      continue;
    }
    if (replaceByEmptyConstants(&op))
      continue;
    if (join(op)) {
      ++fused;
    } else if (!isa<nn::ReshapeOp>(op)) {
      groups.push_back(std::make_unique<KernelGroup>(&op));
      groupOf[&op] = groups.back().get();
      ++formed;
    }
  }
}

/// Lets `op` join the groups of its users; returns whether it did.
bool KernelFormer::join(Operation &op) {
  if (KernelGroup *group = commonGroup(&op, groupOf);
      group && group->accepts(&op)) {
    group->add(&op);
    groupOf[&op] = group;
    return true;
  }
  if (joinAll(op))
    return true;
  KernelGroup *host = findHost(op);
  if (!host || !host->acceptsResult(&op))
    host = findReductionHost(op);
  if (!host)
    return false;
  host->addResult(&op);
  groupOf[&op] = host;
  return true;
}

/// Computes `op` again in each of the groups that use it, if all of them accept
/// that and there are no other users.
bool KernelFormer::joinAll(Operation &op) {
  llvm::SetVector<KernelGroup *> users;
  for (Operation *user : op.getUsers()) {
    KernelGroup *group = groupOf.lookup(user);
    if (!group || (!users.contains(group) && !group->acceptsCopy(&op)))
      return false;
    users.insert(group);
  }
  if (users.size() < 2)
    return false;
  OpBuilder builder(&op);
  for (KernelGroup *group : users) {
    Operation *copy = group == users.back() ? &op : builder.clone(op);
    op.getResult(0).replaceUsesWithIf(copy->getResult(0), [&](OpOperand &use) {
      return groupOf.lookup(use.getOwner()) == group;
    });
    group->add(copy);
    groupOf[copy] = group;
  }
  return true;
}

/// The first of the groups that use `op`, if everything else that does comes
/// after it.
KernelGroup *KernelFormer::findHost(Operation &op) {
  KernelGroup *host = nullptr;
  for (Operation *user : op.getUsers())
    if (KernelGroup *group = groupOf.lookup(user))
      if (!host || group->root()->isBeforeInBlock(host->root()))
        host = group;
  return host && isBeforeUsers(*host, op) ? host : nullptr;
}

/// Whether all users of `op` outside `group` come after its root.
bool KernelFormer::isBeforeUsers(KernelGroup &group, Operation &op) {
  return llvm::all_of(op.getUsers(), [&](Operation *user) {
    KernelGroup *other = groupOf.lookup(user);
    if (other == &group)
      return true;
    // A reshape may yet leave its group and stand where it stood; what is in a
    // region is where its op is.
    bool moves = other && !isa<nn::ReshapeOp>(user);
    return group.root()->isBeforeInBlock(
        moves ? other->root() : op.getBlock()->findAncestorOpInBlock(*user));
  });
}

/// A group that reduces the same rows as `op`, from some of the same elements.
KernelGroup *KernelFormer::findReductionHost(Operation &op) {
  if (lookupOpModel(&op)->role != OpRole::reduction)
    return nullptr;
  auto isHost = [&](KernelGroup &group) {
    return group.acceptsReduction(&op) &&
           llvm::none_of(op.getUsers(),
                         [&](Operation *user) {
                           return groupOf.lookup(user) == &group;
                         }) &&
           isBeforeUsers(group, op);
  };
  // The element-wise ops between, which may not have been visited yet, and
  // their users, are few, or looked at in part.
  constexpr size_t most = 16;
  llvm::SmallSetVector<Operation *, most> near;
  near.insert(op.getOperand(0).getUsers().begin(),
              op.getOperand(0).getUsers().end());
  if (Operation *producer = op.getOperand(0).getDefiningOp();
      producer && producer->hasTrait<nn::IsElementwise>())
    for (Value operand : producer->getOperands())
      near.insert(operand.getUsers().begin(), operand.getUsers().end());
  for (size_t i = 0; i < std::min(near.size(), most); ++i) {
    KernelGroup *group = groupOf.lookup(near[i]);
    if (group && isHost(*group))
      return group;
    if (!group && near[i]->hasTrait<nn::IsElementwise>())
      near.insert(near[i]->getUsers().begin(), near[i]->getUsers().end());
  }
  return nullptr;
}

/// A reshape whose input comes from outside is free as a view, but would cost
/// index arithmetic in the kernel.
void KernelFormer::dropLeafReshapes() {
  for (auto &group : groups) {
    SmallVector<Operation *> kept;
    for (Operation *op : llvm::reverse(group->ops())) {
      Operation *input =
          isa<nn::ReshapeOp>(op) ? op->getOperand(0).getDefiningOp() : op;
      if (input && groupOf.lookup(input) == group.get())
        kept.push_back(op);
      else
        groupOf.erase(op);
    }
    std::reverse(kept.begin(), kept.end());
    group->setOps(kept);
  }
}

/// kernel3_add_relu: a number, and the first ops in the order of execution.
std::string KernelFormer::kernelName(const KernelGroup &group) {
  std::string name = "kernel" + std::to_string(counter++);
  SmallVector<StringRef> names;
  for (Operation *op : llvm::reverse(group.ops()))
    names.push_back(op->getName().stripDialect());
  constexpr size_t shown = 4;
  for (StringRef part : ArrayRef(names).take_front(shown))
    name += "_" + part.str();
  if (names.size() > shown)
    name += "_etc";
  return name;
}

void KernelFormer::outline(KernelGroup &group, OpBuilder &functionBuilder) {
  Operation *root = group.root();
  llvm::SetVector<Value> inputs;
  llvm::SetVector<Operation *> constants;
  for (Operation *op : llvm::reverse(group.ops()))
    for (Value operand : op->getOperands()) {
      Operation *producer = operand.getDefiningOp();
      if (isInlineConstant(producer))
        constants.insert(producer);
      else if (!producer || groupOf.lookup(producer) != &group)
        inputs.insert(operand);
    }

  SmallVector<Value> leaving = group.results();
  SmallVector<Type> inputTypes(ValueRange(inputs.getArrayRef()).getTypes());
  auto kernel =
      func::FuncOp::create(functionBuilder, root->getLoc(), kernelName(group),
                           functionBuilder.getFunctionType(
                               inputTypes, ValueRange(leaving).getTypes()));
  kernel.setPrivate();
  kernel->setAttr(rt::kernelAttrName, functionBuilder.getUnitAttr());
  Block *body = kernel.addEntryBlock();
  IRMapping mapping;
  mapping.map(inputs.getArrayRef(), body->getArguments());
  auto inside = OpBuilder::atBlockEnd(body);
  for (Operation *constant : constants)
    inside.clone(*constant, mapping);
  for (Operation *op : llvm::reverse(group.ops()))
    inside.clone(*op, mapping);
  SmallVector<Value> results;
  for (Value result : leaving)
    results.push_back(mapping.lookup(result));
  func::ReturnOp::create(inside, root->getLoc(), results);

  OpBuilder outside(root);
  auto call = func::CallOp::create(outside, root->getLoc(), kernel,
                                   inputs.getArrayRef());
  for (auto [old, result] : llvm::zip_equal(leaving, call.getResults()))
    old.replaceAllUsesWith(result);
  for (Operation *op : group.ops()) {
    groupOf.erase(op);
    op->erase();
  }
}

} // namespace mlcc::kernels
