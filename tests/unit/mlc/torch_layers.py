"""Prints TorchLayers.inc: results of layers of libtorch with the parameters and data of
LayersTest.cpp.

usage: torch_layers.py > TorchLayers.inc       (python3-torch 1.13, float64)
TORCH_LAYER(name, values...).
"""

import math

import torch
from torch import nn

torch.set_default_dtype(torch.float64)


def filled(number, *shape):
    """Parameter `number` of a model, as ModelRunner::fillParameters."""
    count = math.prod(shape)
    return torch.tensor([0.3 * math.sin(1.3 * i + number) for i in range(count)]).reshape(shape)


def waves(*shape):
    return torch.tensor([math.cos(0.37 * i) for i in range(math.prod(shape))]).reshape(shape)


def reorder(matrix, gates):
    """Rows of ONNX's order of gates in libtorch's: `gates` are ONNX's numbers."""
    parts = matrix.chunk(len(gates))
    return torch.cat([parts[gate] for gate in gates])


def recurrent(make, gates, count):
    """2 sequences of 3 steps of 4 features to 2 units."""
    layer = make(4, 2, batch_first=True)
    bias = filled(2, 2 * count * 2)
    layer.weight_ih_l0.data = reorder(filled(0, count * 2, 4), gates)
    layer.weight_hh_l0.data = reorder(filled(1, count * 2, 2), gates)
    layer.bias_ih_l0.data = reorder(bias[: count * 2], gates)
    layer.bias_hh_l0.data = reorder(bias[count * 2 :], gates)
    return layer(waves(2, 3, 4))[0]


def attention(causal):
    layer = nn.MultiheadAttention(4, 2, batch_first=True)
    layer.in_proj_weight.data = torch.cat([filled(k, 4, 4) for k in (0, 2, 4)])
    layer.in_proj_bias.data = torch.cat([filled(k, 4) for k in (1, 3, 5)])
    layer.out_proj.weight.data = filled(6, 4, 4)
    layer.out_proj.bias.data = filled(7, 4)
    x = waves(2, 3, 4)
    hidden = torch.triu(torch.ones(3, 3, dtype=torch.bool), 1) if causal else None
    return layer(x, x, x, attn_mask=hidden)[0]


def transposed():
    layer = nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1, output_padding=1)
    layer.weight.data = filled(0, 2, 3, 3, 3)
    layer.bias.data = filled(1, 3)
    return layer(waves(1, 2, 2, 2))


LAYERS = {
    "lstm": recurrent(nn.LSTM, (0, 2, 3, 1), 4),  # i, o, f, c to i, f, g, o
    "gru": recurrent(nn.GRU, (1, 0, 2), 3),  # z, r, h to r, z, n
    "rnn": recurrent(nn.RNN, (0,), 1),
    "attention": attention(False),
    "causal": attention(True),
    "conv_transpose": transposed(),
}
print("// Made by torch_layers.py with torch 1.13.")
for name, value in LAYERS.items():
    text = ", ".join(repr(number) for number in value.flatten().tolist())
    print(f'TORCH_LAYER("{name}",\n            {text})')
