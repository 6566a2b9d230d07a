//===- ElementwiseCases.cpp - Element-wise ops to differentiate -----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/unit/gradient/GradientCheck.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;
using Domain = Trial::Domain;

template <typename Op> static void unary(Trial &t) {
  t.make<Op>(t.input(t.shape()));
}
template <typename Op> static void unaryWithKinkAtZero(Trial &t) {
  t.make<Op>(t.input(t.shape(), {-2, 2, {0}}));
}
template <typename Op> static void unaryOfPositive(Trial &t) {
  t.make<Op>(t.input(t.shape(), {0.3, 3}));
}
template <typename Op> static void unaryOfUnitInterval(Trial &t) {
  t.make<Op>(t.input(t.shape(), {-0.8, 0.8}));
}

static llvm::APFloat attribute(double value) { return llvm::APFloat(value); }

static std::vector<Case> unaryCases() {
  return {
      {"nn.abs", "", unaryWithKinkAtZero<AbsOp>},
      {"nn.neg", "", unary<NegOp>},
      {"nn.exp", "", unary<ExpOp>},
      {"nn.log", "", unaryOfPositive<LogOp>},
      {"nn.sqrt", "", unaryOfPositive<SqrtOp>},
      {"nn.rsqrt", "", unaryOfPositive<RsqrtOp>},
      {"nn.reciprocal", "", unaryOfPositive<ReciprocalOp>},
      {"nn.sin", "", unary<SinOp>},
      {"nn.cos", "", unary<CosOp>},
      {"nn.tan", "", unaryOfUnitInterval<TanOp>},
      {"nn.asin", "", unaryOfUnitInterval<AsinOp>},
      {"nn.acos", "", unaryOfUnitInterval<AcosOp>},
      {"nn.atan", "", unary<AtanOp>},
      {"nn.sinh", "", unary<SinhOp>},
      {"nn.cosh", "", unary<CoshOp>},
      {"nn.asinh", "", unary<AsinhOp>},
      {"nn.acosh", "",
       [](Trial &t) {
         t.make<AcoshOp>(t.input(t.shape(), {1.3, 3}));
       }},
      {"nn.atanh", "", unaryOfUnitInterval<AtanhOp>},
      {"nn.tanh", "", unary<TanhOp>},
      {"nn.erf", "", unary<ErfOp>},
      {"nn.sigmoid", "", unary<SigmoidOp>},
      {"nn.softplus", "", unary<SoftplusOp>},
      {"nn.softsign", "", unaryWithKinkAtZero<SoftsignOp>},
      {"nn.mish", "", unary<MishOp>},
      {"nn.relu", "", unaryWithKinkAtZero<ReluOp>},
      {"nn.hard_swish", "",
       [](Trial &t) {
         t.make<HardSwishOp>(t.input(t.shape(), {-5, 5, {-3, 3}}));
       }},
      {"nn.leaky_relu", "",
       [](Trial &t) {
         t.make<LeakyReluOp>(t.input(t.shape(), {-2, 2, {0}}), attribute(0.3));
       }},
      {"nn.elu", "",
       [](Trial &t) {
         t.make<EluOp>(t.input(t.shape(), {-2, 2, {0}}), attribute(0.7));
       }},
      {"nn.elu", "large",
       [](Trial &t) {
         t.make<EluOp>(t.input(t.shape(), {1000, 1001}));
       }},
      {"nn.celu", "",
       [](Trial &t) {
         t.make<CeluOp>(t.input(t.shape(), {-2, 2, {0}}), attribute(0.7));
       }},
      {"nn.selu", "", unaryWithKinkAtZero<SeluOp>},
      {"nn.hard_sigmoid", "",
       [](Trial &t) {
         t.make<HardSigmoidOp>(t.input(t.shape(), {-4, 4, {-2.5, 2.5}}));
       }},
      {"nn.thresholded_relu", "",
       [](Trial &t) {
         t.make<ThresholdedReluOp>(t.input(t.shape(), {-2, 2, {0.5}}),
                                   attribute(0.5));
       }},
      {"nn.shrink", "",
       [](Trial &t) {
         t.make<ShrinkOp>(t.input(t.shape(), {-2, 2, {-0.6, 0.6}}),
                          attribute(0.2), attribute(0.6));
       }},
      {"nn.swish", "",
       [](Trial &t) { t.make<SwishOp>(t.input(t.shape()), attribute(1.5)); }},
      {"nn.gelu", "exact", unary<GeluOp>},
      {"nn.gelu", "tanh",
       [](Trial &t) { t.make<GeluOp>(t.input(t.shape()), GeluForm::tanh); }},
      {"nn.clip", "",
       [](Trial &t) {
         Builder &b = t.emitter().getBuilder();
         t.make<ClipOp>(t.input(t.shape(), {-2, 2, {-1, 1}}),
                        b.getF64FloatAttr(-1), b.getF64FloatAttr(1));
       }},
      {"nn.clip", "one bound",
       [](Trial &t) {
         Builder &b = t.emitter().getBuilder();
         t.make<ClipOp>(t.input(t.shape(), {-2, 2, {0.5}}), TypedAttr(),
                        b.getF64FloatAttr(0.5));
       }},
      {"nn.cast", "",
       [](Trial &t) {
         // There and back: f32 would be too coarse to take differences of.
         t.make<CastOp>(t.input(t.shape()),
                        t.emitter().getBuilder().getF64Type());
       }},
  };
}

