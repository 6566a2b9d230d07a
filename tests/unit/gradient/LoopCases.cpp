//===- LoopCases.cpp - Loops whose gradients are checked ------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/nn/Loops.h"
#include "tests/unit/gradient/GradientCheck.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::nn;

/// The op's results but for those that are no floats.
static void outputAll(Trial &t, Operation *op) {
  for (Value result : op->getResults())
    if (isa<FloatType>(getElementTypeOrSelf(result.getType())))
      t.output(result);
}

/// h' = tanh(x W + h U + b), c' = sigmoid(h') c, with h' c' as a step result.
static void recurrence(Trial &t) {
  int64_t steps = t.between(1, 4), n = t.between(1, 3), h = t.between(1, 3);
  Value x = t.input({steps, n, 2}), hidden = t.input({n, h}), c = t.input({h});
  Value w = t.input({2, h}), u = t.input({h, h}), b = t.input({h});
  OpBuilder &builder = t.emitter().getBuilder();
  LoopBuilder loop(builder, t.emitter().getLocation(), "cell", {x},
                   {hidden, c});
  Value sum =
      t.make<AddOp>(t.make<MatMulOp>(loop.step(0), w, b, false, false),
                    t.make<MatMulOp>(loop.state(0), u, Value(), false, false));
  Value newHidden = t.make<TanhOp>(sum);
  Value gate = t.emitter().meanOver(t.make<SigmoidOp>(newHidden), {0},
                                    /*keepdims=*/false);
  Value newC = t.make<MulOp>(gate, loop.state(1));
  Value result = t.make<MulOp>(newHidden, newC);
  outputAll(t, loop.finishScan({result}, {newHidden, newC}, steps, t.coin()));
}

/// Neither sequences nor step results: a power.
static void power(Trial &t) {
  Value x = t.input({2}), s = t.input({2});
  OpBuilder &builder = t.emitter().getBuilder();
  LoopBuilder loop(builder, t.emitter().getLocation(), "power", {}, {s});
  Value next = t.make<MulOp>(loop.state(0), x);
  outputAll(t, loop.finishScan({}, {next}, 3));
}

/// A sequence that is used twice, states that swap places, a state as a step
/// result, a step result that is a step, and one that is an invariant.
static void passingThrough(Trial &t) {
  Value x = t.input({3, 2}), a = t.input({2}), b = t.input({2});
  OpBuilder &builder = t.emitter().getBuilder();
  LoopBuilder loop(builder, t.emitter().getLocation(), "pass", {x, x}, {a, b});
  Value product = t.make<MulOp>(loop.step(0), loop.step(1));
  Value sum = t.make<AddOp>(product, loop.state(0));
  outputAll(t, loop.finishScan({loop.state(0), loop.step(0), a, sum},
                               {loop.state(1), sum}, 3, t.coin()));
}

/// A scan in a scan, whose invariants are the outer one's state and step.
static void nested(Trial &t) {
  Value x = t.input({3, 2}), y = t.input({2, 2}), s = t.input({2});
  OpBuilder &builder = t.emitter().getBuilder();
  LoopBuilder outer(builder, t.emitter().getLocation(), "outer", {x}, {s});
  Value begin = t.make<SinOp>(outer.state(0));
  ScanOp made;
  {
    LoopBuilder inner(builder, t.emitter().getLocation(), "inner", {y},
                      {begin});
    Value term = t.make<MulOp>(t.make<MulOp>(inner.step(0), outer.step(0)),
                               inner.state(0));
    Value next = t.make<AddOp>(t.make<CosOp>(term), outer.state(0));
    made = inner.finishScan({term}, {next}, 2, true);
  }
  Value folded = t.emitter().sumOver(made.getResult(0), {0}, false);
  outputAll(t, outer.finishScan({folded}, {made.getResult(1)}, 3));
}

/// s' = s w + sin(s), until a counter says no: after some of the rounds that it
/// may make, or after all.
static void counted(Trial &t) {
  Value s = t.input({3}), w = t.input({3}), other = t.input({3});
  Value zero = t.indices({}, 0, 0), last = t.indices({}, 1, 5);
  OpBuilder &builder = t.emitter().getBuilder();
  LoopBuilder loop(builder, t.emitter().getLocation(), "while", {},
                   {s, zero, other});
  Value next = t.make<AddOp>(t.make<MulOp>(loop.state(0), w),
                             t.make<SinOp>(loop.state(0)));
  Value count = t.make<AddOp>(loop.state(1), t.indices({}, 1, 1));
  Value more = t.make<LessOp>(count, last);
  outputAll(t, loop.finishWhile(more, {next, count, loop.state(2)}, 4));
}

std::vector<Case> nn::loopCases() {
  return {{"nn.scan", "recurrence", recurrence},
          {"nn.scan", "power", power},
          {"nn.scan", "passing through", passingThrough},
          {"nn.scan", "nested", nested},
          {"nn.while", "", counted}};
}
