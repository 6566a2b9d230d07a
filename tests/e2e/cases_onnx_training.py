"""ONNX files that are trained further and written back: against numpy, and with onnx's own checker."""

import os
import re
import subprocess

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from harness import Failure, Group


def groups(tools):
    return [last_layer(tools), whole_model(tools), errors(tools)]


def initializers(path):
    model = onnx.load(path)
    onnx.checker.check_model(model)
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}


def expect_only_changed(before, after, names):
    """Two files are the same but for the elements of these initializers."""
    old, new = onnx.load(before), onnx.load(after)
    for model in (old, new):
        for tensor in model.graph.initializer:
            if tensor.name in names:
                for field in ("raw_data", "float_data"):
                    tensor.ClearField(field)
    if old.SerializeToString() != new.SerializeToString():
        raise Failure(f"more than {names} is different in {after}")
    if os.path.getsize(before) != os.path.getsize(after):
        raise Failure("the size is different")


#===----------------------------------------------------------------------===#
# The last layer of a model of digits
#===----------------------------------------------------------------------===#

def last_layer(tools):
    group = Group("training/onnx/last layer")
    source = os.path.join(tools.data, "mnist-cnn", "model.onnx")
    program = tools.path("training", "onnx", "digits")
    folder = os.path.dirname(program)
    data, trained = os.path.join(folder, "data.npz"), os.path.join(folder, "trained.onnx")
    random = np.random.default_rng(0)
    labels = random.integers(0, 10, 64)
    strokes = random.normal(size=(10, 1, 28, 28)).clip(0)
    images = ((strokes[labels] + 0.1 * random.normal(size=(64, 1, 28, 28))) * 50).astype(np.float32)
    layer = ("Parameter193", "Parameter194")

    def train(run, *options):
        return tools.run(program, "train", "--data", data, "--save", os.path.join(folder, run), "--overwrite",
                         "--threads", "1", *options)

    def export(run, path):
        tools.run(program, "export", "--load", os.path.join(folder, run), "--onnx", source, "--output", path)
        return initializers(path)

    @group.case("compiles with a loss and an optimizer")
    def _():
        np.savez(data, Input3=images, labels=labels)
        tools.run(tools.mlcc, source, "--train", "--loss", "softmax_cross_entropy:Plus214_Output_0,labels",
                  "--optimizer", "sgd:lr=0.00002", "--trainable", "Parameter19?", "-o", program)

    @group.case("a step is numpy's")
    def _():
        # What the layers before give, by the model cut off there.
        model = onnx.load(source)
        cut = "Pooling160_Output_0_reshape0"
        del model.graph.output[:]
        model.graph.output.append(helper.make_tensor_value_info(cut, TensorProto.FLOAT, [1, 256]))
        front = os.path.join(folder, "front")
        onnx.save(model, front + ".onnx")
        tools.run(tools.mlcc, front + ".onnx", "-o", front)
        np.save(front + ".npy", images[:1])
        tools.run(front, "run", "--input", front + ".npy", "--output-dir", front + "-out")
        features = np.load(os.path.join(front + "-out", cut + ".npy")).astype(np.float64)

        before = initializers(source)
        weight, bias = (before[name].astype(np.float64) for name in layer)
        logits = features @ weight.reshape(256, 10) + bias
        delta = np.exp(logits - logits.max())
        delta /= delta.sum()
        delta[0, labels[0]] -= 1
        train("one", "--no-shuffle", "--max-steps", "1")
        after = export("one", os.path.join(folder, "one.onnx"))
        rate = 0.00002
        np.testing.assert_allclose(after[layer[0]], weight - rate * (features.T @ delta).reshape(weight.shape),
                                   rtol=1e-4, atol=1e-7)
        np.testing.assert_allclose(after[layer[1]], bias - rate * delta, rtol=1e-5, atol=1e-8)
        for name in before:
            if name not in layer:
                np.testing.assert_array_equal(after[name], before[name])

    @group.case("the loss falls")
    def _():
        train("run", "--epochs", "10")
        before = tools.run_json(program, "eval", "--data", data, "--load", os.path.join(folder, "one"), "--json")
        after = tools.run_json(program, "eval", "--data", data, "--load", os.path.join(folder, "run"), "--json")
        if not (after["loss"] < 0.5 * before["loss"] and after["accuracy"] > 0.8):
            raise Failure(f"{before} became {after}")

    @group.case("the model that is written back predicts the same")
    def _():
        export("run", trained)
        expect_only_changed(source, trained, layer)
        predictions = os.path.join(folder, "predictions.npz")
        tools.run(program, "predict", "--data", data, "--load", os.path.join(folder, "run"), "--output", predictions)
        expected = np.load(predictions)["Plus214_Output_0"]
        compiled = os.path.join(folder, "trained")
        tools.run(tools.mlcc, trained, "-o", compiled)
        for i in (0, 17, 63):
            np.save(compiled + ".npy", images[i:i + 1])
            tools.run(compiled, "run", "--input", compiled + ".npy", "--output-dir", compiled + "-out")
            got = np.load(os.path.join(compiled + "-out", "Plus214_Output_0.npy"))
            np.testing.assert_allclose(got[0], expected[i], rtol=1e-4, atol=1e-4 * abs(expected).max())

    @group.case("another model is not written")
    def _():
        other = os.path.join(folder, "other.onnx")
        model = onnx.load(source)
        for tensor in model.graph.initializer:
            if tensor.name == layer[1]:
                tensor.name = "renamed"
        onnx.save(model, other)
        arguments = [program, "export", "--load", os.path.join(folder, "run"), "--output",
                     os.path.join(folder, "refused.onnx"), "--onnx"]
        tools.expect_error(*arguments, other, codes="5115")
        for tensor in model.graph.initializer:
            if tensor.name == "renamed":
                tensor.name = layer[1]
                del tensor.dims[:]
                tensor.dims.append(10)
        onnx.save(model, other)
        tools.expect_error(*arguments, other, codes="5115")
        with open(source, "rb") as file, open(other, "wb") as target:
            target.write(file.read()[:-900])
        tools.expect_error(*arguments, other, codes="5104")
        if os.path.exists(os.path.join(folder, "refused.onnx")):
            raise Failure("a file was written")

    @group.case("damaged files are refused or copied, nothing worse")
    def _():
        chance = np.random.default_rng(3)
        with open(source, "rb") as file:
            original = file.read()
        damaged, written = os.path.join(folder, "damaged.onnx"), os.path.join(folder, "written.onnx")
        for attempt in range(60):
            content = bytearray(original[:chance.integers(len(original))] if attempt % 2 else original)
            # Lengths and keys lie around names.
            anchor = content.find(b"Parameter19", chance.integers(len(content) // 2 + 1))
            for at in chance.integers(max(anchor - 40, 0), max(anchor + 40, 1), size=3 if anchor > 0 else 0):
                if at < len(content):
                    content[at] = chance.integers(256)
            with open(damaged, "wb") as file:
                file.write(content)
            done = subprocess.run([program, "export", "--load", os.path.join(folder, "run"), "--onnx", damaged,
                                   "--output", written], capture_output=True, timeout=60, text=True)
            if done.returncode not in (0, 2) or (done.returncode == 2 and "MLCC-51" not in done.stderr):
                raise Failure(f"attempt {attempt}: exit status {done.returncode}\n{done.stderr}")

    return group


#===----------------------------------------------------------------------===#
# All layers, batch normalization with fixed statistics
#===----------------------------------------------------------------------===#

def normalized_model(path):
    """Convolution, batch normalization, a linear layer and a softmax; weights as raw bytes."""
    random = np.random.default_rng(1)
    weights = {"conv.weight": random.normal(size=(4, 1, 3, 3)) / 3, "norm.scale": random.uniform(0.5, 1.5, 4),
               "norm.bias": random.normal(size=4), "norm.mean": random.normal(size=4) / 4,
               "norm.variance": random.uniform(0.5, 1.5, 4), "fc.weight": random.normal(size=(3, 4)),
               "fc.bias": np.zeros(3), "factor": np.array(2.0)}
    nodes = [helper.make_node("Conv", ["x", "conv.weight"], ["c"], name="conv", pads=[1, 1, 1, 1]),
             helper.make_node("BatchNormalization", ["c"] + [name for name in weights if "norm" in name], ["n"],
                              name="norm"),
             helper.make_node("Relu", ["n"], ["r"]),
             helper.make_node("Mul", ["r", "factor"], ["f"]),
             helper.make_node("GlobalAveragePool", ["f"], ["p"]),
             helper.make_node("Flatten", ["p"], ["v"]),
             helper.make_node("Gemm", ["v", "fc.weight", "fc.bias"], ["logits"], name="fc", transB=1),
             helper.make_node("Softmax", ["logits"], ["probabilities"])]
    graph = helper.make_graph(
        nodes, "normalized", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 1, 6, 6])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 3])],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    onnx.checker.check_model(model)
    onnx.save(model, path)


