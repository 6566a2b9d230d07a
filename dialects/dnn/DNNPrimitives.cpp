//===- DNNPrimitives.cpp - dnn ops as descriptions of primitives ----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PrimitiveOpInterface of all ops. An op lists its values with their oneDNN
// argument once (`arguments`), from which both methods of the interface are
// made.
//
//===----------------------------------------------------------------------===//

#include "dialects/dnn/DNN.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::dnn;

using Arguments = SmallVector<std::pair<int, Value>>;

/// The description of a primitive with the given arguments.
static PrimitiveSpec describe(PrimitiveKind kind, const Arguments &arguments) {
  PrimitiveSpec spec;
  spec.kind = kind;
  for (auto [argument, value] : arguments)
    spec.arguments.push_back(
        tensorSpec(cast<RankedTensorType>(value.getType()), argument));
  return spec;
}

static SmallVector<Value> valuesOf(const Arguments &arguments) {
  SmallVector<Value> values;
  for (auto [argument, value] : arguments)
    values.push_back(value);
  return values;
}

static dnnl::memory::dims toDims(ArrayRef<int64_t> values) {
  return dnnl::memory::dims(values.begin(), values.end());
}

//===----------------------------------------------------------------------===//
// Algorithms
//===----------------------------------------------------------------------===//

dnnl::algorithm dnn::toAlgorithm(EltwiseKind kind) {
  using algorithm = dnnl::algorithm;
  switch (kind) {
  case EltwiseKind::relu:
    return algorithm::eltwise_relu;
  case EltwiseKind::tanh:
    return algorithm::eltwise_tanh;
  case EltwiseKind::elu:
    return algorithm::eltwise_elu;
  case EltwiseKind::square:
    return algorithm::eltwise_square;
  case EltwiseKind::abs:
    return algorithm::eltwise_abs;
  case EltwiseKind::sqrt:
    return algorithm::eltwise_sqrt;
  case EltwiseKind::linear:
    return algorithm::eltwise_linear;
  case EltwiseKind::soft_relu:
    return algorithm::eltwise_soft_relu;
  case EltwiseKind::hardsigmoid:
    return algorithm::eltwise_hardsigmoid;
  case EltwiseKind::logistic:
    return algorithm::eltwise_logistic;
  case EltwiseKind::exp:
    return algorithm::eltwise_exp;
  case EltwiseKind::gelu_tanh:
    return algorithm::eltwise_gelu_tanh;
  case EltwiseKind::swish:
    return algorithm::eltwise_swish;
  case EltwiseKind::log:
    return algorithm::eltwise_log;
  case EltwiseKind::clip:
    return algorithm::eltwise_clip;
  case EltwiseKind::clip_v2:
    return algorithm::eltwise_clip_v2;
  case EltwiseKind::pow:
    return algorithm::eltwise_pow;
  case EltwiseKind::gelu_erf:
    return algorithm::eltwise_gelu_erf;
  case EltwiseKind::round:
    return algorithm::eltwise_round;
  case EltwiseKind::mish:
    return algorithm::eltwise_mish;
  case EltwiseKind::hardswish:
    return algorithm::eltwise_hardswish;
  }
  llvm_unreachable("an element-wise function of oneDNN");
}

dnnl::algorithm dnn::toAlgorithm(BinaryKind kind) {
  using algorithm = dnnl::algorithm;
  switch (kind) {
  case BinaryKind::add:
    return algorithm::binary_add;
  case BinaryKind::sub:
    return algorithm::binary_sub;
  case BinaryKind::mul:
    return algorithm::binary_mul;
  case BinaryKind::div:
    return algorithm::binary_div;
  case BinaryKind::max:
    return algorithm::binary_max;
  case BinaryKind::min:
    return algorithm::binary_min;
  }
  llvm_unreachable("a binary function of oneDNN");
}

dnnl::algorithm dnn::toAlgorithm(PoolingKind kind) {
  switch (kind) {
  case PoolingKind::max:
    return dnnl::algorithm::pooling_max;
  case PoolingKind::avg_include_padding:
    return dnnl::algorithm::pooling_avg_include_padding;
  case PoolingKind::avg_exclude_padding:
    return dnnl::algorithm::pooling_avg_exclude_padding;
  }
  llvm_unreachable("a pooling of oneDNN");
}

dnnl::algorithm dnn::toAlgorithm(ReductionKind kind) {
  using algorithm = dnnl::algorithm;
  switch (kind) {
  case ReductionKind::max:
    return algorithm::reduction_max;
  case ReductionKind::min:
    return algorithm::reduction_min;
  case ReductionKind::sum:
    return algorithm::reduction_sum;
  case ReductionKind::mul:
    return algorithm::reduction_mul;
  case ReductionKind::mean:
    return algorithm::reduction_mean;
  case ReductionKind::norm_lp_sum:
    return algorithm::reduction_norm_lp_sum;
  case ReductionKind::norm_lp_power_p_sum:
    return algorithm::reduction_norm_lp_power_p_sum;
  }
  llvm_unreachable("a reduction of oneDNN");
}

