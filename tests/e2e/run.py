#!/usr/bin/env python3
"""End-to-end tests: the real tools on real models, made models and hostile files.

  tests/e2e/run.py --build build                    all
  tests/e2e/run.py --build build --filter mnist     groups whose name contains 'mnist'

Needs numpy and onnx (Debian: python3-numpy python3-onnx).
"""

import argparse
import os
import re
import sys
import tempfile

sys.dont_write_bytecode = True

import cases_curves  # noqa: E402
import cases_datasets  # noqa: E402
import cases_errors  # noqa: E402
import cases_examples  # noqa: E402
import cases_loops  # noqa: E402
import cases_models  # noqa: E402
import cases_onnx_training  # noqa: E402
import cases_textbook  # noqa: E402
import cases_tools  # noqa: E402
import cases_training  # noqa: E402
from harness import Tools, run_groups  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True, help="build folder, with bin/mlcc in it")
    parser.add_argument("--filter", default="", help="run only groups whose name matches this expression")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="groups to run side by side")
    parser.add_argument("--results", help="file to write the results to, as JSON")
    parser.add_argument("--keep", help="folder for what tests make; stays there (default: temporary)")
    parser.add_argument("--list", action="store_true", help="list the cases and exit")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="mlcc-e2e-") as temporary:
        tools = Tools(os.path.abspath(options.build), os.path.abspath(options.keep or temporary))
        groups = [group
                  for module in (cases_models, cases_tools, cases_loops, cases_training, cases_onnx_training, cases_curves,
                                 cases_examples, cases_datasets, cases_errors, cases_textbook)
                  for group in module.groups(tools)
                  if re.search(options.filter, group.name)]
        if options.list:
            print("\n".join(name for group in groups for name, _ in group.cases))
            return 0
        if not groups:
            parser.error(f"no group's name matches '{options.filter}'")
        return 0 if run_groups(groups, options.jobs, options.results) else 1


if __name__ == "__main__":
    sys.exit(main())
