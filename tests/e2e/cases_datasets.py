"""The examples on their data: what they learn is as good as what theory or experience says."""

import os
import re

import numpy as np
import onnx

from harness import Failure, Group

EXAMPLES = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples"))


def groups(tools):
    return [digits(tools), iris(tools), breast_cancer(tools), diabetes(tools), char_lstm(tools), transformer(tools)]


def data(name):
    return os.path.join(EXAMPLES, "data", name)


class Example:
    """One example, compiled; `train` and `eval` on one file."""

    def __init__(self, tools, name, file):
        self.tools, self.file = tools, data(file)
        self.program = tools.path("datasets", name, name)
        self.run = tools.path("datasets", name, "run")
        tools.run(tools.mlcc, os.path.join(EXAMPLES, "train", name + ".mlc.textproto"), "-o", self.program)

    def train(self, *options):
        """Returns the last line of the progress."""
        output = self.tools.run(self.program, "train", "--data", self.file, "--save", self.run, *options)
        return [line for line in output.splitlines() if line.startswith("epoch")][-1]

    def evaluate(self):
        return self.tools.run(self.program, "eval", "--data", self.file, "--load", self.run)


def number(name, text):
    """The number behind a name, as in 'loss 0.5'."""
    found = re.search(rf"\b{name} ([-+.\w]+)", text)
    if not found:
        raise Failure(f"no {name} in: {text}")
    return float(found.group(1))


def expect_below(bound, value, what):
    if not value <= bound:
        raise Failure(f"{what}: {value}, expected at most {bound}")


def expect_above(bound, value, what):
    if not value >= bound:
        raise Failure(f"{what}: {value}, expected at least {bound}")


def normalized(x):
    """With a column of ones."""
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    return np.hstack([x, np.ones([len(x), 1])])


def softmax_regression(x, y, classes, decay=1e-3, steps=5000, rate=0.5):
    """Loss and accuracy of multinomial logistic regression with a little weight decay, by gradient descent."""
    x, wanted = normalized(x.astype(np.float64)), np.eye(classes)[y]
    weight = np.zeros([x.shape[1], classes])
    for _ in range(steps):
        probability = np.exp(x @ weight)
        probability /= probability.sum(axis=1, keepdims=True)
        weight -= rate * (x.T @ (probability - wanted) / len(x) + decay * weight)
    return -np.log(probability[np.arange(len(y)), y]).mean(), (probability.argmax(axis=1) == y).mean()


def digits(tools):
    group = Group("datasets/digits")

    @group.case("98 of 100 unseen digits are read")
    def _():
        lenet = Example(tools, "lenet", "digits.npz")
        lenet.train("--epochs", "40")
        expect_above(0.98, number("accuracy", lenet.evaluate()), "accuracy on the test part")

    @group.case("the net is exported to ONNX, and computes the same")
    def _():
        program, run, exported = (tools.path("datasets", "lenet", name) for name in ("lenet", "run", "lenet.onnx"))
        tools.run(program, "export", "--load", run, "--output", exported)
        onnx.checker.check_model(onnx.load(exported), full_check=True)
        again = tools.path("datasets", "lenet", "again")
        tools.run(tools.mlcc, exported, "-o", again)
        picture = tools.path("datasets", "lenet", "x.npy")
        np.save(picture, np.load(data("digits.npz"))["x_test"][:64])
        results = []
        for command in ([program, "run", "--load", run], [again, "run"]):
            folder = tools.path("datasets", "lenet", f"output{len(results)}")
            tools.run(*command, "--input", f"x={picture}", "--output-dir", folder)
            results.append(np.load(os.path.join(folder, "probabilities.npy")))
        np.testing.assert_allclose(*results, rtol=1e-4, atol=1e-6)

    return group


def classifier(tools, name, classes, epochs):
    group = Group(f"datasets/{name}")

    @group.case("as good as logistic regression")
    def _():
        file = f"{name}.npz"
        samples = np.load(data(file))
        _, accuracy = softmax_regression(samples["x"], samples["y"], classes)
        example = Example(tools, name, file)
        example.train("--epochs", str(epochs))
        expect_above(accuracy - 0.01, number("accuracy", example.evaluate()), "accuracy")

    return group


def iris(tools):
    return classifier(tools, "iris", 3, 100)


def breast_cancer(tools):
    return classifier(tools, "breast_cancer", 2, 40)


def diabetes(tools):
    group = Group("datasets/diabetes")

    @group.case("as good as least squares")
    def _():
        samples = np.load(data("diabetes.npz"))
        x, y = normalized(samples["x"].astype(np.float64)), samples["y"].astype(np.float64)
        least = ((x @ np.linalg.lstsq(x, y, rcond=None)[0] - y) ** 2).mean()
        example = Example(tools, "diabetes", "diabetes.npz")
        example.train("--epochs", "100")
        loss = number("loss", example.evaluate())
        expect_below(1.01 * least, loss, "mean square error")
        expect_above(0.999 * least, loss, "mean square error (nothing is better than least squares)")

    return group


def language_model(tools, name, epochs):
    group = Group(f"datasets/{name}")

    @group.case("less than 1.8 nats a character of unseen Shakespeare")
    def _():
        model = Example(tools, name, "tinyshakespeare.txt")
        progress = model.train("--epochs", str(epochs), "--validation", "0.05", "--threads", "1")
        expect_below(1.8, number("loss", progress.split("validation")[1]), "nats per character")

    @group.case("writes")
    def _():
        run, program = tools.path("datasets", name, "run"), tools.path("datasets", name, name)
        write = [program, "generate", "--load", run, "--prompt", "ROMEO:", "--length", "300", "--seed", "1"]
        text = tools.run(*write)
        words = re.findall(r"[a-z]+", text.lower())
        with open(data("tinyshakespeare.txt")) as file:
            known = set(re.findall(r"[a-z]+", file.read().lower()))
        expect_above(0.5, np.mean([word in known for word in words]), f"part of known words in: {text}")
        if tools.run(*write) != text:
            raise Failure("the same seed gives another text")

    return group


def char_lstm(tools):
    return language_model(tools, "char_lstm", 1)


def transformer(tools):
    return language_model(tools, "transformer", 2)