//===----------------------------------------------------------------------===//
// Convolutions and matrix products
//===----------------------------------------------------------------------===//

template <typename Op> static Arguments linearArguments(Op op) {
  Arguments arguments = {{DNNL_ARG_SRC, op.getSrc()},
                         {DNNL_ARG_WEIGHTS, op.getWeights()}};
  if (op.getBias())
    arguments.emplace_back(DNNL_ARG_BIAS, op.getBias());
  arguments.emplace_back(DNNL_ARG_DST, op.getResult());
  return arguments;
}

/// Arguments of the description, then the operands of binary post-ops.
template <typename Op> static SmallVector<Value> linearValues(Op op) {
  SmallVector<Value> values = valuesOf(linearArguments(op));
  llvm::append_range(values, op.getPostOperands());
  return values;
}

static void describePostOps(PostOpInterface op, PrimitiveSpec &spec) {
  auto operand = op.getPostOperands().begin();
  for (Attribute attribute : op.getPostOps()) {
    PostOp postOp;
    if (auto eltwise = dyn_cast<EltwiseAttr>(attribute)) {
      postOp.kind = PostOp::Kind::Eltwise;
      postOp.algorithm = toAlgorithm(eltwise.getKind());
      postOp.alpha = eltwise.getAlpha().convertToFloat();
      postOp.beta = eltwise.getBeta().convertToFloat();
    } else if (auto sum = dyn_cast<SumAttr>(attribute)) {
      postOp.kind = PostOp::Kind::Sum;
      postOp.alpha = sum.getScale().convertToFloat();
    } else {
      postOp.kind = PostOp::Kind::Binary;
      postOp.algorithm = toAlgorithm(cast<BinaryAttr>(attribute).getKind());
      postOp.operand = tensorSpec(
          cast<RankedTensorType>((*operand++).getType()), DNNL_ARG_SRC_1);
    }
    spec.postOps.push_back(std::move(postOp));
  }
}

template <typename Op>
static PrimitiveSpec describeLinear(PrimitiveKind kind, Op op) {
  PrimitiveSpec spec = describe(kind, linearArguments(op));
  describePostOps(op, spec);
  spec.fpmath = op.getMath().str();
  return spec;
}

template <typename Op> static void describeWindow(Op op, PrimitiveSpec &spec) {
  spec.strides = toDims(op.getStrides());
  spec.dilations = toDims(op.getDilations());
  spec.padsBegin = toDims(op.getPadsBegin());
  spec.padsEnd = toDims(op.getPadsEnd());
}

template <typename Op>
static PrimitiveSpec describeConvolution(PrimitiveKind kind, Op op) {
  PrimitiveSpec spec = describeLinear(kind, op);
  describeWindow(op, spec);
  return spec;
}

PrimitiveSpec ConvolutionOp::getPrimitiveSpec() {
  return describeConvolution(PrimitiveKind::Convolution, *this);
}
SmallVector<Value> ConvolutionOp::getPrimitiveArguments() {
  return linearValues(*this);
}
Value ConvolutionOp::getAccumulatedOperand() { return getAccumulate(); }

PrimitiveSpec DeconvolutionOp::getPrimitiveSpec() {
  return describeConvolution(PrimitiveKind::Deconvolution, *this);
}
SmallVector<Value> DeconvolutionOp::getPrimitiveArguments() {
  return linearValues(*this);
}
Value DeconvolutionOp::getAccumulatedOperand() { return getAccumulate(); }

static Arguments gradientArguments(ConvolutionWeightGradientOp op) {
  return {{DNNL_ARG_SRC, op.getSrc()},
          {DNNL_ARG_DIFF_DST, op.getDiffDst()},
          {DNNL_ARG_DIFF_WEIGHTS, op.getResult()}};
}
PrimitiveSpec ConvolutionWeightGradientOp::getPrimitiveSpec() {
  PrimitiveSpec spec = describe(PrimitiveKind::ConvolutionWeightGradient,
                                gradientArguments(*this));
  describeWindow(*this, spec);
  return spec;
}
SmallVector<Value> ConvolutionWeightGradientOp::getPrimitiveArguments() {
  return valuesOf(gradientArguments(*this));
}

/// The description of the transposed matrix: the last two dimensions change
/// places, and so do their letters in the tag.
static void transpose(TensorSpec &tensor) {
  size_t rank = tensor.dims.size();
  std::swap(tensor.dims[rank - 2], tensor.dims[rank - 1]);
  char row = static_cast<char>('a' + rank - 2);
  char column = static_cast<char>('a' + rank - 1);
  for (char &letter : tensor.layout) {
    if (letter == row)
      letter = column;
    else if (letter == column)
      letter = row;
  }
}

