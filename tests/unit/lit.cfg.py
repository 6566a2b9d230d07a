"""lit configuration of tests/unit: every program named *Tests is a GoogleTest."""

import os

import lit.formats

config.name = "mlcc-unit"
config.test_format = lit.formats.GoogleTest("bin", "Tests")
config.suffixes = []
config.test_source_root = os.path.join(config.mlcc_build_dir, "tests", "unit")
config.test_exec_root = config.test_source_root

for name in ("HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS"):
    if name in os.environ:
        config.environment[name] = os.environ[name]
