//===- LayerCases.cpp - Layers to differentiate ---------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/gradient/GradientCheck.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;
using gradient::typeOf;

static llvm::APFloat attribute(double value) { return llvm::APFloat(value); }

//===----------------------------------------------------------------------===//
// Convolutions and products
//===----------------------------------------------------------------------===//

namespace {
/// A random form of a convolution in 1 to 3 spatial dimensions.
struct Window {
  Extents kernel, strides, dilations, padsBegin, padsEnd, outputPadding, input;
  int64_t batch, groups, inputs, outputs;

  explicit Window(Trial &t) {
    int64_t rank = t.between(1, 3), most = rank == 1 ? 2 : 1;
    batch = t.between(1, most);
    groups = t.between(1, 2);
    inputs = t.between(1, most) * groups;
    outputs = t.between(1, most) * groups;
    for (int64_t i = 0; i < rank; ++i) {
      kernel.push_back(t.between(1, rank == 1 ? 3 : 2));
      strides.push_back(t.between(1, 2));
      dilations.push_back(t.between(1, 2));
      int64_t reach = dilations.back() * (kernel.back() - 1) + 1;
      padsBegin.push_back(t.between(0, reach - 1));
      padsEnd.push_back(t.between(0, reach - 1));
      outputPadding.push_back(t.between(0, 2));
      input.push_back(reach + t.between(0, rank == 3 ? 1 : 2));
    }
  }
  Extents inputShape() const {
    Extents shape{batch, inputs};
    llvm::append_range(shape, input);
    return shape;
  }
  Extents weightShape(int64_t first, int64_t second) const {
    Extents shape{first, second / groups};
    llvm::append_range(shape, kernel);
    return shape;
  }
};
} // namespace

static void convolution(Trial &t) {
  Window w(t);
  Value x = t.input(w.inputShape());
  Value weights = t.input(w.weightShape(w.outputs, w.inputs));
  Value bias = t.coin() ? t.input({w.outputs}) : Value();
  t.make<ConvOp>(x, weights, bias, w.strides, w.dilations, w.padsBegin,
                 w.padsEnd, w.groups);
}

static void transposedConvolution(Trial &t) {
  Window w(t);
  Value x = t.input(w.inputShape());
  Value weights = t.input(w.weightShape(w.inputs, w.outputs));
  Value bias = t.coin() ? t.input({w.outputs}) : Value();
  t.make<ConvTransposeOp>(x, weights, bias, w.strides, w.dilations, w.padsBegin,
                          w.padsEnd, w.outputPadding, w.groups);
}

static void convolutionWeights(Trial &t) {
  Window w(t);
  Value x = t.input(w.inputShape());
  Value weights = t.numbers(w.weightShape(w.outputs, w.inputs));
  Value result = t.make<ConvOp>(x, weights, Value(), w.strides, w.dilations,
                                w.padsBegin, w.padsEnd, w.groups);
  Value gradient = t.input(typeOf(result).getShape());
  t.make<ConvWeightGradientOp>(x, gradient, w.kernel, w.strides, w.dilations,
                               w.padsBegin, w.padsEnd, w.groups);
}

/// Random batches, transpositions, vectors and bias.
static void product(Trial &t) {
  int64_t rows = t.between(1, 3), inner = t.between(1, 3),
          columns = t.between(1, 3);
  Extents batch = t.shape(0, 2);
  bool isRow = t.between(0, 4) == 0, isColumn = t.between(0, 4) == 0;
  bool transposeLhs = t.coin(), transposeRhs = t.coin();
  auto matrix = [&](int64_t first, int64_t second, bool transposed) {
    Extents shape = t.coin() ? batch : t.broadcastable(batch);
    shape.append({transposed ? second : first, transposed ? first : second});
    return shape;
  };
  Value lhs =
      t.input(isRow ? Extents{inner} : matrix(rows, inner, transposeLhs));
  Value rhs =
      t.input(isColumn ? Extents{inner} : matrix(inner, columns, transposeRhs));
  Value result =
      t.make<MatMulOp>(lhs, rhs, Value(), transposeLhs, transposeRhs);
  if (t.coin())
    t.make<MatMulOp>(lhs, rhs,
                     t.input(t.broadcastable(typeOf(result).getShape())),
                     transposeLhs, transposeRhs);
}

static std::vector<Case> linearCases() {
  return {
      {"nn.conv", "", convolution},
      {"nn.conv_transpose", "", transposedConvolution},
      {"nn.conv_weight_gradient", "", convolutionWeights},
      {"nn.matmul", "", product},
      {"nn.matmul", "again", product},
      {"nn.matmul", "one matrix for a batch",
       [](Trial &t) {
         Value x = t.input({2, 3, 4});
         t.make<MatMulOp>(x, t.input({5, 4}), t.input({5}), false, true);
       }},
  };
}

