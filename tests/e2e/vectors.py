"""Reproducible inputs, so that large ones need not be stored.

The stored outputs were computed by ONNX Runtime for inputs drawn from a linear
congruential generator (Numerical Recipes, 2nd edition, section 7.1), seeded per
test set; the inputs of a model are drawn one after the other. Set 0 is uniform
in [0, 1), set 1 standard normal (Box-Muller, one of the two values).
"""

import numpy as np

_MULTIPLIER = 1664525
_INCREMENT = 1013904223


class Generator:
    """The random stream of test set `k`."""

    def __init__(self, k):
        self.state = 12345 + 7919 * k

    def uniform(self, n):
        """The next n values in [0, 1), as float64."""
        # x[i] = a^i x[0] + c (1 + a + ... + a^(i-1)), modulo 2^32.
        powers = np.cumprod(np.full(n, _MULTIPLIER, np.uint32), dtype=np.uint32)
        sums = np.cumsum(np.concatenate([np.ones(1, np.uint32), powers[:-1]]), dtype=np.uint32)
        x = powers * np.uint32(self.state) + sums * np.uint32(_INCREMENT)
        self.state = int(x[-1])
        return x / 4294967296.0

    def normal(self, n):
        """The next n values of the standard normal distribution, as float64."""
        u = self.uniform(2 * n)
        return np.sqrt(-2 * np.log(u[0::2] + 1e-12)) * np.cos(2 * np.pi * u[1::2])


def model_inputs(shapes, k):
    """float32 inputs of the given shapes for test set `k` (0 or 1)."""
    generator = Generator(k)
    draw = (generator.uniform, generator.normal)[k]
    return [draw(int(np.prod(s))).astype(np.float32).reshape(s) for s in shapes]
