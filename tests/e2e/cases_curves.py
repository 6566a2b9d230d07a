"""Training gives PyTorch's losses step by step, as training/curves.py recorded them."""

import json
import os
import sys

from harness import Failure, Group

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "training"))
import curves  # noqa: E402

# Steps where all 200 would take too long.
STEPS = {("resnet18", "f64"): 30, ("resnet18", "f32"): 40}


def groups(tools):
    return [curve(tools, model, dtype) for model in curves.MODELS for dtype in ("f64", "f32")] + [limited(tools)]


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
