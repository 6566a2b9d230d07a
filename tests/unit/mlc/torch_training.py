"""Prints TorchTraining.inc: the losses of small models in ten steps of libtorch.

usage: torch_training.py > TorchTraining.inc       (python3-torch 1.13, float64)

The models, their parameters and data are those of TrainingTest.cpp.
TORCH_CURVE(name, losses...).
"""

import math

import torch
from torch import nn
from torch.nn import functional

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
STEPS = 10


def fill(parameters):
    for number, parameter in enumerate(parameters):
        values = [0.3 * math.sin(1.3 * i + number) for i in range(parameter.numel())]
        parameter.data = torch.tensor(values).reshape(parameter.shape)


def inputs(*shape):
    count = math.prod(shape)
    return torch.tensor([math.cos(0.37 * i) for i in range(count)]).reshape(shape)


class Perceptron(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(5, 6)
        self.logits = nn.Linear(6, 3)

    def loss(self):
        x, y = inputs(4, 5), torch.tensor([0, 1, 2, 1])
        return functional.cross_entropy(self.logits(torch.tanh(self.hidden(x))), y)


class Convolutions(nn.Module):
    def __init__(self, samples=4):
        super().__init__()
        self.samples = samples
        self.conv1 = nn.Conv2d(1, 3, 3, padding=1)
        self.norm = nn.BatchNorm2d(3)
        self.conv2 = nn.Conv2d(3, 4, 3)
        self.logits = nn.Linear(4, 3)

    def loss(self):
        x, y = inputs(4, 1, 6, 6)[:self.samples], torch.tensor([0, 1, 2, 1])[:self.samples]
        x = functional.max_pool2d(torch.relu(self.norm(self.conv1(x))), 2)
        x = functional.relu(self.conv2(x)).flatten(1)
        return functional.cross_entropy(self.logits(x), y, label_smoothing=0.1)


CURVES = [
    ("sgd", Perceptron, lambda p: torch.optim.SGD(p, 0.5), None, None),
    ("momentum", Perceptron, lambda p: torch.optim.SGD(p, 0.2, 0.9), None, None),
    ("adam", Perceptron, lambda p: torch.optim.Adam(p, 0.05), None, None),
    ("adamw", Perceptron, lambda p: torch.optim.AdamW(p, 0.05, weight_decay=0.1), None, None),
    ("decay", Perceptron, lambda p: torch.optim.SGD(p, 0.5, weight_decay=0.02), None, None),
    ("clipped", Perceptron, lambda p: torch.optim.SGD(p, 0.5, 0.9), 0.1, None),
    ("scheduled", Perceptron, lambda p: torch.optim.SGD(p, 0.5), None,
     lambda o: torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(o, 4, 2, 0.01)),
    ("convolutions", Convolutions, lambda p: torch.optim.SGD(p, 0.1, 0.9), None, None),
    # Of the four samples, the first three.
    ("convolutions_short", lambda: Convolutions(3), lambda p: torch.optim.SGD(p, 0.1, 0.9), None, None),
    ("convolutions_adam", Convolutions, lambda p: torch.optim.Adam(p, 0.02), None, None),
]


def curve(make_model, make_optimizer, norm, make_schedule):
    model = make_model()
    fill(model.parameters())
    optimizer = make_optimizer(model.parameters())
    schedule = make_schedule(optimizer) if make_schedule else None
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = model.loss()
        losses.append(loss.item())
        loss.backward()
        if norm:
            nn.utils.clip_grad_norm_(model.parameters(), norm)
        optimizer.step()
        if schedule:
            schedule.step()
    if isinstance(model, Convolutions):  # The statistics too.
        losses += model.norm.running_mean.tolist() + model.norm.running_var.tolist()
    return losses


print("// Made by torch_training.py with torch 1.13.")
for name, model, optimizer, norm, schedule in CURVES:
    text = ", ".join(repr(value) for value in curve(model, optimizer, norm, schedule))
    print(f'TORCH_CURVE("{name}",\n            {text})')
