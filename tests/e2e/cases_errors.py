"""Bad input gives a coded error and exit status 2: no crash, no output file, no reading out of place."""

import os
import shutil

import numpy as np
import onnx

import hostile
from harness import Failure, Group


def groups(tools):
    return [files(tools), external(tools), unbound(tools), deep(tools), memory(tools)] + [
        built(tools, "graphs", hostile.graph_structure()),
        built(tools, "shapes", hostile.shapes()),
        built(tools, "types and data", hostile.types_and_data()),
    ]


def refuse(tools, path):
    """mlcc and mlcc --check refuse the file, and no program appears."""
    program = path + ".program"
    tools.expect_error(tools.mlcc, "--check", path)
    tools.expect_error(tools.mlcc, path, "-o", program)
    if os.path.exists(program):
        raise Failure(f"{program} was written")


def built(tools, kind, models):
    group = Group(f"hostile {kind}", independent=True)
    for i, (name, model) in enumerate(models.items()):
        @group.case(name)
        def _(i=i, model=model):
            path = tools.path("hostile", kind.replace(" ", "-"), f"{i}.onnx")
            onnx.save(model, path)
            refuse(tools, path)
    return group


def unbound(tools):
    """What is open is no fault of the model: --check lists it, compiling needs it."""
    group = Group("hostile unbound", independent=True)
    for name, model in hostile.unbound().items():
        @group.case(name)
        def _(name=name, model=model):
            path = tools.path("hostile", "unbound", name.replace(" ", "-") + ".onnx")
            onnx.save(model, path)
            if "unbound" not in tools.run(tools.mlcc, "--check", path):
                raise Failure("--check does not say what is open")
            tools.expect_error(tools.mlcc, path, "-o", path + ".program", codes="1020")

    @group.case("all dimensions are listed at once")
    def _():
        model = os.path.join(tools.data, "mobilenetv3-int8", "model.onnx")
        output = tools.expect_error(tools.mlcc, model, "-o", tools.path("hostile", "x"), codes="1020")
        for name in ("batch", "height", "width"):
            if f"'{name}'" not in output:
                raise Failure(f"'{name}' is not named:\n{output}")

    return group


def files(tools):
    """Files that are no complete model."""
    group = Group("hostile files", independent=True)
    with open(os.path.join(tools.data, "mnist-cnn", "model.onnx"), "rb") as file:
        good = file.read()
    random = np.random.default_rng(1)
    contents = {
        "empty file": b"",
        "text": b"This is not a model.\n" * 100,
        "tensor instead of a model": open(
            os.path.join(tools.data, "mnist-cnn", "test_data_set_0", "output_0.pb"), "rb").read(),
        "endless length field": b"\x3a" + b"\xff" * 9 + b"\x01",
        "nested a thousand times": nested(1000),
    }
    for share in (1, 10, 50, 90, 99):
        contents[f"truncated to {share} %"] = good[: len(good) * share // 100]
    for size in (1, 100, 10000):
        contents[f"{size} random bytes"] = random.bytes(size)

    for i, (name, data) in enumerate(contents.items()):
        @group.case(name)
        def _(i=i, data=data):
            path = tools.path("hostile", "files", f"{i}.onnx")
            with open(path, "wb") as file:
                file.write(data)
            refuse(tools, path)

    @group.case("file that is not there")
    def _():
        refuse(tools, tools.path("hostile", "files", "nothing.onnx"))

    @group.case("folder")
    def _():
        path = tools.path("hostile", "files", "folder.onnx", "")
        refuse(tools, path.rstrip("/"))

    @group.case("model with damaged bytes ends in order")
    def _():
        # Damage may leave a model that is valid, so either answer is right; a crash is not.
        for i in range(60):
            data = bytearray(good)
            for _ in range(3):
                data[random.integers(len(data) if i % 2 else 1500)] = random.integers(256)
            path = tools.path("hostile", "files", "damaged.onnx")
            with open(path, "wb") as file:
                file.write(data)
            try:
                tools.run(tools.mlcc, "--check", path)
            except Failure:
                tools.expect_error(tools.mlcc, "--check", path)

    return group


def nested(depth):
    """Bytes of a graph in an attribute of a graph in an attribute..., as protobuf fields."""
    data = b""

    def field(number, payload):
        length, size = b"", len(payload)
        while size >= 128:
            length += bytes([size % 128 + 128])
            size //= 128
        return bytes([number << 3 | 2]) + length + bytes([size]) + payload

    for _ in range(depth):
        data = field(1, field(5, field(6, data)))  # GraphProto.node, NodeProto.attribute, AttributeProto.g
    return field(7, data)  # ModelProto.graph


def external(tools):
    """External data that lies, or points out of the model's folder."""
    group = Group("hostile external data", independent=True)
    folder = tools.path("hostile", "external", "")
    for name, model in hostile.external_data(folder).items():
        @group.case(name)
        def _(name=name, model=model):
            path = os.path.join(folder, name.replace(" ", "-") + ".onnx")
            onnx.save(model, path)
            refuse(tools, path)
            if "root:" in tools.run(tools.mlcc, "--check", path, status=2):
                raise Failure("the content of a foreign file is shown")
    return group


def deep(tools):
    """A long chain is no problem: nothing recurses over the graph."""
    group = Group("long chain")

    @group.case("20000 nodes are checked")
    def _():
        nodes = [hostile.node("Relu", [f"v{i}" if i else "x"], [f"v{i + 1}"]) for i in range(20000)]
        path = tools.path("hostile", "chain.onnx")
        onnx.save(hostile.model(nodes, outputs=[hostile.tensor("v20000", [1, 4, 8, 8])]), path)
        tools.run(tools.mlcc, "--check", path, timeout=120)

    return group


def memory(tools):
    """No invalid access on the ways that bad input takes, as valgrind sees it."""
    group = Group("memory", independent=True)
    valgrind = shutil.which("valgrind")
    chosen = {
        "a good model": None,
        "cycle": hostile.graph_structure()["cycle of two nodes"],
        "missing initializer": hostile.graph_structure()["missing initializer"],
        "huge dimensions": hostile.shapes()["huge dimensions"],
        "data too short": hostile.types_and_data()["data shorter than its shape"],
    }
    for name, model in chosen.items():
        @group.case(f"valgrind finds nothing: {name}")
        def _(name=name, model=model):
            if valgrind is None:
                raise Failure("valgrind was not found. Install it with: apt-get install valgrind")
            path = os.path.join(tools.data, "mnist-cnn", "model.onnx")
            if model is not None:
                path = tools.path("hostile", "memory", name.replace(" ", "-") + ".onnx")
                onnx.save(model, path)
            tools.run(valgrind, "--quiet", "--error-exitcode=99", tools.mlcc, "--check", path,
                      status=2 if model is not None else 0, timeout=600)
    return group
