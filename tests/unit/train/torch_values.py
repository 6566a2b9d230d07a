"""Prints TorchValues.inc: what torch.optim makes of three numbers in six steps.

usage: torch_values.py > TorchValues.inc       (python3-torch 1.13, float64)

TORCH_OPTIMIZER(rule, values...): three numbers a step; TORCH_SCHEDULE(rule, rates...):
rate of each step, 0.1 being the base.
"""

import warnings

import torch

START = [1.0, -2.0, 0.5]
GRADIENTS = [
    [0.3, -0.1, 2.0],
    [-0.2, 0.4, 1.0],
    [0.5, 0.0, -3.0],
    [0.1, -0.6, 0.25],
    [-0.7, 0.2, 0.125],
    [0.05, 0.3, -1.5],
]

optim = torch.optim
OPTIMIZERS = [
    ("sgd<lr = 0.1>", lambda p: optim.SGD(p, 0.1)),
    ("momentum<lr = 0.1, momentum = 0.9>", lambda p: optim.SGD(p, 0.1, 0.9)),
    ("momentum<lr = 0.1, momentum = 0.8, dampening = 0.3>",
     lambda p: optim.SGD(p, 0.1, 0.8, dampening=0.3)),
    ("nesterov<lr = 0.1, momentum = 0.9>",
     lambda p: optim.SGD(p, 0.1, 0.9, nesterov=True)),
    ("adagrad<lr = 0.1>", lambda p: optim.Adagrad(p, 0.1)),
    ("adagrad<lr = 0.1, epsilon = 1.0e-3, decay = 0.1, initial = 0.5>",
     lambda p: optim.Adagrad(p, 0.1, lr_decay=0.1, initial_accumulator_value=0.5, eps=1e-3)),
    ("adadelta<lr = 1.0>", lambda p: optim.Adadelta(p, 1.0)),
    ("adadelta<lr = 0.5, rho = 0.8, epsilon = 1.0e-3>",
     lambda p: optim.Adadelta(p, 0.5, rho=0.8, eps=1e-3)),
    ("rmsprop<lr = 0.01>", lambda p: optim.RMSprop(p, 0.01)),
    ("rmsprop<lr = 0.01, alpha = 0.9, epsilon = 1.0e-4, momentum = 0.5>",
     lambda p: optim.RMSprop(p, 0.01, alpha=0.9, eps=1e-4, momentum=0.5)),
    ("rmsprop<lr = 0.01, alpha = 0.9, centered = true>",
     lambda p: optim.RMSprop(p, 0.01, alpha=0.9, centered=True)),
    ("rmsprop<lr = 0.01, alpha = 0.9, momentum = 0.3, centered = true>",
     lambda p: optim.RMSprop(p, 0.01, alpha=0.9, momentum=0.3, centered=True)),
    ("adam<lr = 0.1>", lambda p: optim.Adam(p, 0.1)),
    ("adam<lr = 0.1, beta1 = 0.8, beta2 = 0.95, epsilon = 1.0e-3>",
     lambda p: optim.Adam(p, 0.1, betas=(0.8, 0.95), eps=1e-3)),
    ("amsgrad<lr = 0.1, beta2 = 0.9>",
     lambda p: optim.Adam(p, 0.1, betas=(0.9, 0.9), amsgrad=True)),
    ("adamw<lr = 0.1>", lambda p: optim.AdamW(p, 0.1)),
    ("adamw<lr = 0.1, decay = 0.3>", lambda p: optim.AdamW(p, 0.1, weight_decay=0.3)),
]

scheduler = torch.optim.lr_scheduler
SCHEDULES = [
    ("staircase<every = 2, factor = 0.5>", lambda o: scheduler.StepLR(o, 2, 0.5)),
    ("exponential<factor = 0.9>", lambda o: scheduler.ExponentialLR(o, 0.9)),
    ("linear<steps = 4, start = 0.25, end = 1.0>",
     lambda o: scheduler.LinearLR(o, 0.25, 1.0, 4)),
    ("cosine<period = 2, minimum = 0.01, growth = 2, restarts = true>",
     lambda o: scheduler.CosineAnnealingWarmRestarts(o, 2, 2, 0.01)),
    ("cosine<period = 3, restarts = true>",
     lambda o: scheduler.CosineAnnealingWarmRestarts(o, 3)),
    ("warmup<steps = 3, start = 0.1, then = #train.exponential<factor = 0.5>>",
     lambda o: scheduler.SequentialLR(
         o, [scheduler.LinearLR(o, 0.1, 1.0, 3), scheduler.ExponentialLR(o, 0.5)], [3])),
    ("epochs<steps = 2, of = #train.exponential<factor = 0.5>>",
     lambda o: scheduler.LambdaLR(o, lambda k: 0.5 ** (k // 2))),
    ("inverse<decay = 0.5>", lambda o: scheduler.LambdaLR(o, lambda k: 1 / (1 + 0.5 * k))),
    ("inverse<decay = 1.0, power = 0.5>",
     lambda o: scheduler.LambdaLR(o, lambda k: (1 + k) ** -0.5)),
]


def run(make):
    p = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = make([p])
    values = []
    for gradient in GRADIENTS:
        p.grad = torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
        values += p.tolist()
    return values


def rates(make):
    p = torch.zeros(1, requires_grad=True)
    optimizer = optim.SGD([p], 0.1)
    schedule = make(optimizer)
    values = []
    for _ in range(12):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return values


def emit(kind, rule, values):
    print(f'{kind}("{rule}",')
    text = ", ".join(repr(value) for value in values)
    print(f"      {text})")


print("// Made by torch_values.py with torch 1.13.")
for rule, make in OPTIMIZERS:
    emit("TORCH_OPTIMIZER", rule, run(make))
for rule, make in SCHEDULES:
    warnings.simplefilter("ignore")
    emit("TORCH_SCHEDULE", rule, rates(make))
