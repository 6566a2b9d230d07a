//===- DNNVerifiers.cpp - What dnn ops demand of their operands -----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/dnn/DNN.h"

#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::dnn;

static InFlightDiagnostic shapeError(Operation *op) {
  return mlcc::emitError(op->getLoc(), ErrorCode::ShapeMismatch)
         << op->getName() << ": ";
}

static InFlightDiagnostic formError(Operation *op) {
  return mlcc::emitError(op->getLoc(), ErrorCode::UnsupportedForm)
         << op->getName() << ": ";
}

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// Checks that `value` (if there is one) has the given shape.
static LogicalResult expectShape(Operation *op, StringRef name, Value value,
                                 ArrayRef<int64_t> shape) {
  if (!value || typeOf(value).getShape() == shape)
    return success();
  InFlightDiagnostic error = shapeError(op) << name << " has the shape ";
  llvm::interleave(
      typeOf(value).getShape(), [&](int64_t extent) { error << extent; },
      [&] { error << "x"; });
  error << ", expected ";
  llvm::interleave(
      shape, [&](int64_t extent) { error << extent; }, [&] { error << "x"; });
  return error;
}

/// Whether `shape` can be repeated, where an extent is one, to `full`.
static bool isBroadcastable(ArrayRef<int64_t> shape, ArrayRef<int64_t> full) {
  return shape.size() == full.size() &&
         llvm::all_of(llvm::zip(shape, full), [](auto extents) {
           auto [extent, fullExtent] = extents;
           return extent == 1 || extent == fullExtent;
         });
}

static LogicalResult expectBroadcastable(Operation *op, StringRef name,
                                         Value value, ArrayRef<int64_t> full) {
  if (!value || isBroadcastable(typeOf(value).getShape(), full))
    return success();
  return shapeError(op) << name << " must have the result's rank and in each "
                        << "dimension the result's extent or one";
}

//===----------------------------------------------------------------------===//
// Post-ops, math modes
//===----------------------------------------------------------------------===//

static LogicalResult verifyMath(Operation *op, StringRef math) {
  if (llvm::is_contained({"strict", "bf16", "tf32", "any"}, math))
    return success();
  return formError(op) << "unknown math mode '" << math
                       << "', expected strict, bf16, tf32 or any";
}

