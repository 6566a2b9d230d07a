"""Loops that run: against unrolled ones, and against back-propagation through time in numpy."""

import os
import time

import numpy as np

import native
from harness import Failure, Group

PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs")

RNN = """version: 1
block {
  name: "cell" input: ["x", "h"] output: ["new", "new"]
  node { name: "wx" input: "x" dense { units: 16 } }
  node { name: "wh" input: "h" dense { units: 16 no_bias: true } }
  node { name: "sum" input: ["wx", "wh"] op: "add" }
  node { name: "new" input: "sum" op: "tanh" }
}
function {
  name: "loss"
  input { name: "x" shape: "%d, 4, 8" }
  input { name: "y" shape: "4, 16" }
  node { name: "zero" constant { shape: "4, 16" values: 0 } }
  node { name: "rnn" output: ["all", "last"] input: ["x", "zero"] scan { block: "cell" states: 1 } }
  node { name: "difference" input: ["last", "y"] op: "sub" }
  node { name: "square" input: ["difference", "difference"] op: "mul" }
  node { name: "loss" op: "reduce_mean" with: "axes = 0, 1" with: "keepdims = false" }
}
training { optimizer { sgd { lr: 0.5 } } }
"""


def groups(tools):
    return [forms(tools), through_time(tools)]


def compile_text(tools, folder, name, text, *options):
    """A loaded model of a description."""
    description = tools.path("loops", folder, name + ".mlc.textproto")
    with open(description, "w") as file:
        file.write(text)
    library = os.path.join(os.path.dirname(description), f"lib{name}.so")
    tools.run(tools.mlcc, description, "--emit=shared", "--name", name, "-o", library, *options)
    return native.Model(library, name)


def forms(tools):
    group = Group("loops/forms")
    with open(os.path.join(PROGRAMS, "loops.mlc.textproto")) as file:
        text = file.read()
    models = {}

    @group.case("loops are compiled, unrolled and rolled, and with a long LSTM")
    def _():
        for unroll in ("true", "false"):
            models[unroll] = compile_text(tools, "forms", "unroll_" + unroll, text.replace("UNROLL", unroll),
                                          "--dtype=f64")
        # More steps than a layer is unrolled for.
        for unroll in ("true", "false"):
            models["long " + unroll] = compile_text(
                tools, "forms", "long_" + unroll, text.replace("UNROLL", unroll), "--dtype=f64", "--dim", "steps=150")

    def compare(prefix, steps):
        random = np.random.default_rng(5)
        x, y = random.normal(size=(3, steps, 4)), random.normal(size=(3, steps, 6))
        pair = [models[prefix + unroll] for unroll in ("true", "false")]
        for model in pair:
            model.run("initialize", seed=2)
        for expected, actual in zip(*[model.run("predict", x=x).values() for model in pair]):
            np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-14)
        for step in range(5):
            expected, actual = [model.run("train_step", x=x, y=y, sample_count=3) if "sample_count" in
                                [i.name for i in model.functions["train_step"][1]]
                                else model.run("train_step", x=x, y=y) for model in pair]
            for name in ("loss", "gradient_norm"):
                np.testing.assert_allclose(actual[name], expected[name], rtol=1e-10, err_msg=f"{name}, step {step}")
        for name in pair[0].variables:
            np.testing.assert_allclose(pair[1][name], pair[0][name], rtol=1e-8, atol=1e-12, err_msg=name)

    @group.case("rolled and unrolled loops train alike")
    def _():
        compare("", 40)

    @group.case("so do those behind a layer that has become a loop")
    def _():
        compare("long ", 150)

    @group.case("a while loop ends when it says so")
    def _():
        model = models["false"]
        a = np.array([1.0, 2.0, 9.0, 1e4, 0.25])
        rounds = model["root.rounds"]
        np.testing.assert_allclose(model.run("root", a=a)["y"], np.sqrt(a), rtol=1e-12)
        used = model["root.rounds"] - rounds
        if not 5 < used < 20:
            raise Failure(f"Newton's method took {used} rounds")
        rounds = model["root.rounds"]
        model.run("root", a=np.ones(5))
        np.testing.assert_equal(model["root.rounds"] - rounds, 1)

    return group


def through_time(tools):
    group = Group("loops/training")
    steps = 300

    def reference(wx, bias, wh, x, y):
        """The loss, and its gradients by wx [H, I], bias [H], wh [H, H]."""
        states = [np.zeros((4, 16))]
        for t in range(steps):
            states.append(np.tanh(x[t] @ wx.T + bias + states[-1] @ wh.T))
        error = states[-1] - y
        slope = 2 * error / error.size
        gradients = [np.zeros_like(w) for w in (wx, bias, wh)]
        for t in reversed(range(steps)):
            inner = slope * (1 - states[t + 1] ** 2)
            gradients[0] += inner.T @ x[t]
            gradients[1] += inner.sum(axis=0)
            gradients[2] += inner.T @ states[t]
            slope = inner @ wh
        return (error ** 2).mean(), gradients

    @group.case("a recurrent network of 300 steps learns as in numpy")
    def _():
        model = compile_text(tools, "training", "rnn", RNN % steps, "--dtype=f64")
        model.run("initialize", seed=1)
        random = np.random.default_rng(0)
        x, y = random.normal(size=(steps, 4, 8)), random.uniform(-0.9, 0.9, size=(4, 16))
        names = ["rnn.wx.weight", "rnn.wx.bias", "rnn.wh.weight"]
        weights = [model[name] for name in names]
        for step in range(20):
            expected, gradients = reference(*weights, x, y)
            actual = model.run("train_step", x=x, y=y)
            np.testing.assert_allclose(actual["loss"], expected, rtol=1e-9, err_msg=f"step {step}")
            weights = [w - 0.5 * g for w, g in zip(weights, gradients)]
        for name, weight in zip(names, weights):
            np.testing.assert_allclose(model[name], weight, rtol=1e-8, atol=1e-10, err_msg=name)

    @group.case("the time of compiling does not grow with the steps")
    def _():
        seconds = []
        for count in (1000, 100000):
            start = time.monotonic()
            compile_text(tools, "training", f"rnn{count}", RNN % count)
            seconds.append(time.monotonic() - start)
        if seconds[1] > 3 * seconds[0] + 2:
            raise Failure(f"1000 steps take {seconds[0]:.1f} s, 100000 take {seconds[1]:.1f} s")

    return group
