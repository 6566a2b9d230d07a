//===- Elementwise.cpp - Gradients of element-wise ops --------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A branch that select does not take must be finite all the same: when the
// gradient is differentiated again, its zero gradient is multiplied by what the
// branch computed.
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/gradient/Rules.h"

#include <cmath>
#include <numbers>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;
using namespace mlcc::nn::gradient;

//===----------------------------------------------------------------------===//
// Unary
//===----------------------------------------------------------------------===//

namespace {
/// The operand x, the result y, and the gradient g of y.
template <typename Op> struct Unary {
  Op op;
  Term x, y, g;
};
} // namespace

template <typename Op, auto formula> static void unaryRule(Op op, Vjp &vjp) {
  Unary<Op> unary{op, vjp.term(op.getInput()), vjp.term(op.getResult()),
                  vjp.term(vjp.gradient())};
  vjp.set(0, formula(unary));
}

/// `formula(unary)` is the gradient of the operand.
template <typename Op, auto formula>
static void attachUnary(MLIRContext *context) {
  attach<Op, unaryRule<Op, formula>>(context);
}

static double number(const llvm::APFloat &attribute) {
  return attribute.convertToDouble();
}

/// Where the operand has a simple derivative.
static void attachFunctions(MLIRContext *context) {
  attachUnary<AbsOp, [](auto u) { return u.g * sign(u.x); }>(context);
  attachUnary<NegOp, [](auto u) { return -u.g; }>(context);
  attachUnary<ExpOp, [](auto u) { return u.g * u.y; }>(context);
  attachUnary<LogOp, [](auto u) { return u.g / u.x; }>(context);
  attachUnary<SqrtOp, [](auto u) { return 0.5 * u.g / u.y; }>(context);
  attachUnary<RsqrtOp, [](auto u) { return -0.5 * u.g * (u.y * square(u.y)); }>(
      context);
  attachUnary<ReciprocalOp, [](auto u) { return -u.g * square(u.y); }>(context);
  attachUnary<SinOp, [](auto u) { return u.g * u.x.template apply<CosOp>(); }>(
      context);
  attachUnary<CosOp, [](auto u) { return -u.g * u.x.template apply<SinOp>(); }>(
      context);
  attachUnary<TanOp, [](auto u) { return u.g * (1 + square(u.y)); }>(context);
  attachUnary<AsinOp, [](auto u) { return u.g * rsqrt(1 - square(u.x)); }>(
      context);
  attachUnary<AcosOp, [](auto u) { return -u.g * rsqrt(1 - square(u.x)); }>(
      context);
  attachUnary<AtanOp, [](auto u) { return u.g / (1 + square(u.x)); }>(context);
  attachUnary<SinhOp, [](auto u) {
    return u.g * u.x.template apply<CoshOp>();
  }>(context);
  attachUnary<CoshOp, [](auto u) {
    return u.g * u.x.template apply<SinhOp>();
  }>(context);
  attachUnary<AsinhOp, [](auto u) { return u.g * rsqrt(square(u.x) + 1); }>(
      context);
  attachUnary<AcoshOp, [](auto u) {
    return u.g * rsqrt((u.x - 1) * (u.x + 1));
  }>(context);
  attachUnary<AtanhOp, [](auto u) { return u.g / (1 - square(u.x)); }>(context);
  attachUnary<TanhOp, [](auto u) { return u.g * (1 - square(u.y)); }>(context);
  attachUnary<ErfOp, [](auto u) {
    double factor = 2 / std::sqrt(std::numbers::pi);
    return factor * u.g * exp(-square(u.x));
  }>(context);
}

