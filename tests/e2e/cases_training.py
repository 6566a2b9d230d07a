"""Variables and the training program, on modules written by hand: against numpy, killed and resumed, on bad data."""

import glob
import gzip
import json
import os
import random
import re
import signal
import struct
import subprocess
import time

import numpy as np

import native
from harness import Failure, Group

PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs")
EXAMPLES = os.path.normpath(os.path.join(PROGRAMS, "..", "..", "..", "examples"))
# How often the kill test kills; more on request.
KILLS = int(os.environ.get("MLCC_KILLS", "4"))


def groups(tools):
    return [library(tools), program(tools), lenet(tools), text(tools)]


#===----------------------------------------------------------------------===#
# Variables through the C API
#===----------------------------------------------------------------------===#

def run(model, function, *inputs):
    """Calls a function with inputs in their order; gives the outputs in theirs."""
    names = [tensor.name for tensor in model.functions[function][1]]
    return model.run(function, **dict(zip(names, inputs))).values()


def library(tools):
    group = Group("training/library")
    path = tools.path("training", "library", "libcounter.so")
    linear = tools.path("training", "library", "liblinear.so")

    @group.case("modules with several functions become libraries")
    def _():
        tools.run(tools.mlcc, os.path.join(PROGRAMS, "counter.mlir"), "--emit=shared", "-o", path)
        tools.run(tools.mlcc, os.path.join(PROGRAMS, "linear.mlir"), "--emit=shared", "-o", linear)
        with open(os.path.join(os.path.dirname(linear), "linear.h")) as file:
            header = file.read()
        for part in ("linear_train_step", "linear_initialize", "LINEAR_VARIABLE_W_MOMENTUM 2"):
            if part not in header:
                raise Failure(f"'{part}' is not in the header:\n{header}")

    @group.case("a counter and a sum live from call to call")
    def _():
        model = native.Model(path, "counter")
        values = np.random.default_rng(0).normal(size=(7, 5))
        for i, x in enumerate(values):
            mean, = run(model, "accumulate", x)
            np.testing.assert_allclose(mean, values[:i + 1].mean(axis=0), rtol=1e-12)
        np.testing.assert_equal(model["count"], 7)
        np.testing.assert_allclose(model["sum"], values.sum(axis=0), rtol=1e-12)

    @group.case("two variables change places")
    def _():
        model = native.Model(path, "counter")
        first, second = np.float32([1, 2]), np.float32([3, 4])
        model["first"], model["second"] = first, second
        model.run("swap")
        np.testing.assert_equal(model["first"], second)
        np.testing.assert_equal(model["second"], first)

    @group.case("gradient descent agrees with numpy")
    def _():
        model = native.Model(linear, "linear")
        run(model, "initialize", 3)
        reference = LinearModel(seed=3)
        data = np.random.default_rng(1)
        for step in range(30):
            x = data.normal(size=(8, 3)).astype(np.float32)
            y, count = data.normal(size=8).astype(np.float32), step % 8 + 1
            loss, _ = run(model, "train_step", x, y, count)
            np.testing.assert_allclose(loss, reference.step(x[:count], y[:count]), rtol=1e-4)
        np.testing.assert_allclose(model["w"][:, 0], reference.w, rtol=1e-4)
        np.testing.assert_allclose(model["b"][0], reference.b, rtol=1e-3)
        np.testing.assert_allclose(model["w.momentum"][:, 0], reference.mw, rtol=1e-3)
        np.testing.assert_equal(model["step"], 30)

    return group


class LinearModel:
    """What programs/linear.mlir computes."""

    def __init__(self, seed, rate=0.05):
        self.w, self.b = np.array([0.01, -0.02, 0.03]) * seed, 0.0
        self.mw, self.mb, self.rate = np.zeros(3), 0.0, rate

    def error(self, x, y):
        return x.astype(np.float64) @ self.w + self.b - y

    def loss(self, x, y):
        return np.mean(self.error(x, y) ** 2)

    def step(self, x, y):
        loss, d = self.loss(x, y), 2 * self.error(x, y) / len(y)
        self.mw, self.mb = 0.9 * self.mw + d @ x, 0.9 * self.mb + d.sum()
        self.w, self.b = self.w - self.rate * self.mw, self.b - self.rate * self.mb
        return loss


