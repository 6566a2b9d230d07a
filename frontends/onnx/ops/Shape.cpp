//===- Shape.cpp - Import of operators that move data ---------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/NodeContext.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

#include <algorithm>
#include <numeric>

using namespace mlir;

namespace mlcc::onnx_frontend {

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

/// The product of extents that were checked before.
static int64_t product(ArrayRef<int64_t> extents) {
  return std::accumulate(extents.begin(), extents.end(), int64_t(1),
                         std::multiplies<int64_t>());
}

static void importReshape(NodeContext &node) {
  std::optional<SmallVector<int64_t>> requested =
      node.attributeOrOperand("shape", 1);
  if (node.failed())
    return;
  if (!requested) {
    node.error(ErrorCode::InvalidGraph) << "the shape is missing";
    return;
  }
  ArrayRef<int64_t> input = node.shape(node.operand(0));
  SmallVector<int64_t> shape = *requested;
  bool zeroIsExtent = node.flag("allowzero", false);
  int64_t inferred = -1;
  for (auto [index, extent] : llvm::enumerate(shape)) {
    if (extent == 0 && !zeroIsExtent && index < input.size()) {
      extent = input[index];
    } else if (extent == -1 && inferred < 0) {
      inferred = index;
      extent = 1;
    }
  }
  std::optional<int64_t> known = checkedElements(shape, 1);
  int64_t elements = node.type(node.operand(0)).getNumElements();
  if (known && inferred >= 0 && *known > 0)
    shape[inferred] = elements / *known;
  if (!known || checkedElements(shape, 1) != elements) {
    node.error(ErrorCode::ShapeMismatch)
        << "a tensor of shape " << nn::shapeText(input)
        << " cannot be reshaped to ["
        << llvm::join(llvm::map_range(*requested,
                                      [](int64_t extent) {
                                        return std::to_string(extent);
                                      }),
                      ", ")
        << "]: the numbers of elements differ";
    return;
  }
  node.setResult(0, node.reshape(node.operand(0), shape));
}

static void importFlatten(NodeContext &node) {
  ArrayRef<int64_t> input = node.shape(node.operand(0));
  int64_t rank = input.size(), axis = node.integer("axis", 1);
  if (axis < -rank || axis > rank) {
    node.error(ErrorCode::InvalidAttribute)
        << "the axis " << axis << " is outside [" << -rank << ", " << rank
        << "]";
    return;
  }
  axis = axis < 0 ? axis + rank : axis;
  node.setResult(
      0, node.reshape(node.operand(0), {product(input.take_front(axis)),
                                        product(input.drop_front(axis))}));
}

static void importSqueeze(NodeContext &node) {
  ArrayRef<int64_t> input = node.shape(node.operand(0));
  std::optional<SmallVector<int64_t>> given =
      node.attributeOrOperand("axes", 1);
  SmallVector<int64_t> axes;
  if (given)
    axes = node.normalizeAxes(*given, input.size());
  else
    llvm::copy_if(llvm::seq<int64_t>(input.size()), std::back_inserter(axes),
                  [&](int64_t axis) { return input[axis] == 1; });
  SmallVector<int64_t> shape;
  for (auto [axis, extent] : llvm::enumerate(input)) {
    if (!llvm::is_contained(axes, static_cast<int64_t>(axis))) {
      shape.push_back(extent);
    } else if (extent != 1) {
      node.error(ErrorCode::ShapeMismatch)
          << "dimension " << axis << " of shape " << nn::shapeText(input)
          << " cannot be removed: its extent is not 1";
      return;
    }
  }
  node.setResult(0, node.reshape(node.operand(0), shape));
}

static void importUnsqueeze(NodeContext &node) {
  std::optional<SmallVector<int64_t>> given =
      node.attributeOrOperand("axes", 1);
  if (!given && !node.failed())
    node.error(ErrorCode::InvalidGraph) << "the axes are missing";
  if (node.failed())
    return;
  ArrayRef<int64_t> input = node.shape(node.operand(0));
  SmallVector<int64_t> axes =
      node.normalizeAxes(*given, input.size() + given->size());
  if (node.failed())
    return;
  SmallVector<int64_t> shape;
  for (int64_t axis : llvm::seq<int64_t>(input.size() + axes.size())) {
    if (llvm::is_contained(axes, axis)) {
      shape.push_back(1);
    } else {
      shape.push_back(input.front());
      input = input.drop_front();
    }
  }
  node.setResult(0, node.reshape(node.operand(0), shape));
}

static void importTranspose(NodeContext &node) {
  SmallVector<int64_t> permutation = node.integers("perm");
  if (!node.hasAttribute("perm")) {
    permutation = llvm::to_vector(llvm::seq(node.rank(node.operand(0))));
    std::reverse(permutation.begin(), permutation.end());
  }
  node.setResult(0, node.create<nn::TransposeOp>(node.operand(0), permutation));
}

static void importExpand(NodeContext &node) {
  SmallVector<int64_t> requested = node.requireIntegers(1, "shape");
  if (node.failed())
    return;
  ArrayRef<int64_t> input = node.shape(node.operand(0));
  auto shape = nn::broadcastShapes(input, requested);
  if (!shape || !checkedElements(*shape, 1)) {
    node.error(ErrorCode::ShapeMismatch)
        << "a tensor of shape " << nn::shapeText(input)
        << " cannot be expanded to " << nn::shapeText(requested);
    return;
  }
  node.setResult(0, *shape == input ? node.operand(0)
                                    : node.create<nn::BroadcastOp>(
                                          node.operand(0), *shape));
}

static void importTile(NodeContext &node) {
  SmallVector<int64_t> repeats = node.requireIntegers(1, "repeats");
  node.setResult(0, node.create<nn::TileOp>(node.operand(0), repeats));
}

//===----------------------------------------------------------------------===//
// Concat, Split, Slice, Pad
//===----------------------------------------------------------------------===//

static void importConcat(NodeContext &node) {
  // The first version had a default.
  int64_t given =
      node.opset() < 4 ? node.integer("axis", 1) : node.requiredInteger("axis");
  int64_t axis = node.normalizeAxis(given, node.rank(node.operand(0)));
  SmallVector<Value> inputs;
  for (unsigned i = 0; i < node.operandCount(); ++i) {
    if (!node.has(i)) {
      node.error(ErrorCode::InvalidGraph) << "the input " << i << " is missing";
      return;
    }
    // Tensors without elements add nothing.
    if (node.type(node.operand(i)).getNumElements() > 0)
      inputs.push_back(node.operand(i));
  }
  if (inputs.empty())
    for (unsigned i = 0; i < node.operandCount(); ++i)
      inputs.push_back(node.operand(i));
  node.setResult(0, inputs.size() == 1
                        ? inputs.front()
                        : node.create<nn::ConcatOp>(inputs, axis));
}

/// The part of a tensor that starts at `starts`.
static Value slice(NodeContext &node, Value input, ArrayRef<int64_t> starts,
                   ArrayRef<int64_t> sizes, ArrayRef<int64_t> steps) {
  if (node.failed())
    return nullptr;
  if (llvm::is_contained(sizes, 0))
    return node.constant(
        nn::HostTensor(RankedTensorType::get(sizes, node.elementType(input))));
  return node.create<nn::SliceOp>(input, starts, sizes, steps);
}

/// The extents of Split's outputs along the axis.
static SmallVector<int64_t> splitExtents(NodeContext &node, int64_t extent,
                                         int64_t outputs) {
  std::optional<SmallVector<int64_t>> given =
      node.attributeOrOperand("split", 1);
  if (node.failed())
    return {};
  if (given) {
    int64_t sum = 0;
    for (int64_t part : *given)
      sum = part < 0 || part > extent || sum > extent ? extent + 1 : sum + part;
    if (sum == extent && static_cast<int64_t>(given->size()) == outputs)
      return *given;
    node.error(ErrorCode::ShapeMismatch)
        << "an extent of " << extent << " cannot be split into these "
        << given->size() << " parts for " << outputs << " outputs";
    return {};
  }
  int64_t parts = node.integer("num_outputs", outputs);
  // Before num_outputs came, the parts had to be equal.
  if (parts != outputs || parts == 0 ||
      (!node.hasAttribute("num_outputs") && extent % parts != 0)) {
    node.error(ErrorCode::ShapeMismatch)
        << "an extent of " << extent << " cannot be split into " << parts
        << " parts for " << outputs << " outputs";
    return {};
  }
  int64_t part = (extent + parts - 1) / parts;
  SmallVector<int64_t> extents;
  for (int64_t i : llvm::seq(parts))
    extents.push_back(std::clamp<int64_t>(extent - i * part, 0, part));
  return extents;
}

static void importSplit(NodeContext &node) {
  Value input = node.operand(0);
  int64_t axis = node.normalizeAxis(node.integer("axis", 0), node.rank(input));
  if (node.failed())
    return;
  SmallVector<int64_t> extents =
      splitExtents(node, node.shape(input)[axis], node.getResults().size());
  SmallVector<int64_t> starts(node.rank(input), 0), steps(node.rank(input), 1);
  SmallVector<int64_t> sizes(node.shape(input));
  for (auto [index, extent] : llvm::enumerate(extents)) {
    sizes[axis] = extent;
    node.setResult(index, slice(node, input, starts, sizes, steps));
    starts[axis] += extent;
  }
}

namespace {
/// Slice's positions as nn.slice has them.
struct SlicePositions {
  SmallVector<int64_t> starts, sizes, steps;

