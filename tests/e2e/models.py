"""Models that are made rather than stored: their weights come from seeded generators.

  light_with_weights   a 'light' model of the ONNX repository (its weights are
                       ConstantOfShape nodes) with random weights instead
  bert                 a 12-layer encoder of BERT-base's size, in the pieces
                       that exporters write (LayerNorm and GELU taken apart)
  lstm_classifier      embedding, two LSTM layers (the second bidirectional), classifier

tests/data holds what ONNX Runtime computed for them.
"""

import math

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def light_with_weights(source, destination):
    """Replaces the constant-of-shape weights by ones of a trained net's magnitude."""
    model = onnx.load(source)
    graph = model.graph
    constants = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant":
            constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)

    shapes, nodes = {}, []
    for node in graph.node:
        if node.op_type == "ConstantOfShape" and node.input[0] in constants:
            shapes[node.output[0]] = tuple(int(d) for d in constants[node.input[0]])
        else:
            nodes.append(node)
    uses = {name: (node.op_type, i) for node in nodes for i, name in enumerate(node.input)}

    rng = np.random.default_rng(0)
    for name, shape in shapes.items():
        graph.initializer.append(
            numpy_helper.from_array(_light_weight(rng, shape, *uses.get(name, ("", 0))), name))
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.save(model, destination)


def _light_weight(rng, shape, op, operand):
    # All draws are needed even where one is used: the stored outputs belong to
    # exactly this sequence.
    if op == "BatchNormalization":
        values = [None, rng.uniform(0.5, 1.5, shape), rng.normal(0, 0.1, shape),
                  rng.normal(0, 0.1, shape), rng.uniform(0.5, 1.5, shape)][operand]
    elif len(shape) > 1:
        values = rng.normal(0, math.sqrt(2 / np.prod(shape[1:])), shape)
    else:
        values = rng.normal(0, 0.1, shape) + (1 if op == "Mul" else 0)
    return values.astype(np.float32)


