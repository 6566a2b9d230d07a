//===- Accumulate.cpp - Sums of gradients ---------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/gradient/Accumulate.h"

#include <map>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;
using namespace mlcc::nn::gradient;

//===----------------------------------------------------------------------===//
// Pieces
//===----------------------------------------------------------------------===//

namespace {
/// A contribution that is zero but for positions [begin, end) of an axis, where
/// it is `content`.
struct Piece {
  Value whole, content;
  int64_t axis, begin, end;
};

/// Pieces one after another along an axis.
using Row = SmallVector<Piece>;
} // namespace

/// The piece that a value padded with zeros along one axis is.
static std::optional<Piece> asPiece(Value value) {
  auto pad = value.getDefiningOp<PadOp>();
  if (!pad || pad.getMode() != PadMode::constant || pad.getValue())
    return std::nullopt;
  std::optional<Piece> piece;
  for (auto [axis, pads] :
       llvm::enumerate(llvm::zip_equal(pad.getPadsBegin(), pad.getPadsEnd()))) {
    auto [before, after] = pads;
    if (before == 0 && after == 0)
      continue;
    if (piece || before < 0 || after < 0)
      return std::nullopt;
    int64_t size = shapeOf(pad.getInput())[axis];
    piece = Piece{value, pad.getInput(), static_cast<int64_t>(axis), before,
                  before + size};
  }
  return piece;
}

/// Distributes the pieces of one axis, by their beginnings, over as few rows as
/// possible: each piece to a row that has ended before.
static SmallVector<Row> arrange(const std::multimap<int64_t, Piece> &pieces) {
  SmallVector<Row> rows;
  std::multimap<int64_t, size_t> rowsByEnd;
  for (const auto &[begin, piece] : pieces) {
    size_t row = rows.size();
    auto free = rowsByEnd.begin();
    if (free != rowsByEnd.end() && free->first <= begin) {
      row = free->second;
      rowsByEnd.erase(free);
    } else {
      rows.emplace_back();
    }
    rows[row].push_back(piece);
    rowsByEnd.insert({piece.end, row});
  }
  return rows;
}

/// The row as one tensor, with zeros where there is no piece.
static Value joined(Emitter &emitter, const Row &row) {
  if (row.size() == 1)
    return row.front().whole;
  RankedTensorType type = typeOf(row.front().whole);
  int64_t axis = row.front().axis, position = 0;
  SmallVector<Value> parts;
  auto fillTo = [&](int64_t begin) {
    if (begin == position)
      return;
    Extents gap(type.getShape());
    gap[axis] = begin - position;
    parts.push_back(emitter.zeros(type.clone(gap)));
  };
  for (const Piece &piece : row) {
    fillTo(piece.begin);
    parts.push_back(piece.content);
    position = piece.end;
  }
  fillTo(type.getDimSize(axis));
  return emitter.concat(parts, axis);
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// The product that a value is, if it is that of a transposed matrix and a
/// matrix: what a layer's input and output gradient give for its weights.
static MatMulOp asWeightGradient(Value value) {
  auto product = value.getDefiningOp<MatMulOp>();
  bool fits = product && !product.getBias() && product.getTransposeLhs() &&
              !product.getTransposeRhs() &&
              shapeOf(product.getLhs()).size() == 2 &&
              shapeOf(product.getRhs()).size() == 2;
  return fits ? product : MatMulOp();
}

/// Whether it is less work to put the product's operands behind others than to
/// add its result to theirs.
static bool isShort(MatMulOp product) {
  auto elements = [](Value value) { return typeOf(value).getNumElements(); };
  return elements(product.getLhs()) + elements(product.getRhs()) <
         elements(product.getResult());
}

/// The sum of A^T B for all products, as one product of tall matrices. The
/// contributions come from the last user to the first: in the order of users,
/// the matrices are likely to be joined elsewhere too.
static Value sumOfProducts(Emitter &emitter, ArrayRef<MatMulOp> products) {
  if (products.size() == 1)
    return MatMulOp(products.front()).getResult();
  SmallVector<Value> lhs, rhs;
  for (MatMulOp product : llvm::reverse(products)) {
    lhs.push_back(product.getLhs());
    rhs.push_back(product.getRhs());
  }
  return emitter.make<MatMulOp>(emitter.concat(lhs, 0), emitter.concat(rhs, 0),
                                /*bias=*/Value(), /*transpose_lhs=*/true,
                                /*transpose_rhs=*/false);
}

Value gradient::sumOf(Emitter &emitter, ArrayRef<Value> contributions) {
  if (contributions.size() == 1)
    return contributions.front();
  // By axis, in order: the result must not depend on addresses.
  std::map<int64_t, std::multimap<int64_t, Piece>> pieces;
  SmallVector<Value> terms;
  SmallVector<MatMulOp> products;
  for (Value value : contributions) {
    MatMulOp product = asWeightGradient(value);
    if (std::optional<Piece> piece = asPiece(value))
      pieces[piece->axis].insert({piece->begin, *piece});
    else if (product && isShort(product))
      products.push_back(product);
    else
      terms.push_back(value);
  }
  if (!products.empty())
    terms.push_back(sumOfProducts(emitter, products));
  for (auto &[axis, ofAxis] : pieces)
    for (const Row &row : arrange(ofAxis))
      terms.push_back(joined(emitter, row));
  Value sum = terms.front();
  for (Value term : ArrayRef(terms).drop_front())
    sum = emitter.add(sum, term);
  return sum;
}
