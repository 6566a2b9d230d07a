"""The tools' own promises: examples, kinds of output, help, and bad input to a compiled program."""

import os
import re
import shutil

import numpy as np

from harness import Failure, Group

EXAMPLES = os.path.normpath(os.path.join(os.path.dirname(__file__), "..", "..", "examples"))


def groups(tools):
    return [digits(tools), filetype(tools), outputs(tools), dump(tools), arguments(tools), bad_inputs(tools)]


def digits(tools):
    group = Group("example digits", independent=True)
    for name in ("three", "six", "seven"):
        @group.case(f"reads the {name}")
        def _(name=name):
            output = tools.run(tools.digits(), "run", "--input", os.path.join(EXAMPLES, "digits", name + ".png"),
                               "--top", 3, "--labels", os.path.join(EXAMPLES, "digits", "labels.txt"))
            words = [w for w in re.findall(r"[a-z]+", output) if w in
                     "zero one two three four five six seven eight nine".split()]
            if not words or words[0] != name:
                raise Failure(f"not '{name}':\n{output}")

    return group


def filetype(tools):
    group = Group("example filetype")

    @group.case("knows what files are")
    def _():
        program = tools.path("filetype", "filetype")
        tools.run(tools.mlcc, os.path.join(tools.data, "magika-bytes", "model.onnx"), "--dim", "unk__214=1",
                  "-o", program)
        root = os.path.dirname(EXAMPLES)
        kinds = {
            "README.md": "markdown",
            "quickstart": "shell",
            "CMakeLists.txt": "cmake",
            "tests/e2e/run.py": "python",
            "examples/digits/three.png": "png",
            "tests/data/mnist-cnn/model.onnx": "onnx",
        }
        paths = {os.path.join(root, path): kind for path, kind in kinds.items()}
        paths[program] = "elf"
        output = tools.run(os.path.join(EXAMPLES, "filetype", "filetype.py"), program, *paths)
        for path, kind in paths.items():
            if not re.search(rf"^{re.escape(path)} +{kind} \(", output, re.MULTILINE):
                raise Failure(f"{path} is not seen as {kind}:\n{output}")

    return group


def outputs(tools):
    """--emit makes what it says, and an application can use it."""
    group = Group("kinds of output", independent=True)
    model = os.path.join(tools.data, "mnist-cnn", "model.onnx")

    for kind, file, magic in (("shared", "libdigits.so", b"\x7fELF"), ("static", "libdigits.a", b"!<arch>"),
                              ("object", "digits.o", b"\x7fELF")):
        @group.case(f"--emit={kind} writes a library and a header")
        def _(kind=kind, file=file, magic=magic):
            path = tools.path("emit", kind, file)
            tools.run(tools.mlcc, model, f"--emit={kind}", "-o", path)
            with open(path, "rb") as library:
                if not library.read(8).startswith(magic):
                    raise Failure(f"{path} is no {kind} output")
            headers = [name for name in os.listdir(os.path.dirname(path)) if name.endswith(".h")]
            if len(headers) != 1:
                raise Failure(f"one header expected, found {headers}")
            compiler = shutil.which("clang-22") or shutil.which("cc")
            include = os.path.join(os.path.dirname(EXAMPLES), "runtime", "include")
            for language in ("c", "c++"):
                tools.run(compiler, "-fsyntax-only", "-Wall", "-Werror", f"-I{include}", "-include",
                          os.path.join(os.path.dirname(path), headers[0]), "-x", language, "/dev/null")

    @group.case("the same input gives the same program")
    def _():
        second = tools.path("emit", "again", "digits")
        tools.run(tools.mlcc, model, "-o", second)
        with open(tools.digits(), "rb") as a, open(second, "rb") as b:
            if a.read() != b.read():
                raise Failure("two compilations differ")

    @group.case("a program needs nothing of LLVM, MLIR or protobuf")
    def _():
        needed = tools.run("ldd", tools.digits())
        if re.search("LLVM|MLIR|protobuf|gomp|dnnl", needed):
            raise Failure(needed)

    return group


def dump(tools):
    group = Group("mlcc-dump", independent=True)
    model = os.path.join(tools.data, "mnist-cnn", "model.onnx")
    program = os.path.join(os.path.dirname(tools.mlcc), "mlcc-dump")

    for stage, content in (("import", r"nn\.conv"), ("graph", r"nn\.conv"), ("fuse", r"dnn\.convolution"),
                           ("layout", r"#dnn\.layout"), ("kernels", r"dnn\.convolution|rt\.launch"), ("plan", r"rt\.program")):
        @group.case(f"shows the module after {stage}")
        def _(stage=stage, content=content):
            text = tools.run(program, model, f"--stage={stage}")
            if not re.search(content, text):
                raise Failure(f"no {content} in:\n{text[:3000]}")
            if len(text) > 100_000:
                raise Failure(f"{len(text)} characters: weights are not elided")

    @group.case("draws the graph")
    def _():
        if not re.search(r"^digraph", tools.run(program, model, "--format=dot"), re.MULTILINE):
            raise Failure("no digraph")

    return group


