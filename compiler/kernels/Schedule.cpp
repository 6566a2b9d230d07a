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
  /// Whether the last parallel group is the innermost loop, in blocks.
  bool hasLanes = false;
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
  /// Both emit into `function` and return the whole kernel's cost.
  double emitWhole(func::FuncOp function, const OpModel &model, Operation *op,
                   int64_t &work);
  double emitNest(func::FuncOp function, int64_t &work);
  double learn(const Nest &nest, LoopPlan &plan);
  Nest orderNest(const LoopPlan &plan);
  ArrayRef<int64_t> shape();
  void storeAll(LoopEmitter &emitter, const Nest &nest,
                ArrayRef<IndexExpr> index);
  void emit(LoopEmitter &emitter, const Nest &nest, ArrayRef<LoopGroup> groups,
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
  emitter.storeResults(nest.resultIndex(index));
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

/// The group of lanes: the last one that reductions depend on, if all of them
/// should be vectorized along it.
static std::optional<unsigned> findLanes(ArrayRef<LoopGroup> groups,
                                         unsigned parallelDims,
                                         const LoopPlan &plan) {
  constexpr int64_t fewLanes = 8;
  if (plan.hasLongRows || !llvm::isPowerOf2_64(plan.besideDims))
    return std::nullopt;
  unsigned dim = llvm::Log2_64(plan.besideDims);
  for (auto [number, group] : llvm::enumerate(groups)) {
    unsigned end = group.firstDim + group.extents.size();
    if (dim < group.firstDim || dim >= end)
      continue;
    // What is not spread over threads lies behind in the nest.
    bool isLast =
        end == parallelDims || (number + 1 < groups.size() &&
                                groups[number + 1].firstDim >= parallelDims);
    if (!isLast || group.extent() < fewLanes ||
        plan.nests.lookup(nullptr).isSplit(group.firstDim))
      return std::nullopt;
    return number;
  }
  return std::nullopt;
}

/// Iterations of a kernel with lanes: all outer dimensions and blocks of lanes,
/// whose scratch buffers stay in the first-level cache.
static Iterations divideLanes(ArrayRef<LoopGroup> groups, unsigned lanes,
                              double cost) {
  constexpr int64_t maxLanes = 1024;
  Iterations result;
  result.hasLanes = true;
  result.groups = lanes;
  for (const LoopGroup &group : groups.take_front(lanes))
    result.extents.push_back(group.extent());
  int64_t extent = groups[lanes].extent();
  double perLane = cost / result.count() / extent;
  int64_t block = llvm::alignTo(
      static_cast<int64_t>(std::ceil(iterationCost / perLane)), blockMultiple);
  result.block = std::min({block, maxLanes, extent});
  result.extents.push_back(llvm::divideCeil(extent, result.block));
  return result;
}

/// Gives `group` the bounds of block number `block`.
static void setBounds(LoopEmitter &emitter, LoopGroup &group,
                      const IndexExpr &block, int64_t size) {
  group.lower = emitter.materialize(block * size);
  group.upper = emitter.materialize(block * size + size);
  if (group.extent() % size)
    group.upper = arith::MinSIOp::create(emitter.builder(), group.upper,
                                         emitter.indexConstant(group.extent()));
}

void KernelLowering::emit(LoopEmitter &emitter, const Nest &nest,
                          ArrayRef<LoopGroup> groups,
                          const Iterations &iterations) {
  SmallVector<LoopGroup> inner(groups.drop_front(iterations.groups));
  emitter.iterations(iterations.count(), [&](const IndexExpr &iteration) {
    SmallVector<IndexExpr> places =
        emitter.indices().delinearize(iteration, iterations.extents);
    if (iterations.block)
      setBounds(emitter, inner.front(), places.back(), iterations.block);
    SmallVector<IndexExpr> laneDims;
    if (iterations.hasLanes)
      laneDims = emitter.setLanes(
          inner.front(), places.back() * iterations.block, iterations.block);
    auto storeInside = [&](ArrayRef<IndexExpr> outer, const SegmentPath &path) {
      auto store = [&](ArrayRef<IndexExpr> index) {
        SmallVector<IndexExpr> all(outer);
        all.append(laneDims);
        all.append(index.begin(), index.end());
        storeAll(emitter, nest, all);
      };
      SegmentPath behind(path);
      behind.resize(behind.size() + laneDims.size(), 0);
      emitter.loopsOver(nullptr,
                        ArrayRef(inner).drop_front(iterations.hasLanes), behind,
                        {}, [&](ArrayRef<IndexExpr> index, ValueRange) {
                          if (iterations.hasLanes)
                            emitter.overLanes([&] { store(index); });
                          else
                            store(index);
                          return LoopEmitter::Values();
                        });
    };
    std::function<void(unsigned, ArrayRef<IndexExpr>, const SegmentPath &)>
        descend = [&](unsigned group, ArrayRef<IndexExpr> outer,
                      const SegmentPath &path) {
          if (group == iterations.groups)
            return storeInside(outer, path);
          emitter.dispatch(
              nullptr, groups[group], path, places[group],
              [&](ArrayRef<IndexExpr> dims, const SegmentPath &behind) {
                SmallVector<IndexExpr> index(outer);
                index.append(dims.begin(), dims.end());
                descend(group + 1, index, behind);
              });
        };
    descend(0, {}, {});
  });
}

/// An op that emits its whole result; there is no nest to plan.
double KernelLowering::emitWhole(func::FuncOp function, const OpModel &model,
                                 Operation *op, int64_t &work) {
  LoopPlan nothing;
  LoopEmitter emitter(graph, function, nothing, nullptr);
  work = model.whole(emitter, op);
  // The iterations' number is not known to the code.
  return estimateCost(function.getBody().front()) * work;
}

double KernelLowering::emitNest(func::FuncOp function, int64_t &work) {
  // What the reductions depend on decides the order of the nest, which decides
  // which dimensions can be walked together.
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
  LoopEmitter emitter(graph, function, plan, nullptr);
  SmallVector<LoopGroup> groups = emitter.planGroups(nullptr, nest.extents);
  std::optional<unsigned> lanes = findLanes(groups, nest.parallel, plan);
  Iterations iterations = lanes ? divideLanes(groups, *lanes, cost)
                                : divide(groups, nest.parallel, cost);
  emit(emitter, nest, groups, iterations);
  work = iterations.count();
  return cost;
}

LoweredKernel KernelLowering::run() {
  LoweredKernel result;
  result.function = createFunction();
  Operation *root =
      graph.getBody().front().getTerminator()->getOperand(0).getDefiningOp();
  const OpModel *model = root ? lookupOpModel(root) : nullptr;
  double cost = model && model->whole
                    ? emitWhole(result.function, *model, root, result.work)
                    : emitNest(result.function, result.work);
  double perIteration = std::max(1.0, cost / std::max<int64_t>(1, result.work));
  result.grain = std::clamp<int64_t>(std::ceil(threadCost / perIteration), 1,
                                     std::max<int64_t>(1, result.work));
  auto builder = OpBuilder::atBlockEnd(&result.function.getBody().front());
  func::ReturnOp::create(builder, graph.getLoc());
  return result;
}

LoweredKernel lowerKernel(func::FuncOp graph) {
  return KernelLowering(graph).run();
}

} // namespace mlcc::kernels