PrimitiveSpec MatMulOp::getPrimitiveSpec() {
  PrimitiveSpec spec = describeLinear(PrimitiveKind::MatMul, *this);
  if (getTransposeSrc())
    transpose(spec.arguments[0]);
  if (getTransposeWeights())
    transpose(spec.arguments[1]);
  return spec;
}
SmallVector<Value> MatMulOp::getPrimitiveArguments() {
  return linearValues(*this);
}
Value MatMulOp::getAccumulatedOperand() { return getAccumulate(); }

//===----------------------------------------------------------------------===//
// Ops with one source
//===----------------------------------------------------------------------===//

template <typename Op> static Arguments unaryArguments(Op op) {
  return {{DNNL_ARG_SRC, op.getSrc()}, {DNNL_ARG_DST, op.getResult()}};
}

PrimitiveSpec PoolingOp::getPrimitiveSpec() {
  PrimitiveSpec spec = describe(PrimitiveKind::Pooling, unaryArguments(*this));
  spec.algorithm = toAlgorithm(getKind());
  spec.kernel = toDims(getKernel());
  spec.strides = toDims(getStrides());
  spec.dilations = toDims(getDilations());
  spec.padsBegin = toDims(getPadsBegin());
  spec.padsEnd = toDims(getPadsEnd());
  return spec;
}
SmallVector<Value> PoolingOp::getPrimitiveArguments() {
  return valuesOf(unaryArguments(*this));
}

PrimitiveSpec LrnOp::getPrimitiveSpec() {
  PrimitiveSpec spec = describe(PrimitiveKind::Lrn, unaryArguments(*this));
  spec.localSize = getSize();
  spec.alpha = getAlpha().convertToFloat();
  spec.beta = getBeta().convertToFloat();
  spec.k = getK().convertToFloat();
  return spec;
}
SmallVector<Value> LrnOp::getPrimitiveArguments() {
  return valuesOf(unaryArguments(*this));
}

PrimitiveSpec SoftmaxOp::getPrimitiveSpec() {
  PrimitiveSpec spec = describe(PrimitiveKind::Softmax, unaryArguments(*this));
  spec.algorithm = getLogarithm() ? dnnl::algorithm::softmax_log
                                  : dnnl::algorithm::softmax_accurate;
  spec.axis = static_cast<int>(getAxis());
  return spec;
}
SmallVector<Value> SoftmaxOp::getPrimitiveArguments() {
  return valuesOf(unaryArguments(*this));
}

PrimitiveSpec EltwiseOp::getPrimitiveSpec() {
  PrimitiveSpec spec = describe(PrimitiveKind::Eltwise, unaryArguments(*this));
  spec.algorithm = toAlgorithm(getFunction().getKind());
  spec.alpha = getFunction().getAlpha().convertToFloat();
  spec.beta = getFunction().getBeta().convertToFloat();
  return spec;
}
SmallVector<Value> EltwiseOp::getPrimitiveArguments() {
  return valuesOf(unaryArguments(*this));
}

PrimitiveSpec ReductionOp::getPrimitiveSpec() {
  PrimitiveSpec spec =
      describe(PrimitiveKind::Reduction, unaryArguments(*this));
  spec.algorithm = toAlgorithm(getKind());
  spec.alpha = getP().convertToFloat();
  spec.beta = getEpsilon().convertToFloat();
  return spec;
}
SmallVector<Value> ReductionOp::getPrimitiveArguments() {
  return valuesOf(unaryArguments(*this));
}

PrimitiveSpec ReorderOp::getPrimitiveSpec() {
  return describe(PrimitiveKind::Reorder, unaryArguments(*this));
}
SmallVector<Value> ReorderOp::getPrimitiveArguments() {
  return valuesOf(unaryArguments(*this));
}

//===----------------------------------------------------------------------===//
// Ops with several sources
//===----------------------------------------------------------------------===//

static Arguments argumentsOf(LayerNormalizationOp op) {
  Arguments arguments = {{DNNL_ARG_SRC, op.getSrc()}};
  if (op.getScale())
    arguments.emplace_back(DNNL_ARG_SCALE, op.getScale());
  if (op.getShift())
    arguments.emplace_back(DNNL_ARG_SHIFT, op.getShift());
  arguments.emplace_back(DNNL_ARG_DST, op.getResult());
  return arguments;
}

