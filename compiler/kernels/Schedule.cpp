//===- Schedule.cpp - Loops and parallel iterations of a kernel -----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The nest over a kernel's result has this form:
//
//   for iteration in [begin, end)          the launch's work, run by any thread
//     = leading dimensions, then blocks of the next one
//     for the rest of the block
//       for inner dimensions               long and contiguous, vectorized
//
// Dimensions that reductions depend on come first, and only they are spread
// over threads: what a row's elements share is computed once.
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/Schedule.h"

#include "compiler/kernels/ElementTypes.h"
#include "compiler/kernels/LoopEmitter.h"
#include "compiler/kernels/OpModels.h"
#include "dialects/rt/RT.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace mlcc::kernels {

//===----------------------------------------------------------------------===//
// Costs, in scalar operations of a vectorized loop
//===----------------------------------------------------------------------===//

/// An iteration should cost this much, so that its loop control does not count.
static constexpr double iterationCost = 8192;
/// A thread should get this much, or it is not worth waking.
static constexpr double threadCost = 32768;
/// More iterations than this do not help to balance threads.
static constexpr int64_t enoughIterations = 256;
/// Blocks of the innermost dimension are multiples of this many elements.
static constexpr int64_t blockMultiple = 64;

static double operationCost(Operation &op) {
  if (isa<arith::ConstantOp, scf::YieldOp, arith::IndexCastOp>(op))
    return 0;
  if (isa<arith::DivFOp, math::SqrtOp>(op))
    return 4;
  if (isa<arith::RemFOp, arith::DivSIOp, arith::DivUIOp, arith::RemSIOp,
          arith::RemUIOp>(op))
    return 8;
  if (isa<math::ExpOp, math::LogOp, math::PowFOp, math::SinOp, math::CosOp,
          math::TanOp, math::TanhOp, math::ErfOp, math::AsinOp, math::AcosOp,
          math::AtanOp, math::SinhOp, math::CoshOp, math::AsinhOp,
          math::AcoshOp, math::AtanhOp, math::ExpM1Op, math::Log1pOp>(op))
    return 100;
  return 1;
}

double estimateCost(Block &block) {
  double cost = 0;
  for (Operation &op : block) {
    if (auto loop = dyn_cast<scf::ForOp>(op)) {
      APInt lower, upper;
      double trips = 1;
      if (matchPattern(loop.getLowerBound(), m_ConstantInt(&lower)) &&
          matchPattern(loop.getUpperBound(), m_ConstantInt(&upper)))
        trips = std::max<double>(0, (upper - lower).getSExtValue());
      cost += trips * estimateCost(*loop.getBody());
    } else if (auto branch = dyn_cast<scf::IfOp>(op)) {
      double most = 0;
      for (Region *region : branch.getRegions())
        if (!region->empty())
          most = std::max(most, estimateCost(region->front()));
      cost += 1 + most;
    } else {
      cost += operationCost(op);
    }
  }
  return cost;
}

//===----------------------------------------------------------------------===//
// The nest over the result
//===----------------------------------------------------------------------===//

namespace {

/// The dimensions of the result in the order of the loops.
struct Nest {
  SmallVector<int64_t> extents;
  /// The result's dimension at each place.
  SmallVector<unsigned> dims;
  /// How many leading dimensions may be spread over threads.
  unsigned parallel = 0;

  SmallVector<IndexExpr> resultIndex(ArrayRef<IndexExpr> index) const {
    SmallVector<IndexExpr> result(index.size());
    for (auto [expr, dim] : llvm::zip_equal(index, dims))
      result[dim] = expr;
    return result;
  }
};

/// How the nest is divided into iterations.
struct Iterations {
  /// Leading groups that are walked by iterations alone.
  unsigned groups = 0;
  /// Indices of the next group that an iteration takes, or 0 for all.
  int64_t block = 0;
  /// Extents of the iteration space.
  SmallVector<int64_t> extents;

