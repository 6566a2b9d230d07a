//===- LoopEmitter.cpp - Loops from graph operations ----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/LoopEmitter.h"

#include "compiler/kernels/Conversions.h"
#include "compiler/kernels/OpModels.h"
#include "compiler/kernels/PhysicalLayout.h"
#include "dialects/nn/NN.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace mlcc::kernels {

LoopEmitter::LoopEmitter(func::FuncOp graph, func::FuncOp loops,
                         const LoopPlan &plan, LoopPlan *learned)
    : graph(graph), function(loops), plan(plan), learned(learned),
      rewriter(loops.getLoc(), loops.getContext()) {
  Block *entry = &loops.getBody().front();
  levels.emplace_back(entry, entry->end(), /*barrier=*/true);
  position();
}

//===----------------------------------------------------------------------===//
// Levels
//===----------------------------------------------------------------------===//

void LoopEmitter::position() {
  rewriter.setInsertionPoint(levels.back().block, levels.back().point);
}

unsigned LoopEmitter::innermostBarrier() const {
  unsigned level = levels.size() - 1;
  while (!levels[level].barrier)
    --level;
  return level;
}

Value LoopEmitter::atLevel(unsigned level, function_ref<Value()> emit) {
  std::vector<Level> deeper;
  while (levels.size() > level + 1) {
    deeper.push_back(std::move(levels.back()));
    levels.pop_back();
  }
  position();
  Value value = emit();
  for (Level &saved : llvm::reverse(deeper))
    levels.push_back(std::move(saved));
  position();
  return value;
}

void LoopEmitter::nested(Operation *parent, Block *block, bool barrier,
                         function_ref<void()> emit) {
  Block::iterator after = levels.back().point;
  // What the nested code needs from out here goes before its parent.
  levels.back().point = parent->getIterator();
  Block::iterator point = block->mightHaveTerminator()
                              ? block->getTerminator()->getIterator()
                              : block->end();
  levels.emplace_back(block, point, barrier);
  position();
  emit();
  levels.pop_back();
  levels.back().point = after;
  position();
}

//===----------------------------------------------------------------------===//
// Index values
//===----------------------------------------------------------------------===//

Value LoopEmitter::indexConstant(int64_t value) {
  Value &constant = constants[value];
  if (!constant) {
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPointToStart(&function.getBody().front());
    constant = arith::ConstantIndexOp::create(rewriter, value);
  }
  return constant;
}

IndexExpr LoopEmitter::opaque(Value value, Range range) {
  Variable variable;
  variable.range = range;
  variable.depth = levels.size() - 1;
  variable.value = value;
  return IndexExpr::variable(space.add(variable));
}

IndexExpr LoopEmitter::dataIndex(Value tensor, ArrayRef<IndexExpr> index,
                                 int64_t extent) {
  Value number = element(tensor, index);
  for (const Level &level : levels) {
    auto known = level.dataIndices.find(number);
    if (known != level.dataIndices.end())
      return known->second;
  }
  unsigned depth = innermostBarrier();
  for (const IndexExpr &expr : index)
    depth = std::max(depth, space.depth(expr));
  IndexExpr result;
  atLevel(depth, [&]() -> Value {
    Type i64 = rewriter.getI64Type();
    Type from = getElementTypeOrSelf(tensor.getType());
    Value place = convert(rewriter, number, from, i64);
    auto constant = [&](int64_t value) -> Value {
      return arith::ConstantIntOp::create(rewriter, value, 64);
    };
    Value zero = constant(0);
    Value negative =
        arith::CmpIOp::create(rewriter, arith::CmpIPredicate::slt, place, zero);
    Value fromEnd = arith::AddIOp::create(rewriter, place, constant(extent));
    place = arith::SelectOp::create(rewriter, negative, fromEnd, place);
    place = arith::MaxSIOp::create(rewriter, place, zero);
    place = arith::MinSIOp::create(rewriter, place, constant(extent - 1));
    place =
        arith::IndexCastOp::create(rewriter, rewriter.getIndexType(), place);
    result = opaque(place, {0, extent - 1});
    levels.back().dataIndices[number] = result;
    return place;
  });
  return result;
}