PrimitiveSpec LayerNormalizationOp::getPrimitiveSpec() {
  PrimitiveSpec spec =
      describe(PrimitiveKind::LayerNormalization, argumentsOf(*this));
  spec.epsilon = getEpsilon().convertToFloat();
  if (getScale())
    spec.flags |= dnnl_use_scale;
  if (getShift())
    spec.flags |= dnnl_use_shift;
  return spec;
}
SmallVector<Value> LayerNormalizationOp::getPrimitiveArguments() {
  return valuesOf(argumentsOf(*this));
}

static Arguments argumentsOf(BinaryOp op) {
  return {{DNNL_ARG_SRC_0, op.getLhs()},
          {DNNL_ARG_SRC_1, op.getRhs()},
          {DNNL_ARG_DST, op.getResult()}};
}

PrimitiveSpec BinaryOp::getPrimitiveSpec() {
  PrimitiveSpec spec = describe(PrimitiveKind::Binary, argumentsOf(*this));
  spec.algorithm = toAlgorithm(getKind());
  return spec;
}
SmallVector<Value> BinaryOp::getPrimitiveArguments() {
  return valuesOf(argumentsOf(*this));
}

template <typename Op> static Arguments multipleArguments(Op op) {
  Arguments arguments;
  for (auto [index, input] : llvm::enumerate(op.getInputs()))
    arguments.emplace_back(DNNL_ARG_MULTIPLE_SRC + static_cast<int>(index),
                           input);
  arguments.emplace_back(DNNL_ARG_DST, op.getResult());
  return arguments;
}

PrimitiveSpec ConcatOp::getPrimitiveSpec() {
  PrimitiveSpec spec =
      describe(PrimitiveKind::Concat, multipleArguments(*this));
  spec.axis = static_cast<int>(getAxis());
  return spec;
}
SmallVector<Value> ConcatOp::getPrimitiveArguments() {
  return valuesOf(multipleArguments(*this));
}

PrimitiveSpec SumOp::getPrimitiveSpec() {
  PrimitiveSpec spec = describe(PrimitiveKind::Sum, multipleArguments(*this));
  spec.scales.assign(getScales().begin(), getScales().end());
  return spec;
}
SmallVector<Value> SumOp::getPrimitiveArguments() {
  return valuesOf(multipleArguments(*this));
}

//===----------------------------------------------------------------------===//
// Recurrent layers
//===----------------------------------------------------------------------===//

static Arguments argumentsOf(RnnOp op) {
  Arguments arguments;
  auto add = [&](int argument, Value value) {
    if (value)
      arguments.emplace_back(argument, value);
  };
  add(DNNL_ARG_SRC_LAYER, op.getSrcLayer());
  add(DNNL_ARG_SRC_ITER, op.getSrcIter());
  add(DNNL_ARG_SRC_ITER_C, op.getSrcIterC());
  add(DNNL_ARG_WEIGHTS_LAYER, op.getWeightsLayer());
  add(DNNL_ARG_WEIGHTS_ITER, op.getWeightsIter());
  add(DNNL_ARG_WEIGHTS_PEEPHOLE, op.getPeephole());
  add(DNNL_ARG_BIAS, op.getBias());
  add(DNNL_ARG_DST_LAYER, op.getDstLayer());
  add(DNNL_ARG_DST_ITER, op.getDstIter());
  add(DNNL_ARG_DST_ITER_C, op.getDstIterC());
  return arguments;
}

static PrimitiveKind toKind(RnnCell cell) {
  switch (cell) {
  case RnnCell::lstm:
    return PrimitiveKind::Lstm;
  case RnnCell::gru:
    return PrimitiveKind::Gru;
  case RnnCell::lbr_gru:
    return PrimitiveKind::LbrGru;
  case RnnCell::vanilla:
    return PrimitiveKind::VanillaRnn;
  }
  llvm_unreachable("a cell of oneDNN");
}

static dnnl::rnn_direction toDirection(RnnDirection direction) {
  switch (direction) {
  case RnnDirection::left2right:
    return dnnl::rnn_direction::unidirectional_left2right;
  case RnnDirection::right2left:
    return dnnl::rnn_direction::unidirectional_right2left;
  case RnnDirection::bidirectional_concat:
    return dnnl::rnn_direction::bidirectional_concat;
  }
  llvm_unreachable("a direction of oneDNN");
}

PrimitiveSpec RnnOp::getPrimitiveSpec() {
  PrimitiveSpec spec = describe(toKind(getCell()), argumentsOf(*this));
  spec.direction = static_cast<uint32_t>(toDirection(getDirection()));
  spec.fpmath = getMath().str();
  if (std::optional<EltwiseAttr> activation = getActivation()) {
    spec.algorithm = toAlgorithm(activation->getKind());
    spec.alpha = activation->getAlpha().convertToFloat();
    spec.beta = activation->getBeta().convertToFloat();
  }
  return spec;
}
SmallVector<Value> RnnOp::getPrimitiveArguments() {
  return valuesOf(argumentsOf(*this));
}
