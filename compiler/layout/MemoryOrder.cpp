//===- MemoryOrder.cpp - nn ops on tensors as they lie --------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/layout/MemoryOrder.h"

#include "dialects/nn/Again.h"
#include "dialects/nn/NN.h"
#include "llvm/ADT/TypeSwitch.h"

#include <limits>

using namespace mlir;
using namespace mlcc;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static std::string plainLayoutOf(RankedTensorType type) {
  return plainLayout(std::max<int>(type.getRank(), 1));
}

//===----------------------------------------------------------------------===//
// Ops with attributes by dimension
//===----------------------------------------------------------------------===//

namespace {
/// Which attributes of an op speak of dimensions.
struct DimensionAttributes {
  SmallVector<StringRef, 3> perDimension; ///< arrays, one entry a dimension
  bool axis = false;                      ///< `axis`, one dimension
  bool axes = false;                      ///< `axes`, a list of dimensions
  bool reduces = false; ///< drops `axis` or `axes` unless `keepdims`
};
} // namespace

/// The table of ops that can be computed in memory order.
static std::optional<DimensionAttributes> dimensionAttributes(Operation *op) {
  using Result = std::optional<DimensionAttributes>;
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case<nn::SliceOp>([](auto) -> Result {
        return DimensionAttributes{{"starts", "sizes", "steps"}};
      })
      .Case<nn::PadOp>([](auto) -> Result {
        return DimensionAttributes{{"pads_begin", "pads_end"}};
      })
      .Case<nn::ResizeOp>([](auto) -> Result {
        return DimensionAttributes{{"sizes", "scales"}};
      })
      .Case<nn::TileOp>(
          [](auto) -> Result { return DimensionAttributes{{"repeats"}}; })
      .Case<nn::ConcatOp, nn::SoftmaxOp, nn::LogSoftmaxOp, nn::CumSumOp,
            nn::LpNormOp>([](auto) -> Result {
        return DimensionAttributes{{}, /*axis=*/true};
      })
      .Case<nn::ArgMaxOp, nn::ArgMinOp>([](auto) -> Result {
        return DimensionAttributes{
            {}, /*axis=*/true, /*axes=*/false, /*reduces=*/true};
      })
      .Case<nn::ReduceSumOp, nn::ReduceMeanOp, nn::ReduceMaxOp, nn::ReduceMinOp,
            nn::ReduceProdOp, nn::ReduceL1Op, nn::ReduceL2Op,
            nn::ReduceSumSquareOp, nn::ReduceLogSumOp, nn::ReduceLogSumExpOp>(
          [](auto) -> Result {
            return DimensionAttributes{
                {}, /*axis=*/false, /*axes=*/true, /*reduces=*/true};
          })
      .Default(Result());
}

/// The place of dimension `dimension` in memory order.
static int64_t placeOf(int64_t dimension, StringRef tag) {
  return tag.find(static_cast<char>('a' + dimension));
}

template <typename T>
static SmallVector<T> permuted(ArrayRef<T> values, StringRef tag) {
  SmallVector<T> result;
  for (char letter : tag)
    result.push_back(values[letter - 'a']);
  return result;
}

/// The attribute `attribute` with its entries, one a dimension, in the order of
/// the tag.
static Attribute permutedArray(Attribute attribute, StringRef tag) {
  MLIRContext *context = attribute.getContext();
  if (auto integers = dyn_cast<DenseI64ArrayAttr>(attribute))
    return DenseI64ArrayAttr::get(context,
                                  permuted(integers.asArrayRef(), tag));
  return DenseF64ArrayAttr::get(
      context, permuted(cast<DenseF64ArrayAttr>(attribute).asArrayRef(), tag));
}

/// The dimensions that `op` reduces, by their numbers in its operand.
static SmallVector<int64_t> reducedDimensions(Operation *op) {
  if (auto axes = op->getAttrOfType<DenseI64ArrayAttr>("axes"))
    return llvm::to_vector(axes.asArrayRef());
  return {op->getAttrOfType<IntegerAttr>("axis").getInt()};
}

/// The layout of the result of an op on an operand of layout `tag`: the same,
/// or without the dimensions that are dropped.
static std::string
resultTag(Operation *op, const DimensionAttributes &attributes, StringRef tag) {
  if (!attributes.reduces || op->getAttrOfType<BoolAttr>("keepdims").getValue())
    return tag.str();
  SmallVector<int64_t> reduced = reducedDimensions(op);
  std::string result;
  for (char letter : tag) {
    int64_t dimension = letter - 'a';
    if (llvm::is_contained(reduced, dimension))
      continue;
    int64_t dropped = llvm::count_if(
        reduced, [&](int64_t other) { return other < dimension; });
    result += static_cast<char>('a' + dimension - dropped);
  }
  return result.empty() ? plainLayout(1) : result;
}