def whole_model(tools):
    group = Group("training/onnx/all layers")
    source = tools.path("training", "onnx-all", "model.onnx")
    folder = os.path.dirname(source)
    program, trained = os.path.join(folder, "model"), os.path.join(folder, "trained.onnx")
    data, run = os.path.join(folder, "data.npz"), os.path.join(folder, "run")
    layers = ("conv.weight", "norm.scale", "norm.bias", "fc.weight", "fc.bias")

    @group.case("the weights of layers are trained, on a value that is no output")
    def _():
        normalized_model(source)
        random = np.random.default_rng(2)
        labels = random.integers(0, 3, 50)
        images = random.normal(size=(50, 1, 6, 6)) * (labels.reshape(-1, 1, 1, 1) + 0.5)
        np.savez(data, x=images.astype(np.float32), labels=labels)
        tools.run(tools.mlcc, source, "--dim", "n=8", "--train", "--loss", "cross_entropy:logits,labels",
                  "--optimizer", "adam:lr=0.02", "-o", program)
        tools.run(program, "train", "--data", data, "--save", run, "--overwrite", "--epochs", "60",
                  "--threads", "1")
        values = tools.run_json(program, "eval", "--data", data, "--load", run, "--json")
        if not values["loss"] < 0.6:
            raise Failure(f"{values}")

    @group.case("statistics stay as they are, and the model is valid")
    def _():
        tools.run(program, "export", "--load", run, "--onnx", source, "--output", trained)
        expect_only_changed(source, trained, layers)
        before, after = initializers(source), initializers(trained)
        for name in layers:
            if np.array_equal(before[name], after[name]):
                raise Failure(f"{name} was not trained")

    @group.case("the model that is written back predicts the same")
    def _():
        predictions = os.path.join(folder, "predictions.npz")
        tools.run(program, "predict", "--data", data, "--load", run, "--output", predictions)
        compiled = os.path.join(folder, "trained")
        tools.run(tools.mlcc, trained, "--dim", "n=50", "-o", compiled)
        np.save(compiled + ".npy", np.load(data)["x"])
        tools.run(compiled, "run", "--input", compiled + ".npy", "--output-dir", compiled + "-out")
        np.testing.assert_allclose(np.load(os.path.join(compiled + "-out", "probabilities.npy")),
                                   np.load(predictions)["probabilities"], rtol=1e-4, atol=1e-6)

    @group.case("gradients agree with differences, and the tolerance counts")
    def _():
        options = (source, "--dim", "n=4", "--train", "--loss", "cross_entropy:logits,labels", "--gradcheck")
        text = tools.run(tools.mlcc, *options)
        for name in layers:
            if not re.search(rf"^ok +{name} .* (conv|norm|fc)$", text, re.MULTILINE):
                raise Failure(f"{name}:\n{text}")
        text = tools.run(tools.mlcc, *options, "--gradcheck-tolerance", "1e-30", status=1)
        if "MLCC-3001" not in text or "WRONG" not in text:
            raise Failure(text)

    @group.case("a target may be an input, and a loss a regression")
    def _():
        tools.run(tools.mlcc, source, "--dim", "n=8", "--train", "--loss", "mse:r,wanted", "--optimizer", "sgd",
                  "--trainable", "conv.*", "-o", program + "-mse")
        text = tools.run(program + "-mse", "info")
        if "wanted: f32 8x4x6x6" not in text:
            raise Failure(text)

    return group