  int64_t count() const {
    int64_t product = 1;
    for (int64_t extent : extents)
      product *= extent;
    return product;
  }
};

/// Lowers one kernel.
class KernelLowering {
public:
  explicit KernelLowering(func::FuncOp graph) : graph(graph) {}
  LoweredKernel run();

private:
  func::FuncOp createFunction();
  double learn(const Nest &nest, LoopPlan &plan);
  Nest orderNest(const LoopPlan &plan);
  ArrayRef<int64_t> shape();
  void storeAll(LoopEmitter &emitter, const Nest &nest,
                ArrayRef<IndexExpr> index);
  void emit(LoopEmitter &emitter, const Nest &nest,
            const Iterations &iterations);

  func::FuncOp graph;
};

} // namespace

func::FuncOp KernelLowering::createFunction() {
  OpBuilder builder(graph.getContext());
  SmallVector<Type> types(2, builder.getIndexType());
  FunctionType type = graph.getFunctionType();
  for (Type tensor :
       llvm::concat<const Type>(type.getInputs(), type.getResults()))
    types.push_back(memoryType(cast<RankedTensorType>(tensor)));
  auto function = func::FuncOp::create(graph.getLoc(), graph.getName(),
                                       builder.getFunctionType(types, {}));
  function.setPrivate();
  function->setAttr(rt::kernelAttrName, builder.getUnitAttr());
  function.addEntryBlock();
  return function;
}

/// The physical shape that the nest walks.
ArrayRef<int64_t> KernelLowering::shape() {
  return memoryType(cast<RankedTensorType>(graph.getResultTypes().front()))
      .getShape();
}

void KernelLowering::storeAll(LoopEmitter &emitter, const Nest &nest,
                              ArrayRef<IndexExpr> index) {
  SmallVector<IndexExpr> place = nest.resultIndex(index);
  for (unsigned i = 0; i < graph.getNumResults(); ++i)
    emitter.storeResult(i, place);
}

/// Emits dimension by dimension into a function that is thrown away, again as
/// long as splitting a loop reveals where others inside should be split;
/// returns the whole kernel's cost.
double KernelLowering::learn(const Nest &nest, LoopPlan &plan) {
  constexpr unsigned maxTrials = 4;
  double cost = 0;
  for (unsigned trial = 0; trial < maxTrials; ++trial) {
    LoopPlan known = plan;
    OwningOpRef<func::FuncOp> function(createFunction());
    LoopEmitter emitter(graph, *function, known, &plan);
    emitter.loops(nullptr, nest.extents, {},
                  [&](ArrayRef<IndexExpr> index, ValueRange) {
                    storeAll(emitter, nest, index);
                    return LoopEmitter::Values();
                  });
    cost = estimateCost(function->getBody().front());
    if (plan.countBreakpoints() == known.countBreakpoints())
      break;
    plan.forgetAccesses();
  }
  plan.conclude();
  return cost;
}

/// The result's dimensions, those that reductions depend on first.
Nest KernelLowering::orderNest(const LoopPlan &plan) {
  Nest nest;
  auto add = [&](bool shared) {
    for (auto [dim, extent] : llvm::enumerate(shape())) {
      bool isShared = !plan.hasReductions || extent == 1 ||
                      (plan.reductionDims >> dim & 1) != 0;
      if (isShared != shared)
        continue;
      nest.dims.push_back(dim);
      nest.extents.push_back(extent);
      nest.parallel += shared;
    }
  };
  add(true);
  add(false);
  return nest;
}