class _Builder:
    """Collects nodes and initializers of a graph; values are names."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.nodes, self.initializers = [], []
        self.count = 0

    def op(self, op_type, *inputs, outputs=1, **attributes):
        names = [f"{op_type}_{self.count}" if k == 0 else f"{op_type}_{self.count}_{k}"
                 for k in range(outputs)]
        self.count += 1
        self.nodes.append(helper.make_node(op_type, list(inputs), names, name=names[0], **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, values, dtype=None):
        name = f"constant_{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def weight(self, *shape, scale):
        return self.constant(self.rng.standard_normal(shape, np.float32) * np.float32(scale))

    def linear(self, x, inputs, outputs):
        product = self.op("MatMul", x, self.weight(inputs, outputs, scale=1 / math.sqrt(inputs)))
        return self.op("Add", product, self.weight(outputs, scale=0.05))

    def layer_norm(self, x, width):
        mean = self.op("ReduceMean", x, axes=[-1], keepdims=1)
        centred = self.op("Sub", x, mean)
        square = self.op("Pow", centred, self.constant(2.0, np.float32))
        variance = self.op("ReduceMean", square, axes=[-1], keepdims=1)
        deviation = self.op("Sqrt", self.op("Add", variance, self.constant(1e-12, np.float32)))
        normal = self.op("Div", centred, deviation)
        gain = self.constant(1 + 0.1 * self.rng.standard_normal(width, np.float32))
        return self.op("Add", self.op("Mul", normal, gain), self.weight(width, scale=0.05))

    def gelu(self, x):
        erf = self.op("Erf", self.op("Div", x, self.constant(math.sqrt(2), np.float32)))
        one_plus = self.op("Add", erf, self.constant(1.0, np.float32))
        return self.op("Mul", self.op("Mul", x, one_plus), self.constant(0.5, np.float32))

    def save(self, path, inputs, outputs):
        graph = helper.make_graph(self.nodes, "made", inputs, outputs, self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        onnx.save(model, path)


def bert(path, layers=12, width=768, heads=12, tokens=128, vocabulary=30522):
    """Encoder: ids, mask int64 [1,tokens] -> hidden [1,tokens,width], pooled [1,width]."""
    b = _Builder(seed=12)
    head = width // heads
    words = b.op("Gather", b.weight(vocabulary, width, scale=0.5), "ids")
    x = b.op("Add", words, b.weight(1, tokens, width, scale=0.5))
    x = b.layer_norm(x, width)

    mask = b.op("Unsqueeze", "mask", b.constant([1, 2], np.int64))
    mask = b.op("Cast", mask, to=TensorProto.FLOAT)
    mask = b.op("Mul", b.op("Sub", b.constant(1.0, np.float32), mask), b.constant(-10000.0, np.float32))

    split = b.constant([1, tokens, heads, head], np.int64)
    merge = b.constant([1, tokens, width], np.int64)
    for _ in range(layers):
        query, key, value = (b.op("Reshape", b.linear(x, width, width), split) for _ in range(3))
        query = b.op("Transpose", query, perm=[0, 2, 1, 3])
        key = b.op("Transpose", key, perm=[0, 2, 3, 1])
        value = b.op("Transpose", value, perm=[0, 2, 1, 3])
        scores = b.op("Div", b.op("MatMul", query, key), b.constant(math.sqrt(head), np.float32))
        weights = b.op("Softmax", b.op("Add", scores, mask), axis=-1)
        context = b.op("Transpose", b.op("MatMul", weights, value), perm=[0, 2, 1, 3])
        attended = b.linear(b.op("Reshape", context, merge), width, width)
        x = b.layer_norm(b.op("Add", attended, x), width)
        inner = b.gelu(b.linear(x, width, 4 * width))
        x = b.layer_norm(b.op("Add", b.linear(inner, 4 * width, width), x), width)

    first = b.op("Gather", x, b.constant(0, np.int64), axis=1)
    pooled = b.op("Tanh", b.linear(first, width, width))
    b.nodes.append(helper.make_node("Identity", [x], ["hidden"]))
    b.nodes.append(helper.make_node("Identity", [pooled], ["pooled"]))
    b.save(path,
           [helper.make_tensor_value_info(n, TensorProto.INT64, [1, tokens]) for n in ("ids", "mask")],
           [helper.make_tensor_value_info("hidden", TensorProto.FLOAT, [1, tokens, width]),
            helper.make_tensor_value_info("pooled", TensorProto.FLOAT, [1, width])])


def bert_inputs(tokens=128, vocabulary=30522):
    """Ids, and a mask that hides the last quarter."""
    ids = np.random.default_rng(13).integers(0, vocabulary, (1, tokens), np.int64)
    mask = (np.arange(tokens) < tokens * 3 // 4).astype(np.int64)[None]
    return {"ids": ids, "mask": mask}


def lstm_classifier(path, steps=100, vocabulary=1000, embedding=128, hidden=256, classes=10):
    """ids int64 [1,steps] -> logits [1,classes]."""
    b = _Builder(seed=14)
    x = b.op("Gather", b.weight(vocabulary, embedding, scale=1), "ids")
    x = b.op("Transpose", x, perm=[1, 0, 2])  # [steps, batch, embedding]
    width = embedding
    for directions in (1, 2):
        scale = 1 / math.sqrt(hidden)
        zeros = b.constant(np.zeros((directions, 1, hidden), np.float32))
        y, _, _ = b.op("LSTM", x,
                       b.weight(directions, 4 * hidden, width, scale=1.5 * scale),
                       b.weight(directions, 4 * hidden, hidden, scale=1.5 * scale),
                       b.weight(directions, 8 * hidden, scale=0.1),
                       "", zeros, zeros, outputs=3, hidden_size=hidden,
                       direction="forward" if directions == 1 else "bidirectional")
        # [steps, directions, batch, hidden] -> [steps, batch, directions * hidden]
        y = b.op("Transpose", y, perm=[0, 2, 1, 3])
        width = directions * hidden
        x = b.op("Reshape", y, b.constant([steps, 1, width], np.int64))
    mean = b.op("ReduceMean", x, axes=[0], keepdims=0)
    logits = b.op("Gemm", mean, b.weight(classes, width, scale=1), b.weight(classes, scale=0.1), transB=1)
    b.nodes.append(helper.make_node("Identity", [logits], ["logits"]))
    b.save(path, [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, steps])],
           [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, classes])])


def lstm_inputs(steps=100, vocabulary=1000):
    return {"ids": np.random.default_rng(15).integers(0, vocabulary, (1, steps), np.int64)}


def conv_chain(path, layers, channels=16, size=32):
    """`layers` times convolution and ReLU, for the growth of compile time."""
    b = _Builder(seed=16)
    x = "x"
    for _ in range(layers):
        w = b.weight(channels, channels, 3, 3, scale=math.sqrt(2 / (9 * channels)))
        x = b.op("Relu", b.op("Conv", x, w, b.weight(channels, scale=0.1), pads=[1, 1, 1, 1]))
    b.nodes.append(helper.make_node("Identity", [x], ["y"]))
    shape = [1, channels, size, size]
    b.save(path, [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
           [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)])