#===----------------------------------------------------------------------===#
# The program
#===----------------------------------------------------------------------===#

def safetensors(path):
    """Tensors and metadata of a file, by its specification alone."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    kinds = {"F32": np.float32, "F64": np.float64, "I64": np.int64}
    metadata = header.pop("__metadata__")
    return {name: np.frombuffer(data[slice(*entry["data_offsets"])], kinds[entry["dtype"]]).reshape(entry["shape"])
            for name, entry in header.items()}, metadata


def log_lines(folder):
    """Lines of a run's log without the times."""
    with open(os.path.join(folder, "log.csv")) as file:
        return [line.split(",")[:3] + line.split(",")[4:] for line in file.read().splitlines()]


def expect_same_run(expected, got):
    (a, meta_a), (b, meta_b) = (safetensors(os.path.join(folder, "last.safetensors")) for folder in (expected, got))
    for name in a:
        if a[name].tobytes() != b[name].tobytes():
            raise Failure(f"'{name}' differs: {a[name]} and {b[name]}")
    for key in ("epoch", "batch", "step", "seed", "sums", "samples"):
        if meta_a[key] != meta_b[key]:
            raise Failure(f"'{key}' differs: {meta_a[key]} and {meta_b[key]}")
    if log_lines(expected) != log_lines(got):
        raise Failure(f"the logs of {expected} and {got} differ")


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def events(path):
    """Records of a TensorBoard file, their checksums checked."""
    def masked(data):
        crc = crc32c(data)
        return ((crc >> 15 | crc << 17) + 0xa282ead8) & 0xffffffff

    with open(path, "rb") as file:
        data = file.read()
    records = []
    while data:
        size, check = struct.unpack("<QI", data[:12])
        record = data[12:12 + size]
        if check != masked(data[:8]) or struct.unpack("<I", data[12 + size:16 + size])[0] != masked(record):
            raise Failure("a checksum is wrong")
        records.append(record)
        data = data[16 + size:]
    return records