Value LoopEmitter::valueOf(VariableId id) {
  if (space[id].kind == VariableKind::value)
    return space[id].value;
  for (const Level &level : levels)
    if (Value value = level.derived.lookup(id))
      return value;
  const Variable variable = space[id];
  return atLevel(space.depth(variable.base), [&]() -> Value {
    Value base = materialize(variable.base);
    Value divisor = indexConstant(variable.divisor);
    Value value;
    if (variable.kind == VariableKind::quotient)
      value = arith::DivUIOp::create(rewriter, base, divisor);
    else
      value = arith::RemUIOp::create(rewriter, base, divisor);
    levels.back().derived[id] = value;
    return value;
  });
}

Value LoopEmitter::materialize(const IndexExpr &unsimplified) {
  IndexExpr expr = space.simplify(unsimplified);
  if (learned)
    learned->addAccess(expr);
  return sumOf(expr);
}

Value LoopEmitter::sumOf(const IndexExpr &expr) {
  if (expr.isConstant())
    return indexConstant(expr.getConstant());
  for (const Level &level : levels)
    for (const auto &[known, value] : level.sums)
      if (known == expr)
        return value;
  // Partial sums of outer variables are computed in outer loops.
  unsigned depth = space.depth(expr);
  IndexExpr outer(expr.getConstant()), inner;
  for (auto [id, coefficient] : expr.getTerms()) {
    IndexExpr term = IndexExpr::variable(id) * coefficient;
    IndexExpr &part = space.depth(term) < depth ? outer : inner;
    part = part + term;
  }
  return atLevel(depth, [&]() -> Value {
    auto flags = arith::IntegerOverflowFlags::nsw;
    Value sum;
    if (!outer.isConstant(0))
      sum = sumOf(outer);
    for (auto [id, coefficient] : inner.getTerms()) {
      Value product = valueOf(id);
      if (coefficient != 1)
        product = arith::MulIOp::create(rewriter, product,
                                        indexConstant(coefficient), flags);
      sum =
          sum ? arith::AddIOp::create(rewriter, sum, product, flags) : product;
    }
    levels.back().sums.push_back({expr, sum});
    return sum;
  });
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

/// A one-dimensional view of a kernel's argument.
Value LoopEmitter::flatten(Value memory) {
  Value &flat = flattened[memory];
  if (flat)
    return flat;
  auto type = cast<MemRefType>(memory.getType());
  if (type.getRank() == 1)
    return flat = memory;
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPointToStart(&function.getBody().front());
  auto flatType =
      MemRefType::get({type.getNumElements()}, type.getElementType());
  return flat = memref::ReinterpretCastOp::create(
             rewriter, flatType, memory, /*offset=*/0,
             ArrayRef<int64_t>{type.getNumElements()}, ArrayRef<int64_t>{1});
}

Value LoopEmitter::scratch(Type elementType, int64_t size) {
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPointToStart(&function.getBody().front());
  return memref::AllocaOp::create(rewriter,
                                  MemRefType::get({size}, elementType),
                                  rewriter.getI64IntegerAttr(64));
}

Value LoopEmitter::element(Value tensor, ArrayRef<IndexExpr> given) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<IndexExpr> index;
  unsigned depth = innermostBarrier();
  for (auto [expr, extent] : llvm::zip_equal(given, type.getShape())) {
    index.push_back(extent == 1 ? IndexExpr(0) : space.simplify(expr));
    depth = std::max(depth, space.depth(index.back()));
  }
  for (const Level &level : levels) {
    auto known = level.elements.find(tensor);
    if (known != level.elements.end())
      for (const auto &[knownIndex, value] : known->second)
        if (knownIndex == index)
          return value;
  }
  return atLevel(depth, [&]() -> Value {
    Location outerLocation = rewriter.getLoc();
    Value value;
    if (auto argument = dyn_cast<BlockArgument>(tensor)) {
      Value memory = function.getArgument(2 + argument.getArgNumber());
      Value place = materialize(PhysicalLayout::of(type)->place(space, index));
      value = memref::LoadOp::create(rewriter, flatten(memory), place);
      value = fromMemory(value, type.getElementType());
    } else {
      auto result = cast<OpResult>(tensor);
      rewriter.setLoc(result.getOwner()->getLoc());
      value = lookupOpModel(result.getOwner())->element(*this, result, index);
      rewriter.setLoc(outerLocation);
    }
    bind(tensor, index, value);
    return value;
  });
}

