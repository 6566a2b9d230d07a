#!/usr/bin/env python3
"""Compares mlcc's programs with ONNX Runtime: the same models, threads and rounds.

  ORT_LIB=libonnxruntime.so.1 tests/bench/compare.py --build build --ort-include DIR resnet50 mnist-cnn

A MODEL is a name from tests/data (a light model gets random weights) or the path of an
ONNX file. The two take turns, round by round, so that both see the same machine; shown
are the medians over the rounds and the median of the rounds' ratios, which is what a
busy machine changes least. Below 1, mlcc is faster.

ONNX Runtime: the library from its release or from npm's onnxruntime-node, the header
onnxruntime_c_api.h from its release or from Debian's libonnxruntime-dev.
Without --ort-include only mlcc is measured.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "e2e"))

import models  # noqa: E402
from cases_models import LIGHT, TRAINED  # noqa: E402

DATA = os.path.normpath(os.path.join(here, "..", "data"))
MADE = {"bert": models.bert, "lstm-classifier": models.lstm_classifier}
SHORT = {"alexnet": "bvlc_alexnet"}


def model_file(name, work):
    """The path of a model's ONNX file and how it is bound."""
    name = SHORT.get(name, name)
    path = os.path.join(work, os.path.basename(name) + ".onnx")
    if name in LIGHT:
        models.light_with_weights(os.path.join(DATA, "light", name, "light.onnx"), path)
        return path, []
    if name in MADE:
        MADE[name](path)
        return path, []
    if name in TRAINED:
        return os.path.join(DATA, name, "model.onnx"), list(TRAINED[name].get("bind", []))
    if os.path.exists(name):
        return os.path.abspath(name), []
    names = ", ".join(sorted([*LIGHT, *MADE, *TRAINED]))
    sys.exit(f"compare.py: {name} is neither a file nor one of: {names}")


def ort_bindings(bind):
    """mlcc's --dim NAME=SIZE and --bind NAME=VALUE in ort_bench's words."""
    words = []
    for option, value in zip(bind[0::2], bind[1::2]):
        words += [value] if option == "--dim" else ["@" + value] if option == "--bind" else []
    return words


def build_ort_bench(include, work):
    program = os.path.join(work, "ort_bench")
    subprocess.run([os.environ.get("CXX", "c++"), "-O2", "-std=c++17", "-isystem", include,
                    os.path.join(here, "ort_bench.cpp"), "-ldl", "-o", program], check=True)
    return program


def measure(command):
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"compare.py: {' '.join(map(str, command))} failed")
    return json.loads(done.stdout)["median_seconds"]


def milliseconds(times):
    return f"{1e3 * statistics.median(times):.4g} ({1e3 * min(times):.4g})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL")
    parser.add_argument("--build", required=True, help="build folder, with bin/mlcc in it")
    parser.add_argument("--ort-include", help="folder of onnxruntime_c_api.h; the library is $ORT_LIB")
    parser.add_argument("--threads", type=int, nargs="+", default=[1])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="of measuring in each round (default 2)")
    parser.add_argument("--busy", type=int, default=0, metavar="N",
                        help="measure beside N processes that keep a processor busy each")
    parser.add_argument("--mlcc", default="", help="further options for mlcc")
    parser.add_argument("--json", help="file to write all times to")
    options = parser.parse_args()

    mlcc = os.path.join(options.build, "bin", "mlcc")
    rows = []
    with tempfile.TemporaryDirectory(prefix="mlcc-bench-") as work:
        ort_bench = build_ort_bench(options.ort_include, work) if options.ort_include else None
        print(f"{'model':20} {'threads':>7} {'mlcc ms':>18} {'ONNX Runtime ms':>18} {'ratio':>6}   median (least)")
        for name in options.models:
            path, bind = model_file(name, work)
            program = os.path.join(work, "program")
            subprocess.run([mlcc, path, "-o", program, *bind, *options.mlcc.split()], check=True)
            for threads in options.threads:
                rows.append(compare(name, program, path, bind, ort_bench, threads, options))
            os.remove(program)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(rows, file, indent=1)


def compare(name, program, path, bind, ort_bench, threads, options):
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(options.busy)]
    ours, theirs = [], []
    try:
        for _ in range(options.rounds):
            ours.append(measure([program, "bench", "--threads", threads, "--seconds", options.seconds,
                                 "--warmup", 0.2 * options.seconds, "--json"]))
            if ort_bench:
                theirs.append(measure([ort_bench, path, threads, options.seconds, *ort_bindings(bind)]))
    finally:
        for process in busy:
            process.kill()
            process.wait()
    ratio = statistics.median(a / b for a, b in zip(ours, theirs)) if theirs else None
    print(f"{os.path.basename(name):20} {threads:7} {milliseconds(ours):>18} "
          f"{milliseconds(theirs) if theirs else '-':>18} {f'{ratio:.2f}' if ratio else '-':>6}", flush=True)
    return {"model": name, "threads": threads, "busy": options.busy, "mlcc_seconds": ours,
            "ort_seconds": theirs, "ratio": ratio}


if __name__ == "__main__":
    main()