/// Smooth activations.
static void attachSmoothActivations(MLIRContext *context) {
  attachUnary<SigmoidOp, [](auto u) { return u.g * (u.y * (1 - u.y)); }>(
      context);
  attachUnary<SoftplusOp, [](auto u) { return u.g * sigmoid(u.x); }>(context);
  attachUnary<SoftsignOp, [](auto u) { return u.g / square(1 + abs(u.x)); }>(
      context);
  attachUnary<MishOp, [](auto u) {
    Term t = tanh(u.x.template apply<SoftplusOp>());
    return u.g * (t + u.x * sigmoid(u.x) * (1 - square(t)));
  }>(context);
  attachUnary<SwishOp, [](auto u) {
    double alpha = number(u.op.getAlpha());
    Term s = sigmoid(alpha * u.x);
    return u.g * (s + alpha * u.y * (1 - s));
  }>(context);
  attachUnary<GeluOp, [](auto u) {
    if (u.op.getForm() == GeluForm::exact) {
      // Phi(x) + x phi(x)
      Term phi = exp(-0.5 * square(u.x)) * std::sqrt(0.5 / std::numbers::pi);
      Term erf = (u.x * std::sqrt(0.5)).template apply<ErfOp>();
      return u.g * (0.5 * (1 + erf) + u.x * phi);
    }
    double factor = std::sqrt(2 / std::numbers::pi);
    Term squared = square(u.x);
    Term t = tanh(factor * u.x * (1 + 0.044715 * squared));
    Term inner = factor * (1 + 3 * 0.044715 * squared);
    return u.g * (0.5 * (1 + t) + 0.5 * u.x * (1 - square(t)) * inner);
  }>(context);
}

/// Activations made of pieces. At the seams the derivative is that of the piece
/// that libtorch takes.
static void attachPiecewiseActivations(MLIRContext *context) {
  attachUnary<ReluOp, [](auto u) { return select(0 < u.y, u.g, 0); }>(context);
  attachUnary<LeakyReluOp, [](auto u) {
    return select(0 < u.x, u.g, number(u.op.getAlpha()) * u.g);
  }>(context);
  attachUnary<EluOp, [](auto u) {
    Term slope = number(u.op.getAlpha()) * exp(min(u.x, 0));
    return select(0 < u.x, u.g, u.g * slope);
  }>(context);
  attachUnary<CeluOp, [](auto u) {
    Term slope = exp(min(u.x, 0) / number(u.op.getAlpha()));
    return select(0 < u.x, u.g, u.g * slope);
  }>(context);
  attachUnary<SeluOp, [](auto u) {
    double gamma = number(u.op.getGamma());
    Term slope = gamma * number(u.op.getAlpha()) * exp(min(u.x, 0));
    return select(0 < u.x, gamma * u.g, u.g * slope);
  }>(context);
  attachUnary<HardSigmoidOp, [](auto u) {
    return select((0 < u.y) & (u.y < 1), number(u.op.getAlpha()) * u.g, 0);
  }>(context);
  attachUnary<HardSwishOp, [](auto u) {
    Term inner = u.g * (u.x / 3 + 0.5);
    return select(u.x < -3, u.g.number(0), select(u.x <= 3, inner, u.g));
  }>(context);
  attachUnary<ThresholdedReluOp, [](auto u) {
    return select(number(u.op.getAlpha()) < u.x, u.g, 0);
  }>(context);
  attachUnary<ShrinkOp, [](auto u) {
    double lambd = number(u.op.getLambd());
    return select((u.x < -lambd) | (lambd < u.x), u.g, 0);
  }>(context);
}

/// Inside the bounds, and on them, the derivative is 1.
static void clipRule(ClipOp op, Vjp &vjp) {
  Term x = vjp.term(op.getInput()), g = vjp.term(vjp.gradient());
  auto bound = [](TypedAttr attribute) {
    return cast<FloatAttr>(attribute).getValueAsDouble();
  };
  if (op.getMin())
    g = select(bound(*op.getMin()) <= x, g, 0);
  if (op.getMax())
    g = select(x <= bound(*op.getMax()), g, 0);
  vjp.set(0, g);
}

static void castRule(CastOp op, Vjp &vjp) {
  Type type = op.getInput().getType().getElementType();
  if (isa<FloatType>(type))
    vjp.set(0, vjp.cast(vjp.gradient(), type));
}

//===----------------------------------------------------------------------===//
// Binary and ternary
//===----------------------------------------------------------------------===//

static void addRule(AddOp, Vjp &vjp) {
  vjp.setSummed(0, vjp.gradient());
  vjp.setSummed(1, vjp.gradient());
}

