"""lit configuration of tests/lit: a test is a file with RUN lines.

Tools are found on PATH: mlcc, mlcc-opt, mlcc-dump and LLVM's FileCheck, not,
count and split-file. Substitutions beyond lit's own:
  %data     tests/data of the source tree (models and their test vectors)
  %source   root of the source tree
  %python   the Python interpreter (with numpy and onnx)
"""

import os

import lit.formats

config.name = "mlcc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.mlcc_build_dir, "tests", "lit")

config.environment["PATH"] = os.pathsep.join(
    [
        os.path.join(config.mlcc_build_dir, "bin"),
        config.llvm_tools_dir,
        os.environ["PATH"],
    ]
)
for name in ("HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

config.substitutions.append(("%data", os.path.join(config.mlcc_source_dir, "tests", "data")))
config.substitutions.append(("%source", config.mlcc_source_dir))
config.substitutions.append(("%python", config.python))