  explicit SlicePositions(ArrayRef<int64_t> shape)
      : starts(shape.size(), 0), sizes(shape), steps(shape.size(), 1) {}

  /// Takes from `start` to `end`, each counted from the end if negative and
  /// clamped to the extent.
  void limit(int64_t axis, int64_t start, int64_t end, int64_t step) {
    int64_t extent = sizes[axis];
    // No step need be longer than the extent.
    step = std::clamp(step, -extent - 1, extent + 1);
    auto position = [&](int64_t index, int64_t least, int64_t most) {
      return std::clamp(index < 0 ? index + extent : index, least, most);
    };
    int64_t length;
    if (step > 0) {
      start = position(start, 0, extent);
      length = (position(end, 0, extent) - start + step - 1) / step;
    } else {
      start = position(start, 0, extent - 1);
      // One before the first element cannot be counted from the end.
      length = (start - position(end, -1, extent - 1) - step - 1) / -step;
    }
    starts[axis] = start;
    sizes[axis] = std::max<int64_t>(length, 0);
    steps[axis] = step;
  }
};
} // namespace

static void importSlice(NodeContext &node) {
  Value input = node.operand(0);
  auto starts = node.attributeOrOperand("starts", 1);
  auto ends = node.attributeOrOperand("ends", 2);
  auto axes = node.attributeOrOperand("axes", 3);
  std::optional<SmallVector<int64_t>> steps;
  if (node.has(4))
    steps = node.requireIntegers(4, "steps");
  if (node.failed())
    return;
  if (!starts || !ends) {
    node.error(ErrorCode::InvalidGraph) << "'starts' or 'ends' is missing";
    return;
  }
  if (!axes)
    axes = llvm::to_vector(llvm::seq<int64_t>(starts->size()));
  if (!steps)
    steps.emplace(starts->size(), 1);
  if (ends->size() != starts->size() || axes->size() != starts->size() ||
      steps->size() != starts->size() || llvm::is_contained(*steps, 0)) {
    node.error(ErrorCode::InvalidGraph)
        << "'starts', 'ends', 'axes' and 'steps' must have one entry for each "
           "axis, and no step may be 0";
    return;
  }
  SlicePositions positions(node.shape(input));
  SmallVector<int64_t> normalized = node.normalizeAxes(*axes, node.rank(input));
  for (auto [i, axis] : llvm::enumerate(normalized))
    if (node.shape(input)[axis] > 0)
      positions.limit(axis, (*starts)[i], (*ends)[i], (*steps)[i]);
  node.setResult(0, slice(node, input, positions.starts, positions.sizes,
                          positions.steps));
}

/// Pads per dimension of the input, from all forms of the operator: first the
/// begins, then the ends.
static SmallVector<int64_t> padsOf(NodeContext &node, int64_t rank) {
  std::optional<SmallVector<int64_t>> given =
      node.hasAttribute("paddings") ? node.integers("paddings")
                                    : node.attributeOrOperand("pads", 1);
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq(rank));
  if (node.has(3))
    axes = node.normalizeAxes(node.requireIntegers(3, "axes"), rank);
  if (node.failed())
    return {};
  if (!given || given->size() != 2 * axes.size()) {
    node.error(ErrorCode::InvalidGraph)
        << "'pads' must have two entries for each axis";
    return {};
  }
  SmallVector<int64_t> pads(2 * rank, 0);
  for (auto [index, axis] : llvm::enumerate(axes)) {
    pads[axis] = (*given)[index];
    pads[rank + axis] = (*given)[axes.size() + index];
  }
  return pads;
}

