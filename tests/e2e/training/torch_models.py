"""The models of this folder in PyTorch, written out on tensors by the names of mlcc's variables.

Each function gets the parameters `p` (a dictionary of tensors), `x` and `y` and gives the loss; autograd
does the rest. Statistics of batch normalization do not matter in training.
"""

import torch
import torch.nn.functional as F


def mlp(p, x, y):
    h = torch.relu(F.linear(x, p["fc1.weight"], p["fc1.bias"]))
    h = torch.tanh(F.linear(h, p["fc2.weight"], p["fc2.bias"]))
    return F.cross_entropy(F.linear(h, p["fc3.weight"], p["fc3.bias"]), y)


def lenet(p, x, y):
    h = torch.tanh(F.conv2d(x, p["conv1.weight"], p["conv1.bias"], padding=2))
    h = F.avg_pool2d(h, 2)
    h = torch.relu(F.conv2d(h, p["conv2.weight"], p["conv2.bias"], padding=1))
    h = F.max_pool2d(h, 2).flatten(1)
    h = torch.relu(F.linear(h, p["fc1.weight"], p["fc1.bias"]))
    h = torch.sigmoid(F.linear(h, p["fc2.weight"], p["fc2.bias"]))
    return F.cross_entropy(F.linear(h, p["fc3.weight"], p["fc3.bias"]), y)


def resnet18(p, x, y):
    def conv_norm(name, x, stride=1):
        weight = p[name + ".conv.weight"]
        x = F.conv2d(x, weight, stride=stride, padding=weight.shape[-1] // 2)
        return F.batch_norm(x, None, None, p[name + ".norm.scale"], p[name + ".norm.bias"], training=True)

    def block(name, x, down):
        h = torch.relu(conv_norm(name + ".first", x, 2 if down else 1))
        h = conv_norm(name + ".second", h)
        return torch.relu(h + (conv_norm(name + ".skip", x, 2) if down else x))

    h = torch.relu(conv_norm("stem", x))
    for stage in range(1, 5):
        h = block(f"stage{stage}_0", h, stage > 1)
        h = block(f"stage{stage}_1", h, False)
    h = h.mean((2, 3))
    return F.cross_entropy(F.linear(h, p["fc.weight"], p["fc.bias"]), y)


def char_lstm(p, x, y):
    h = p["embedding.weight"][x]
    for layer in range(2):
        name = f"lstm.{layer}" if f"lstm.{layer}.weight" in p else "lstm"
        weight, recurrent = p[name + ".weight"][0], p[name + ".recurrent_weight"][0]
        bias = p[name + ".bias"][0]
        units = recurrent.shape[1]
        state = cell = torch.zeros(x.shape[0], units, dtype=h.dtype)
        steps = []
        for t in range(x.shape[1]):
            # ONNX's order of gates: input, output, forget, cell.
            gates = F.linear(h[:, t], weight, bias[:4 * units]) + F.linear(state, recurrent, bias[4 * units:])
            i, o, f, c = gates.chunk(4, 1)
            cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(c)
            state = torch.sigmoid(o) * torch.tanh(cell)
            steps.append(state)
        h = torch.stack(steps, 1)
    logits = F.linear(h, p["logits.weight"], p["logits.bias"])
    return F.cross_entropy(logits.flatten(0, 1), y.flatten())


def transformer(p, x, y):
    def norm(name, x):
        return F.layer_norm(x, x.shape[-1:], p[name + ".scale"], p[name + ".bias"])

    def linear(name, x):
        return F.linear(x, p[name + ".weight"], p[name + ".bias"])

    def attention(name, x, heads=4):
        n, t, size = x.shape
        q, k, v = (linear(f"{name}.{part}", x).reshape(n, t, heads, size // heads).transpose(1, 2)
                   for part in ("query", "key", "value"))
        scores = q @ k.transpose(2, 3) / (size // heads) ** 0.5
        hidden = torch.ones(t, t, dtype=torch.bool).triu(1)
        weights = scores.masked_fill(hidden, float("-inf")).softmax(3)
        return linear(name + ".output", (weights @ v).transpose(1, 2).reshape(n, t, size))

    h = p["embedding.weight"][x] + p["position"]
    for layer in range(2):
        name = f"layer.{layer}"
        h = h + attention(name + ".attention", norm(name + ".norm1", h))
        h = h + linear(name + ".down", F.gelu(linear(name + ".up", norm(name + ".norm2", h))))
    logits = linear("logits", norm("norm", h))
    return F.cross_entropy(logits.flatten(0, 1), y.flatten())


OPTIMIZERS = {
    "momentum": lambda parameters, rate: torch.optim.SGD(parameters, lr=rate, momentum=0.9),
    "adam": lambda parameters, rate: torch.optim.Adam(parameters, lr=rate),
}
