#!/usr/bin/env python3
"""Training with mlcc against training with PyTorch: the loss of every step.

usage: curves.py [--build DIR] [--dtype f32|f64] [--steps N] [--record FILE] [--full] [--batch N] [--gradients] [NAME...]

NAME is MODEL/OPTIMIZER ("lenet/adam"); default: all. Initial weights are mlcc's (seed 1), batches are
the same for both. Prints the largest relative difference of the losses; the exit status is 1 if it is
over 1e-6 (f64), or over 1e-3 in the first 20 steps or, smoothed over 20 steps, over 2 % later (f32). With --record, PyTorch's losses are written to FILE (JSON),
so that the end-to-end tests need no PyTorch. With --full, models have their full size (or batches of N) and usual
learning rates; PyTorch is then compared with itself too, its initial weights changed by one rounding, which shows
how much of a difference is chaos, and the exit status is 0. With --gradients, momentum is made --steps steps, and the gradients
of the last are compared with PyTorch's in f64 at the same weights, PyTorch's in the type of --dtype too. Needs numpy, and PyTorch (Debian: python3-torch).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import native  # noqa: E402

MODELS = ["mlp", "lenet", "resnet18", "char_lstm", "transformer"]
TRAINING = {
    "momentum": "training {{ optimizer {{ momentum {{ lr: {} momentum: 0.9 }} }} }}\n",
    "adam": "training {{ optimizer {{ adam {{ lr: {} }} }} }}\n",
}
# Deep nets with batch normalization amplify differences of one rounding: at usual learning rates two
# runs in f32 part after ten steps, PyTorch in f32 and in f64 just as much.
USUAL_RATES = {"momentum": 0.05, "adam": 0.001}
RATES = {"momentum": 0.05, "adam": 0.001, "resnet18/momentum": 0.0003, "resnet18/adam": 0.0001}
# A full ResNet-18 in f64 takes minutes per step in plain loops: an eighth of the width.
SIZES = {"resnet18": {"f64": ["--dim", "width=8", "--dim", "batch=8"],
                      "f32": ["--dim", "width=16", "--dim", "batch=32"]}}
SMOOTH = 20
NAMES = [f"{model}/{optimizer}" for model in MODELS for optimizer in TRAINING]


def batches(inputs, steps):
    """Reproducible data for `loss`'s inputs x and y: classes that can be learnt, and noise."""
    by_name = {tensor.name: tensor for tensor in inputs}
    random = np.random.RandomState(7)
    x, y = by_name["x"], by_name["y"]
    classes = 10 if x.dtype.kind == "f" else 65
    if x.dtype.kind == "f":
        prototypes = random.standard_normal((classes,) + x.shape[1:])
    else:
        successors = random.randint(0, classes, (classes, 3))
    for _ in range(steps):
        if x.dtype.kind == "f":
            labels = random.randint(0, classes, y.shape)
            yield (prototypes[labels] + random.standard_normal(x.shape)).astype(x.dtype), labels
            continue
        # Each character is followed by one of three others.
        text = np.empty((x.shape[0], x.shape[1] + 1), np.int64)
        text[:, 0] = random.randint(0, classes, x.shape[0])
        for t in range(x.shape[1]):
            text[:, t + 1] = successors[text[:, t], random.randint(0, 3, x.shape[0])]
        yield text[:, :-1], text[:, 1:]


def rate(name):
    """The learning rate of MODEL/OPTIMIZER."""
    return RATES.get(name, RATES[name.split("/")[1]])


def compile_model(mlcc, name, dtype, folder, options=()):
    """Compiles MODEL/OPTIMIZER to a library; returns its path and symbol."""
    model, optimizer = name.split("/")
    with open(os.path.join(HERE, model + ".mlc.textproto")) as file:
        text = file.read()
    source = os.path.join(folder, f"{model}_{optimizer}_{dtype}.mlc.textproto")
    with open(source, "w") as file:
        file.write(text + TRAINING[optimizer].format(rate(name)))
    library = source.replace(".mlc.textproto", ".so")
    sizes = SIZES.get(model, {}).get(dtype, [])
    subprocess.run([mlcc, source, "--emit=shared", "--dtype", dtype, *sizes, *options, "--name", f"{model}_{optimizer}",
                    "-o", library], check=True)
    return library, f"{model}_{optimizer}"


class Run:
    """A compiled model with initial weights."""

    def __init__(self, mlcc, name, dtype, folder, threads=1, options=()):
        path, symbol = compile_model(mlcc, name, dtype, folder, options)
        self.model = native.Model(path, symbol, threads)
        self.model.run("initialize", seed=1)
        self.inputs = self.model.functions["train_step"][1]
        self.initial = {name: self.model[name] for name, role in self.model.roles.items() if role == "parameter"}

    def step(self, x, y):
        """The loss of a batch, before the step that it is for."""
        return float(self.model.run("train_step", x=x, y=y, sample_count=len(x))["loss"])

    def losses(self, steps):
        return [self.step(x, y) for x, y in batches(self.inputs, steps)]


