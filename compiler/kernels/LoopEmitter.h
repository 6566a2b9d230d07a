//===- LoopEmitter.h - Loops from graph operations ---------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A kernel is emitted by pulling: to store an element of a result, its scalar
// value is asked for, which asks for the elements of the operands that it
// needs, down to loads from the kernel's inputs. Nothing between is ever
// materialized, so fusion is the absence of memory traffic rather than a
// rewrite.
//
// Every value is emitted at the outermost loop level where its indices are
// known, and remembered there: a reduction over a row lands before the loop
// that walks the row's elements, a per-channel factor before the pixels.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_KERNELS_LOOPEMITTER_H
#define MLCC_COMPILER_KERNELS_LOOPEMITTER_H

#include "compiler/kernels/IndexSpace.h"
#include "compiler/kernels/LoopPlan.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace mlcc::kernels {

class LoopEmitter {
public:
  /// Emits into `loops`, a function (index, index, memrefs of inputs and
  /// outputs) with an empty entry block, code that computes `graph`, a function
  /// of nn ops on tensors. With `learned`, the run only finds out what a good
  /// loop structure is; the code that it emits is to be thrown away.
  LoopEmitter(mlir::func::FuncOp graph, mlir::func::FuncOp loops,
              const LoopPlan &plan, LoopPlan *learned);

  //===--------------------------------------------------------------------===//
  // Values
  //===--------------------------------------------------------------------===//

  /// The builder, positioned where the current code goes.
  mlir::ImplicitLocOpBuilder &builder() { return rewriter; }
  IndexSpace &indices() { return space; }
  LoopPlan *learning() { return learned; }

  /// The scalar at `index` of a tensor of the graph.
  mlir::Value element(mlir::Value tensor, llvm::ArrayRef<IndexExpr> index);
  /// Makes `value` the element of `tensor` at `index` for code at this level.
  void bind(mlir::Value tensor, llvm::ArrayRef<IndexExpr> index,
            mlir::Value value);
  /// Stores the elements of all results of the graph at a physical index of
  /// their layout; zero in padding. Nothing is stored before all elements are
  /// known, so that inputs may lie in the results' place.
  void storeResults(llvm::ArrayRef<IndexExpr> physical);

  /// Stores and loads an element of a result by its logical index, for ops that
  /// write their whole result.
  void storeElement(unsigned result, llvm::ArrayRef<IndexExpr> index,
                    mlir::Value value);
  mlir::Value loadElement(unsigned result, llvm::ArrayRef<IndexExpr> index);

  /// The value of an expression, of type index.
  mlir::Value materialize(const IndexExpr &expr);
  /// An expression for a computed value of type index whose range is known.
  IndexExpr opaque(mlir::Value value, Range range);
  mlir::Value indexConstant(int64_t value);
  /// An integer element of a tensor as an index into a dimension: a negative
  /// one counts from the end, one outside is clamped.
  IndexExpr dataIndex(mlir::Value tensor, llvm::ArrayRef<IndexExpr> index,
                      int64_t extent);
  /// A scratch buffer of the kernel's frame, allocated once on entry.
  mlir::Value scratch(mlir::Type elementType, int64_t size);

  //===--------------------------------------------------------------------===//
  // Control
  //===--------------------------------------------------------------------===//

  using Values = llvm::SmallVector<mlir::Value>;
  using LoopBody =
      llvm::function_ref<Values(llvm::ArrayRef<IndexExpr>, mlir::ValueRange)>;
  /// Loops over `extents`, the first outermost, carrying values. The plan's
  /// nest `key` says which dimensions share a loop.
  Values loops(const void *key, llvm::ArrayRef<int64_t> extents,
               mlir::ValueRange init, LoopBody body);
  /// Values that loops over `extents` reduce to, at a place `index` of the
  /// result; `init` makes the carried values' starts. Where the kernel has
  /// lanes and the place depends on them, a row of lanes is reduced at once,
  /// before the loops that do not matter, into a scratch buffer.
  Values reduce(const void *key, llvm::ArrayRef<IndexExpr> index,
                llvm::ArrayRef<int64_t> extents,
                llvm::function_ref<Values()> init, LoopBody body);
  /// The same for given groups; the body gets an index per dimension of all
  /// groups.
  Values loopsOver(const void *key, llvm::ArrayRef<LoopGroup> groups,
                   const SegmentPath &path, mlir::ValueRange init,
                   LoopBody body) {
    return loopsOver({key, path, {}}, groups, init, body);
  }

  /// Makes a group of the result's nest the kernel's lanes: the innermost loop,
  /// which is vectorized also where reductions are computed. Returns the
  /// indices of the group's dimensions for code in `overLanes`. `group` has
  /// bounds, which enclose at most `size` lanes from `first`.
  llvm::SmallVector<IndexExpr> setLanes(const LoopGroup &group,
                                        const IndexExpr &first, int64_t size);
  /// A loop over the lanes.
  void overLanes(llvm::function_ref<void()> body);

  /// The loop groups of a nest according to the plan.
  llvm::SmallVector<LoopGroup> planGroups(const void *key,
                                          llvm::ArrayRef<int64_t> extents);