void LoopEmitter::bind(Value tensor, ArrayRef<IndexExpr> index, Value value) {
  levels.back().elements[tensor].push_back({llvm::to_vector(index), value});
}

Value LoopEmitter::resultElement(Value tensor, ArrayRef<IndexExpr> physical) {
  auto type = cast<RankedTensorType>(tensor.getType());
  PhysicalLayout layout = *PhysicalLayout::of(type);
  SmallVector<IndexExpr> index = layout.logicalIndex(physical);
  std::function<Value(unsigned)> valueFrom = [&](unsigned dim) -> Value {
    while (dim < index.size() && !layout.isPadded(dim))
      ++dim;
    if (dim == index.size())
      return element(tensor, index);
    return chooseBelow(
        index[dim], type.getDimSize(dim), scalarType(type.getElementType()),
        [&] { return valueFrom(dim + 1); },
        [&] { return scalarConstant(rewriter, type.getElementType(), 0); });
  };
  return valueFrom(0);
}

void LoopEmitter::storeResults(ArrayRef<IndexExpr> physical) {
  auto tensors = graph.getBody().front().getTerminator()->getOperands();
  Values values;
  for (Value tensor : tensors)
    values.push_back(resultElement(tensor, physical));
  for (auto [number, value, tensor] : llvm::enumerate(values, tensors)) {
    auto type = cast<RankedTensorType>(tensor.getType());
    Value place = materialize(
        space.linearize(physical, PhysicalLayout::of(type)->shape()));
    memref::StoreOp::create(rewriter, toMemory(value, type.getElementType()),
                            resultMemory(number), place);
  }
}

Value LoopEmitter::toMemory(Value scalar, Type element) {
  if (!element.isInteger(1))
    return scalar;
  return arith::ExtUIOp::create(rewriter, memoryType(element), scalar);
}

Value LoopEmitter::fromMemory(Value memory, Type element) {
  if (!element.isInteger(1))
    return memory;
  Value zero = arith::ConstantIntOp::create(rewriter, 0, 8);
  return arith::CmpIOp::create(rewriter, arith::CmpIPredicate::ne, memory,
                               zero);
}

void LoopEmitter::storeElement(unsigned result, ArrayRef<IndexExpr> index,
                               Value value) {
  auto type = cast<RankedTensorType>(graph.getResultTypes()[result]);
  Value place = materialize(PhysicalLayout::of(type)->place(space, index));
  memref::StoreOp::create(rewriter, toMemory(value, type.getElementType()),
                          resultMemory(result), place);
}