//===----------------------------------------------------------------------===//
// Normalizations
//===----------------------------------------------------------------------===//

/// [N, C, ...]; an element too few gives a variance near zero, whose
/// derivatives are beyond differences.
static Extents imageShape(Trial &t, int64_t channels, int64_t lowRank = 2) {
  Extents shape{t.between(2, 3), channels};
  for (int64_t i = 2, rank = t.between(lowRank, 4); i < rank; ++i)
    shape.push_back(t.between(2, 3));
  return shape;
}

/// How many of the samples exist: all, or all but the last.
static Value countOf(Trial &t, Value images) {
  int64_t samples = typeOf(images).getDimSize(0);
  // Of one sample without space the variance is 0.
  if (samples < 3 || t.coin())
    return t.coin() ? t.emitter().indices({}, samples) : Value();
  return t.emitter().indices({}, samples - 1);
}

template <typename Op> static void alongAxis(Trial &t) {
  Extents shape = t.shape(1, 3);
  t.make<Op>(t.input(shape), t.between(0, shape.size() - 1));
}

static std::vector<Case> normalizationCases() {
  return {
      {"nn.softmax", "", alongAxis<SoftmaxOp>},
      {"nn.log_softmax", "", alongAxis<LogSoftmaxOp>},
      {"nn.batch_norm", "",
       [](Trial &t) {
         Value x = t.input(imageShape(t, 3)), scale = t.input({3});
         Value bias = t.input({3}), mean = t.input({3});
         t.make<BatchNormOp>(x, scale, bias, mean, t.input({3}, {0.5, 2}),
                             attribute(0.01));
       }},
      {"nn.instance_norm", "",
       [](Trial &t) {
         Value x = t.distinct(imageShape(t, 2, 4)), scale = t.input({2});
         t.make<InstanceNormOp>(x, scale, t.input({2}), attribute(0.1));
       }},
      {"nn.group_norm", "",
       [](Trial &t) {
         Value x = t.distinct(imageShape(t, 4, 3)), scale = t.input({4});
         t.make<GroupNormOp>(x, scale, t.input({4}), 2, attribute(0.1));
       }},
      {"nn.layer_norm", "",
       [](Trial &t) {
         Extents shape{t.between(1, 2), t.between(2, 3), t.between(2, 4)};
         int64_t axis = t.between(1, 2);
         auto normalized = llvm::ArrayRef<int64_t>(shape).drop_front(axis);
         Value x = t.distinct(shape);
         Value scale =
             t.coin() ? t.input(t.broadcastable(normalized)) : Value();
         Value bias = t.coin() ? t.input(t.broadcastable(normalized)) : Value();
         t.make<LayerNormOp>(x, scale, bias, axis, attribute(0.1));
       }},
      {"nn.rms_norm", "",
       [](Trial &t) {
         Extents shape{t.between(1, 2), t.between(2, 3), t.between(2, 4)};
         int64_t axis = t.between(1, 2);
         auto normalized = llvm::ArrayRef<int64_t>(shape).drop_front(axis);
         Value x = t.distinct(shape);
         t.make<RmsNormOp>(x, t.input(t.broadcastable(normalized)), axis,
                           attribute(0.1));
       }},
      {"nn.batch_norm_train", "",
       [](Trial &t) {
         Value x = t.distinct(imageShape(t, 2)), scale = t.input({2});
         BatchNormTrainOp::create(t.emitter().getBuilder(),
                                  t.emitter().getLocation(), x, scale,
                                  t.input({2}), countOf(t, x), attribute(0.1));
       }},
      {"nn.batch_norm_gradient", "",
       [](Trial &t) {
         Extents shape = imageShape(t, 2);
         Value x = t.input(shape), g = t.input(shape), scale = t.input({2});
         Value mean = t.input({2});
         BatchNormGradientOp::create(
             t.emitter().getBuilder(), t.emitter().getLocation(), x, g, scale,
             mean, t.input({2}, {0.5, 2}), countOf(t, x), attribute(0.1));
       }},
      {"nn.lrn", "",
       [](Trial &t) {
         t.make<LrnOp>(t.input(imageShape(t, 5)), t.between(1, 4),
                       attribute(0.3), attribute(0.75), attribute(2));
       }},
      {"nn.lp_norm", "p = 1",
       [](Trial &t) {
         Extents shape = t.shape();
         t.make<LpNormOp>(t.input(shape, {-2, 2, {0}}),
                          t.between(0, shape.size() - 1), 1);
       }},
      {"nn.lp_norm", "p = 2",
       [](Trial &t) {
         Extents shape = t.shape();
         t.make<LpNormOp>(t.input(shape, {0.3, 2}),
                          t.between(0, shape.size() - 1), 2);
       }},
  };
}

