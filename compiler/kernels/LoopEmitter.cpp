//===- LoopEmitter.cpp - Loops from graph operations ----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/LoopEmitter.h"

#include "compiler/kernels/Conversions.h"
#include "compiler/kernels/OpModels.h"
#include "dialects/nn/NN.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include "llvm/ADT/STLExtras.h"

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
  return atLevel(variable.depth, [&]() -> Value {
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
    (space[id].depth < depth ? outer : inner) =
        (space[id].depth < depth ? outer : inner) + term;
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
      Value place = materialize(space.linearize(index, type.getShape()));
      value = memref::LoadOp::create(rewriter, flatten(memory), place);
      if (type.getElementType().isInteger(1)) {
        Value zero = arith::ConstantIntOp::create(rewriter, 0, 8);
        value = arith::CmpIOp::create(rewriter, arith::CmpIPredicate::ne, value,
                                      zero);
      }
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

void LoopEmitter::storeResult(unsigned number, ArrayRef<IndexExpr> index) {
  Value tensor = graph.getBody().front().getTerminator()->getOperand(number);
  auto type = cast<RankedTensorType>(tensor.getType());
  Value value = element(tensor, index);
  Type memory = memoryType(type.getElementType());
  if (value.getType() != memory)
    value = arith::ExtUIOp::create(rewriter, memory, value);
  Value output = function.getArgument(2 + graph.getNumArguments() + number);
  Value place = materialize(space.linearize(index, type.getShape()));
  memref::StoreOp::create(rewriter, value, flatten(output), place);
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
      groups.emplace_back();
    groups.back().extents.push_back(extent);
    if (!nest || !nest->breakpoints.count(dim))
      continue;
    int64_t step = 1;
    for (unsigned inner = dim + 1;
         inner < extents.size() && !nest->separate.count(inner); ++inner)
      step *= extents[inner];
    for (int64_t place : nest->breakpoints.at(dim))
      groups.back().breakpoints.push_back(place * step);
  }
  return groups;
}

LoopEmitter::Values LoopEmitter::loops(const void *key,
                                       ArrayRef<int64_t> extents,
                                       ValueRange init, LoopBody body) {
  SmallVector<LoopGroup> groups = planGroups(key, extents);
  if (!learned)
    return loopsOver(groups, init, body);
  return loopsOver(groups, init,
                   [&](ArrayRef<IndexExpr> index, ValueRange carried) {
                     noteNest(key, extents, index);
                     return body(index, carried);
                   });
}

void LoopEmitter::noteNest(const void *key, ArrayRef<int64_t> extents,
                           ArrayRef<IndexExpr> index) {
  learned->addInstance(key, extents, index);
  for (auto [dim, expr] : llvm::enumerate(index)) {
    if (expr.isConstant())
      continue;
    VariableId id = expr.getTerms().front().first;
    origins[id] = {key, dim};
    if (!key)
      space[id].rootDims = uint64_t(1) << std::min<size_t>(dim, 63);
  }
}

LoopEmitter::Values LoopEmitter::loopsOver(ArrayRef<LoopGroup> groups,
                                           ArrayRef<IndexExpr> outer,
                                           ValueRange init, LoopBody body) {
  if (groups.empty())
    return body(outer, init);
  const LoopGroup &group = groups.front();
  SmallVector<int64_t> bounds(group.breakpoints);
  bounds.push_back(group.extent());
  Values carried(init.begin(), init.end());
  int64_t begin = 0;
  for (int64_t end : bounds) {
    carried = loopSegment(groups, begin, end, outer, carried, body);
    begin = end;
  }
  return carried;
}

LoopEmitter::Values LoopEmitter::loopSegment(ArrayRef<LoopGroup> groups,
                                             int64_t begin, int64_t end,
                                             ArrayRef<IndexExpr> outer,
                                             ValueRange init, LoopBody body) {
  const LoopGroup &group = groups.front();
  auto inside = [&](const IndexExpr &place, ValueRange carried) {
    SmallVector<IndexExpr> indices(outer);
    indices.append(space.delinearize(place, group.extents));
    return loopsOver(groups.drop_front(), indices, carried, body);
  };
  if (end - begin == 1 && !group.lower)
    return inside(IndexExpr(begin), init);

  Value lower = indexConstant(begin), upper = indexConstant(end);
  if (group.lower) {
    if (begin != 0)
      lower = arith::MaxSIOp::create(rewriter, group.lower, lower);
    else
      lower = group.lower;
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

void LoopEmitter::dispatch(const LoopGroup &group, const IndexExpr &index,
                           function_ref<void(ArrayRef<IndexExpr>)> body) {
  auto segment = [&](int64_t begin, int64_t end) {
    space.pushAssumption(index, {begin, end - 1});
    SmallVector<IndexExpr> dims = space.delinearize(index, group.extents);
    int64_t inner = std::max<int64_t>(1, group.innerExtent());
    space.pushAssumption(dims.front(), {begin / inner, (end - 1) / inner});
    body(dims);
    space.popAssumption();
    space.popAssumption();
  };
  // The last segment needs no test: its code is the innermost else branch.
  std::function<void(int64_t, ArrayRef<int64_t>)> branches =
      [&](int64_t begin, ArrayRef<int64_t> ends) {
        if (ends.empty())
          return segment(begin, group.extent());
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
  branches(0, group.breakpoints);
}

//===----------------------------------------------------------------------===//
// Choices
//===----------------------------------------------------------------------===//

std::optional<bool> LoopEmitter::isBelow(const IndexExpr &unsimplified,
                                         int64_t bound) {
  IndexExpr expr = space.simplify(unsimplified);
  Range range = space.range(expr);
  if (range.max < bound)
    return true;
  if (range.min >= bound)
    return false;
  if (learned && expr.getTerms().size() == 1 &&
      expr.getTerms().front().second == 1) {
    auto origin = origins.find(expr.getTerms().front().first);
    if (origin != origins.end()) {
      auto [key, dim] = origin->second;
      learned->nests[key].breakpoints[dim].insert(bound - expr.getConstant());
    }
  }
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