def program(tools):
    group = Group("training/program")
    folder = tools.path("training", "")
    linear = os.path.join(folder, "linear")
    data = os.path.join(folder, "data.npz")
    draw = np.random.default_rng(0)
    x = draw.normal(size=(100, 3)).astype(np.float32)
    y = (x @ np.float32([1, -2, 0.5]) + 0.25).astype(np.float32)

    def train(run, *options, status=0, epochs=6):
        return tools.run(linear, "train", "--data", data, "--epochs", epochs, "--threads", 1, "--save",
                         os.path.join(folder, run), *options, status=status)

    @group.case("compiles")
    def _():
        tools.run(tools.mlcc, os.path.join(PROGRAMS, "linear.mlir"), "-o", linear)
        np.savez_compressed(data, x_train=x[:77], y_train=y[:77].astype(np.float64), x_test=x[77:], y_test=y[77:])
        for command in ("train", "eval", "predict", "export"):
            if f"{linear.rsplit('/')[-1]} {command}" not in tools.run(linear, command, "--help"):
                raise Failure(f"the help of {command} has no example")

    @group.case("steps agree with numpy, the last short batch included")
    def _():
        train("ordered", "--no-shuffle", "--seed", 2, epochs=2)
        reference = LinearModel(seed=2)
        with open(os.path.join(folder, "ordered", "log.csv")) as file:
            rows = [line.split(",") for line in file.read().splitlines()[1:]]
        rows_of = {split: [row for row in rows if row[0] == split] for split in ("train", "validation")}
        for i, row in enumerate(rows_of["train"]):
            batch = slice(i % 10 * 8, min(i % 10 * 8 + 8, 77))
            np.testing.assert_allclose(float(row[4]), reference.step(x[batch], y[batch]), rtol=1e-3)
        np.testing.assert_allclose(float(rows_of["validation"][-1][4]), reference.loss(x[77:], y[77:]), rtol=1e-3)
        variables, metadata = safetensors(os.path.join(folder, "ordered", "last.safetensors"))
        np.testing.assert_allclose(variables["w"][:, 0], reference.w, rtol=1e-4)
        if variables["step"] != 20 or json.loads(metadata["roles"])["w.momentum"] != "optimizer":
            raise Failure(f"{variables} {metadata}")

    @group.case("evaluates, predicts and exports what it has learned")
    def _():
        train("full", epochs=40)
        run = os.path.join(folder, "full")
        values = tools.run_json(linear, "eval", "--data", data, "--load", run, "--json")
        if values["samples"] != 23 or values["loss"] > 1e-3:
            raise Failure(f"not learned: {values}")
        out = os.path.join(folder, "predictions.npz")
        tools.run(linear, "predict", "--data", data, "--load", run, "--output", out)
        np.testing.assert_allclose(np.load(out)["y"], y[77:], atol=0.05)
        for name in ("weights.npz", "weights.safetensors"):
            path = os.path.join(folder, name)
            tools.run(linear, "export", "--load", run, "--output", path)
            weights = np.load(path) if name.endswith(".npz") else safetensors(path)[0]
            if sorted(weights) != ["b", "w"]:
                raise Failure(f"{name} has {sorted(weights)}")
            np.testing.assert_allclose(weights["w"][:, 0], [1, -2, 0.5], atol=0.05)
        again = tools.run_json(linear, "eval", "--data", data, "--load", os.path.join(folder, "weights.safetensors"),
                               "--json")
        if again != values:
            raise Failure(f"the exported weights give {again}, not {values}")

    @group.case("resumed runs are the same to the last bit")
    def _():
        train("whole", "--validation", 0.2)
        train("parts", "--validation", 0.2, epochs=2)
        train("parts", "--validation", 0.2, "--resume", "--max-steps", 29)
        train("parts", "--validation", 0.2, "--resume")
        expect_same_run(os.path.join(folder, "whole"), os.path.join(folder, "parts"))

    @group.case("a signal saves and stops")
    def _():
        train("steady", "--max-steps", 60000, epochs=100000)
        process = subprocess.Popen([linear, "train", "--data", data, "--epochs", "100000", "--threads", "1",
                                    "--max-steps", "60000", "--save", os.path.join(folder, "signalled")],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        wait_for_steps(process, os.path.join(folder, "signalled"))
        process.send_signal(signal.SIGINT)
        errors = process.communicate(timeout=60)[1].decode()
        if process.returncode == 0:
            raise Failure("the run was over before the signal came")
        if process.returncode != 130 or "--resume goes on" not in errors:
            raise Failure(f"exit status {process.returncode}: {errors}")
        train("signalled", "--max-steps", 60000, "--resume", epochs=100000)
        expect_same_run(os.path.join(folder, "steady"), os.path.join(folder, "signalled"))

    @group.case(f"killed {KILLS} times, it goes on from the last checkpoint")
    def _():
        chance, kills = random.Random(5), 0
        run, goal = os.path.join(folder, "killed"), 5000 + 3000 * KILLS
        train("short", "--max-steps", goal, epochs=100000)
        command = [linear, "train", "--data", data, "--epochs", "100000", "--threads", "1", "--max-steps", str(goal),
                   "--save", run, "--save-every", "7"]
        for attempt in range(10 + 10 * KILLS):
            process = subprocess.Popen(command + ["--resume"] * (attempt > 0), stdout=subprocess.DEVNULL,
                                       stderr=subprocess.PIPE)
            if attempt == 0:
                wait_for_steps(process, run)
            if kills < KILLS:
                time.sleep(chance.uniform(0, 0.3))
                process.kill()
            errors = process.communicate(timeout=300)[1].decode()
            if process.returncode == -signal.SIGKILL:
                kills += 1
                safetensors(os.path.join(run, "last.safetensors"))
            elif process.returncode == 0:
                break
            else:
                raise Failure(f"exit status {process.returncode}: {errors}")
        if kills < KILLS / 2:
            raise Failure(f"only {kills} kills hit a run")
        expect_same_run(os.path.join(folder, "short"), run)

    @group.case("logs are what their formats say")
    def _():
        logs = os.path.join(folder, "logs")
        train("logged", "--log", logs + "/a.jsonl", "--log", logs + "/a.csv", "--log", logs + "/board", "--report",
              logs + "/a.svg", epochs=2)
        with open(logs + "/a.jsonl") as file:
            lines = [json.loads(line) for line in file]
        if [line["step"] for line in lines if line["split"] == "train"] != list(range(1, 21)):
            raise Failure(f"steps are missing: {lines}")
        losses = {line["step"]: line["loss"] for line in lines if line["split"] == "train"}
        table = np.genfromtxt(logs + "/a.csv", delimiter=",", names=True, dtype=None, encoding=None)
        np.testing.assert_allclose([row["loss"] for row in table if row["split"] == "train"], list(losses.values()))
        records = events(glob.glob(logs + "/board/events.out.tfevents.*")[0])
        if b"brain.Event:2" not in records[0] or len(records) != 1 + 20 + 2:
            raise Failure(f"{len(records)} records")
        at = records[1].index(b"train/loss")
        np.testing.assert_allclose(struct.unpack("<f", records[1][at + 11:at + 15])[0], losses[1], rtol=1e-6)
        if b"validation/loss" not in records[11]:
            raise Failure("no validation after the first epoch")
        for name in (logs + "/a.svg", os.path.join(folder, "logged", "report.html")):
            with open(name) as file:
                if "<polyline" not in file.read():
                    raise Failure(f"{name} has no curve")

    @group.case("reads what numpy and others write")
    def _():
        expected = None
        np.save(os.path.join(folder, "x.npy"), np.asfortranarray(x))
        np.save(os.path.join(folder, "y.npy"), y)
        np.savez(os.path.join(folder, "named.npz"), a=x, y=y)
        np.savetxt(os.path.join(folder, "t.csv"), np.column_stack([y, x]), delimiter=",", header="y,a,b,c", comments="",
                   fmt="%.9g")
        with gzip.open(os.path.join(folder, "x.idx.gz"), "wb") as file:
            file.write(b"\0\0\x0d\x02" + struct.pack(">2I", *x.shape) + x.astype(">f4").tobytes())
        for files in (["x=x.npy", "y=y.npy"], ["x=named.npz:a", "y=named.npz"], ["t.csv"], ["x=x.idx.gz", "y=y.npy"]):
            arguments = [word for file in files for word in ("--data", re.sub("^([xy]=)?", rf"\g<1>{folder}", file))]
            values = tools.run_json(linear, "eval", *arguments, "--load", os.path.join(folder, "full"), "--json")
            expected = expected or values
            if values["samples"] != 100 or abs(values["loss"] - expected["loss"]) > 1e-9:
                raise Failure(f"{files}: {values}, not {expected}")

    @group.case("bad data is refused before the first step")
    def _():
        def refuse(code, arrays, *options):
            path = os.path.join(folder, "bad.npz")
            np.savez(path, **arrays)
            run = os.path.join(folder, "refused")
            output = tools.expect_error(linear, "train", "--data", path, "--save", run, *options, codes=code)
            if os.path.exists(run):
                raise Failure(f"a run was begun:\n{output}")

        damaged = x.copy()
        damaged[3, 1] = np.nan
        refuse("5113", {"x": damaged, "y": y})
        refuse("5112", {"x": x[:, :2], "y": y})
        refuse("5112", {"x": x, "y": y[:99]})
        refuse("5111", {"x": x})
        refuse("5111", {"x": x[:0], "y": y[:0]})
        refuse("5112", {"x": x, "y": y}, "--validation", "0.001")
        refuse("5101", {"x": x, "y": y}, "--validation", "1.5")
        refuse("5102", {"x": x, "y": y}, "--validation", os.path.join(folder, "none.npz"))
        refuse("5117", {"x": x, "y": y}, "--set", "temperature=1")
        refuse("5102", {"x": x, "y": y}, "--load", os.path.join(folder, "none.safetensors"))
        refuse("5104", {"x": x, "y": y}, "--load", data)

    @group.case("checkpoints of other runs are refused")
    def _():
        np.savez(os.path.join(folder, "fewer.npz"), x=x[:50], y=y[:50])
        run = os.path.join(folder, "whole")
        tools.expect_error(linear, "train", "--data", os.path.join(folder, "fewer.npz"), "--save", run, "--resume",
                           codes="5115")
        tools.expect_error(linear, "train", "--data", data, "--save", os.path.join(folder, "nowhere"), "--resume",
                           codes="5102")
        tools.expect_error(linear, "train", "--data", data, "--resume", codes="5101")
        if "--overwrite" not in tools.expect_error(linear, "train", "--data", data, "--save", run, codes="5101"):
            raise Failure("--overwrite is not named")
        weights = os.path.join(folder, "weights.safetensors")
        copy = tools.path("training", "foreign", "last.safetensors")
        with open(weights, "rb") as source, open(copy, "wb") as target:
            target.write(source.read())
        tools.expect_error(linear, "train", "--data", data, "--save", os.path.dirname(copy), "--resume", codes="5115")

    @group.case("a loss that is no number ends the run, with the step")
    def _():
        output = train("diverged", "--lr", 1e18, status=2, epochs=50)
        if not re.search(r"MLCC-5116: the loss of step \d+ \(epoch \d+, batch \d+\) is (nan|inf)", output):
            raise Failure(output)
        if not np.isfinite(safetensors(os.path.join(folder, "diverged", "last.safetensors"))[0]["w"]).all():
            raise Failure("the checkpoint is damaged")
        bad = tools.path("training", "wide.npz")
        np.savez(bad, x=np.full((20, 3), 1e25, np.float32), y=np.zeros(20, np.float32))
        output = tools.run(linear, "train", "--data", bad, "--find-nan", status=2)
        if not re.search(r"the loss of step 1 .* is inf; the first of it is in '[^']+', step \d+ of \d+ ", output):
            raise Failure(output)

    @group.case("learning rate and seed are the user's")
    def _():
        train("rate", "--lr", 0.125, "--seed", 9, epochs=1)
        variables, metadata = safetensors(os.path.join(folder, "rate", "last.safetensors"))
        if variables["learning_rate"] != 0.125 or metadata["seed"] != "9":
            raise Failure(f"{variables} {metadata}")

    @group.case("functions are run, measured and described by name")
    def _():
        if "function train_step" not in tools.run(linear, "info"):
            raise Failure("info does not name the functions")
        tools.run(linear, "bench", "--function", "train_step", "--seconds", 0.01, "--warmup", 0)
        tools.run(linear, "profile", "--function", "loss", "--seconds", 0.01)
        tools.expect_error(linear, "run", "--function", "none", codes="5110")
        tools.expect_error(tools.digits(), "train", "--data", data, codes="5110")

    return group


def lenet(tools):
    """A network with convolutions, dropout and Adam, made of a description."""
    group = Group("training/lenet")
    program, data = tools.path("training", "lenet", "lenet"), tools.path("training", "lenet", "patterns.npz")
    draw = np.random.default_rng(3)
    labels = draw.integers(0, 10, size=500)
    pictures = draw.normal(size=(10, 1, 8, 8))[labels] + 0.5 * draw.normal(size=(500, 1, 8, 8))

    def run_in(name, *options, **keywords):
        return tools.run(program, "train", "--data", data, "--threads", 1, "--save",
                         tools.path("training", "lenet", name), *options, **keywords)

    @group.case("compiles")
    def _():
        tools.run(tools.mlcc, os.path.join(EXAMPLES, "train", "lenet.mlc.textproto"), "-o", program)
        np.savez(data, x=pictures.astype(np.float32), y=labels)
        if "y: i64 64 (512 B), from 0 to 9" not in tools.run(program, "info"):
            raise Failure("the range of the labels is not known")

    @group.case("learns ten patterns")
    def _():
        run_in("learned", "--epochs", 8, "--validation", 0.2)
        values = tools.run_json(program, "eval", "--data", data, "--load", tools.path("training", "lenet", "learned"),
                                "--json")
        if values["accuracy"] < 0.97:
            raise Failure(f"not learned: {values}")

    @group.case("untrained weights are told of, trained ones are not")
    def _():
        learned = tools.path("training", "lenet", "learned")
        for command, function in (("predict", "predict"), ("eval", "loss")):
            output = tools.run(program, command, "--data", data)
            if (f"warning: '{function}' runs with untrained weights: no file gave 10 of its 10 parameters" not in output
                    or "give --load RUN" not in output):
                raise Failure(output)
            if "warning" in tools.run(program, command, "--data", data, "--load", learned):
                raise Failure(f"{command} warns of weights that were loaded")

    @group.case("resumed in the middle of an epoch, it is the same to the last bit")
    def _():
        run_in("whole", "--epochs", 3)
        run_in("parts", "--epochs", 3, "--max-steps", 11)
        run_in("parts", "--epochs", 3, "--resume")
        expect_same_run(tools.path("training", "lenet", "whole"), tools.path("training", "lenet", "parts"))

    @group.case("evaluation leaves the random state alone")
    def _():
        run_in("validated", "--epochs", 3, "--validation", data)
        whole, validated = (safetensors(tools.path("training", "lenet", name, "last.safetensors"))[0]
                            for name in ("whole", "validated"))
        for name in whole:
            if whole[name].tobytes() != validated[name].tobytes():
                raise Failure(f"'{name}' differs")

    @group.case("a label out of range is refused, with its sample")
    def _():
        wrong = labels.copy()
        wrong[123] = 10
        path = tools.path("training", "lenet", "wrong.npz")
        np.savez(path, x=pictures.astype(np.float32), y=wrong)
        output = tools.expect_error(program, "train", "--data", path, codes="5113")
        if "sample 123 (counted from 0) has 10 in 'y', which must be from 0 to 9" not in output:
            raise Failure(output)

    return group


def text(tools):
    """A model of the next character, which knows nothing but the last one."""
    group = Group("training/text")
    program, corpus = tools.path("training", "text", "bigram"), tools.path("training", "text", "cats.txt")
    run = tools.path("training", "text", "run")
    draw = random.Random(1)
    sentences = "".join(draw.choice(["the cat sat. ", "a d\u00f6g ran. "]) for _ in range(600))

    @group.case("compiles")
    def _():
        tools.run(tools.mlcc, os.path.join(PROGRAMS, "bigram.mlc.textproto"), "-o", program)
        with open(corpus, "w", encoding="utf-8") as file:
            file.write(sentences)

    @group.case("learns as much as there is to know")
    def _():
        tools.run(program, "train", "--data", corpus, "--vocabulary", "char", "--epochs", 20, "--save", run)
        pairs, counts = {}, {}
        for first, second in zip(sentences, sentences[1:]):
            pairs[first, second] = pairs.get((first, second), 0) + 1
            counts[first] = counts.get(first, 0) + 1
        entropy = -sum(n * np.log(n / counts[first]) for (first, _), n in pairs.items()) / (len(sentences) - 1)
        loss = tools.run_json(program, "eval", "--data", corpus, "--load", run, "--json")["loss"]
        if not entropy - 0.01 < loss < entropy + 0.03:
            raise Failure(f"a loss of {loss}; the entropy is {entropy}")

    @group.case("generates text of the characters that it has learned")
    def _():
        written = [tools.run(program, "generate", "--load", run, "--prompt", "the ", "--length", 200, "--seed", seed)
                   for seed in (1, 1, 2)]
        if written[0] != written[1] or written[0] == written[2]:
            raise Failure(f"the seed does not decide: {written}")
        if not written[0].startswith("the ") or len(written[0]) != 205 or set(written[0].strip()) - set(sentences):
            raise Failure(written[0])
        pairs = set(zip(sentences, sentences[1:]))
        likely = sum(pair in pairs for pair in zip(written[0], written[0][1:]))
        if likely < 195:
            raise Failure(f"only {likely} of 204 pairs of characters are in the text: {written[0]}")
        tools.run(program, "generate", "--load", run, "--prompt", "c", "--length", 3, "--temperature", 0)
        tools.expect_error(program, "generate", "--load", run, "--prompt", "X", codes="5113")

    @group.case("another text's characters are refused")
    def _():
        other = tools.path("training", "text", "other.txt")
        with open(other, "w") as file:
            file.write("the fox jumps over the lazy cat " * 10)
        tools.expect_error(program, "eval", "--data", other, "--load", run, codes="5113")
        tools.expect_error(program, "train", "--data", corpus, codes="5113")  # Bytes: the model has room for 32.

    return group


def wait_for_steps(process, run):
    """Until the first epochs are in the log."""
    path = os.path.join(run, "log.csv")
    for _ in range(3000):
        if os.path.exists(path) and os.path.getsize(path) > 1000:
            return
        if process.poll() is not None:
            raise Failure(f"the run ended early: {process.communicate()[1].decode()}")
        time.sleep(0.01)
    raise Failure("the run does not begin")
