//===- FuseLinear.cpp - Convolutions and matrix products to dnn ops -------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fuse/FusePasses.h"
#include "compiler/fuse/PostOps.h"
#include "compiler/graph/Constants.h"

namespace mlcc {
#define GEN_PASS_DEF_FUSELINEAR
#include "compiler/fuse/FusePasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;
using namespace mlcc::fuse;
using graph::reshapeTo;
using graph::typeOf;

namespace {
class FuseLinear : public mlcc::impl::FuseLinearBase<FuseLinear> {
public:
  void runOnOperation() override;

private:
  void convert(nn::ConvOp op);
  void convert(nn::ConvTransposeOp op);
  void convert(nn::ConvWeightGradientOp op);
  void convert(nn::MatMulOp op);

  /// Finishes a conversion: `make` builds the dnn op from the chain's post-ops
  /// and their operands, at the end of the chain.
  template <typename Make>
  void replace(Operation *op, ArrayRef<int64_t> shape, int64_t channelAxis,
               Make make);
};
} // namespace

/// Whether oneDNN computes on these tensors: floating-point, and not empty,
/// since it leaves the results of empty sums unwritten.
static bool isSupported(Operation *op) {
  auto isSupportedTensor = [](Value value) {
    Type element = typeOf(value).getElementType();
    return (element.isF32() || element.isBF16() || element.isF16()) &&
           typeOf(value).getNumElements() > 0;
  };
  return llvm::all_of(op->getOperands(), isSupportedTensor) &&
         llvm::all_of(op->getResults(), isSupportedTensor);
}

template <typename Make>
void FuseLinear::replace(Operation *op, ArrayRef<int64_t> shape,
                         int64_t channelAxis, Make make) {
  PostOpChain chain(op->getResult(0), shape, channelAxis);
  OpBuilder builder(op);
  if (!chain.getOps().empty())
    builder.setInsertionPoint(chain.getOps().back());
  SmallVector<Value> operands = chain.makeOperands(builder);
  Value primitive =
      make(builder, chain.getPostOps(builder.getContext()), operands);
  ++primitives;
  postOps += chain.getOps().size();
  chain.replaceBy(builder, primitive);
  op->erase();
}

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

/// [M, C / groups, kernel...] -> [groups, M / groups, C / groups, kernel...],
/// which moves nothing; unchanged without groups.
static Value groupedWeights(OpBuilder &builder, Location location,
                            Value weights, int64_t groups) {
  if (groups == 1)
    return weights;
  ArrayRef<int64_t> shape = typeOf(weights).getShape();
  SmallVector<int64_t> grouped{groups, shape[0] / groups};
  llvm::append_range(grouped, shape.drop_front());
  return reshapeTo(builder, location, weights, grouped);
}

/// [C, M / groups, kernel...] -> [M, C, kernel...], or with groups
/// [groups, M / groups, C / groups, kernel...].
static Value transposedWeights(OpBuilder &builder, Location location,
                               Value weights, int64_t groups) {
  weights = groupedWeights(builder, location, weights, groups);
  auto permutation =
      llvm::to_vector(llvm::seq<int64_t>(0, typeOf(weights).getRank()));
  int64_t outputs = groups == 1 ? 0 : 1;
  std::swap(permutation[outputs], permutation[outputs + 1]);
  return nn::TransposeOp::create(builder, location, weights, permutation);
}

void FuseLinear::convert(nn::ConvOp op) {
  int64_t rank = typeOf(op).getRank();
  bool isCropped =
      llvm::any_of(op.getPadsBegin(), [](int64_t p) { return p < 0; }) ||
      llvm::any_of(op.getPadsEnd(), [](int64_t p) { return p < 0; });
  if (rank < 3 || rank > 5 || isCropped)
    return;
  replace(
      op, typeOf(op).getShape(), /*channelAxis=*/1,
      [&](OpBuilder &builder, ArrayAttr postOps, ValueRange operands) -> Value {
        Value weights = groupedWeights(builder, op.getLoc(), op.getWeights(),
                                       op.getGroups());
        return dnn::ConvolutionOp::create(
            builder, op.getLoc(), op.getType(), op.getInput(), weights,
            op.getBias(), operands, /*accumulate=*/Value(), op.getStrides(),
            op.getDilations(), op.getPadsBegin(), op.getPadsEnd(), postOps);
      });
}

/// Whether a convolution over the result has the extents of the input, as the
/// primitive demands: not so if the output padding reaches a stride.
static bool isGradientOfConv(nn::ConvTransposeOp op) {
  ArrayRef<int64_t> in = typeOf(op.getInput()).getShape().drop_front(2);
  ArrayRef<int64_t> out = typeOf(op).getShape().drop_front(2);
  ArrayRef<int64_t> kernel = typeOf(op.getWeights()).getShape().drop_front(2);
  for (size_t i = 0; i < in.size(); ++i) {
    if (op.getPadsBegin()[i] < 0 || op.getPadsEnd()[i] < 0)
      return false;
    int64_t room = out[i] + op.getPadsBegin()[i] + op.getPadsEnd()[i] -
                   op.getDilations()[i] * (kernel[i] - 1) - 1;
    if (room < 0 || room / op.getStrides()[i] + 1 != in[i])
      return false;
  }
  return true;
}

void FuseLinear::convert(nn::ConvTransposeOp op) {
  int64_t rank = typeOf(op).getRank();
  if (rank < 3 || rank > 5 || !isGradientOfConv(op))
    return;
  replace(
      op, typeOf(op).getShape(), /*channelAxis=*/1,
      [&](OpBuilder &builder, ArrayAttr postOps, ValueRange operands) -> Value {
        Value weights = transposedWeights(builder, op.getLoc(), op.getWeights(),
                                          op.getGroups());
        return dnn::DeconvolutionOp::create(
            builder, op.getLoc(), op.getType(), op.getInput(), weights,
            op.getBias(), operands, /*accumulate=*/Value(), op.getStrides(),
            op.getDilations(), op.getPadsBegin(), op.getPadsEnd(), postOps);
      });
}

void FuseLinear::convert(nn::ConvWeightGradientOp op) {
  ArrayRef<int64_t> input = typeOf(op.getInput()).getShape();
  auto isNegative = [](int64_t pad) { return pad < 0; };
  if (input.size() < 3 || input.size() > 5 ||
      llvm::any_of(op.getPadsBegin(), isNegative) ||
      llvm::any_of(op.getPadsEnd(), isNegative))
    return;
  OpBuilder builder(op);
  int64_t groups = op.getGroups();
  SmallVector<int64_t> shape(typeOf(op).getShape());
  if (groups != 1) {
    shape[0] /= groups;
    shape.insert(shape.begin(), groups);
  }
  Value gradient = dnn::ConvolutionWeightGradientOp::create(
      builder, op.getLoc(), typeOf(op).clone(shape), op.getInput(),
      op.getOutputGradient(), op.getStrides(), op.getDilations(),
      op.getPadsBegin(), op.getPadsEnd());
  op.replaceAllUsesWith(
      reshapeTo(builder, op.getLoc(), gradient, typeOf(op).getShape()));
  op.erase();
  ++primitives;
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

/// `operand` with leading extents of one up to `rank`; a vector becomes a row,
/// or a column.
static Value asMatrices(OpBuilder &builder, Value operand, int64_t rank,
                        bool isLeft) {
  SmallVector<int64_t> shape(typeOf(operand).getShape());
  if (shape.size() == 1)
    shape.insert(isLeft ? shape.begin() : shape.end(), 1);
  shape.insert(shape.begin(), rank - shape.size(), 1);
  return reshapeTo(builder, operand.getLoc(), operand, shape);
}

/// The result's shape with both matrix dimensions.
static SmallVector<int64_t> productShape(nn::MatMulOp op) {
  SmallVector<int64_t> shape(typeOf(op).getShape());
  bool row = typeOf(op.getLhs()).getRank() == 1;
  bool column = typeOf(op.getRhs()).getRank() == 1;
  if (column)
    shape.push_back(1);
  if (row)
    shape.insert(shape.end() - 1, 1);
  return shape;
}

/// The bias as a vector along the result's last dimension; null if it has
/// another form.
static Value vectorBias(OpBuilder &builder, nn::MatMulOp op,
                        ArrayRef<int64_t> shape) {
  auto type = typeOf(op.getBias());
  int64_t columns = shape.back();
  bool alongLast = type.getRank() > 0 && type.getShape().back() == columns &&
                   typeOf(op.getRhs()).getRank() > 1;
  SmallVector<int64_t> row(shape.size(), 1);
  row.back() = columns;
  if (type.getNumElements() == columns && (alongLast || columns == 1))
    return reshapeTo(builder, op.getLoc(), op.getBias(), row);
  if (std::optional<double> number = graph::uniformOf(op.getBias()))
    if (type.getNumElements() == 1)
      return graph::makeUniform(builder, op.getLoc(), type.clone(row), *number);
  return nullptr;
}

void FuseLinear::convert(nn::MatMulOp op) {
  SmallVector<int64_t> shape = productShape(op);
  OpBuilder builder(op);
  Value bias;
  if (op.getBias() && !(bias = vectorBias(builder, op, shape))) {
    // Any other bias is an addition afterwards.
    builder.setInsertionPointAfter(op);
    auto add = nn::AddOp::create(builder, op.getLoc(), op.getType(),
                                 op.getResult(), op.getBias());
    op.getResult().replaceAllUsesExcept(add, add);
  }
  replace(
      op, shape, /*channelAxis=*/shape.size() - 1,
      [&](OpBuilder &builder, ArrayAttr postOps, ValueRange operands) -> Value {
        int64_t rank = shape.size();
        Value src = asMatrices(builder, op.getLhs(), rank, /*isLeft=*/true);
        Value weights =
            asMatrices(builder, op.getRhs(), rank, /*isLeft=*/false);
        bool vectorLeft = typeOf(op.getLhs()).getRank() == 1;
        bool vectorRight = typeOf(op.getRhs()).getRank() == 1;
        return dnn::MatMulOp::create(
            builder, op.getLoc(), typeOf(op).clone(shape), src, weights, bias,
            operands, /*accumulate=*/Value(),
            op.getTransposeLhs() && !vectorLeft,
            op.getTransposeRhs() && !vectorRight, postOps);
      });
}

void FuseLinear::runOnOperation() {
  SmallVector<Operation *> linear;
  getOperation().walk([&](Operation *op) {
    if (isa<nn::ConvOp, nn::ConvTransposeOp, nn::ConvWeightGradientOp,
            nn::MatMulOp>(op) &&
        isSupported(op))
      linear.push_back(op);
  });
  for (Operation *op : linear) {
    if (auto conv = dyn_cast<nn::ConvOp>(op))
      convert(conv);
    else if (auto conv = dyn_cast<nn::ConvTransposeOp>(op))
      convert(conv);
    else if (auto gradient = dyn_cast<nn::ConvWeightGradientOp>(op))
      convert(gradient);
    else
      convert(cast<nn::MatMulOp>(op));
  }
}