static std::optional<nn::PadMode> padMode(NodeContext &node) {
  StringRef mode = node.string("mode", "constant");
  std::optional<nn::PadMode> found = nn::symbolizePadMode(mode);
  if (!found)
    node.error(ErrorCode::InvalidAttribute)
        << "the mode " << quoted(mode)
        << " is not 'constant', 'reflect', 'edge' or 'wrap'";
  return found;
}

static void importPad(NodeContext &node) {
  Value input = node.operand(0);
  int64_t rank = node.rank(input);
  SmallVector<int64_t> pads = padsOf(node, rank);
  std::optional<nn::PadMode> mode = padMode(node);
  if (node.failed())
    return;
  Value value;
  if (mode == nn::PadMode::constant && node.has(2))
    value = node.reshape(node.operand(2), {});
  else if (mode == nn::PadMode::constant && node.number("value", 0) != 0)
    value = node.scalarLike(input, node.number("value", 0));
  node.setResult(
      0, node.create<nn::PadOp>(input, value, ArrayRef(pads).take_front(rank),
                                ArrayRef(pads).drop_front(rank), *mode));
}

//===----------------------------------------------------------------------===//
// Rearrangements
//===----------------------------------------------------------------------===//

/// The block size of an image operator; 0 after an error.
static int64_t blockSize(NodeContext &node) {
  int64_t block = node.requiredInteger("blocksize");
  if (node.failed())
    return 0;
  if (node.rank(node.operand(0)) != 4 || block < 1 || block > 1 << 20) {
    node.error(ErrorCode::InvalidAttribute)
        << "needed are an input of rank 4 and a 'blocksize' of at least 1";
    return 0;
  }
  return block;
}

