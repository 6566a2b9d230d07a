#!/usr/bin/env python3
"""Training on samples whose number is no multiple of the batch: what PyTorch computes.

usage: short_batches.py [--build DIR] > tests/data/training/short_batches.json

Trains batch_norm.mlc.textproto with PyTorch in f64 from mlcc's initial weights (seed 1), in the file's order, the last
batch of each epoch with the samples that are left. Writes the loss of every step, the variables of at most 64 elements
at the end, and the loss of all samples with the running statistics. Needs numpy, and PyTorch (Debian: python3-torch).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import native  # noqa: E402

SOURCE = os.path.join(HERE, "batch_norm.mlc.textproto")
SAMPLES, BATCH, EPOCHS = 21, 8, 4


def data():
    random = np.random.RandomState(5)
    y = random.randint(0, 4, SAMPLES)
    return random.standard_normal((4, 1, 8, 8))[y] + random.standard_normal((SAMPLES, 1, 8, 8)), y


def loss(p, x, y, training):
    import torch.nn.functional as F

    def norm(name, h):
        return F.batch_norm(h, p[name + ".mean"], p[name + ".variance"], p[name + ".scale"], p[name + ".bias"], training)

    first = norm("norm1", F.conv2d(x, p["conv1.weight"], padding=1)).relu()
    second = norm("norm2", F.conv2d(first, p["conv2.weight"], padding=1))
    features = (first + second).relu().mean((2, 3))
    return F.cross_entropy(norm("norm3", F.linear(features, p["fc.weight"], p["fc.bias"])), y)


def main():
    import torch
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default="build")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = os.path.join(folder, "batch_norm.so")
        mlcc = os.path.join(options.build, "bin", "mlcc")
        subprocess.run([mlcc, SOURCE, "--dtype", "f64", "--emit=shared", "-o", library], check=True)
        model = native.Model(library, "batch_norm")
        model.run("initialize", seed=1)
        p = {name: torch.tensor(model[name]) for name, role in model.roles.items() if role in ("parameter", "statistic")}
    trained = [value.requires_grad_() for name, value in p.items() if not name.endswith((".mean", ".variance"))]
    update = torch.optim.SGD(trained, 0.1, 0.9)
    x, y = (torch.tensor(part) for part in data())
    losses = []
    for _ in range(EPOCHS):
        for begin in range(0, SAMPLES, BATCH):
            update.zero_grad()
            step = loss(p, x[begin:begin + BATCH], y[begin:begin + BATCH], True)
            step.backward()
            update.step()
            losses.append(step.item())
    record = {"losses": losses, "evaluated": loss(p, x, y, False).item(),
              "variables": {name: value.tolist() for name, value in p.items() if value.numel() <= 64}}
    json.dump(record, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    sys.exit(main())