/// Operands of which one broadcasts to the other or both to a third shape.
static std::pair<Value, Value> pair(Trial &t, const Domain &left = {},
                                    const Domain &right = {}) {
  Extents shape = t.shape(0, 3);
  Extents lhs = t.coin() ? shape : t.broadcastable(shape);
  Extents rhs = t.coin() ? shape : t.broadcastable(shape);
  Value first = t.input(lhs, left);
  return {first, t.input(rhs, right)};
}

template <typename Op> static void binary(Trial &t) {
  auto [x, y] = pair(t);
  t.make<Op>(x, y);
}

/// Operands whose elements are never near each other: parts of one input.
template <typename Op> static void extremum(Trial &t) {
  Extents shape = t.shape(1, 3), other = t.broadcastable(shape);
  int64_t count = gradient::elementCount(shape);
  int64_t otherCount = gradient::elementCount(other);
  Value all = t.distinct({count + otherCount});
  Emitter &e = t.emitter();
  Value x = e.reshape(e.sliceAlong(all, 0, 0, count), shape);
  Value y = e.reshape(e.sliceAlong(all, 0, count, otherCount), other);
  if (t.coin())
    std::swap(x, y);
  t.make<Op>(x, y);
}

static std::vector<Case> broadcastCases() {
  return {
      {"nn.add", "", binary<AddOp>},
      {"nn.add", "twice the same",
       [](Trial &t) {
         Value x = t.input(t.shape());
         t.make<AddOp>(x, x);
       }},
      {"nn.sub", "", binary<SubOp>},
      {"nn.mul", "", binary<MulOp>},
      {"nn.mul", "square",
       [](Trial &t) {
         Value x = t.input(t.shape());
         t.make<MulOp>(x, x);
       }},
      {"nn.div", "",
       [](Trial &t) {
         auto [x, y] = pair(t, {}, {0.5, 2});
         t.make<DivOp>(x, y);
       }},
      {"nn.pow", "",
       [](Trial &t) {
         auto [x, y] = pair(t, {0.5, 2}, {-2, 3});
         t.make<PowOp>(x, y);
       }},
      {"nn.pow", "whole exponents of negative numbers",
       [](Trial &t) {
         Value x = t.input({7}, {-2, 2, {0}});
         t.make<PowOp>(x, t.emitter().indices({7}, {-2, -1, 0, 1, 2, 3, 4}));
       }},
      {"nn.pow", "square at zero",
       [](Trial &t) {
         t.make<PowOp>(t.input({3}, {0, 0}), t.number(2));
       }},
      {"nn.mod", "floor",
       [](Trial &t) {
         // 7 / y has no whole number near it: y in (7/3.9, 7/3.1).
         auto [x, y] = pair(t, {6.9, 7.1}, {1.85, 2.2});
         t.make<ModOp>(x, y);
       }},
      {"nn.mod", "fmod of negative",
       [](Trial &t) {
         auto [x, y] = pair(t, {-7.1, -6.9}, {1.85, 2.2});
         t.make<ModOp>(x, y, /*fmod=*/true);
       }},
      {"nn.max", "", extremum<MaxOp>},
      {"nn.min", "", extremum<MinOp>},
      {"nn.prelu", "",
       [](Trial &t) {
         Extents shape = t.shape();
         Value x = t.input(shape, {-2, 2, {0}});
         t.make<PReluOp>(x, t.input(t.broadcastable(shape)));
       }},
      {"nn.where", "",
       [](Trial &t) {
         auto [x, y] = pair(t);
         Value condition =
             t.make<LessOp>(t.numbers(t.shape(0, 0)), t.number(0));
         t.make<WhereOp>(condition, x, y);
       }},
      {"nn.where", "by an input",
       [](Trial &t) {
         Extents shape = t.shape();
         Value x = t.input(shape, {-2, 2, {0}});
         Value condition = t.make<LessOp>(x, t.number(0));
         t.make<WhereOp>(condition, t.input(t.broadcastable(shape)),
                         t.make<MulOp>(x, x));
       }},
  };
}

std::vector<Case> nn::elementwiseCases() {
  std::vector<Case> cases = unaryCases();
  llvm::append_range(cases, broadcastCases());
  return cases;
}