static LogicalResult verifyPostOps(PostOpInterface op, Value accumulate,
                                   RankedTensorType result) {
  size_t sums = llvm::count_if(op.getPostOps(), llvm::IsaPred<SumAttr>);
  if (sums > 1 || (sums == 1) != static_cast<bool>(accumulate))
    return formError(op)
           << "#dnn.sum and the operand 'accumulate' come together, once";
  size_t binaries = llvm::count_if(op.getPostOps(), llvm::IsaPred<BinaryAttr>);
  if (binaries != op.getPostOperands().size())
    return formError(op) << "has " << binaries << " #dnn.binary post-ops but "
                         << op.getPostOperands().size() << " post-operands";
  if (accumulate && accumulate.getType() != result)
    return shapeError(op) << "'accumulate' must have the result's type";
  for (Value operand : op.getPostOperands())
    if (failed(expectBroadcastable(op, "a post-operand", operand,
                                   result.getShape())))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Convolutions and pooling
//===----------------------------------------------------------------------===//

/// Checks one entry per spatial dimension, positive strides and dilations.
template <typename Op>
static LogicalResult verifyWindow(Op op, size_t spatialRank) {
  if (op.getStrides().size() != spatialRank ||
      op.getDilations().size() != spatialRank ||
      op.getPadsBegin().size() != spatialRank ||
      op.getPadsEnd().size() != spatialRank)
    return shapeError(op) << "strides, dilations and pads need " << spatialRank
                          << " entries, one per spatial dimension";
  auto isPositive = [](int64_t value) { return value > 0; };
  if (!llvm::all_of(op.getStrides(), isPositive) ||
      !llvm::all_of(op.getDilations(), isPositive))
    return formError(op) << "strides and dilations must be positive";
  return success();
}

/// Checks the extents `output` of windows over `input`, rounded down.
template <typename Op>
static LogicalResult verifyExtents(Op op, ArrayRef<int64_t> input,
                                   ArrayRef<int64_t> kernel,
                                   ArrayRef<int64_t> output) {
  for (size_t i = 0; i < input.size(); ++i) {
    int64_t room = input[i] + op.getPadsBegin()[i] + op.getPadsEnd()[i] -
                   op.getDilations()[i] * (kernel[i] - 1) - 1;
    int64_t expected = room < 0 ? 0 : room / op.getStrides()[i] + 1;
    if (expected != output[i])
      return shapeError(op) << "spatial dimension " << i << " gives "
                            << expected << " windows, not " << output[i];
  }
  return success();
}

template <typename Op>
static LogicalResult verifyConvolution(Op op, bool transposed) {
  ArrayRef<int64_t> src = op.getSrc().getType().getShape();
  ArrayRef<int64_t> weights = op.getWeights().getType().getShape();
  ArrayRef<int64_t> result = op.getResult().getType().getShape();
  if (src.size() < 3 || src.size() > 5 || result.size() != src.size() ||
      weights.size() < src.size() || weights.size() > src.size() + 1)
    return shapeError(op) << "expected src and result of rank 3 to 5, and "
                             "weights of that rank, or one more for groups";

  bool grouped = weights.size() > src.size();
  int64_t groups = op.getGroups();
  ArrayRef<int64_t> kernel = weights.drop_front(grouped ? 3 : 2);
  int64_t outputs = weights[grouped ? 1 : 0] * groups;
  int64_t inputs = weights[grouped ? 2 : 1] * groups;
  if (src[0] != result[0] || src[1] != inputs || result[1] != outputs)
    return shapeError(op) << "weights for " << inputs << " -> " << outputs
                          << " channels do not fit src and result";
  ArrayRef<int64_t> narrow = src.drop_front(2), wide = result.drop_front(2);
  if (!transposed)
    std::swap(narrow, wide);
  if (failed(verifyWindow(op, kernel.size())) ||
      failed(verifyExtents(op, wide, kernel, narrow)) ||
      failed(expectShape(op, "bias", op.getBias(), {outputs})) ||
      failed(verifyMath(op, op.getMath())))
    return failure();
  return verifyPostOps(op, op.getAccumulate(), op.getResult().getType());
}

LogicalResult ConvolutionOp::verify() {
  return verifyConvolution(*this, /*transposed=*/false);
}

LogicalResult DeconvolutionOp::verify() {
  return verifyConvolution(*this, /*transposed=*/true);
}

LogicalResult ConvolutionWeightGradientOp::verify() {
  ArrayRef<int64_t> src = getSrc().getType().getShape();
  ArrayRef<int64_t> diffDst = getDiffDst().getType().getShape();
  ArrayRef<int64_t> weights = getResult().getType().getShape();
  bool grouped = weights.size() > src.size();
  if (src.size() < 3 || src.size() > 5 || diffDst.size() != src.size() ||
      weights.size() != src.size() + grouped)
    return shapeError(*this) << "expected src and diff_dst of rank 3 to 5, and "
                                "a result of that rank, or one more for groups";
  int64_t groups = grouped ? weights[0] : 1;
  ArrayRef<int64_t> channels = weights.drop_front(grouped);
  if (src[0] != diffDst[0] || diffDst[1] != channels[0] * groups ||
      src[1] != channels[1] * groups)
    return shapeError(*this) << "the result does not fit src and diff_dst";
  ArrayRef<int64_t> kernel = channels.drop_front(2);
  if (failed(verifyWindow(*this, kernel.size())))
    return failure();
  return verifyExtents(*this, src.drop_front(2), kernel, diffDst.drop_front(2));
}

LogicalResult PoolingOp::verify() {
  ArrayRef<int64_t> src = getSrc().getType().getShape();
  ArrayRef<int64_t> result = getResult().getType().getShape();
  if (src.size() < 3 || src.size() > 5 || result.size() != src.size() ||
      src.take_front(2) != result.take_front(2))
    return shapeError(*this) << "expected src and result of rank 3 to 5 with "
                                "the same batch and channels";
  if (getKernel().size() != src.size() - 2)
    return shapeError(*this) << "kernel needs " << src.size() - 2
                             << " entries, one per spatial dimension";
  if (failed(verifyWindow(*this, src.size() - 2)))
    return failure();
  return verifyExtents(*this, src.drop_front(2), getKernel(),
                       result.drop_front(2));
}

//===----------------------------------------------------------------------===//
// Matrix product
//===----------------------------------------------------------------------===//

LogicalResult MatMulOp::verify() {
  SmallVector<int64_t> src(getSrc().getType().getShape());
  SmallVector<int64_t> weights(getWeights().getType().getShape());
  ArrayRef<int64_t> result = getResult().getType().getShape();
  size_t rank = src.size();
  if (rank < 2 || weights.size() != rank || result.size() != rank)
    return shapeError(*this)
           << "src, weights and result must have one rank of at least two";
  if (getTransposeSrc())
    std::swap(src[rank - 2], src[rank - 1]);
  if (getTransposeWeights())
    std::swap(weights[rank - 2], weights[rank - 1]);
  if (src[rank - 1] != weights[rank - 2])
    return shapeError(*this) << "the inner extents " << src[rank - 1] << " and "
                             << weights[rank - 2] << " differ";

  SmallVector<int64_t> expected;
  for (size_t i = 0; i + 2 < rank; ++i) {
    if (src[i] != weights[i] && src[i] != 1 && weights[i] != 1)
      return shapeError(*this) << "the batch extents " << src[i] << " and "
                               << weights[i] << " differ";
    expected.push_back(src[i] == 1 ? weights[i] : src[i]);
  }
  expected.append({src[rank - 2], weights[rank - 1]});
  if (failed(expectShape(*this, "the result", getResult(), expected)) ||
      failed(expectBroadcastable(*this, "bias", getBias(), result)) ||
      failed(verifyMath(*this, getMath())))
    return failure();
  return verifyPostOps(*this, getAccumulate(), getResult().getType());
}

//===----------------------------------------------------------------------===//
// Normalization, softmax, element-wise
//===----------------------------------------------------------------------===//

/// Checks that source and result differ in nothing but layout.
template <typename Op> static LogicalResult verifySameShape(Op op) {
  return expectShape(op, "the result", op.getResult(),
                     op.getSrc().getType().getShape());
}

LogicalResult LrnOp::verify() {
  if (getSrc().getType().getRank() < 2)
    return shapeError(*this) << "src needs batch and channels";
  if (getSize() < 1 || getSize() % 2 == 0)
    return formError(*this) << "size must be odd and positive";
  return verifySameShape(*this);
}

LogicalResult SoftmaxOp::verify() {
  int64_t axis = getAxis();
  if (axis < 0 || axis >= getSrc().getType().getRank())
    return shapeError(*this) << "there is no axis " << axis;
  return verifySameShape(*this);
}

LogicalResult LayerNormalizationOp::verify() {
  ArrayRef<int64_t> src = getSrc().getType().getShape();
  if (src.size() < 2)
    return shapeError(*this) << "src needs at least two dimensions";
  if (failed(expectShape(*this, "scale", getScale(), src.back())) ||
      failed(expectShape(*this, "shift", getShift(), src.back())))
    return failure();
  return verifySameShape(*this);
}

LogicalResult EltwiseOp::verify() { return verifySameShape(*this); }

LogicalResult ReorderOp::verify() { return verifySameShape(*this); }

LogicalResult BinaryOp::verify() {
  ArrayRef<int64_t> lhs = getLhs().getType().getShape();
  ArrayRef<int64_t> rhs = getRhs().getType().getShape();
  if (lhs.size() != rhs.size())
    return shapeError(*this) << "the operands' ranks differ";
  SmallVector<int64_t> expected;
  for (auto [left, right] : llvm::zip(lhs, rhs)) {
    if (left != right && left != 1 && right != 1)
      return shapeError(*this)
             << "the extents " << left << " and " << right << " differ";
    expected.push_back(left == 1 ? right : left);
  }
  return expectShape(*this, "the result", getResult(), expected);
}

LogicalResult ReductionOp::verify() {
  return expectBroadcastable(*this, "the reduced tensor", getResult(),
                             getSrc().getType().getShape());
}

//===----------------------------------------------------------------------===//
// Several sources
//===----------------------------------------------------------------------===//

LogicalResult ConcatOp::verify() {
  if (getInputs().empty())
    return shapeError(*this) << "needs an input";
  ArrayRef<int64_t> first = typeOf(getInputs()[0]).getShape();
  int64_t axis = getAxis();
  if (axis < 0 || axis >= static_cast<int64_t>(first.size()))
    return shapeError(*this) << "there is no axis " << axis;
  SmallVector<int64_t> expected(first);
  for (Value input : getInputs().drop_front()) {
    ArrayRef<int64_t> shape = typeOf(input).getShape();
    if (shape.size() != first.size() ||
        shape.take_front(axis) != first.take_front(axis) ||
        shape.drop_front(axis + 1) != first.drop_front(axis + 1))
      return shapeError(*this)
             << "the inputs differ in another dimension than " << axis;
    expected[axis] += shape[axis];
  }
  return expectShape(*this, "the result", getResult(), expected);
}

LogicalResult SumOp::verify() {
  if (getInputs().empty() || getInputs().size() != getScales().size())
    return formError(*this) << "needs inputs and a scale for each";
  for (Value input : getInputs())
    if (failed(expectShape(*this, "an input", input,
                           getResult().getType().getShape())))
      return failure();
  return success();
}

LogicalResult dnn::ConstantOp::verify() {
  ShapedType stored = getValue().getShapedType();
  Type element = stored.getElementType();
  if (!element.isIntOrFloat())
    return formError(*this) << "value must hold integers or floats";
  int64_t elementBytes = (element.getIntOrFloatBitWidth() + 7) / 8;
  int64_t storedBytes = stored.getNumElements() * elementBytes;
  int64_t expected = layoutBytes(getResult().getType());
  if (storedBytes != expected)
    return shapeError(*this) << "value has " << storedBytes
                             << " bytes, the result in its layout " << expected;
  return success();
}

LogicalResult ViewOp::verify() {
  RankedTensorType src = getSrc().getType(), result = getResult().getType();
  if (src.getElementType() != result.getElementType())
    return mlcc::emitError(getLoc(), ErrorCode::TypeMismatch)
           << getOperationName() << ": the element types differ";
  if (layoutBytes(src) != layoutBytes(result))
    return shapeError(*this)
           << "src has " << layoutBytes(src) << " bytes in memory, the result "
           << layoutBytes(result);
  return success();
}

//===----------------------------------------------------------------------===//
// Recurrent layers
//===----------------------------------------------------------------------===//

static int64_t gatesOf(RnnCell cell) {
  switch (cell) {
  case RnnCell::lstm:
    return 4;
  case RnnCell::gru:
  case RnnCell::lbr_gru:
    return 3;
  case RnnCell::vanilla:
    return 1;
  }
  llvm_unreachable("a cell of oneDNN");
}

/// Checks which operands, results and attributes the cell has.
static LogicalResult verifyCell(RnnOp op) {
  bool lstm = op.getCell() == RnnCell::lstm;
  if (!lstm && (op.getSrcIterC() || op.getPeephole()))
    return formError(op) << "only lstm has a cell state and peepholes";
  if (lstm != static_cast<bool>(op.getDstIterC()))
    return formError(op) << "lstm, and only lstm, has the result dst_iter_c";
  if (lstm && !op.getSrcIter() != !op.getSrcIterC())
    return formError(op) << "src_iter and src_iter_c come together";
  if ((op.getCell() == RnnCell::vanilla) != op.getActivation().has_value())
    return formError(op) << "vanilla, and only vanilla, has an activation";
  if (std::optional<EltwiseAttr> activation = op.getActivation())
    if (!llvm::is_contained(
            {EltwiseKind::relu, EltwiseKind::tanh, EltwiseKind::logistic},
            activation->getKind()))
      return formError(op) << "activation must be relu, tanh or logistic";
  return success();
}

LogicalResult RnnOp::verify() {
  if (failed(verifyCell(*this)) || failed(verifyMath(*this, getMath())))
    return failure();
  ArrayRef<int64_t> src = getSrcLayer().getType().getShape();
  ArrayRef<int64_t> weights = getWeightsLayer().getType().getShape();
  if (src.size() != 3 || weights.size() != 5)
    return shapeError(*this)
           << "expected src_layer of rank 3 and weights of rank 5";

  int64_t steps = src[0], batch = src[1], features = src[2];
  int64_t directions =
      getDirection() == RnnDirection::bidirectional_concat ? 2 : 1;
  int64_t gates = gatesOf(getCell()), hidden = weights[4];
  int64_t biases = getCell() == RnnCell::lbr_gru ? gates + 1 : gates;
  SmallVector<int64_t> state = {1, directions, batch, hidden};
  auto expect = [&](StringRef name, Value value, ArrayRef<int64_t> shape) {
    return succeeded(expectShape(*this, name, value, shape));
  };
  return success(
      expect("weights_layer", getWeightsLayer(),
             {1, directions, features, gates, hidden}) &&
      expect("weights_iter", getWeightsIter(),
             {1, directions, hidden, gates, hidden}) &&
      expect("src_iter", getSrcIter(), state) &&
      expect("src_iter_c", getSrcIterC(), state) &&
      expect("peephole", getPeephole(), {1, directions, 3, hidden}) &&
      expect("bias", getBias(), {1, directions, biases, hidden}) &&
      expect("dst_layer", getDstLayer(), {steps, batch, directions * hidden}) &&
      expect("dst_iter", getDstIter(), state) &&
      expect("dst_iter_c", getDstIterC(), state));
}
