#!/usr/bin/env python3
"""Adds the results of test suites up: summary.py FOLDER SUITE...

Each suite is FOLDER/SUITE.json, by lit (--output) or by tests/e2e. A suite without
results counts as one failure. The last line is "N passed, N failed".
"""

import json
import os
import sys

# lit's codes of results; what was not run (SKIPPED, UNSUPPORTED, EXCLUDED) is neither.
PASSED = {"PASS", "XFAIL", "FLAKYPASS"}
FAILED = {"FAIL", "XPASS", "UNRESOLVED", "TIMEOUT"}


def count(path):
    """(passed, names of failed) in one file of results."""
    with open(path) as file:
        results = json.load(file)
    tests = [(test["name"], test.get("code", "PASS" if test.get("passed") else "FAIL"))
             for test in results["tests"]]
    return (sum(code in PASSED for _, code in tests),
            [name for name, code in tests if code in FAILED])


def main():
    folder, suites = sys.argv[1], sys.argv[2:]
    total, failed = 0, []
    for suite in suites:
        try:
            passed, names = count(os.path.join(folder, suite + ".json"))
            if passed + len(names) == 0:
                names = ["no test ran"]
        except (OSError, ValueError, KeyError) as error:
            passed, names = 0, [f"no results: {error}"]
        print(f"{suite:5} {passed} passed, {len(names)} failed")
        total += passed
        failed += [f"{suite}: {name}" for name in names]
    for name in failed:
        print(f"failed: {name}")
    print(f"{total} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
