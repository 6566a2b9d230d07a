"""Every model compiles and gives ONNX Runtime's outputs, at one and at two threads."""

import glob
import os
import shutil

import numpy as np
import onnx
from onnx import numpy_helper

import models
import vectors
from harness import Failure, Group

# Trained models: what must be bound to compile them, and the tolerance where it
# is not the usual one. One quantization step of the int8 model's output is 0.0842.
TRAINED = {
    "cct-transformer": {},
    "dtln-noise-1": {},
    "face-rfb-320": {},
    "face-yunet": {},
    "fastestdet": {},
    "magika-bytes": {"bind": ["--dim", "unk__214=1"]},
    "mnist-cnn": {},
    "mobilenetv3-int8": {
        "bind": ["--dim", "batch=1", "--dim", "height=224", "--dim", "width=224"],
        "tolerance": ["--rtol", "0", "--atol", "0.0843"],
    },
    "silero-vad-16k": {"bind": ["--dim", "batch=1", "--dim", "sequence=576", "--bind", "sr=16000"]},
    "super-resolution": {},
}

LIGHT = ["bvlc_alexnet", "densenet121", "inception_v1", "inception_v2", "resnet50",
         "shufflenet", "squeezenet", "vgg19", "zfnet512"]

USUAL = ["--rtol", "1e-3", "--atol", "1e-6"]


def groups(tools):
    made = [
        made_model(tools, "bert", models.bert, models.bert_inputs),
        made_model(tools, "lstm-classifier", models.lstm_classifier, models.lstm_inputs),
    ]
    return made + [light(tools, name) for name in LIGHT] + [
        trained(tools, name, **options) for name, options in TRAINED.items()]


def trained(tools, name, bind=(), tolerance=USUAL):
    group = Group(f"trained/{name}")
    model = os.path.join(tools.data, name, "model.onnx")
    add_cases(group, tools, lambda: model, name, bind, tolerance, os.path.join(tools.data, name))
    return group


def light(tools, name):
    group = Group(f"light/{name}")
    source = os.path.join(tools.data, "light", name)

    @group.case("compiles as it is")
    def _():
        program = tools.path(name, "light")
        tools.run(tools.mlcc, os.path.join(source, "light.onnx"), "-o", program)
        os.remove(program)

    def derive():
        path = tools.path(name, "derived.onnx")
        models.light_with_weights(os.path.join(source, "light.onnx"), path)
        return path

    add_cases(group, tools, derive, name, (), USUAL, source)
    return group


def made_model(tools, name, make, inputs):
    group = Group(f"made/{name}")

    def write_model():
        path = tools.path(name, "model.onnx")
        make(path)
        return path

    source = os.path.join(tools.data, name)
    add_cases(group, tools, write_model, name, (), ["--rtol", "1e-4", "--atol", "1e-5"], source, inputs)
    return group


def add_cases(group, tools, model, name, bind, tolerance, expected, inputs=None):
    """The cases that all models share. `model` gives the path of the file; `expected` is the
    folder of the test sets; `inputs` makes the inputs by name where they are not drawn."""
    program = tools.path(name, "program")

    @group.case("compiles")
    def _():
        path = model()
        tools.run(tools.mlcc, path, "-o", program, *bind)
        for stored in sorted(glob.glob(os.path.join(expected, "test_data_set_*"))):
            complete_test_set(path, stored, tools.path(name, os.path.basename(stored), ""), inputs)
        if path.startswith(tools.work):
            os.remove(path)

    for threads in (1, 2):
        @group.case(f"agrees with ONNX Runtime at {threads} thread{'s' * (threads > 1)}")
        def _(threads=threads):
            for folder in sorted(glob.glob(tools.path(name, "test_data_set_*"))):
                tools.run(program, "verify", folder, "--threads", threads, *tolerance)

    @group.case("notices a wrong output")
    def _():
        folder = sorted(glob.glob(tools.path(name, "test_data_set_*")))[0]
        wrong = tools.path(name, "wrong", "")
        shutil.copytree(folder, wrong, dirs_exist_ok=True)
        path = os.path.join(wrong, "output_0.pb")
        tensor = load_tensor(path)
        values = numpy_helper.to_array(tensor).copy()
        values.flat[values.size // 2] += 1
        save_tensor(path, values, tensor.name)
        tools.run(program, "verify", wrong, *tolerance, status=1)

    @group.case("describes itself and is timed")
    def _():
        info = tools.run(program, "info")
        for value in onnx_outputs(os.path.join(expected, "test_data_set_*")):
            if value not in info:
                raise Failure(f"output '{value}' is not in:\n{info}")
        timing = tools.run_json(program, "bench", "--threads", 1, "--seconds", 0.2, "--warmup", 0, "--json")
        if not timing["median_seconds"] > 0:
            raise Failure(f"no median in {timing}")
        os.remove(program)


def complete_test_set(model, stored, folder, inputs):
    """Copies a test set and adds the inputs that are not stored with it."""
    shutil.copytree(stored, folder, dirs_exist_ok=True)
    if glob.glob(os.path.join(folder, "input_*")):
        return
    graph = onnx.load(model, load_external_data=False).graph
    weights = {initializer.name for initializer in graph.initializer}
    signature = [value for value in graph.input if value.name not in weights]
    if inputs is None:
        shapes = [[d.dim_value for d in value.type.tensor_type.shape.dim] for value in signature]
        values = vectors.model_inputs(shapes, int(stored.rsplit("_", 1)[1]))
    else:
        values = [inputs()[value.name] for value in signature]
    for i, (value, array) in enumerate(zip(signature, values)):
        save_tensor(os.path.join(folder, f"input_{i}.pb"), array, value.name)


def onnx_outputs(pattern):
    folder = sorted(glob.glob(pattern))[0]
    return [load_tensor(path).name for path in glob.glob(os.path.join(folder, "output_*.pb"))]


def load_tensor(path):
    tensor = onnx.TensorProto()
    with open(path, "rb") as file:
        tensor.ParseFromString(file.read())
    return tensor


def save_tensor(path, array, name):
    with open(path, "wb") as file:
        file.write(numpy_helper.from_array(np.ascontiguousarray(array), name).SerializeToString())
