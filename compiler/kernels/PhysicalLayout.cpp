//===- PhysicalLayout.cpp - Where a tensor's elements lie -----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/PhysicalLayout.h"

#include "dialects/dnn/DNN.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace mlcc::kernels {

/// One letter per dimension, then pairs of a block's size and letter.
std::optional<PhysicalLayout> PhysicalLayout::of(RankedTensorType type) {
  PhysicalLayout layout;
  ArrayRef<int64_t> shape = type.getShape();
  layout.padded.assign(shape.size(), false);
  if (!type.getEncoding()) {
    layout.extents.assign(shape.begin(), shape.end());
    for (unsigned dim = 0; dim < shape.size(); ++dim)
      layout.dims.push_back({dim, 1});
    return layout;
  }
  std::string tag = dnn::getLayout(type);
  StringRef rest = tag;
  StringRef outer = rest.take_while(llvm::isAlpha);
  rest = rest.drop_front(outer.size());
  if (outer.size() != shape.size())
    return std::nullopt;
  struct Block {
    unsigned dim;
    int64_t size;
  };
  SmallVector<Block> blocks;
  SmallVector<int64_t> blocked(shape.size(), 1);
  while (!rest.empty()) {
    Block block;
    if (rest.consumeInteger(10, block.size) || rest.empty())
      return std::nullopt;
    block.dim = rest.front() - 'a';
    rest = rest.drop_front();
    if (block.dim >= shape.size())
      return std::nullopt;
    blocked[block.dim] *= block.size;
    blocks.push_back(block);
  }
  for (char letter : outer) {
    unsigned dim = llvm::toLower(letter) - 'a';
    if (dim >= shape.size())
      return std::nullopt;
    layout.dims.push_back({dim, blocked[dim]});
    layout.extents.push_back(llvm::divideCeil(shape[dim], blocked[dim]));
    layout.padded[dim] = shape[dim] % blocked[dim] != 0;
  }
  // Of several blocks of a dimension the first is the coarsest.
  SmallVector<int64_t> step(blocked);
  for (Block block : blocks) {
    step[block.dim] /= block.size;
    layout.dims.push_back({block.dim, step[block.dim]});
    layout.extents.push_back(block.size);
  }
  return layout;
}

IndexExpr PhysicalLayout::place(IndexSpace &space,
                                ArrayRef<IndexExpr> logical) const {
  SmallVector<IndexExpr> physical, rest(logical);
  for (Dim dim : dims) {
    physical.push_back(space.floorDiv(rest[dim.logical], dim.stride));
    rest[dim.logical] = space.mod(rest[dim.logical], dim.stride);
  }
  return space.linearize(physical, extents);
}

SmallVector<IndexExpr>
PhysicalLayout::logicalIndex(ArrayRef<IndexExpr> physical) const {
  SmallVector<IndexExpr> logical(padded.size());
  for (auto [expr, dim] : llvm::zip_equal(physical, dims))
    logical[dim.logical] = logical[dim.logical] + expr * dim.stride;
  return logical;
}

} // namespace mlcc::kernels
