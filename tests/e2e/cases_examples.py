"""Every described model in examples/train is compiled, and learns a few steps on made data: in its own training program
if its data are x and y, else one batch by heart, a training at a time."""

import glob
import math
import os
import re

import numpy as np

import native
from harness import Failure, Group

EXAMPLES = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "train"))
# Steps that are enough to see the loss fall.
STEPS = 30
# What is trained by its own program, with x and y.
PROGRAMS = {"breast_cancer", "char_lstm", "diabetes", "iris", "lenet", "mlp", "resnet18", "svm", "transformer"}
# Trainings whose loss need not fall: what an opponent learns, and the difference of two energies.
UNSTEADY = {"dcgan.generator_step", "dcgan.discriminator_step", "rbm.train_step", "wgan.critic_step",
            "wgan.generator_step"}
# Large models are compiled for small batches.
OPTIONS = {
    "dcgan": ["--dim", "batch=8"],
    "masked_words": ["--dim", "steps=8"],
    "sentiment": ["--dim", "length=4"],
    "siamese": ["--dim", "batch=8"],
    "tagger": ["--dim", "length=3"],
    "translation": ["--dim", "target=3", "--dim", "source=4"],
    "unet": ["--dim", "size=8", "--dim", "batch=2"],
    "resnet18": ["--dim", "batch=4"],
    "char_lstm": ["--dim", "batch=4", "--dim", "steps=16"],
    "transformer": ["--dim", "batch=4", "--dim", "steps=16"],
}


def groups(tools):
    names = sorted(os.path.basename(path)[:-len(".mlc.textproto")]
                   for path in glob.glob(os.path.join(EXAMPLES, "*.mlc.textproto")))
    return [example(tools, name) if name in PROGRAMS else by_heart(tools, name) for name in names]


def described(name):
    return os.path.join(EXAMPLES, name + ".mlc.textproto")


def made(tensor, generator):
    """Values for an input: of integers, from the range that the model can use."""
    if tensor.dtype.kind == "f":
        return generator.random(tensor.shape)
    if tensor.name == "sample_count":
        return None
    return generator.integers(max(tensor.lower, 0), max(tensor.upper, 2), tensor.shape)


def by_heart(tools, name):
    group = Group(f"examples/{name}")
    library = tools.path("examples", name, name + ".so")

    @group.case("compiles")
    def _():
        tools.run(tools.mlcc, described(name), "--emit=shared", "-o", library, *OPTIONS.get(name, []))

    @group.case("has the gradients of differences")
    def _():
        options = OPTIONS.get(name, [])
        few = [] if any("batch=" in option for option in options) else ["--dim", "batch=2"]
        tools.run(tools.mlcc, "--gradcheck", "--gradcheck-elements", "4", described(name), *options, *few)

    @group.case("learns")
    def _():
        model = native.Model(library, name)
        model.run("initialize", seed=np.int64(1))
        for function, (_, inputs, outputs) in model.functions.items():
            if "gradient_norm" in [output.name for output in outputs]:
                learn(model, f"{name}.{function}", function, inputs, outputs[0].name)

    return group


def learn(model, name, function, inputs, output):
    generator = np.random.default_rng(0)
    data = {tensor.name: made(tensor, generator) for tensor in inputs}
    if "sample_count" in data:
        data["sample_count"] = np.int64(inputs[0].shape[0])
    losses = [float(model.run(function, **data)[output]) for _ in range(STEPS)]
    if not all(math.isfinite(loss) for loss in losses):
        raise Failure(f"{name}: the losses are {losses}")
    if name not in UNSTEADY and not np.mean(losses[-5:]) < np.mean(losses[:5]):
        raise Failure(f"{name}: the loss went from {losses[:5]} to {losses[-5:]}")


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
        tools.run(tools.mlcc, described(name), "-o", program, *OPTIONS.get(name, []))

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