  /// Whether `expr < bound`, if that is known here. Asking in a trial makes the
  /// plan split a loop where the answer changes.
  std::optional<bool> isBelow(const IndexExpr &expr, int64_t bound);
  /// `onTrue` where `expr < bound`, else `onFalse`, each emitted where it is
  /// needed only, under the knowledge of the bound.
  mlir::Value chooseBelow(const IndexExpr &expr, int64_t bound, mlir::Type type,
                          llvm::function_ref<mlir::Value()> onTrue,
                          llvm::function_ref<mlir::Value()> onFalse);

  /// Runs `body` once for every iteration in the kernel's range.
  void iterations(int64_t work,
                  llvm::function_ref<void(const IndexExpr &)> body);
  /// Runs `body` once for each segment of `group`, under a test that `index`, a
  /// place in the group, lies in that segment. The body gets the indices of the
  /// group's dimensions.
  void dispatch(
      const void *key, const LoopGroup &group, const SegmentPath &path,
      const IndexExpr &index,
      llvm::function_ref<void(llvm::ArrayRef<IndexExpr>, const SegmentPath &)>
          body);

private:
  /// A loop body or branch under construction.
  struct Level {
    Level(mlir::Block *block, mlir::Block::iterator point, bool barrier)
        : block(block), point(point), barrier(barrier) {}
    mlir::Block *block;
    /// Where code goes: before this.
    mlir::Block::iterator point;
    /// Whether code must not be moved out.
    bool barrier;
    using Remembered = std::pair<llvm::SmallVector<IndexExpr>, mlir::Value>;
    llvm::DenseMap<mlir::Value, llvm::SmallVector<Remembered, 2>> elements;
    llvm::SmallVector<std::pair<IndexExpr, mlir::Value>> sums;
    llvm::DenseMap<VariableId, mlir::Value> derived;
    llvm::DenseMap<mlir::Value, IndexExpr> dataIndices;
    /// Reductions of all lanes: by nest and place, their buffers.
    struct LaneReduction {
      const void *key;
      llvm::SmallVector<IndexExpr> index;
      llvm::SmallVector<mlir::Value> buffers;
    };
    std::vector<LaneReduction> laneReductions;
  };

  /// The kernel's innermost loop, if reductions run over rows of it.
  struct Lanes {
    VariableId id;
    IndexExpr first;
    int64_t size;
    mlir::Value lower, upper;
  };

  unsigned innermostBarrier() const;
  void position();
  mlir::Value atLevel(unsigned level, llvm::function_ref<mlir::Value()> emit);
  /// Emits at a new level, in `block` of `parent`, which is about to be the
  /// last op of the current level.
  void nested(mlir::Operation *parent, mlir::Block *block, bool barrier,
              llvm::function_ref<void()> emit);

  /// Where a nest under construction has got to.
  struct Descent {
    const void *key;
    SegmentPath path;
    llvm::SmallVector<IndexExpr> outer;
  };
  Values loopsOver(const Descent &descent, llvm::ArrayRef<LoopGroup> groups,
                   mlir::ValueRange init, LoopBody body);
  Values loopSegment(const Descent &descent, llvm::ArrayRef<LoopGroup> groups,
                     int64_t begin, int64_t end, mlir::ValueRange init,
                     LoopBody body);
  /// The ends of a group's segments, the group's end included.
  llvm::SmallVector<int64_t> segmentEnds(const void *key,
                                         const LoopGroup &group,
                                         const SegmentPath &path) const;
  /// Asks the plan to split the loop in which `expr` passes `bound`.
  void noteBound(const IndexExpr &expr, int64_t bound);
  bool dependsOnLanes(llvm::ArrayRef<IndexExpr> index) const;
  llvm::SmallVector<mlir::Value> reduceLanes(const void *key,
                                             llvm::ArrayRef<IndexExpr> index,
                                             llvm::ArrayRef<int64_t> extents,
                                             llvm::function_ref<Values()> init,
                                             LoopBody body);
  /// Tells the plan whether the accesses of a reduction's body, those from
  /// number `firstAccess`, are contiguous along the reduction or beside it.
  void noteReduction(llvm::ArrayRef<IndexExpr> index,
                     llvm::ArrayRef<IndexExpr> inner, size_t firstAccess);
  mlir::Value valueOf(VariableId id);
  mlir::Value sumOf(const IndexExpr &expr);
  mlir::Value flatten(mlir::Value memory);
  /// The element of a result at a physical index, zero in padding.
  mlir::Value resultElement(mlir::Value tensor,
                            llvm::ArrayRef<IndexExpr> physical);
  /// A scalar as it lies in memory, and back.
  mlir::Value toMemory(mlir::Value scalar, mlir::Type element);
  mlir::Value fromMemory(mlir::Value memory, mlir::Type element);
  mlir::Value resultMemory(unsigned result) {
    return flatten(function.getArgument(2 + graph.getNumArguments() + result));
  }

  mlir::func::FuncOp graph;
  mlir::func::FuncOp function;
  const LoopPlan &plan;
  LoopPlan *learned;
  mlir::ImplicitLocOpBuilder rewriter;
  IndexSpace space;
  std::vector<Level> levels;
  llvm::DenseMap<mlir::Value, mlir::Value> flattened;
  llvm::DenseMap<int64_t, mlir::Value> constants;
  std::optional<Lanes> lanes;
  /// While learning: the nest and place that a loop variable stands for.
  struct Origin {
    const void *key;
    SegmentPath path;
  };
  llvm::DenseMap<VariableId, Origin> origins;
};

} // namespace mlcc::kernels

#endif // MLCC_COMPILER_KERNELS_LOOPEMITTER_H