def errors(tools):
    group = Group("training/onnx/errors", independent=True)
    model = tools.path("training", "onnx-errors", "model.onnx")
    normalized_model(model)

    def refuse(codes, *options):
        output = tools.expect_error(tools.mlcc, model, "--dim", "n=4", *options, "-o", model + ".out")
        for code in codes:
            if f"MLCC-{code}: " not in output:
                raise Failure(f"no MLCC-{code}:\n{output}")

    @group.case("all that is wrong is said at once")
    def _():
        refuse(["1042", "1050"], "--train", "--loss", "mse:nothing,y", "--optimizer", "adm", "--trainable", "fd.*")

    @group.case("fields of optimizers")
    def _():
        for optimizer in ("adam:nothing=1", "adam:lr", "adam:lr=x y", "adam:lr=-1", "sgd:lr=1,lr=2", "sgd:lr=1e999"):
            refuse(["1050"], "--train", "--loss", "mse:logits,y", "--optimizer", optimizer)

    @group.case("statistics are not trained")
    def _():
        refuse(["1050"], "--train", "--loss", "mse:logits,y", "--trainable", "norm.mean")

    @group.case("shapes and types that do not fit")
    def _():
        refuse(["2001"], "--train", "--loss", "mse:logits,x")
        refuse(["2002"], "--train", "--loss", "cross_entropy:logits,x")

    @group.case("names that are taken")
    def _():
        refuse(["1043"], "--train", "--loss", "mse:logits,fc.weight")

    @group.case("options without their companions")
    def _():
        refuse(["1030"], "--train")
        refuse(["1030"], "--loss", "mse:logits,y")
        refuse(["1030"], "--train", "--loss", "mse:logits")
        refuse(["1030"], "--train", "--loss", "mse:logits,y", "--trainable", "[")

    return group
