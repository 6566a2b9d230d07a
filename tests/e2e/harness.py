"""Running cases: a group is a list of cases in order, groups run side by side."""

import concurrent.futures
import json
import os
import re
import subprocess
import sys
import threading
import time


class Failure(Exception):
    """A claim that does not hold; the text says which and shows the evidence."""


class Tools:
    """The build under test and a folder for what tests make."""

    def __init__(self, build, work):
        self.mlcc = os.path.join(build, "bin", "mlcc")
        self.work = work
        self.data = os.path.normpath(os.path.join(os.path.dirname(__file__), "..", "data"))
        self._lock, self._digits = threading.Lock(), None

    def path(self, *names):
        """A path below the work folder, whose parent exists."""
        path = os.path.join(self.work, *names)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def digits(self):
        """The program of the model of digits, which several groups use."""
        with self._lock:
            if self._digits is None:
                program = self.path("digits", "digits")
                self.run(self.mlcc, os.path.join(self.data, "mnist-cnn", "model.onnx"), "-o", program)
                self._digits = program
            return self._digits

    def run(self, *command, status=0, timeout=600, stderr=subprocess.STDOUT):
        """Runs a command that must end with `status`; returns stdout and stderr as one text."""
        command = [str(word) for word in command]
        shown = " ".join(command)
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=stderr,
                                  timeout=timeout, errors="replace")
        except subprocess.TimeoutExpired:
            raise Failure(f"no end after {timeout} s: {shown}") from None
        except OSError as error:
            raise Failure(f"cannot run {shown}: {error}") from None
        if done.returncode != status:
            raise Failure(f"exit status {done.returncode}, expected {status}: {shown}\n"
                          + _tail(done.stdout))
        return done.stdout

    def run_json(self, *command):
        """Runs a command that writes JSON to stdout; returns what it says."""
        output = self.run(*command, stderr=subprocess.PIPE)
        try:
            return json.loads(output)
        except ValueError as error:
            raise Failure(f"no JSON ({error}): {' '.join(map(str, command))}\n" + _tail(output)) from None

    def expect_error(self, *command, codes="[12]...", timeout=120):
        """Runs a command on bad input: exit status 2 and a coded error, nothing worse."""
        output = self.run(*command, status=2, timeout=timeout)
        if not re.search(rf"MLCC-{codes}: \S", output):
            raise Failure(f"no error with a code MLCC-{codes}: {' '.join(map(str, command))}\n" + _tail(output))
        return output


class Group:
    """Cases that build on one another: after one fails, the rest fail unrun. Cases of an
    independent group do not."""

    def __init__(self, name, independent=False):
        self.name, self.independent, self.cases = name, independent, []

    def case(self, name):
        """Decorator that adds a function as the next case."""

        def add(function):
            self.cases.append((f"{self.name}: {name}", function))
            return function

        return add


def run_groups(groups, jobs, results_file):
    """Runs all groups; returns whether every case passed."""
    results, lock, start = [], threading.Lock(), time.monotonic()
    total = sum(len(group.cases) for group in groups)

    def report(name, seconds, error):
        with lock:
            results.append({"name": name, "passed": error is None, "seconds": round(seconds, 3)})
            if sys.stderr.isatty():
                print(f"\r\033[K[{len(results)}/{total}] {name[:90]}", end="", file=sys.stderr, flush=True)
            if error is not None:
                clear = "\r\033[K" if sys.stderr.isatty() else ""
                print(f"{clear}FAIL: {name}\n  " + str(error).replace("\n", "\n  "), file=sys.stderr, flush=True)
            elif not sys.stderr.isatty() and len(results) % 25 == 0:
                print(f"[{len(results)}/{total}]", file=sys.stderr, flush=True)

    def run_cases(cases):
        broken = None
        for name, function in cases:
            begin = time.monotonic()
            error = None
            if broken is not None:
                error = f"not run, because this failed: {broken}"
            else:
                try:
                    function()
                except Exception as exception:  # A broken test is a failed test.
                    error = exception if isinstance(exception, Failure) else repr(exception)
                    broken = name
            report(name, time.monotonic() - begin, error)

    chains = []
    for group in groups:
        chains += [[case] for case in group.cases] if group.independent else [group.cases]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        list(pool.map(run_cases, chains))
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)

    passed = sum(result["passed"] for result in results)
    if results_file:
        with open(results_file, "w") as file:
            json.dump({"passed": passed, "failed": len(results) - passed, "tests": results}, file, indent=1)
    print(f"End-to-end cases: {passed} passed, {len(results) - passed} failed in {time.monotonic() - start:.0f} s")
    return passed == len(results)


def _tail(text, lines=25):
    return "\n".join(text.splitlines()[-lines:])
