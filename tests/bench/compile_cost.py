#!/usr/bin/env python3
"""What compiling costs: time and peak memory, and how they grow.

  tests/bench/compile_cost.py --build build

Chains of 10, 100 and 1000 convolutions show the growth; the time per layer must stay
about constant. A recurrent network that is trained over 10 to 4000 time steps (`scan`)
must take the same time and memory whatever their number. ResNet-50 and the large models show the bounds: the peak memory is set
against three times the model's size plus 300 MB.
"""

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "e2e"))

import models  # noqa: E402

LIGHT = os.path.join(here, "..", "data", "light")


SCAN = """version: 1
block {
  name: "cell" input: ["x", "h"] output: ["new", "new"]
  node { name: "wx" input: "x" dense { units: 64 } }
  node { name: "wh" input: "h" dense { units: 64 no_bias: true } }
  node { name: "sum" input: ["wx", "wh"] op: "add" }
  node { name: "new" input: "sum" op: "tanh" }
}
function {
  name: "loss"
  input { name: "x" shape: "%d, 16, 32" }
  node { name: "zero" constant { shape: "16, 64" values: 0 } }
  node { name: "rnn" output: ["all", "last"] input: ["x", "zero"] scan { block: "cell" states: 1 } }
  node { name: "square" input: ["all", "all"] op: "mul" }
  node { name: "loss" op: "reduce_mean" with: "axes = 0, 1, 2" with: "keepdims = false" }
}
training { optimizer { adam {} } }
"""


def cost(mlcc, path, output):
    """(seconds, peak bytes) of one compilation."""
    start = time.monotonic()
    process = subprocess.Popen([mlcc, path, "-o", output])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"compile_cost.py: mlcc failed on {path}")
    return time.monotonic() - start, usage.ru_maxrss * 1024


def make(function, *arguments):
    """Calls it in a process of its own: what this one has used counts as used by those it starts."""
    process = multiprocessing.Process(target=function, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True, help="build folder, with bin/mlcc in it")
    parser.add_argument("--layers", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--steps", type=int, nargs="+", default=[10, 100, 1000, 4000])
    parser.add_argument("--models", nargs="*", default=["resnet50", "vgg19", "densenet121"], help="light models")
    options = parser.parse_args()
    mlcc = os.path.join(options.build, "bin", "mlcc")

    with tempfile.TemporaryDirectory(prefix="mlcc-bench-") as work:
        path, output = os.path.join(work, "model.onnx"), os.path.join(work, "program")
        print(f"{'layers':>12} {'seconds':>8} {'ms/layer':>9} {'peak MB':>8}")
        for layers in options.layers:
            make(models.conv_chain, path, layers)
            seconds, peak = cost(mlcc, path, output)
            print(f"{layers:12} {seconds:8.2f} {1e3 * seconds / layers:9.1f} {peak / 1e6:8.0f}", flush=True)
        print(f"\n{'time steps':>12} {'seconds':>8} {'':9} {'peak MB':>8}")
        description = os.path.join(work, "scan.mlc.textproto")
        for steps in options.steps:
            with open(description, "w") as file:
                file.write(SCAN % steps)
            seconds, peak = cost(mlcc, description, output)
            print(f"{steps:12} {seconds:8.2f} {'':9} {peak / 1e6:8.0f}", flush=True)
        print(f"\n{'model':>12} {'seconds':>8} {'model MB':>9} {'peak MB':>8} {'bound MB':>8}")
        for name in options.models:
            make(models.light_with_weights, os.path.join(LIGHT, name, "light.onnx"), path)
            size = os.path.getsize(path)
            seconds, peak = cost(mlcc, path, output)
            print(f"{name:>12} {seconds:8.2f} {size / 1e6:9.0f} {peak / 1e6:8.0f} {3 * size / 1e6 + 300:8.0f}", flush=True)


if __name__ == "__main__":
    main()
