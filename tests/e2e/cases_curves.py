"""Training gives PyTorch's losses step by step, as training/curves.py recorded them."""

import json
import os
import sys

import numpy as np

from cases_training import expect_same_run, safetensors
from harness import Failure, Group

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "training"))
import curves  # noqa: E402
import native  # noqa: E402
import short_batches as short  # noqa: E402

# Steps where all 200 would take too long.
STEPS = {("resnet18", "f64"): 30, ("resnet18", "f32"): 40}


def groups(tools):
    return [curve(tools, model, dtype) for model in curves.MODELS for dtype in ("f64", "f32")] + [
        limited(tools), short_batches(tools)]


def curve(tools, model, dtype):
    group = Group(f"curves/{model}-{dtype}")
    for optimizer in curves.TRAINING:
        @group.case(f"{optimizer} as PyTorch")
        def _(name=f"{model}/{optimizer}"):
            with open(os.path.join(tools.data, "training", f"curves_{dtype}.json")) as file:
                expected = json.load(file)[name][:STEPS.get((model, dtype), 200)]
            folder = tools.path("curves", dtype)
            os.makedirs(folder, exist_ok=True)
            got = curves.Run(tools.mlcc, name, dtype, folder).losses(len(expected))
            if not curves.agree(dtype, got, expected):
                apart = curves.difference(got, expected)
                raise Failure(f"step {apart.argmax()}: relative difference {apart.max():.1e}, "
                              f"{apart[:20].max():.1e} in the first 20 steps")
    return group


def limited(tools):
    group = Group("curves/memory-limit")

    @group.case("values that are computed again change nothing")
    def _():
        name, limit = "resnet18/adam", 8_500_000
        free = curves.Run(tools.mlcc, name, "f64", os.path.dirname(tools.path("curves", "free", "x")))
        tight = curves.Run(tools.mlcc, name, "f64", os.path.dirname(tools.path("curves", "tight", "x")),
                           options=["--memory-limit", str(limit)])
        if not tight.model.arena_bytes <= limit < free.model.arena_bytes:
            raise Failure(f"arenas of {free.model.arena_bytes} and {tight.model.arena_bytes} bytes")
        if free.losses(4) != tight.losses(4):
            raise Failure("other losses within the limit")

    @group.case("a limit that is too low")
    def _():
        source = os.path.join(HERE, "training", "mlp.mlc.textproto")
        tools.expect_error(tools.mlcc, source, "-o", tools.path("curves", "mlp"), "--memory-limit", "1kB",
                           codes="2005")

    return group


def short_batches(tools):
    """The training program, where the last batch of an epoch is not full, as training/short_batches.py recorded it."""
    group = Group("curves/short-batches")
    with open(os.path.join(tools.data, "training", "short_batches.json")) as file:
        expected = json.load(file)
    samples = tools.path("curves", "short", "samples.npz")
    x, y = short.data()
    np.savez(samples, x=x, y=y)

    program = tools.path("curves", "short", "batch_norm")

    def train(run, *options):
        folder = tools.path("curves", "short", run)
        if not os.path.exists(program):
            tools.run(tools.mlcc, short.SOURCE, "--dtype", "f64", "-o", program)
        tools.run(program, "train", "--data", samples, "--epochs", short.EPOCHS, "--no-shuffle", "--save", folder,
                  *options)
        return folder

    def expect_torch(folder):
        variables, _ = safetensors(os.path.join(folder, "last.safetensors"))
        for name, values in expected["variables"].items():
            np.testing.assert_allclose(variables[name], values, rtol=1e-9, atol=1e-9, err_msg=name)
        with open(os.path.join(folder, "log.csv")) as file:
            losses = [float(line.split(",")[4]) for line in file if line.startswith("train")]
        np.testing.assert_allclose(losses, expected["losses"], rtol=1e-5)
        values = tools.run_json(program, "eval", "--data", samples, "--load", folder, "--json")
        np.testing.assert_allclose(values["loss"], expected["evaluated"], rtol=1e-5)

    for threads in (1, 2):
        @group.case(f"as PyTorch, {threads} threads")
        def _(threads=threads):
            expect_torch(train(f"whole-{threads}", "--threads", threads))

    @group.case("resumed before the short batch, and behind it")
    def _():
        for steps in (5, 6):
            train(f"parts-{steps}", "--threads", 1, "--max-steps", steps)
            train(f"parts-{steps}", "--threads", 1, "--resume")
            expect_same_run(*(tools.path("curves", "short", run) for run in ("whole-1", f"parts-{steps}")))

    @group.case("in f32, padding of any content is as if it were not there")
    def _():
        padded_x, count = x.astype(np.float32), 5
        padded_x[count:] *= 1000
        models = []
        for batch in (short.BATCH, count):
            library = tools.path("curves", "short", f"batch{batch}.so")
            tools.run(tools.mlcc, short.SOURCE, "--dim", f"batch={batch}", "--emit=shared", "-o", library)
            models.append(native.Model(library, f"batch{batch}"))
            models[-1].run("initialize", seed=1)
            for _ in range(2):
                models[-1].run("train_step", x=padded_x[:batch], y=y[:batch], sample_count=count)
        for name in models[0].roles:
            np.testing.assert_allclose(models[0][name], models[1][name], rtol=1e-4, atol=1e-6, err_msg=name)

    return group