def arguments(tools):
    """Options that are wrong, and help that helps."""
    group = Group("command lines", independent=True)
    model = os.path.join(tools.data, "mnist-cnn", "model.onnx")
    bad = {
        "unknown option": [model, "--frobnicate"],
        "no model": [],
        "shape of an unknown input": [model, "-o", tools.path("x"), "--shape", "nothing=1x2"],
        "shape that contradicts": [model, "-o", tools.path("x"), "--shape", "Input3=1x1x29x28"],
        "shape that is no shape": [model, "-o", tools.path("x"), "--shape", "Input3=1xtwo"],
        "unknown dimension": [model, "-o", tools.path("x"), "--dim", "nothing=4"],
        "dimension of zero": [model, "-o", tools.path("x"), "--dim", "nothing=0"],
        "unknown stage": [model, "--stop-after=nothing"],
        "unknown kind of output": [model, "--emit=nothing"],
        "unknown CPU": [model, "-o", tools.path("x"), "--mcpu=nothing"],
    }
    for name, words in bad.items():
        @group.case(name)
        def _(words=words):
            tools.run(tools.mlcc, *words, status=2)

    @group.case("output folder that is not there")
    def _():
        output = tools.run(tools.mlcc, model, "-o", tools.path("x", "").rstrip("/") + "/no/where", status=1)
        if "MLCC-4" not in output:
            raise Failure(output)

    @group.case("docs/errors.md is the catalogue of errors")
    def _():
        with open(os.path.join(os.path.dirname(EXAMPLES), "docs", "errors.md")) as file:
            if file.read() != tools.run(tools.mlcc, "--list-errors=markdown"):
                raise Failure("it is not: mlcc --list-errors=markdown > docs/errors.md")

    for tool in ("mlcc", "mlcc-dump", "mlcc-opt"):
        @group.case(f"{tool} --help shows an example")
        def _(tool=tool):
            text = tools.run(os.path.join(os.path.dirname(tools.mlcc), tool), "--help")
            if tool != "mlcc-opt" and ".onnx" not in text:
                raise Failure(f"no worked example in:\n{text}")

    return group


def bad_inputs(tools):
    """A compiled program refuses files that are not what its model needs."""
    group = Group("inputs of a program", independent=True)
    def npy(**changes):
        array = np.zeros(changes.get("shape", (1, 1, 28, 28)), changes.get("dtype", np.float32))
        path = tools.path("inputs", "array.npy")
        np.save(path, array)
        with open(path, "rb") as file:
            return file.read()

    good = npy()
    contents = {
        "wrong shape.npy": npy(shape=(1, 3, 28, 28)),
        "wrong type.npy": npy(dtype=np.complex64),
        "zero size.npy": npy(shape=(0, 1, 28, 28)),
        "truncated.npy": good[: len(good) // 2],
        "header only.npy": good[:40],
        "huge shape.npy": good.replace(b"(1, 1, 28, 28)", b"(1 << 62, 9, 9)"),
        "overflow.npy": good.replace(b"(1, 1, 28, 28)", b"(4294967296,4294967296)"),
        "negative.npy": good.replace(b"(1, 1, 28, 28)", b"(-1, -1, 28,28)"),
        "random.npy": np.random.default_rng(2).bytes(1000),
        "empty.npy": b"",
        "empty.pb": b"",
        "random.pb": np.random.default_rng(3).bytes(1000),
        "random.npz": b"PK\3\4" + np.random.default_rng(4).bytes(1000),
        "random.png": b"\x89PNG\r\n\x1a\n" + np.random.default_rng(5).bytes(1000),
        "random.jpg": b"\xff\xd8\xff\xe0" + np.random.default_rng(6).bytes(1000),
        "unknown.xyz": b"what is this",
    }
    for name, data in contents.items():
        @group.case(name)
        def _(name=name, data=data):
            path = tools.path("inputs", name)
            with open(path, "wb") as file:
                file.write(data)
            tools.expect_error(tools.digits(), "run", "--input", path, codes="5...")

    @group.case("file that is not there")
    def _():
        tools.expect_error(tools.digits(), "run", "--input", tools.path("inputs", "nothing.npy"), codes="5...")

    @group.case("no input")
    def _():
        tools.expect_error(tools.digits(), "run", codes="5...")

    @group.case("unknown option")
    def _():
        tools.run(tools.digits(), "run", "--frobnicate", status=2)

    return group