static void importDepthToSpace(NodeContext &node) {
  int64_t block = blockSize(node);
  StringRef mode = node.string("mode", "DCR");
  if (node.failed())
    return;
  Value input = node.operand(0);
  ArrayRef<int64_t> shape = node.shape(input);
  int64_t n = shape[0], c = shape[1], h = shape[2], w = shape[3];
  if (c % (block * block) != 0 || (mode != "DCR" && mode != "CRD")) {
    node.error(ErrorCode::InvalidAttribute)
        << "the channels must be a multiple of blocksize^2, and the mode 'DCR' "
           "or 'CRD'";
    return;
  }
  int64_t depth = c / (block * block);
  Value result;
  if (mode == "DCR") {
    result = node.reshape(input, {n, block, block, depth, h, w});
    result = node.create<nn::TransposeOp>(result,
                                          ArrayRef<int64_t>{0, 3, 4, 1, 5, 2});
  } else {
    result = node.reshape(input, {n, depth, block, block, h, w});
    result = node.create<nn::TransposeOp>(result,
                                          ArrayRef<int64_t>{0, 1, 4, 2, 5, 3});
  }
  node.setResult(0, node.reshape(result, {n, depth, h * block, w * block}));
}

static void importSpaceToDepth(NodeContext &node) {
  int64_t block = blockSize(node);
  if (node.failed())
    return;
  Value input = node.operand(0);
  ArrayRef<int64_t> shape = node.shape(input);
  int64_t n = shape[0], c = shape[1], h = shape[2] / block,
          w = shape[3] / block;
  if (shape[2] % block != 0 || shape[3] % block != 0) {
    node.error(ErrorCode::ShapeMismatch)
        << "height and width must be multiples of 'blocksize'";
    return;
  }
  Value result = node.reshape(input, {n, c, h, block, w, block});
  result =
      node.create<nn::TransposeOp>(result, ArrayRef<int64_t>{0, 3, 5, 1, 2, 4});
  node.setResult(0, node.reshape(result, {n, c * block * block, h, w}));
}

static void importTrilu(NodeContext &node) {
  std::optional<int64_t> k = 0;
  if (node.has(1))
    k = node.requireInteger(1, "k");
  if (k)
    node.setResult(0, node.create<nn::TriluOp>(node.operand(0), *k,
                                               node.flag("upper", true)));
}

static const Operator table[] = {
    {"Concat", 1, 13, 1, variadic, 1, "axis:i", importConcat},
    {"DepthToSpace", 1, 13, 1, 1, 1, "blocksize:i mode:s", importDepthToSpace},
    {"Expand", 8, 13, 2, 2, 1, "", importExpand,
     "shapes not known at compile time"},
    {"Flatten", 1, 25, 1, 1, 1, "axis:i", importFlatten},
    {"Pad", 1, 25, 1, 4, 1, "paddings:is pads:is mode:s value:f", importPad,
     "pads not known at compile time"},
    {"Reshape", 1, 25, 1, 2, 1, "shape:is allowzero:i", importReshape,
     "shapes not known at compile time"},
    {"Slice", 1, 13, 1, 5, 1, "starts:is ends:is axes:is", importSlice,
     "positions not known at compile time"},
    {"SpaceToDepth", 1, 13, 1, 1, 1, "blocksize:i", importSpaceToDepth},
    {"Split", 1, 18, 1, 2, variadic, "axis:i split:is num_outputs:i",
     importSplit, "extents not known at compile time"},
    {"Squeeze", 1, 25, 1, 2, 1, "axes:is", importSqueeze},
    {"Tile", 6, 13, 2, 2, 1, "", importTile,
     "repeats not known at compile time"},
    {"Transpose", 1, 25, 1, 1, 1, "perm:is", importTranspose},
    {"Trilu", 14, 14, 1, 2, 1, "upper:i", importTrilu},
    {"Unsqueeze", 1, 25, 1, 2, 1, "axes:is", importUnsqueeze},
};

llvm::ArrayRef<Operator> shapeOperators() { return table; }

} // namespace mlcc::onnx_frontend