static void subRule(SubOp, Vjp &vjp) {
  vjp.setSummed(0, vjp.gradient());
  vjp.setSummed(1, -vjp.term(vjp.gradient()));
}

static void mulRule(MulOp op, Vjp &vjp) {
  vjp.setSummed(0, vjp.mul(vjp.gradient(), op.getRhs()));
  vjp.setSummed(1, vjp.mul(vjp.gradient(), op.getLhs()));
}

static void divRule(DivOp op, Vjp &vjp) {
  Term quotient = vjp.term(vjp.gradient()) / vjp.term(op.getRhs());
  vjp.setSummed(0, quotient);
  vjp.setSummed(1, -quotient * vjp.term(op.getResult()));
}

/// The exponent may have another element type than base and result.
static void powRule(PowOp op, Vjp &vjp) {
  Term g = vjp.term(vjp.gradient()), x = vjp.term(op.getLhs());
  Type type = op.getType().getElementType();
  Term n = vjp.term(vjp.cast(op.getRhs(), type));
  Term slope = n * x.apply<PowOp>(Value(n - 1));
  vjp.setSummed(0, select(equals(n, 0), g.number(0), g * slope));
  Type exponentType = op.getRhs().getType().getElementType();
  if (!isa<FloatType>(exponentType))
    return;
  // 0^n is 0 for all n >= 0 in a neighbourhood.
  Term isFlat = equals(x, 0) & (0 <= n);
  Term logarithm = log(select(isFlat, x.number(1), x));
  Value byExponent = g * vjp.term(op.getResult()) * logarithm;
  vjp.setSummed(1, vjp.cast(byExponent, exponentType));
}

/// x = quotient * y + rest, with a quotient that is locally constant.
static void modRule(ModOp op, Vjp &vjp) {
  Term g = vjp.term(vjp.gradient()), y = vjp.term(op.getRhs());
  vjp.setSummed(0, g);
  Term quotient = (vjp.term(op.getLhs()) - vjp.term(op.getResult())) / y;
  vjp.setSummed(1, -g * quotient.apply<RoundOp>());
}

/// Equal operands get half of the gradient each.
template <typename Op> static void extremumRule(Op op, Vjp &vjp) {
  Term g = vjp.term(vjp.gradient()), x = vjp.term(op.getLhs()),
       y = vjp.term(op.getRhs());
  constexpr bool isMax = std::is_same_v<Op, MaxOp>;
  Term half = select(x.template apply<EqualOp>(Value(y)), 0.5 * g, g);
  vjp.setSummed(0, select(isMax ? y <= x : x <= y, half, 0));
  vjp.setSummed(1, select(isMax ? x <= y : y <= x, half, 0));
}

static void preluRule(PReluOp op, Vjp &vjp) {
  Term g = vjp.term(vjp.gradient()), x = vjp.term(op.getLhs());
  Term positive = 0 < x;
  vjp.setSummed(0, select(positive, g, g * vjp.term(op.getRhs())));
  vjp.setSummed(1, select(positive, g.number(0), g * x));
}

static void whereRule(WhereOp op, Vjp &vjp) {
  Term g = vjp.term(vjp.gradient()), condition = vjp.term(op.getCondition());
  vjp.setSummed(1, select(condition, g, 0));
  vjp.setSummed(2, select(condition, g.number(0), g));
}

void gradient::attachElementwise(MLIRContext *context) {
  attachFunctions(context);
  attachSmoothActivations(context);
  attachPiecewiseActivations(context);
  attach<ClipOp, clipRule>(context);
  attach<CastOp, castRule>(context);
  attach<AddOp, addRule>(context);
  attach<SubOp, subRule>(context);
  attach<MulOp, mulRule>(context);
  attach<DivOp, divRule>(context);
  attach<PowOp, powRule>(context);
  attach<ModOp, modRule>(context);
  attach<MaxOp, extremumRule<MaxOp>>(context);
  attach<MinOp, extremumRule<MinOp>>(context);
  attach<PReluOp, preluRule>(context);
  attach<WhereOp, whereRule>(context);
}
