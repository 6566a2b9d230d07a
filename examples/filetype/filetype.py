#!/usr/bin/python3
"""Says what kind of file a file is, by its content alone.

  filetype.py PROGRAM FILE...

PROGRAM is tests/data/magika-bytes/model.onnx compiled:

  mlcc tests/data/magika-bytes/model.onnx --dim unk__214=1 -o filetype

The model is Google's Magika (standard_v3_1, Apache-2.0). It looks at the first and
the last 1024 bytes, without white space at the ends; 256 stands for "no byte".
"""

import os
import subprocess
import sys
import tempfile

import numpy as np

BYTES, BLOCK, NO_BYTE = 1024, 4096, 256


def features(path):
    """int32 [1, 2048]: what the model sees of a file."""
    with open(path, "rb") as file:
        first = file.read(BLOCK).lstrip()[:BYTES]
        file.seek(max(0, os.path.getsize(path) - BLOCK))
        last = file.read(BLOCK).rstrip()[-BYTES:]
    values = np.full((1, 2 * BYTES), NO_BYTE, np.int32)
    values[0, : len(first)] = list(first)
    values[0, 2 * BYTES - len(last):] = list(last)
    return values


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    program, files = os.path.abspath(sys.argv[1]), sys.argv[2:]
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "labels.txt")) as file:
        labels = file.read().split()
    width = max(map(len, files))
    with tempfile.TemporaryDirectory() as folder:
        for path in files:
            np.save(f"{folder}/bytes.npy", features(path))
            subprocess.run([program, "run", "--input", f"{folder}/bytes.npy", "--output-dir", folder],
                           check=True, stdout=subprocess.DEVNULL)
            scores = np.load(f"{folder}/target_label.npy").ravel()
            print(f"{path:{width}}  {labels[scores.argmax()]} ({100 * scores.max():.1f} %)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