Value LoopEmitter::loadElement(unsigned result, ArrayRef<IndexExpr> index) {
  auto type = cast<RankedTensorType>(graph.getResultTypes()[result]);
  Value place = materialize(PhysicalLayout::of(type)->place(space, index));
  Value value = memref::LoadOp::create(rewriter, resultMemory(result), place);
  return fromMemory(value, type.getElementType());
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

SmallVector<LoopGroup> LoopEmitter::planGroups(const void *key,
                                               ArrayRef<int64_t> extents) {
  auto known = plan.nests.find(key);
  const NestPlan *nest = known == plan.nests.end() ? nullptr : &known->second;
  SmallVector<LoopGroup> groups;
  for (auto [dim, extent] : llvm::enumerate(extents)) {
    // A trial walks each dimension on its own.
    bool apart = learned || !nest || (extent != 1 && nest->separate.count(dim));
    if (groups.empty() || apart)
      groups.emplace_back().firstDim = dim;
    groups.back().extents.push_back(extent);
  }
  return groups;
}

LoopEmitter::Values LoopEmitter::loops(const void *key,
                                       ArrayRef<int64_t> extents,
                                       ValueRange init, LoopBody body) {
  SmallVector<LoopGroup> groups = planGroups(key, extents);
  if (!learned)
    return loopsOver(key, groups, {}, init, body);
  return loopsOver(key, groups, {}, init,
                   [&](ArrayRef<IndexExpr> index, ValueRange carried) {
                     learned->addInstance(key, extents, index);
                     return body(index, carried);
                   });
}

SmallVector<int64_t> LoopEmitter::segmentEnds(const void *key,
                                              const LoopGroup &group,
                                              const SegmentPath &path) const {
  SmallVector<int64_t> ends;
  auto nest = plan.nests.find(key);
  if (nest != plan.nests.end()) {
    // Leading dimensions of extent one have no places to split at.
    SegmentPath inside(path);
    int64_t step = group.extent();
    for (int64_t extent : group.extents) {
      step /= std::max<int64_t>(1, extent);
      auto places = nest->second.breakpoints.find(inside);
      if (places != nest->second.breakpoints.end())
        for (int64_t place : places->second)
          ends.push_back(place * step);
      if (extent != 1)
        break;
      inside.push_back(0);
    }
  }
  ends.push_back(group.extent());
  return ends;
}

/// The path behind a segment of a group that starts at `begin`.
static SegmentPath pathBehind(const SegmentPath &path, const LoopGroup &group,
                              int64_t begin) {
  SegmentPath behind(path);
  int64_t inner = group.extent();
  for (int64_t extent : group.extents) {
    inner /= std::max<int64_t>(1, extent);
    behind.push_back(begin / std::max<int64_t>(1, inner));
    begin %= std::max<int64_t>(1, inner);
  }
  return behind;
}

LoopEmitter::Values LoopEmitter::loopsOver(const Descent &descent,
                                           ArrayRef<LoopGroup> groups,
                                           ValueRange init, LoopBody body) {
  if (groups.empty())
    return body(descent.outer, init);
  Values carried(init.begin(), init.end());
  int64_t begin = 0;
  for (int64_t end : segmentEnds(descent.key, groups.front(), descent.path)) {
    carried = loopSegment(descent, groups, begin, end, carried, body);
    begin = end;
  }
  return carried;
}

LoopEmitter::Values LoopEmitter::loopSegment(const Descent &descent,
                                             ArrayRef<LoopGroup> groups,
                                             int64_t begin, int64_t end,
                                             ValueRange init, LoopBody body) {
  const LoopGroup &group = groups.front();
  auto inside = [&](const IndexExpr &place, ValueRange carried) {
    Descent inner{descent.key, pathBehind(descent.path, group, begin),
                  descent.outer};
    inner.outer.append(space.delinearize(place, group.extents));
    return loopsOver(inner, groups.drop_front(), carried, body);
  };
  if (end - begin == 1 && !group.lower)
    return inside(IndexExpr(begin), init);

  Value lower = indexConstant(begin), upper = indexConstant(end);
  if (group.lower) {
    lower = begin == 0
                ? group.lower
                : Value(arith::MaxSIOp::create(rewriter, group.lower, lower));
    // The given bound does not pass the group's end.
    upper = end == group.extent()
                ? group.upper
                : Value(arith::MinSIOp::create(rewriter, group.upper, upper));
  }
  auto loop =
      scf::ForOp::create(rewriter, lower, upper, indexConstant(1), init);
  nested(loop, loop.getBody(), /*barrier=*/false, [&] {
    IndexExpr place =
        opaque(loop.getInductionVar(), {begin, std::max(begin, end - 1)});
    if (learned) {
      VariableId id = place.getTerms().front().first;
      origins[id] = {descent.key, descent.path};
      if (!descent.key)
        space[id].rootDims = uint64_t(1)
                             << std::min<size_t>(descent.path.size(), 63);
    }
    Values carried = inside(place, loop.getRegionIterArgs());
    if (!init.empty())
      scf::YieldOp::create(rewriter, carried);
  });
  return Values(loop.getResults());
}

void LoopEmitter::iterations(int64_t work,
                             function_ref<void(const IndexExpr &)> body) {
  auto loop = scf::ForOp::create(rewriter, function.getArgument(0),
                                 function.getArgument(1), indexConstant(1));
  nested(loop, loop.getBody(), /*barrier=*/true, [&] {
    body(work == 1 ? IndexExpr(0)
                   : opaque(loop.getInductionVar(),
                            {0, std::max<int64_t>(0, work - 1)}));
  });
}

void LoopEmitter::dispatch(
    const void *key, const LoopGroup &group, const SegmentPath &path,
    const IndexExpr &index,
    function_ref<void(ArrayRef<IndexExpr>, const SegmentPath &)> body) {
  auto segment = [&](int64_t begin, int64_t end) {
    space.pushAssumption(index, {begin, end - 1});
    SmallVector<IndexExpr> dims = space.delinearize(index, group.extents);
    int64_t inner = std::max<int64_t>(1, group.innerExtent());
    space.pushAssumption(dims.front(), {begin / inner, (end - 1) / inner});
    body(dims, pathBehind(path, group, begin));
    space.popAssumption();
    space.popAssumption();
  };
  // The last segment needs no test: its code is the innermost else branch.
  std::function<void(int64_t, ArrayRef<int64_t>)> branches =
      [&](int64_t begin, ArrayRef<int64_t> ends) {
        if (ends.size() == 1)
          return segment(begin, ends[0]);
        Value inSegment =
            arith::CmpIOp::create(rewriter, arith::CmpIPredicate::slt,
                                  materialize(index), indexConstant(ends[0]));
        auto branch = scf::IfOp::create(rewriter, TypeRange(), inSegment,
                                        /*withElseRegion=*/true);
        nested(branch, branch.thenBlock(), /*barrier=*/true,
               [&] { segment(begin, ends[0]); });
        nested(branch, branch.elseBlock(), /*barrier=*/true,
               [&] { branches(ends[0], ends.drop_front()); });
      };
  branches(0, segmentEnds(key, group, path));
}

//===----------------------------------------------------------------------===//
// Choices
//===----------------------------------------------------------------------===//

/// Places `[first, last)` of `variable` at which `coefficient * variable +
/// rest` may be on either side of `bound`.
static std::pair<int64_t, int64_t> undecided(int64_t coefficient, Range rest,
                                             int64_t bound) {
  if (coefficient > 0)
    return {llvm::divideFloorSigned(bound - 1 - rest.max, coefficient) + 1,
            llvm::divideCeilSigned(bound - rest.min, coefficient)};
  return {llvm::divideFloorSigned(rest.min - bound, -coefficient) + 1,
          llvm::divideFloorSigned(rest.max - bound, -coefficient) + 1};
}

void LoopEmitter::noteBound(const IndexExpr &expr, int64_t bound) {
  for (auto [id, coefficient] : expr.getTerms()) {
    auto origin = origins.find(id);
    if (origin == origins.end())
      continue;
    IndexExpr rest = expr - IndexExpr::variable(id) * coefficient;
    auto [first, last] = undecided(coefficient, space.range(rest), bound);
    // A split that leaves more than one place open does not help.
    if (last - first > 1)
      continue;
    auto &places =
        learned->nests[origin->second.key].breakpoints[origin->second.path];
    Range range = space[id].range;
    for (int64_t place : {first, last})
      if (place > range.min && place <= range.max)
        places.insert(place);
    return;
  }
}

std::optional<bool> LoopEmitter::isBelow(const IndexExpr &unsimplified,
                                         int64_t bound) {
  IndexExpr expr = space.simplify(unsimplified);
  Range range = space.range(expr);
  if (range.max < bound)
    return true;
  if (range.min >= bound)
    return false;
  if (learned)
    noteBound(expr, bound);
  return std::nullopt;
}

Value LoopEmitter::chooseBelow(const IndexExpr &expr, int64_t bound, Type type,
                               function_ref<Value()> onTrue,
                               function_ref<Value()> onFalse) {
  if (std::optional<bool> known = isBelow(expr, bound))
    return *known ? onTrue() : onFalse();
  Range range = space.range(space.simplify(expr));
  Value condition =
      arith::CmpIOp::create(rewriter, arith::CmpIPredicate::slt,
                            materialize(expr), indexConstant(bound));
  auto branch = scf::IfOp::create(rewriter, TypeRange(type), condition,
                                  /*withElseRegion=*/true);
  auto emit = [&](Block *block, Range assumed, function_ref<Value()> value) {
    nested(branch, block, /*barrier=*/true, [&] {
      space.pushAssumption(space.simplify(expr), assumed);
      scf::YieldOp::create(rewriter, value());
      space.popAssumption();
    });
  };
  emit(branch.thenBlock(), {range.min, bound - 1}, onTrue);
  emit(branch.elseBlock(), {bound, range.max}, onFalse);
  return branch.getResult(0);
}

} // namespace mlcc::kernels
