"""Prints TorchLosses.inc: losses of libtorch on the numbers of LossesTest.cpp.

usage: torch_losses.py > TorchLosses.inc       (python3-torch 1.13, float64)
TORCH_LOSS(name, value).
"""

import math

import torch
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)


def waves(factor, *shape):
    count = math.prod(shape)
    return torch.tensor([math.sin(factor * i + 0.1) for i in range(count)]).reshape(shape)


x = 2 * waves(0.7, 4, 3)
z = waves(1.1, 4, 3)
w = waves(1.9, 4, 3)
y = torch.tensor([2, 0, 1, 2])
p = torch.softmax(z, 1)
unit = torch.sigmoid(x)
targets = torch.sigmoid(z)
signs = torch.sign(z)
classes = torch.tensor([0.5, 1.0, 2.0])
weights = torch.tensor([1.0, 0.0, 2.0, 0.5])


def weighted(values):
    return (values * weights).sum() / weights.sum()


LOSSES = {
    "cross_entropy": F.cross_entropy(x, y),
    "smoothed": F.cross_entropy(x, y, label_smoothing=0.2),
    "class_weights": F.cross_entropy(x, y, weight=classes),
    "ignored": F.cross_entropy(x, y, ignore_index=2),
    "summed": F.cross_entropy(x, y, reduction="sum"),
    "weighted": weighted(F.cross_entropy(x, y, reduction="none")),
    "dense": F.cross_entropy(x, p),
    "nll": F.nll_loss(torch.log_softmax(x, 1), y),
    "bce": F.binary_cross_entropy(unit, targets),
    "bce_logits": F.binary_cross_entropy_with_logits(x, targets),
    "bce_positive": F.binary_cross_entropy_with_logits(x, targets, pos_weight=torch.tensor(3.0)),
    "mse": F.mse_loss(x, z),
    "mse_batch": F.mse_loss(x, z, reduction="sum") / 4,
    "mae": F.l1_loss(x, z),
    "huber": F.huber_loss(x, z, delta=0.7),
    "smooth_l1": F.smooth_l1_loss(x, z, beta=0.7),
    "hinge": torch.clamp(1 - x * signs, min=0).mean(),
    "kl": F.kl_div(torch.log_softmax(x, 1), p, reduction="batchmean"),
    "triplet": F.triplet_margin_loss(x, z, w, margin=0.8),
}
print("// Made by torch_losses.py with torch 1.13.")
for name, value in LOSSES.items():
    print(f'TORCH_LOSS("{name}", {value.item()!r})')