//===----------------------------------------------------------------------===//
// Pooling and resampling
//===----------------------------------------------------------------------===//

template <bool countIncludePad> static void meanPool(Trial &t) {
  Window w(t);
  t.make<AvgPoolOp>(t.input(w.inputShape()), w.kernel, w.strides, w.dilations,
                    w.padsBegin, w.padsEnd, /*ceil_mode=*/t.coin(),
                    countIncludePad);
}

static void meanPoolGradient(Trial &t) {
  Window w(t);
  bool ceilMode = t.coin(), countIncludePad = t.coin();
  Value pooled = t.make<AvgPoolOp>(t.numbers(w.inputShape()), w.kernel,
                                   w.strides, w.dilations, w.padsBegin,
                                   w.padsEnd, ceilMode, countIncludePad);
  t.make<AvgPoolGradientOp>(t.input(typeOf(pooled).getShape()), w.kernel,
                            w.strides, w.dilations, w.padsBegin, w.padsEnd,
                            ceilMode, countIncludePad, w.inputShape());
}

/// Windows of padding alone, which dilation makes possible, have no gradient
/// and a mean or maximum that is no number.
static Window denseWindow(Trial &t) {
  Window w(t);
  w.dilations.assign(w.dilations.size(), 1);
  for (auto [i, kernel] : llvm::enumerate(w.kernel)) {
    w.padsBegin[i] = std::min(w.padsBegin[i], kernel - 1);
    w.padsEnd[i] = std::min(w.padsEnd[i], kernel - 1);
  }
  return w;
}

static void maxPool(Trial &t) {
  Window w = denseWindow(t);
  t.make<MaxPoolOp>(t.distinct(w.inputShape()), w.kernel, w.strides,
                    w.dilations, w.padsBegin, w.padsEnd,
                    /*ceil_mode=*/t.coin());
}

static void maxPoolGradient(Trial &t) {
  Window w = denseWindow(t);
  bool ceilMode = t.coin();
  Value x = t.distinct(w.inputShape());
  Value pooled = t.make<MaxPoolOp>(x, w.kernel, w.strides, w.dilations,
                                   w.padsBegin, w.padsEnd, ceilMode);
  t.make<MaxPoolGradientOp>(x, t.input(typeOf(pooled).getShape()), w.kernel,
                            w.strides, w.dilations, w.padsBegin, w.padsEnd,
                            ceilMode);
}

template <int64_t p> static void normPool(Trial &t) {
  Window w = denseWindow(t);
  t.make<LpPoolOp>(t.input(w.inputShape(), {0.2, 2}), w.kernel, w.strides,
                   w.dilations, w.padsBegin, w.padsEnd, /*ceil_mode=*/t.coin(),
                   p);
}

template <ResizeMode mode> static void resize(Trial &t) {
  Extents shape{t.between(1, 2), t.between(1, 2), t.between(2, 4),
                t.between(2, 4)};
  Extents sizes = shape;
  llvm::SmallVector<double> scales{1, 1};
  for (int64_t i = 2; i < 4; ++i) {
    sizes[i] = t.coin() ? 2 * shape[i] : t.between(1, 6);
    scales.push_back(static_cast<double>(sizes[i]) / shape[i]);
  }
  auto coordinates = static_cast<CoordinateMode>(t.between(0, 4));
  t.make<ResizeOp>(t.input(shape), sizes, scales, mode, coordinates,
                   static_cast<NearestMode>(t.between(0, 3)), attribute(-0.75),
                   /*exclude_outside=*/t.coin());
}

static std::vector<Case> poolingCases() {
  return {
      {"nn.avg_pool", "",
       [](Trial &t) {
         Window w = denseWindow(t);
         t.make<AvgPoolOp>(t.input(w.inputShape()), w.kernel, w.strides,
                           w.dilations, w.padsBegin, w.padsEnd,
                           /*ceil_mode=*/t.coin(), false);
       }},
      {"nn.avg_pool", "with padding", meanPool<true>},
      {"nn.avg_pool_gradient", "", meanPoolGradient},
      {"nn.max_pool", "", maxPool},
      {"nn.max_pool_gradient", "", maxPoolGradient},
      {"nn.lp_pool", "p = 1", normPool<1>},
      {"nn.lp_pool", "p = 2", normPool<2>},
      {"nn.lp_pool", "p = 3", normPool<3>},
      {"nn.resize", "nearest", resize<ResizeMode::nearest>},
      {"nn.resize", "linear", resize<ResizeMode::linear>},
      {"nn.resize", "cubic", resize<ResizeMode::cubic>},
  };
}

//===----------------------------------------------------------------------===//
// Recurrent layers and quantization
//===----------------------------------------------------------------------===//

namespace {
/// Random operands of a recurrent layer of `gates` gates.
struct Recurrent {
  Trial &t;
  int64_t gates, directions, steps, batch, inputs, hidden;
  RnnDirection direction;

