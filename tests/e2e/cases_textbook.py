"""Numbers of textbooks, from compiled descriptions: the tables of tests/unit/textbook, whose form Table.h there says."""

import glob
import os
import re

import numpy as np

import native
from harness import Failure, Group

FOLDER = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "unit", "textbook"))


def groups(tools):
    return [topic(tools, os.path.basename(path)[:-len(".table")]) for path in sorted(glob.glob(FOLDER + "/*.table"))]


def paragraphs(path):
    """Title -> rows, without those that compile other sizes or only look at shapes."""
    found, title = {}, None
    with open(path) as file:
        for line in map(str.strip, file):
            if line.startswith("#"):
                title = line[1:].strip()
                found[title] = []
            elif line:
                found[title].append(line)
    return {title: rows for title, rows in found.items()
            if not any(row.startswith(("dimension ", "shape ")) for row in rows)}


def number(word):
    numerator, _, denominator = word.partition("/")
    return float(numerator) / float(denominator or 1)


def tolerance(word, rounded):
    if not rounded or "." not in word:
        return 1e-9 * abs(number(word)) + 1e-12
    digits, _, exponent = word.partition("e")
    return 0.5001 * 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2]))


def entries(text):
    """(name, numbers, tolerances) of "x = 1 2/3; y ~ 0.667"."""
    for part in filter(None, map(str.strip, text.split(";"))):
        name, sign, words = re.fullmatch(r"([^=~]+?)\s*([=~])\s*(.*)", part).groups()
        words = words.split()
        yield name, np.array([number(w) for w in words]), np.array([tolerance(w, sign == "~") for w in words])


def check(name, values, wanted, tolerances):
    values = np.asarray(values, np.float64).reshape(-1)
    if len(wanted) not in (1, len(values)):
        raise Failure(f"{name} has {len(values)} elements, not {len(wanted)}")
    if not np.all(np.abs(values - wanted) <= tolerances):
        raise Failure(f"{name} is {values}, not {wanted}")


def run_row(model, row):
    if row.startswith("set "):
        for name, values, _ in entries(row[len("set "):]):
            model[name] = values.reshape(model[name].shape) if len(values) > 1 else values[0]
        return
    call, _, expected = row.partition("->")
    function, _, given = call.partition(":")
    times, function = re.fullmatch(r"(\d*)\s*(\w+)\s*", function).groups()
    inputs = {tensor.name: tensor for tensor in model.functions[function][1]}
    arrays = {name: np.full(inputs[name].shape, values[0]) if len(values) == 1 else values
              for name, values, _ in entries(given)}
    if "sample_count" in inputs:
        arrays["sample_count"] = next(iter(inputs.values())).shape[0]
    for _ in range(int(times or 1)):
        results = model.run(function, **arrays)
    for name, wanted, tolerances in entries(expected):
        check(name, results[name] if name in results else model[name], wanted, tolerances)


def topic(tools, name):
    group = Group(f"textbook/{name}")
    library = tools.path("textbook", name + ".so")

    @group.case("compiles")
    def _():
        tools.run(tools.mlcc, f"{FOLDER}/{name}.mlc.textproto", "--dtype", "f64", "--emit=shared", "-o", library)

    for title, rows in paragraphs(f"{FOLDER}/{name}.table").items():
        @group.case(title)
        def _(rows=rows):
            model = native.Model(library, name)
            for variable in model.variables:
                model[variable] = 0
            for row in rows:
                run_row(model, row)
            model.close()

    return group
