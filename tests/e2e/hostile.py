"""Models that are wrong in one way each. `models()` maps a name to a function that makes one."""

import os

import numpy as np
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64


def tensor(name, shape, kind=FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def constant(name, values, dtype=np.float32):
    return numpy_helper.from_array(np.asarray(values, dtype), name)


def node(op, inputs, outputs=("y",), **attributes):
    return helper.make_node(op, list(inputs), list(outputs), **attributes)


def model(nodes, inputs=None, outputs=None, initializers=(), opset=13, domain="", ir_version=8):
    graph = helper.make_graph(
        nodes, "hostile",
        [tensor("x", [1, 4, 8, 8])] if inputs is None else inputs,
        [tensor("y", None)] if outputs is None else outputs,
        list(initializers))
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid(domain, opset)])
    made.ir_version = ir_version
    return made


def graph_structure():
    """Graphs whose wiring is wrong."""
    relu = node("Relu", ["x"])
    return {
        "cycle of two nodes": model([node("Relu", ["b"], ["a"]), node("Relu", ["a"], ["b"]), relu]),
        "node that reads itself": model([node("Add", ["x", "y"])]),
        "cycle of a hundred nodes": model(
            [node("Relu", [f"v{(i - 1) % 100}"], [f"v{i}"]) for i in range(100)] + [node("Relu", ["v7"])]),
        "missing initializer": model([node("Conv", ["x", "weights"])]),
        "name defined twice": model([relu, node("Tanh", ["x"])]),
        "input defined again by a node": model([node("Relu", ["x"], ["x"]), relu]),
        "output that nothing defines": model([relu], outputs=[tensor("z", None)]),
        "no outputs": model([relu], outputs=[]),
        "no graph": helper.make_model(helper.make_graph([], "", [], [])),
        "empty output name": model([node("Relu", ["x"], [""])]),
        "unknown operator": model([node("Frobnicate", ["x"])]),
        "operator of an unknown domain": model([node("Relu", ["x"], domain="com.example")]),
        "operator set 0": model([relu], opset=0),
        "no operator set of the default domain": model([relu], domain="com.example"),
        "too few inputs": model([node("Add", ["x"])]),
        "too many inputs": model([node("Relu", ["x", "x", "x"])]),
        "too many outputs": model([node("Relu", ["x"], ["y", "z"])]),
        "no inputs where one is needed": model([node("Relu", [])]),
    }


def shapes():
    """Shapes that do not fit, are too large, or are not known."""
    relu = node("Relu", ["x"])
    conv = lambda shape, **a: model([node("Conv", ["x", "w"], **a)], initializers=[constant("w", np.ones(shape))])
    shaped = lambda shape: model([relu], [tensor("x", shape)])
    integers = lambda op, values, **a: model(
        [node(op, ["x", "k"], **a)], initializers=[constant("k", values, np.int64)])
    return {
        "huge dimensions": shaped([1 << 40, 1 << 40]),
        "element count that overflows to zero": shaped([1 << 32, 1 << 32]),
        "largest dimension": shaped([(1 << 63) - 1, 2]),
        "zero-size input": shaped([0, 3, 8, 8]),
        "filter of the wrong rank": conv([4, 4, 3]),
        "filter for other channels": conv([4, 3, 3, 3]),
        "zero-size filter": conv([4, 4, 0, 0]),
        "filter larger than its input": conv([4, 4, 9, 9]),
        "strides of zero": conv([4, 4, 3, 3], strides=[0, 0]),
        "negative strides": conv([4, 4, 3, 3], strides=[-1, -1]),
        "dilations of zero": conv([4, 4, 3, 3], dilations=[0, 0]),
        "groups of zero": conv([4, 4, 3, 3], group=0),
        "groups that do not divide": conv([4, 4, 3, 3], group=3),
        "too few pads": conv([4, 4, 3, 3], pads=[1]),
        "huge pads": conv([4, 4, 3, 3], pads=[1 << 62] * 4),
        "negative pads": conv([4, 4, 3, 3], pads=[-9] * 4),
        "kernel_shape that contradicts": conv([4, 4, 3, 3], kernel_shape=[5, 5]),
        "pooling of size zero": model([node("MaxPool", ["x"], kernel_shape=[0, 0])]),
        "pooling without a size": model([node("MaxPool", ["x"])]),
        "reshape to another count": integers("Reshape", [7, 7]),
        "reshape with two unknowns": integers("Reshape", [-1, -1]),
        "reshape that overflows": integers("Reshape", [1 << 33, 1 << 33, -1]),
        "expand to a huge shape": integers("Expand", [1 << 30, 1 << 30, 1, 1]),
        "tile a billion times": integers("Tile", [1 << 30, 1 << 30, 1, 1]),
        "negative tile": integers("Tile", [-1, 1, 1, 1]),
        "pad by a huge amount": integers("Pad", [1 << 60] * 8),
        "crop more than there is": integers("Pad", [-8] * 8),
        "unsqueeze one axis twice": integers("Unsqueeze", [0, 0]),
        "squeeze what is not one": integers("Squeeze", [1]),
        "matrices that do not fit": model([node("MatMul", ["x", "w"])], initializers=[constant("w", np.ones((3, 3)))]),
        "operands that do not broadcast": model(
            [node("Add", ["x", "w"])], initializers=[constant("w", np.ones(5))]),
        "concat of different shapes": model(
            [node("Concat", ["x", "w"], axis=1)], initializers=[constant("w", np.ones((1, 4, 7, 8)))]),
        "axis out of range": model([node("Softmax", ["x"], axis=7)]),
        "permutation with a repeat": model([node("Transpose", ["x"], perm=[0, 1, 1, 3])]),
        "split that does not add up": model(
            [node("Split", ["x", "k"], ["y", "z"], axis=1)], initializers=[constant("k", [1, 1], np.int64)]),
        "slice with step zero": model(
            [node("Slice", ["x", "s", "e", "a", "t"])],
            initializers=[constant(n, [v], np.int64) for n, v in (("s", 0), ("e", 4), ("a", 1), ("t", 0))]),
        "resize by a negative factor": model(
            [node("Resize", ["x", "", "s"])], initializers=[constant("s", [1, 1, -2, 2])]),
        "resize to a huge size": model(
            [node("Resize", ["x", "", "s"])], initializers=[constant("s", [1, 1, 1e30, 1e30])]),
        "resize by not-a-number": model(
            [node("Resize", ["x", "", "s"])], initializers=[constant("s", [1, 1, np.nan, 2])]),
        "constant of a huge shape": model(
            [node("ConstantOfShape", ["k"])], initializers=[constant("k", [1 << 20, 1 << 20, 1 << 20], np.int64)]),
        "range without end": model(
            [node("Range", ["a", "b", "c"])],
            initializers=[constant("a", 0.0), constant("b", 1e30), constant("c", 1.0)]),
        "recurrent weights of the wrong shape": model(
            [node("LSTM", ["x", "w", "r"], hidden_size=5)], [tensor("x", [2, 1, 3])],
            initializers=[constant("w", np.ones((1, 7, 3))), constant("r", np.ones((1, 20, 5)))]),
        "batch normalization of other channels": model(
            [node("BatchNormalization", ["x", "w", "w", "w", "w"])], initializers=[constant("w", np.ones(3))]),
    }


