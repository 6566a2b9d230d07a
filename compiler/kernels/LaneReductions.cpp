//===- LaneReductions.cpp - Reductions of rows of lanes -------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The part of LoopEmitter that computes reductions: element by element, or for
// all lanes of the kernel's innermost loop at once.
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/LoopEmitter.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace mlcc::kernels {

SmallVector<IndexExpr> LoopEmitter::setLanes(const LoopGroup &group,
                                             const IndexExpr &first,
                                             int64_t size) {
  Variable variable;
  variable.range = {0, group.extent() - 1};
  lanes = Lanes{space.add(variable), first, size, group.lower, group.upper};
  return space.delinearize(IndexExpr::variable(lanes->id), group.extents);
}

void LoopEmitter::overLanes(function_ref<void()> body) {
  auto loop = scf::ForOp::create(rewriter, lanes->lower, lanes->upper,
                                 indexConstant(1));
  nested(loop, loop.getBody(), /*barrier=*/false, [&] {
    // Each loop over the lanes gives their variable another value: code at this
    // level cannot see what was remembered in another one.
    Variable outer = space[lanes->id];
    space[lanes->id].value = loop.getInductionVar();
    space[lanes->id].depth = levels.size() - 1;
    body();
    space[lanes->id] = outer;
  });
}

bool LoopEmitter::dependsOnLanes(ArrayRef<IndexExpr> index) const {
  return lanes && llvm::any_of(index, [&](const IndexExpr &expr) {
           return space.dependsOn(expr, lanes->id);
         });
}

LoopEmitter::Values LoopEmitter::reduce(const void *key,
                                        ArrayRef<IndexExpr> index,
                                        ArrayRef<int64_t> extents,
                                        function_ref<Values()> init,
                                        LoopBody body) {
  if (learned) {
    learned->hasReductions = true;
    for (const IndexExpr &expr : index)
      learned->reductionDims |= space.rootDims(expr);
    return loops(key, extents, init(),
                 [&](ArrayRef<IndexExpr> inner, ValueRange carried) {
                   size_t firstAccess = learned->getAccesses().size();
                   Values values = body(inner, carried);
                   noteReduction(index, inner, firstAccess);
                   return values;
                 });
  }
  // Inside a branch, other lanes may be out of bounds.
  if (!dependsOnLanes(index) || innermostBarrier() >= space[lanes->id].depth)
    return loops(key, extents, init(), body);
  SmallVector<Value> buffers = reduceLanes(key, index, extents, init, body);
  Value lane = materialize(IndexExpr::variable(lanes->id) - lanes->first);
  Values results;
  for (Value buffer : buffers)
    results.push_back(memref::LoadOp::create(rewriter, buffer, lane));
  return results;
}

SmallVector<Value> LoopEmitter::reduceLanes(const void *key,
                                            ArrayRef<IndexExpr> index,
                                            ArrayRef<int64_t> extents,
                                            function_ref<Values()> init,
                                            LoopBody body) {
  for (const Level &level : levels)
    for (const auto &known : level.laneReductions)
      if (known.key == key && ArrayRef(known.index) == index)
        return known.buffers;
  unsigned depth = innermostBarrier();
  for (const IndexExpr &expr : index)
    depth = std::max(depth, space.depth(expr, lanes->id));
  SmallVector<Value> buffers;
  auto store = [&](ValueRange values) {
    Value lane = materialize(IndexExpr::variable(lanes->id) - lanes->first);
    for (auto [value, buffer] : llvm::zip_equal(values, buffers))
      memref::StoreOp::create(rewriter, value, buffer, lane);
  };
  atLevel(depth, [&]() -> Value {
    overLanes([&] {
      Values starts = init();
      for (Value start : starts)
        buffers.push_back(scratch(start.getType(), lanes->size));
      store(starts);
    });
    loops(key, extents, {}, [&](ArrayRef<IndexExpr> inner, ValueRange) {
      overLanes([&] {
        Value lane = materialize(IndexExpr::variable(lanes->id) - lanes->first);
        Values carried;
        for (Value buffer : buffers)
          carried.push_back(memref::LoadOp::create(rewriter, buffer, lane));
        store(body(inner, carried));
      });
      return Values();
    });
    levels.back().laneReductions.push_back(
        {key, llvm::to_vector(index), buffers});
    return Value();
  });
  return buffers;
}

void LoopEmitter::noteReduction(ArrayRef<IndexExpr> index,
                                ArrayRef<IndexExpr> inner, size_t firstAccess) {
  // The last dimension of the reduction and of the result that vary.
  auto along = llvm::find_if(llvm::reverse(inner), [](const IndexExpr &expr) {
    return !expr.isConstant();
  });
  uint64_t dims = 0;
  for (const IndexExpr &expr : index)
    dims |= space.rootDims(expr);
  if (along == inner.rend() || dims == 0)
    return;
  unsigned last = llvm::Log2_64(dims);
  std::optional<VariableId> beside;
  for (const auto &[id, origin] : origins)
    if (!origin.key && origin.path.size() == last)
      beside = std::max(beside.value_or(0), id);
  if (!beside)
    return;
  VariableId reduced = along->getTerms().front().first;
  bool contiguousAlong = true, contiguousBeside = true;
  for (const IndexExpr &access :
       learned->getAccesses().drop_front(firstAccess)) {
    contiguousAlong &= std::abs(access.coefficient(reduced)) <= 1;
    contiguousBeside &= std::abs(access.coefficient(*beside)) <= 1;
  }
  // Short rows are not worth a vector loop each.
  constexpr int64_t shortRow = 8;
  int64_t length = 1;
  for (const IndexExpr &expr : inner)
    length *= space.range(expr).max - space.range(expr).min + 1;
  if (length < shortRow || (!contiguousAlong && contiguousBeside))
    learned->besideDims |= uint64_t(1) << last;
  else
    learned->hasLongRows = true;
}

} // namespace mlcc::kernels
