"""Every described model in examples/train is compiled, and learns a few steps on made data."""

import glob
import math
import os
import re

import numpy as np

from harness import Failure, Group

EXAMPLES = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "train"))
# Steps that are enough to see the loss fall.
STEPS = 30
# Large models are compiled for small batches.
OPTIONS = {
    "resnet18": ["--dim", "batch=4"],
    "char_lstm": ["--dim", "batch=4", "--dim", "steps=16"],
    "transformer": ["--dim", "batch=4", "--dim", "steps=16"],
}


def groups(tools):
    names = sorted(os.path.basename(path)[:-len(".mlc.textproto")]
                   for path in glob.glob(os.path.join(EXAMPLES, "*.mlc.textproto")))
    return [example(tools, name) for name in names]


def shapes(information, function):
    """The inputs of a function as `info` prints them: name -> (type, extents)."""
    text = information.split(f"function {function}:")[1].split("function ")[0]
    return {name: (kind, [int(extent) for extent in re.findall(r"\d+", extents)])
            for name, kind, extents in re.findall(r"input +(\w+): (\w+) ([\dx]+|scalar)", text)}


def classes_of(information):
    """The last extent of what `predict` gives."""
    return int(re.search(r"output +\w+: \w+ [\dx]*?(\d+) ", information.split("function predict:")[1]).group(1))


def write_data(path, inputs, classes):
    """Samples whose label or target follows from their mean."""
    generator = np.random.default_rng(3)
    samples = 96
    x = generator.normal(size=[samples, *inputs["x"][1][1:]]).astype(np.float32)
    score = x.reshape(samples, -1).mean(axis=1)
    if inputs["y"][0] == "i64":
        y = np.argsort(np.argsort(score)) * classes // samples
    else:
        y = (100 * score).astype(np.float32)
    np.savez(path, x=x, y=y)


def example(tools, name):
    group = Group(f"examples/{name}")
    program = tools.path("examples", name, name)

    @group.case("compiles")
    def _():
        tools.run(tools.mlcc, os.path.join(EXAMPLES, name + ".mlc.textproto"), "-o", program, *OPTIONS.get(name, []))

    with open(os.path.join(EXAMPLES, name + ".mlc.textproto")) as file:
        if 'name: "predict"' not in file.read():
            return group  # Its trainings are for programs of their own.

    @group.case("learns")
    def _():
        information = tools.run(program, "info")
        inputs = shapes(information, "loss")
        if inputs["x"][0] == "i64":
            data = tools.path("examples", name, "data.txt")
            with open(data, "w") as file:
                file.write("to be or not to be, that is the question. " * 60)
        else:
            data = tools.path("examples", name, "data.npz")
            write_data(data, inputs, classes_of(information))
        log = tools.path("examples", name, "log.jsonl")
        tools.run(program, "train", "--data", data, "--epochs", "1000", "--max-steps", str(STEPS), "--log", log)
        with open(log) as file:
            losses = [float(loss) for loss in re.findall(r'"loss": ?([-+.\w]+)', file.read())]
        if len(losses) < STEPS or not all(math.isfinite(loss) for loss in losses):
            raise Failure(f"{len(losses)} losses: {losses}")
        first, last = np.mean(losses[:5]), np.mean(losses[-5:])
        if not last < first:
            raise Failure(f"the loss went from {first} to {last}")

    return group