/// Chooses iterations that are long enough to vectorize and to forget their
/// control, yet enough for all threads.
static Iterations divide(ArrayRef<LoopGroup> groups, unsigned parallelDims,
                         double cost) {
  Iterations result;
  unsigned dims = 0;
  for (auto [number, group] : llvm::enumerate(groups)) {
    dims += group.extents.size();
    double perIteration = cost / result.count();
    if (dims > parallelDims || perIteration <= iterationCost ||
        result.count() >= enoughIterations)
      break;
    int64_t extent = group.extent();
    double perIndex = perIteration / extent;
    int64_t block = std::ceil(iterationCost / perIndex);
    block = std::max<int64_t>(
        block, llvm::divideCeil(extent * result.count(), enoughIterations));
    if (number + 1 == groups.size() && block > 1)
      block = llvm::alignTo(block, blockMultiple);
    if (block >= extent)
      break;
    if (block > 1) {
      result.block = block;
      result.extents.push_back(llvm::divideCeil(extent, block));
      break;
    }
    result.extents.push_back(extent);
    ++result.groups;
  }
  return result;
}

void KernelLowering::emit(LoopEmitter &emitter, const Nest &nest,
                          const Iterations &iterations) {
  SmallVector<LoopGroup> groups = emitter.planGroups(nullptr, nest.extents);
  SmallVector<LoopGroup> inner(ArrayRef(groups).drop_front(iterations.groups));
  emitter.iterations(iterations.count(), [&](const IndexExpr &iteration) {
    SmallVector<IndexExpr> places =
        emitter.indices().delinearize(iteration, iterations.extents);
    if (iterations.block) {
      LoopGroup &blocked = inner.front();
      IndexExpr lower = places.back() * iterations.block;
      blocked.lower = emitter.materialize(lower);
      blocked.upper = emitter.materialize(lower + iterations.block);
      if (blocked.extent() % iterations.block)
        blocked.upper =
            arith::MinSIOp::create(emitter.builder(), blocked.upper,
                                   emitter.indexConstant(blocked.extent()));
    }
    std::function<void(unsigned, ArrayRef<IndexExpr>, const SegmentPath &)>
        descend = [&](unsigned group, ArrayRef<IndexExpr> outer,
                      const SegmentPath &path) {
          auto extended = [&](ArrayRef<IndexExpr> index) {
            SmallVector<IndexExpr> all(outer);
            all.append(index.begin(), index.end());
            return all;
          };
          if (group == iterations.groups) {
            emitter.loopsOver(nullptr, inner, path, {},
                              [&](ArrayRef<IndexExpr> index, ValueRange) {
                                storeAll(emitter, nest, extended(index));
                                return LoopEmitter::Values();
                              });
            return;
          }
          emitter.dispatch(
              nullptr, groups[group], path, places[group],
              [&](ArrayRef<IndexExpr> dims, const SegmentPath &behind) {
                descend(group + 1, extended(dims), behind);
              });
        };
    descend(0, {}, {});
  });
}

LoweredKernel KernelLowering::run() {
  LoweredKernel result;
  result.function = createFunction();
  Block *entry = &result.function.getBody().front();
  int64_t elements =
      cast<RankedTensorType>(graph.getResultTypes().front()).getNumElements();
  if (elements != 0) {
    // What the reductions depend on decides the order of the nest, which
    // decides which dimensions can be walked together.
    LoopPlan first, plan;
    Nest natural = orderNest(first);
    double cost = learn(natural, first);
    Nest nest = orderNest(first);
    if (nest.dims != natural.dims)
      cost = learn(nest, plan);
    else
      plan = std::move(first);
    if (nest.parallel < nest.dims.size())
      plan.nests[nullptr].separate.insert(nest.parallel);
    LoopEmitter emitter(graph, result.function, plan, nullptr);
    Iterations iterations =
        divide(emitter.planGroups(nullptr, nest.extents), nest.parallel, cost);
    emit(emitter, nest, iterations);
    result.work = iterations.count();
    result.grain = std::max<int64_t>(
        1, std::ceil(threadCost * result.work / std::max(1.0, cost)));
    result.grain = std::min(result.grain, result.work);
  }
  auto builder = OpBuilder::atBlockEnd(entry);
  func::ReturnOp::create(builder, graph.getLoc());
  return result;
}

LoweredKernel lowerKernel(func::FuncOp graph) {
  return KernelLowering(graph).run();
}

} // namespace mlcc::kernels