/// Makes the attributes of `op` speak of dimensions in memory order.
static void permuteAttributes(Operation *op,
                              const DimensionAttributes &attributes,
                              StringRef tag) {
  Builder builder(op->getContext());
  for (StringRef name : attributes.perDimension)
    op->setAttr(name, permutedArray(op->getAttr(name), tag));
  if (attributes.axis) {
    int64_t axis = op->getAttrOfType<IntegerAttr>("axis").getInt();
    op->setAttr("axis", builder.getI64IntegerAttr(placeOf(axis, tag)));
  }
  if (attributes.axes) {
    SmallVector<int64_t> axes;
    for (int64_t axis : reducedDimensions(op))
      axes.push_back(placeOf(axis, tag));
    llvm::sort(axes);
    op->setAttr("axes", builder.getDenseI64ArrayAttr(axes));
  }
}

/// The operands that have the rank of the first one; the others (a padding
/// value) are scalars.
static bool isMain(Operation *op, Value operand) {
  return typeOf(operand).getRank() == typeOf(op->getOperand(0)).getRank();
}

/// The operands' permuted layout in which the fewest bytes must move.
static std::string bestTag(Operation *op, const Forms &forms) {
  std::string best = plainLayoutOf(typeOf(op->getOperand(0)));
  double bestSeconds = std::numeric_limits<double>::max();
  for (Value candidate : op->getOperands()) {
    std::string tag = dnn::getLayout(typeOf(candidate));
    if (!isMain(op, candidate) || !isPermutation(tag))
      continue;
    double seconds = 0;
    for (Value operand : op->getOperands())
      if (isMain(op, operand))
        seconds += forms.seconds(operand, tag);
    bool isPlain = tag == plainLayoutOf(typeOf(candidate));
    if (seconds < bestSeconds || (seconds == bestSeconds && !isPlain)) {
      best = tag;
      bestSeconds = seconds;
    }
  }
  return best;
}

static bool rewriteByAttributes(Operation *op, Forms &forms,
                                OpBuilder &builder) {
  std::optional<DimensionAttributes> attributes = dimensionAttributes(op);
  if (!attributes || op->getNumResults() != 1 ||
      typeOf(op->getOperand(0)).getRank() == 0)
    return false;
  std::string tag = bestTag(op, forms);
  if (tag == plainLayoutOf(typeOf(op->getOperand(0))))
    return false;

  SmallVector<Value> operands;
  for (Value operand : op->getOperands()) {
    bool main = isMain(op, operand);
    std::string wanted = main ? tag : plainLayoutOf(typeOf(operand));
    Value form = forms.get(operand, wanted, op);
    builder.setInsertionPoint(op);
    operands.push_back(
        main ? builder.createOrFold<dnn::ViewOp>(
                   op->getLoc(), physicalType(typeOf(form), tag), form)
             : form);
  }
  RankedTensorType type = typeOf(op->getResult(0));
  std::string layout = resultTag(op, *attributes, tag);
  builder.setInsertionPoint(op);
  Operation *inMemoryOrder = builder.clone(*op);
  inMemoryOrder->setOperands(operands);
  permuteAttributes(inMemoryOrder, *attributes, tag);
  inMemoryOrder->getResult(0).setType(physicalType(type, layout));
  op->getResult(0).replaceAllUsesWith(builder.createOrFold<dnn::ViewOp>(
      op->getLoc(), dnn::withLayout(type, layout),
      inMemoryOrder->getResult(0)));
  op->erase();
  return true;
}

//===----------------------------------------------------------------------===//
// Element-wise ops
//===----------------------------------------------------------------------===//

/// A plain operand that is repeated over a tensor of layout `tag`, with its
/// dimensions in the order of the tag.
static Value repeatedInOrder(Value operand, StringRef tag, Location location,
                             OpBuilder &builder) {
  SmallVector<int64_t> wide(tag.size() - typeOf(operand).getRank(), 1);
  llvm::append_range(wide, typeOf(operand).getShape());
  SmallVector<int64_t> ordered, permutation;
  for (char letter : tag) {
    permutation.push_back(letter - 'a');
    ordered.push_back(wide[letter - 'a']);
  }
  if (typeOf(operand).getNumElements() == 1)
    return operand;
  if (haveSameBytes(wide, tag, plainLayout(tag.size())))
    return nn::ReshapeOp::create(builder, location, operand, ordered);
  if (ArrayRef(wide) != typeOf(operand).getShape())
    operand = nn::ReshapeOp::create(builder, location, operand, wide);
  return nn::TransposeOp::create(builder, location, operand, permutation);
}

Value mlcc::rewriteElementwise(Operation *op, StringRef tag,
                               OpBuilder &builder) {
  RankedTensorType type = typeOf(op->getResult(0));
  builder.setInsertionPoint(op);
  SmallVector<Value> operands;
  for (Value operand : op->getOperands()) {
    bool full = typeOf(operand).getShape() == type.getShape();
    operands.push_back(
        full ? builder.createOrFold<dnn::ViewOp>(
                   op->getLoc(), physicalType(typeOf(operand), tag), operand)
             : repeatedInOrder(operand, tag, op->getLoc(), builder));
  }
  Operation *inMemoryOrder = builder.clone(*op);
  inMemoryOrder->setOperands(operands);
  inMemoryOrder->getResult(0).setType(physicalType(type, tag));
  Value view =
      dnn::ViewOp::create(builder, op->getLoc(), dnn::withLayout(type, tag),
                          inMemoryOrder->getResult(0));
  op->getResult(0).replaceAllUsesWith(view);
  op->erase();
  return view;
}

