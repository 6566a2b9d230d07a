#!/usr/bin/env python3
"""Time of a training step: mlcc against PyTorch, in turns.

usage: training.py [--build DIR] [--threads N] [--rounds N] [--seconds S] [NAME...]

NAME is a model of tests/e2e/training; default: all. Both train the same net on the same batch in f32 with
Adam. In each round mlcc and PyTorch run one after the other for S seconds; printed are the medians of the
rounds' medians, and the ratio of the times (below 1: mlcc is faster). Also memory, three figures:

  mlcc MB        what mlcc plans: arena and variables
  torch live     the most bytes of tensors that PyTorch holds at once in a step, by its profiler: parameters,
                 gradients and slots, and the peak of what a step allocates; without what oneDNN and BLAS
                 allocate inside of operations
  torch RSS      how much the peak of resident memory grows, with everything that is allocated; less than
                 what is live where earlier work had left free pages behind (all but the first models of a run)

Needs numpy and PyTorch (Debian: python3-torch, with libopenblas0-pthread selected as libblas.so.3: the
reference BLAS is much slower).
"""

import argparse
import os
import resource
import statistics
import sys
import tempfile
import time

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e", "training"))
import curves  # noqa: E402
import torch_models  # noqa: E402


class Lstm(torch.nn.Module):
    """char_lstm with PyTorch's own LSTM, which is faster than one written out."""

    def __init__(self, parameters):
        super().__init__()
        units = next(v.shape[2] for k, v in parameters.items() if k.endswith("recurrent_weight"))
        self.embedding = torch.nn.Embedding(*parameters["embedding.weight"].shape)
        self.lstm = torch.nn.LSTM(parameters["embedding.weight"].shape[1], units, 2, batch_first=True)
        self.logits = torch.nn.Linear(units, 65)

    def forward(self, x, y):
        hidden, _ = self.lstm(self.embedding(x))
        return torch.nn.functional.cross_entropy(self.logits(hidden).flatten(0, 1), y.flatten())


def torch_step(name, initial, x, y):
    """A function that makes a step of training, and one that gives the bytes that stay between steps."""
    x, y = torch.tensor(x), torch.tensor(y)
    if name == "char_lstm":
        module = Lstm(initial)
        parameters, loss = list(module.parameters()), lambda: module(x, y)
    else:
        tensors = {key: torch.tensor(value, requires_grad=True) for key, value in initial.items()}
        parameters, loss = list(tensors.values()), lambda: getattr(torch_models, name)(tensors, x, y)
    optimizer = torch.optim.Adam(parameters, lr=1e-4)

    def step():
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()

    def kept():
        slots = (value for state in optimizer.state.values() for value in state.values()
                 if isinstance(value, torch.Tensor))
        gradients = (parameter.grad for parameter in parameters)
        return sum(tensor.numel() * tensor.element_size() for tensor in (*parameters, *gradients, *slots))
    return step, kept


def peak_allocated(step):
    """The most bytes that a step has allocated and not yet freed, by PyTorch's profiler."""
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profile:
        step()
    held = peak = 0
    for event in profile.profiler.kineto_results.events():
        if event.name() == "[memory]":
            held += event.nbytes()
            peak = max(peak, held)
    return peak


def median_time(step, seconds):
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def resident():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    curves.SIZES = {}
    print(f"{'model':12} {'mlcc ms':>9} {'torch ms':>9} {'ratio':>6} {'mlcc MB':>9} {'torch live':>11} "
          f"{'torch RSS':>10}   ({options.threads} thread(s))")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.names or curves.MODELS:
            run = curves.Run(os.path.join(options.build, "bin", "mlcc"), f"{name}/adam", "f32", folder,
                             options.threads)
            x, y = next(iter(curves.batches(run.inputs, 1)))
            ours = lambda: run.model.run("train_step", x=x, y=y, sample_count=len(x))  # noqa: E731
            ours()
            before = resident()
            theirs, kept = torch_step(name, run.initial, x, y)
            theirs()
            theirs()
            growth = resident() - before
            rounds = [(median_time(ours, options.seconds), median_time(theirs, options.seconds))
                      for _ in range(options.rounds)]
            a, b = (statistics.median(r[i] for r in rounds) for i in (0, 1))
            ratio = statistics.median(r[0] / r[1] for r in rounds)
            planned = run.model.arena_bytes + run.model.state_bytes
            live = kept() + peak_allocated(theirs)
            print(f"{name:12} {a * 1e3:9.3f} {b * 1e3:9.3f} {ratio:6.2f} {planned / 1e6:9.1f} {live / 1e6:11.1f} "
                  f"{growth / 1e6:10.1f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
