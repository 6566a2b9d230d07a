#!/usr/bin/env python3
"""oneDNN's primitives for training against the loops that mlcc generates for the same.

usage: backward_primitives.py [--build DIR] [--rounds N] [--seconds S] [KIND...]

Both at one thread, f32, channels last, in turns; printed are the medians of the rounds' medians and the
median of the rounds' ratios (below 1: the generated loop is faster). Kinds are those of primitive_bench.cpp
(target primitive-bench); the generated side is the same function of nn operations, compiled by mlcc.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

SHAPES = {
    "batch_norm": [(32, 64, 32, 32), (32, 128, 16, 16), (32, 512, 4, 4)],
    "batch_norm_gradient": [(32, 64, 32, 32), (32, 128, 16, 16), (32, 512, 4, 4)],
    "max_pool_gradient": [(64, 16, 8, 8), (32, 64, 32, 32)],
    "layer_norm_gradient": [(512, 64, 1, 1), (4096, 512, 1, 1)],
}


class Function:
    """A function of nn operations, as text."""

    def __init__(self):
        self.inputs, self.lines, self.outputs = [], [], []

    def input(self, type):
        name = f"%a{len(self.inputs)}"
        self.inputs.append(f'{name}: {type} {{rt.name = "a{len(self.inputs)}"}}')
        return name

    def add(self, line):
        self.lines.append("  " + line)

    def output(self, value, type):
        self.outputs.append((value, type))

    def text(self):
        types = ", ".join(f'{type} {{rt.name = "r{i}"}}' for i, (_, type) in enumerate(self.outputs))
        values = ", ".join(value for value, _ in self.outputs)
        return (f"func.func @predict({', '.join(self.inputs)}) -> ({types}) {{\n" + "\n".join(self.lines) +
                f"\n  return {values} : {', '.join(type for _, type in self.outputs)}\n}}\n")


def tensor(*shape):
    return f"tensor<{'x'.join(map(str, shape))}xf32>"


def image(f, n, c, h, w):
    """An input that lies with channels last, in the order that nn has."""
    last, first = tensor(n, h, w, c), tensor(n, c, h, w)
    name = f.input(last)
    f.add(f"{name}c = nn.transpose {name} {{permutation = array<i64: 0, 3, 1, 2>}} : ({last}) -> {first}")
    return name + "c"


def image_out(f, value, n, c, h, w):
    last, first = tensor(n, h, w, c), tensor(n, c, h, w)
    f.add(f"%out = nn.transpose {value} {{permutation = array<i64: 0, 2, 3, 1>}} : ({first}) -> {last}")
    f.output("%out", last)


def batch_norm(f, n, c, h, w):
    x, s, b = image(f, n, c, h, w), f.input(tensor(c)), f.input(tensor(c))
    t, v = tensor(n, c, h, w), tensor(c)
    f.add(f"%n:3 = nn.batch_norm_train {x}, {s}, {b} : ({t}, {v}, {v}) -> ({t}, {v}, {v})")
    f.add(f"%y = nn.relu %n#0 : ({t}) -> {t}")
    image_out(f, "%y", n, c, h, w)
    f.output("%n#1", v)
    f.output("%n#2", v)


def batch_norm_gradient(f, n, c, h, w):
    x, y, dy = (image(f, n, c, h, w) for _ in range(3))
    s, m, v = (f.input(tensor(c)) for _ in range(3))
    t, b, p = tensor(n, c, h, w), tensor(n, c, h, w).replace("f32", "i1"), tensor(c)
    f.add("%zero = nn.constant dense<0.0> : tensor<f32>")
    f.add(f"%on = nn.less %zero, {y} : (tensor<f32>, {t}) -> {b}")
    f.add(f"%dn = nn.where %on, {dy}, %zero : ({b}, {t}, tensor<f32>) -> {t}")
    f.add(f"%g:3 = nn.batch_norm_gradient {x}, %dn, {s}, {m}, {v} : ({t}, {t}, {p}, {p}, {p}) -> ({t}, {p}, {p})")
    image_out(f, "%g#0", n, c, h, w)
    f.output("%g#1", p)
    f.output("%g#2", p)


def max_pool_gradient(f, n, c, h, w):
    x, dy = image(f, n, c, h, w), image(f, n, c, h // 2, w // 2)
    t, o = tensor(n, c, h, w), tensor(n, c, h // 2, w // 2)
    f.add(f"%g = nn.max_pool_gradient {x}, {dy} {{kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, "
          "dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} "
          f": ({t}, {o}) -> {t}")
    image_out(f, "%g", n, c, h, w)


def layer_norm_gradient(f, n, c, *_):
    t, r, v = tensor(n, c), tensor(n, 1), tensor(c)
    x, dy, s, mean, inverse = f.input(t), f.input(t), f.input(v), f.input(r), f.input(r)

    def op(result, name, lhs, rhs, right):
        f.add(f"%{result} = nn.{name} {lhs}, {rhs} : ({t}, {right}) -> {t}")

    def reduce(result, name, value, axis, keepdims, type):
        f.add(f"%{result} = nn.{name} {value} {{axes = array<i64: {axis}>, keepdims = {keepdims}}} : ({t}) -> {type}")
    op("d", "sub", x, mean, r)
    op("h", "mul", "%d", inverse, r)
    op("dh", "mul", dy, "%h", t)
    reduce("ds", "reduce_sum", "%dh", 0, "false", v)
    reduce("db", "reduce_sum", dy, 0, "false", v)
    op("g", "mul", dy, s, v)
    op("gh", "mul", "%g", "%h", t)
    reduce("mg", "reduce_mean", "%g", 1, "true", r)
    reduce("mgh", "reduce_mean", "%gh", 1, "true", r)
    op("hm", "mul", "%h", "%mgh", r)
    op("e", "sub", "%g", "%mg", r)
    op("o", "sub", "%e", "%hm", t)
    op("dx", "mul", "%o", inverse, r)
    f.output("%dx", t)
    f.output("%ds", v)
    f.output("%db", v)


GENERATED = {"batch_norm": batch_norm, "batch_norm_gradient": batch_norm_gradient,
             "max_pool_gradient": max_pool_gradient, "layer_norm_gradient": layer_norm_gradient}


def compile_generated(build, kind, shape, folder):
    source = os.path.join(folder, kind + ".mlir")
    program = os.path.join(folder, f"{kind}-{'x'.join(map(str, shape))}")
    function = Function()
    GENERATED[kind](function, *shape)
    with open(source, "w") as file:
        file.write(function.text())
    subprocess.run([os.path.join(build, "bin", "mlcc"), source, "--start-after=gradient", "-o", program], check=True)
    return program


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    options = parser.parse_args()
    bench = os.path.join(options.build, "bin", "primitive-bench")
    print(f"{'kind':20} {'shape':>14} {'generated us':>13} {'oneDNN us':>10} {'ratio':>6}")
    with tempfile.TemporaryDirectory() as folder:
        for kind in options.kinds or SHAPES:
            for shape in SHAPES[kind]:
                program = compile_generated(options.build, kind, shape, folder)
                rounds = []
                for _ in range(options.rounds):
                    ours = json.loads(subprocess.run(
                        [program, "bench", "--threads", "1", "--seconds", str(options.seconds), "--json"],
                        stdout=subprocess.PIPE, check=True).stdout)["median_seconds"]
                    theirs = float(subprocess.run([bench, kind, *map(str, shape), str(options.seconds)],
                                                  stdout=subprocess.PIPE, check=True).stdout)
                    rounds.append((ours, theirs))
                a, b = (statistics.median(r[i] for r in rounds) * 1e6 for i in (0, 1))
                ratio = statistics.median(r[0] / r[1] for r in rounds)
                print(f"{kind:20} {'x'.join(map(str, shape)):>14} {a:13.1f} {b:10.1f} {ratio:6.2f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
