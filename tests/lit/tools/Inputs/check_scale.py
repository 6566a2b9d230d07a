"""Runs the program of scale.mlir on random numbers and compares with numpy."""

import os
import subprocess
import sys

import numpy

program = sys.argv[1]
x = numpy.random.default_rng(1).random((8, 16), dtype=numpy.float32)
numpy.save(program + ".npy", x)
subprocess.run([program, "run", "--input", program + ".npy", "--output-dir", program + ".out"],
               check=True)
y = numpy.load(os.path.join(program + ".out", "y.npy"))
numpy.testing.assert_allclose(y, (2 * x + 3) @ numpy.full((16, 16), 0.5, "f"), rtol=1e-6)
