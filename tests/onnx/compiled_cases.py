#!/usr/bin/env python3
"""Compiles ONNX backend test cases to programs and verifies what these compute.

usage: compiled_cases.py [--build DIR] [--jobs N] [-v] FOLDER...

A folder is a case (model.onnx and test_data_set_0), or holds cases. Inputs that the model
reads as shapes, axes, scales and the like are bound to the test's values. The tolerance is that of ONNX's
own runner (rtol 1e-3, atol 1e-7). Prints the counts, with -v every case that does not pass; the
exit status is 1 if a program computes something wrong. Cases whose stored results are not what is
wanted are counted as "differs".
"""

import argparse
import collections
import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import numpy_helper


# Stored truncated, as the runner of that time did; the standard rounds. ONNX Runtime's Resize differs too.
DIFFERENT = {"test_cast_FLOAT_to_BFLOAT16", "test_resize_downsample_scales_cubic_align_corners",
             "test_resize_downsample_scales_linear_align_corners"}


def find_cases(folders):
    for folder in folders:
        if os.path.exists(os.path.join(folder, "model.onnx")):
            yield folder
        else:
            yield from sorted(os.path.dirname(p) for p in glob.glob(os.path.join(folder, "*", "model.onnx")))


def bindings(case):
    """--bind options for the small inputs of numbers of the case, by name."""
    model = onnx.load(os.path.join(case, "model.onnx"), load_external_data=False)
    result = {}
    for number, value in enumerate(model.graph.input):
        tensor = onnx.TensorProto()
        try:
            with open(os.path.join(case, "test_data_set_0", f"input_{number}.pb"), "rb") as file:
                tensor.ParseFromString(file.read())
            array = numpy_helper.to_array(tensor)
        except Exception:  # a sequence, an optional or a string: nothing to bind
            continue
        if array.dtype.kind in "iubf" and 0 < array.size <= 64:
            numbers = np.ravel(array).tolist()
            result[value.name] = ",".join(repr(x) if isinstance(x, float) else str(int(x)) for x in numbers)
    return result


def compile_case(mlcc, case, program):
    """Compiles; binds what the compiler says it must know. Returns status and message."""
    options = []
    values = None
    while True:
        done = subprocess.run([mlcc, os.path.join(case, "model.onnx"), "-o", program, *options],
                              capture_output=True, text=True, timeout=300)
        wanted = set(re.findall(r"bind it with --bind ([^\s=]+)=", done.stderr))
        if values is None and wanted:
            values = bindings(case)
        new = [name for name in sorted(wanted) if values.get(name) and f"{name}={values[name]}" not in options]
        if done.returncode == 0 or not new:
            return done.returncode, done.stderr.strip()
        for name in new:
            options += ["--bind", f"{name}={values[name]}"]


def run_case(mlcc, case, folder):
    """Outcome ("pass", "refused", "differs", "WRONG", "BROKEN") and message of a case."""
    program = os.path.join(folder, os.path.basename(case))
    status, message = compile_case(mlcc, case, program)
    if status:
        return ("refused" if status == 2 else "BROKEN"), message
    done = subprocess.run([program, "verify", case, "--rtol", "1e-3", "--atol", "1e-7", "--threads", "1"],
                          capture_output=True, text=True, timeout=300)
    os.remove(program)
    outcome = {0: "pass", 1: "WRONG", 2: "refused"}.get(done.returncode, "BROKEN")
    if outcome == "WRONG" and os.path.basename(case) in DIFFERENT:
        outcome = "differs"
    return outcome, (done.stdout + done.stderr).strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("-v", action="store_true", dest="verbose", help="every case that does not pass")
    parser.add_argument("folders", nargs="+", metavar="FOLDER")
    options = parser.parse_args()
    mlcc = os.path.join(options.build, "bin", "mlcc")
    counts = collections.Counter()
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        cases = list(find_cases(options.folders))
        for case, (outcome, message) in zip(cases, pool.map(lambda c: run_case(mlcc, c, folder), cases)):
            counts[outcome] += 1
            if outcome in ("WRONG", "BROKEN") or (options.verbose and outcome != "pass"):
                print(f"{outcome:8}{os.path.basename(case)}: {message.splitlines()[0] if message else ''}")
    print(", ".join(f"{counts[outcome]} {outcome}" for outcome in ("pass", "refused", "differs", "WRONG", "BROKEN")),
          f"of {sum(counts.values())} cases")
    return 1 if counts["WRONG"] or counts["BROKEN"] else 0


if __name__ == "__main__":
    sys.exit(main())