def unbound():
    """Models that could be compiled if the user bound what is open."""
    relu = node("Relu", ["x"])
    return {
        "symbolic dimension": model([relu], [tensor("x", ["batch", 3])]),
        "dimension without a name": model([relu], [tensor("x", [None, 3])]),
        "negative dimension": model([relu], [tensor("x", [1, -4, 8])]),
        "input without a shape": model([relu], [tensor("x", None)]),
    }


def types_and_data():
    """Attributes, element types and stored data that are wrong."""
    relu = node("Relu", ["x"])
    add = node("Add", ["x", "w"])

    def stored(**fields):
        made = TensorProto(name="w", dims=[4], data_type=FLOAT, raw_data=np.ones(4, np.float32).tobytes())
        for field, value in fields.items():
            made.ClearField(field)
            if isinstance(value, list):
                getattr(made, field).extend(value)
            else:
                setattr(made, field, value)
        return model([add], [tensor("x", [4])], initializers=[made])

    return {
        "attribute of the wrong type": model([node("Softmax", ["x"], axis="one")]),
        "attribute of the wrong kind of list": model([node("MaxPool", ["x"], kernel_shape=[1.5, 1.5])]),
        "attribute with an unknown value": model([node("AveragePool", ["x"], kernel_shape=[2, 2], auto_pad="SOME")]),
        "missing attribute": model([node("Cast", ["x"])]),
        "cast to a type that is not there": model([node("Cast", ["x"], to=999)]),
        "types that do not agree": model(
            [add], [tensor("x", [4])], initializers=[constant("w", np.ones(4), np.int64)]),
        "input of strings": model([relu], [tensor("x", [4], TensorProto.STRING)]),
        "input of an unknown type": model([relu], [tensor("x", [4], 999)]),
        "data shorter than its shape": stored(raw_data=b"\0" * 15),
        "data longer than its shape": stored(raw_data=b"\0" * 17),
        "no data": stored(raw_data=b""),
        "data of a negative shape": stored(dims=[-4]),
        "data of a huge shape": stored(dims=[1 << 62, 4]),
        "data of an unknown type": stored(data_type=999),
        "reciprocal of integer zero": model(
            [node("Div", ["a", "b"], ["q"]), node("Reshape", ["x", "q"])],
            initializers=[constant("a", [4], np.int64), constant("b", [0], np.int64)]),
        "smallest integer divided by minus one": model(
            [node("Div", ["a", "b"], ["q"]), node("Reshape", ["x", "q"])],
            initializers=[constant("a", [-(1 << 63)], np.int64), constant("b", [-1], np.int64)]),
    }


def external_data(folder):
    """Models with external data, written to `folder` by the caller as model.onnx."""

    def stored(**entries):
        made = TensorProto(name="w", dims=[4], data_type=FLOAT, data_location=TensorProto.EXTERNAL)
        for key, value in entries.items():
            made.external_data.add(key=key, value=value)
        return model([node("Add", ["x", "w"])], [tensor("x", [4])], initializers=[made])

    with open(os.path.join(folder, "short.bin"), "wb") as file:
        file.write(b"\0" * 8)
    link = os.path.join(folder, "link.bin")
    if not os.path.islink(link):
        os.symlink("/etc/passwd", link)
    return {
        "path to the parent folder": stored(location="../../../../../../etc/passwd"),
        "absolute path": stored(location="/etc/passwd"),
        "path that goes out and in": stored(location="a/../../b"),
        "link out of the folder": stored(location="link.bin"),
        "file that is not there": stored(location="nothing.bin"),
        "folder instead of a file": stored(location="."),
        "file that is too short": stored(location="short.bin"),
        "offset behind the end": stored(location="short.bin", offset="4096"),
        "negative offset": stored(location="short.bin", offset="-4"),
        "offset that overflows": stored(location="short.bin", offset=str((1 << 64) - 8)),
        "offset that is no number": stored(location="short.bin", offset="zero"),
        "no location": stored(),
        "device instead of a file": stored(location="/dev/zero"),
    }