  Recurrent(Trial &t, int64_t gates)
      : t(t), gates(gates), steps(t.between(1, 3)), batch(t.between(1, 2)),
        inputs(t.between(1, 2)), hidden(t.between(1, 2)),
        direction(static_cast<RnnDirection>(t.between(0, 2))) {
    directions = direction == RnnDirection::bidirectional ? 2 : 1;
  }
  Value input() { return t.input({steps, batch, inputs}); }
  Value weights() { return t.input({directions, gates * hidden, inputs}); }
  Value recurrentWeights() {
    return t.input({directions, gates * hidden, hidden});
  }
  Value bias() {
    return t.coin() ? t.input({directions, 2 * gates * hidden}) : Value();
  }
  Value state() {
    return t.coin() ? t.input({directions, batch, hidden}) : Value();
  }
  RnnDirectionAttr directionAttr() {
    return RnnDirectionAttr::get(t.emitter().getBuilder().getContext(),
                                 direction);
  }
  ArrayAttr activations(llvm::ArrayRef<llvm::StringRef> names) {
    llvm::SmallVector<llvm::StringRef> all;
    for (int64_t i = 0; i < directions; ++i)
      llvm::append_range(all, names);
    return t.emitter().getBuilder().getStrArrayAttr(all);
  }
};
} // namespace

static void lstm(Trial &t) {
  Recurrent r(t, 4);
  Value x = r.input(), w = r.weights(), u = r.recurrentWeights();
  Value bias = r.bias(), hidden = r.state(), cell = r.state();
  Value peepholes = t.coin() ? t.input({r.directions, 3 * r.hidden}) : Value();
  OpBuilder &b = t.emitter().getBuilder();
  LstmOp::create(b, t.emitter().getLocation(), x, w, u, bias, hidden, cell,
                 peepholes, r.directionAttr(),
                 r.activations({"sigmoid", "tanh", "tanh"}),
                 b.getF64FloatAttr(9), b.getBoolAttr(t.coin()));
}

template <bool linearBeforeReset> static void gru(Trial &t) {
  Recurrent r(t, 3);
  Value x = r.input(), w = r.weights(), u = r.recurrentWeights();
  Value bias = r.bias(), hidden = r.state();
  OpBuilder &b = t.emitter().getBuilder();
  GruOp::create(b, t.emitter().getLocation(), x, w, u, bias, hidden,
                r.directionAttr(), r.activations({"sigmoid", "tanh"}),
                FloatAttr(), b.getBoolAttr(linearBeforeReset));
}

static void rnn(Trial &t) {
  Recurrent r(t, 1);
  Value x = r.input(), w = r.weights(), u = r.recurrentWeights();
  Value bias = r.bias(), hidden = r.state();
  OpBuilder &b = t.emitter().getBuilder();
  RnnOp::create(b, t.emitter().getLocation(), x, w, u, bias, hidden,
                r.directionAttr(), r.activations({"tanh"}), FloatAttr());
}

/// One state for hidden and cell: its gradient is the sum of both.
static void lstmOfOneState(Trial &t) {
  Value x = t.input({2, 1, 2}), w = t.input({1, 8, 2}), u = t.input({1, 8, 2});
  Value state = t.input({1, 1, 2});
  OpBuilder &b = t.emitter().getBuilder();
  auto direction = RnnDirectionAttr::get(b.getContext(), RnnDirection::forward);
  LstmOp::create(b, t.emitter().getLocation(), x, w, u, Value(), state, state,
                 Value(), direction,
                 b.getStrArrayAttr({"sigmoid", "tanh", "tanh"}), FloatAttr(),
                 b.getBoolAttr(false));
}

static void dequantize(Trial &t) {
  Builder &b = t.emitter().getBuilder();
  Value x = t.make<CastOp>(t.indices({2, 3, 2}, -100, 100), b.getI8Type());
  bool perAxis = t.coin();
  Value scale = t.input(perAxis ? Extents{3} : Extents{}, {0.1, 1});
  Value zero = t.make<CastOp>(
      t.indices(t.coin() ? Extents{3} : Extents{}, -5, 5), b.getI8Type());
  t.make<DequantizeOp>(x, scale, t.coin() ? zero : Value(), 1);
}

std::vector<Case> nn::layerCases() {
  std::vector<Case> cases = linearCases();
  llvm::append_range(cases, normalizationCases());
  llvm::append_range(cases, poolingCases());
  cases.insert(cases.end(), {{"nn.lstm", "", lstm},
                             {"nn.lstm", "one state", lstmOfOneState},
                             {"nn.gru", "", gru<false>},
                             {"nn.gru", "linear before reset", gru<true>},
                             {"nn.rnn", "", rnn},
                             {"nn.dequantize", "", dequantize}});
  return cases;
}