def torch_losses(name, run, steps, rounding=False):
    """PyTorch's losses; with `rounding`, from initial weights of which each is the next greater number."""
    import torch
    import torch_models
    torch.set_num_threads(1)
    model, optimizer = name.split("/")
    parameters = {key: torch.tensor(np.nextafter(value, np.inf) if rounding else value, requires_grad=True)
                  for key, value in run.initial.items()}
    update = torch_models.OPTIMIZERS[optimizer](list(parameters.values()), rate(name))
    losses = []
    for x, y in batches(run.inputs, steps):
        update.zero_grad()
        loss = getattr(torch_models, model)(parameters, torch.tensor(x), torch.tensor(y))
        loss.backward()
        update.step()
        losses.append(float(loss.detach()))
    return losses


def difference(got, expected):
    got, expected = np.array(got), np.array(expected)
    return np.abs(got - expected) / np.abs(expected)


def smoothed(losses):
    return np.convolve(losses, np.full(SMOOTH, 1 / SMOOTH), "valid")


def agree(dtype, got, expected):
    apart = difference(got, expected)
    if dtype == "f64":
        return apart.max() <= 1e-6
    later = difference(smoothed(got), smoothed(expected)) if len(got) > SMOOTH else np.zeros(1)
    return apart[:20].max() <= 1e-3 and later.max() <= 0.02


def report_full(name, dtype, steps, got, run):
    """How far apart the losses are after more and more steps, mlcc from PyTorch and PyTorch from itself."""
    expected, rounded = (torch_losses(name, run, steps, rounding) for rounding in (False, True))
    print(f"{name} {dtype}: loss {got[0]:.4f} to {got[-1]:.4f}; PyTorch to {expected[-1]:.4f}")
    print("   steps   mlcc from PyTorch   PyTorch from itself   smoothed: mlcc   itself")
    ours, theirs = difference(got, expected), difference(rounded, expected)
    for last in [n for n in (1, 5, 10, 20, 50, 100, 150, 200) if n < steps] + [steps]:
        line = f"{last:8}   {ours[:last].max():17.1e}   {theirs[:last].max():19.1e}"
        if last > SMOOTH:
            smooth = [difference(smoothed(losses[:last]), smoothed(expected[:last])).max() for losses in (got, rounded)]
            line += f"   {smooth[0]:14.1%}   {smooth[1]:6.1%}"
        print(line, flush=True)


def report_gradients(name, run, steps):
    """The relative errors of the last step's gradients, mlcc's and PyTorch's, in the order of the parameters."""
    import torch
    import torch_models
    if not name.endswith("/momentum"):
        raise SystemExit("--gradients: the gradients are known for momentum only")
    *before, (x, y) = batches(run.inputs, steps)
    for earlier in before:
        run.step(*earlier)
    velocity = {key: run.model[key + ".velocity"] for key in run.initial}
    weights = {key: run.model[key] for key in run.initial}
    loss = run.step(x, y)

    def torch_gradients(dtype):
        parameters = {key: torch.tensor(value, dtype=dtype, requires_grad=True) for key, value in weights.items()}
        data = torch.tensor(x, dtype=dtype) if x.dtype.kind == "f" else torch.tensor(x)
        getattr(torch_models, name.split("/")[0])(parameters, data, torch.tensor(y)).backward()
        return {key: value.grad.double().numpy() for key, value in parameters.items()}

    exact = torch_gradients(torch.float64)
    theirs = torch_gradients(torch.tensor(next(iter(weights.values()))).dtype)
    print(f"{name}, step {steps}, loss {loss:.4f}: relative errors of gradients\n       mlcc    PyTorch")
    for key in run.initial:
        ours = run.model[key + ".velocity"].astype(np.float64) - 0.9 * velocity[key].astype(np.float64)
        norm = np.linalg.norm(exact[key])
        errors = [np.linalg.norm(gradient - exact[key]) / norm for gradient in (ours, theirs[key])]
        print(f"   {errors[0]:.1e}    {errors[1]:.1e}   {key}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--dtype", choices=["f32", "f64"], default="f64")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--record", metavar="FILE")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--batch", type=int)
    parser.add_argument("--gradients", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    mlcc = os.path.join(options.build, "bin", "mlcc")
    record, failures = {}, 0
    if options.full:
        RATES.clear()
        RATES.update(USUAL_RATES)
        size = ["--dim", f"batch={options.batch}"] if options.batch else []
        SIZES.update({model: {options.dtype: size} for model in MODELS})
    with tempfile.TemporaryDirectory() as folder:
        for name in options.names or NAMES:
            run = Run(mlcc, name, options.dtype, folder)
            if options.gradients:
                report_gradients(name, run, options.steps)
                continue
            start = time.perf_counter()
            got = run.losses(options.steps)
            if options.full:
                report_full(name, options.dtype, options.steps, got, run)
                continue
            middle = time.perf_counter()
            expected = record[name] = torch_losses(name, run, options.steps)
            end = time.perf_counter()
            apart = difference(got, expected)
            early = apart[:20].max()
            wrong = not agree(options.dtype, got, expected)
            failures += wrong
            print(f"{name:22} loss {got[0]:.4f} to {got[-1]:.4f}, largest relative difference {apart.max():.1e}"
                  f" ({early:.1e} in 20 steps); {middle - start:.1f} s, PyTorch {end - middle:.1f} s"
                  f"{'  WRONG' if wrong else ''}", flush=True)
    if options.record:
        with open(options.record, "w") as file:
            json.dump(record, file, indent=1)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