//===----------------------------------------------------------------------===//
// Reshape
//===----------------------------------------------------------------------===//

namespace {
/// Dimensions of the operand that become dimensions of the result, as small a
/// piece of a reshape as there is. Extents of one are left out of `in`.
struct Regrouping {
  SmallVector<int64_t, 2> in, out;
};
} // namespace

/// The pieces of a reshape, in order; nothing for tensors without elements.
static std::optional<SmallVector<Regrouping>> regroup(ArrayRef<int64_t> in,
                                                      ArrayRef<int64_t> out) {
  if (llvm::is_contained(in, 0))
    return std::nullopt;
  SmallVector<Regrouping> pieces(1);
  size_t i = 0, o = 0;
  int64_t inExtent = 1, outExtent = 1;
  while (i < in.size() || o < out.size()) {
    bool complete = inExtent == outExtent;
    if (o < out.size() && (outExtent < inExtent || (complete && out[o] == 1))) {
      pieces.back().out.push_back(o);
      outExtent *= out[o++];
    } else if (i < in.size() && in[i] == 1) {
      ++i;
    } else if (i < in.size()) {
      if (complete && !pieces.back().in.empty())
        pieces.emplace_back();
      pieces.back().in.push_back(i);
      inExtent *= in[i++];
    } else {
      pieces.back().out.push_back(o++);
    }
  }
  return pieces;
}

/// The order of the pieces in memory: that of their first dimension there.
static SmallVector<const Regrouping *>
piecesInMemoryOrder(ArrayRef<Regrouping> pieces, StringRef tag) {
  SmallVector<const Regrouping *> order;
  for (const Regrouping &piece : pieces)
    order.push_back(&piece);
  auto place = [&](const Regrouping *piece) {
    int64_t first = -1;
    for (int64_t dimension : piece->in)
      if (first < 0 || placeOf(dimension, tag) < first)
        first = placeOf(dimension, tag);
    return first;
  };
  llvm::sort(order, [&](const Regrouping *lhs, const Regrouping *rhs) {
    return place(lhs) < place(rhs);
  });
  return order;
}

/// The layout of a tensor whose pieces lie in `order`, each row-major;
/// `dimensions` are those of the operand or of the result. Dimensions of extent
/// one come first.
static std::string
tagOfPieces(ArrayRef<int64_t> shape, ArrayRef<const Regrouping *> order,
            SmallVector<int64_t, 2> Regrouping::*dimensions) {
  std::string tag;
  auto append = [&](int64_t dimension) {
    tag += static_cast<char>('a' + dimension);
  };
  for (auto [dimension, extent] : llvm::enumerate(shape))
    if (extent == 1)
      append(dimension);
  for (const Regrouping *piece : order)
    for (int64_t dimension : piece->*dimensions)
      if (shape[dimension] != 1)
        append(dimension);
  return tag;
}

/// A reshape that leaves the pieces of memory together is a view. Where a piece
/// is out of order, its bytes are moved first, and the order of the pieces is
/// kept.
static bool rewriteReshape(nn::ReshapeOp op, Forms &forms, OpBuilder &builder) {
  Value input = op.getInput();
  RankedTensorType inType = typeOf(input), outType = typeOf(op.getResult());
  std::string tag = dnn::getLayout(inType);
  if (tag == plainLayoutOf(inType) || !isPermutation(tag) ||
      outType.getRank() == 0 || inType.getRank() == 0)
    return false;
  std::optional<SmallVector<Regrouping>> pieces =
      regroup(inType.getShape(), outType.getShape());
  if (!pieces)
    return false;
  SmallVector<const Regrouping *> order = piecesInMemoryOrder(*pieces, tag);
  // The nearest layout that the reshape can keep.
  std::string keepable = tagOfPieces(inType.getShape(), order, &Regrouping::in);
  std::string outTag = tagOfPieces(outType.getShape(), order, &Regrouping::out);
  for (const std::string &simple :
       {plainLayoutOf(outType), channelsLast(outType.getRank())})
    if (haveSameBytes(outType.getShape(), outTag, simple)) {
      outTag = simple;
      break;
    }

  Value source = haveSameBytes(inType.getShape(), tag, keepable)
                     ? input
                     : forms.get(input, keepable, op);
  builder.setInsertionPoint(op);
  auto view = dnn::ViewOp::create(builder, op.getLoc(),
                                  dnn::withLayout(outType, outTag), source);
  if (Attribute again = op->getAttr(nn::againAttrName))
    view->setAttr(nn::againAttrName, again);
  op.getResult().replaceAllUsesWith(view);
  op.erase();
  return true;
}

bool mlcc::rewriteInMemoryOrder(Operation *op, Forms &forms,
                                OpBuilder &builder) {
  if (auto reshape = dyn_cast<nn::ReshapeOp>(op))
    return rewriteReshape(reshape, forms, builder);
  return rewriteByAttributes(op, forms, builder);
}
