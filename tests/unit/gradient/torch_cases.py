#!/usr/bin/env python3
"""Writes Inputs/torch.mlir: functions of one nn op with the gradients of libtorch.

usage: torch_cases.py > Inputs/torch.mlir        (needs python3-torch)

Each function holds, in attributes, the values of its arguments, the gradient of its result
(the cotangent), and what torch.autograd gives for the result and for the gradients of the
arguments. Inputs lie on kinks and ties too, so that conventions are compared.
"""

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.manual_seed(20261120)

# Around and on the kinks of all activations.
KINKS = torch.tensor([-4, -3, -2.5, -1.3, -1, -0.5, -0.25, 0, 0.25, 0.5, 0.7, 1, 2.5, 3, 4.0])
UNIT = torch.tensor([-0.9, -0.5, 0.0, 0.3, 0.8])
POSITIVE = torch.tensor([0.2, 0.9, 1.0, 1.7, 4.0])
TIES = torch.tensor([[1, 3, 3, 2], [2, 2, 2, 2], [-1, -5, -1, 0.5]])


def rand(*shape):
    """Normal numbers with few digits."""
    return torch.round(torch.randn(shape) * 64) / 64


def tied(*shape):
    """Few different values, so that maxima are shared."""
    return torch.randint(0, 3, shape).to(torch.float64)


def number(x):
    """Thirteen digits, with a decimal point as MLIR wants it."""
    text = f"{x:.13g}"
    return text if "." in text else text.replace("e", ".0e") if "e" in text else text + ".0"


def elements(tensor):
    if tensor.dtype == torch.bool:
        values = ["true" if x else "false" for x in tensor.flatten().tolist()]
    elif tensor.dtype == torch.int64:
        values = [str(x) for x in tensor.flatten().tolist()]
    else:
        values = [number(x) for x in tensor.flatten().tolist()]

    def nest(shape, values):
        if not shape:
            return values[0]
        step = len(values) // shape[0]
        return "[" + ", ".join(nest(shape[1:], values[i * step:(i + 1) * step]) for i in range(shape[0])) + "]"

    return f"dense<{nest(list(tensor.shape), values)}> : {type_of(tensor)}"


def type_of(tensor):
    kind = {torch.float64: "f64", torch.int64: "i64", torch.bool: "i1"}[tensor.dtype]
    return "tensor<" + "".join(f"{extent}x" for extent in tensor.shape) + kind + ">"


def array(values, kind="i64"):
    values = ", ".join(str(v) for v in values)
    return f"array<{kind}: {values}>" if values else f"array<{kind}>"


def case(name, op, function, *inputs, attributes="", order=None, results=1, form=None):
    """One op on all inputs. Floats are differentiated; `function` is torch's form of it, `order`
    the places of the inputs among the op's operands, `results` how many the op has."""
    leaves = [x.clone().requires_grad_(x.dtype == torch.float64) for x in inputs]
    outputs = function(*leaves)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    cotangents = [rand(*y.shape) for y in outputs]
    wrt = [x for x in leaves if x.requires_grad]
    gradients = iter(torch.autograd.grad(outputs, wrt, cotangents))
    arguments = []
    for i, x in enumerate(leaves):
        text = f"%{chr(97 + i)}: {type_of(x)} {{test.value = {elements(x.detach())}"
        if x.requires_grad:
            text += f", test.gradient = {elements(next(gradients))}"
        arguments.append(text + "}")
    returned = [f"{type_of(y)} {{test.value = {elements(y.detach())}, test.cotangent = {elements(c)}}}"
                for y, c in zip(outputs, cotangents)]
    operands = [f"%{chr(97 + i)}" for i in (order or range(len(inputs)))]
    types = [type_of(leaves[i]) for i in (order or range(len(inputs)))]
    values = [f"%r#{i}" if results > 1 else "%r" for i in range(len(outputs))]
    signature = f"({', '.join(types)}) -> " + (
        f"({', '.join(type_of(y) for y in outputs)})" if results > 1 else type_of(outputs[0]))
    if form:
        line = form(operands, types, type_of(outputs[0]))
    else:
        line = f"{op} {', '.join(operands)} {{{attributes}}} : {signature}"
    print(f"func.func @{name}({', '.join(arguments)})\n    -> ({', '.join(returned)}) {{")
    print(f"  %r{':' + str(results) if results > 1 else ''} = {line}")
    print(f"  return {', '.join(values)} : {', '.join(type_of(y) for y in outputs)}\n}}\n")


def elementwise():
    for name, function, x in [
            ("abs", torch.abs, KINKS), ("exp", torch.exp, KINKS), ("log", torch.log, POSITIVE),
            ("sqrt", torch.sqrt, POSITIVE), ("rsqrt", torch.rsqrt, POSITIVE),
            ("reciprocal", torch.reciprocal, POSITIVE), ("sin", torch.sin, KINKS),
            ("cos", torch.cos, KINKS), ("tan", torch.tan, UNIT), ("asin", torch.asin, UNIT),
            ("acos", torch.acos, UNIT), ("atan", torch.atan, KINKS), ("sinh", torch.sinh, KINKS),
            ("cosh", torch.cosh, KINKS), ("asinh", torch.asinh, KINKS), ("acosh", torch.acosh, POSITIVE + 1.5),
            ("atanh", torch.atanh, UNIT), ("tanh", torch.tanh, KINKS), ("erf", torch.erf, KINKS),
            ("relu", F.relu, KINKS), ("sigmoid", torch.sigmoid, KINKS), ("softplus", F.softplus, KINKS),
            ("softsign", F.softsign, KINKS), ("mish", F.mish, KINKS), ("hard_swish", F.hardswish, KINKS),
            ("sign", torch.sign, KINKS), ("floor", torch.floor, KINKS)]:
        case(name, f"nn.{name}", function, x)
    case("leaky_relu", "nn.leaky_relu", lambda x: F.leaky_relu(x, 0.3), KINKS, attributes="alpha = 0.3 : f64")
    case("elu", "nn.elu", lambda x: F.elu(x, 0.7), KINKS, attributes="alpha = 0.7 : f64")
    case("celu", "nn.celu", lambda x: F.celu(x, 0.7), KINKS, attributes="alpha = 0.7 : f64")
    case("selu", "nn.selu", F.selu, KINKS,
         attributes="alpha = 1.6732632423543772848170429916717 : f64, gamma = 1.0507009873554804934193349852946 : f64")
    case("hard_sigmoid", "nn.hard_sigmoid", F.hardsigmoid, KINKS,
         attributes="alpha = 0.16666666666666666 : f64, beta = 0.5 : f64")
    case("thresholded_relu", "nn.thresholded_relu", lambda x: F.threshold(x, 0.5, 0.0), KINKS,
         attributes="alpha = 0.5 : f64")
    case("shrink_soft", "nn.shrink", F.softshrink, KINKS, attributes="bias = 0.5 : f64, lambd = 0.5 : f64")
    case("shrink_hard", "nn.shrink", F.hardshrink, KINKS, attributes="bias = 0.0 : f64, lambd = 0.5 : f64")
    case("swish", "nn.swish", F.silu, KINKS, attributes="alpha = 1.0 : f64")
    case("gelu", "nn.gelu", F.gelu, KINKS)
    case("gelu_tanh", "nn.gelu", lambda x: F.gelu(x, approximate="tanh"), KINKS, attributes="form = #nn<gelu_form tanh>")
    case("clip", "nn.clip", lambda x: torch.clamp(x, -1, 2.5), KINKS, attributes="min = -1.0 : f64, max = 2.5 : f64")
    case("add", "nn.add", torch.add, rand(2, 3), rand(3))
    case("sub", "nn.sub", torch.sub, rand(2, 1), rand(2, 3))
    case("mul", "nn.mul", torch.mul, rand(4, 1, 2), rand(3, 1))
    case("div", "nn.div", torch.div, rand(2, 3), rand(3))
    case("pow", "nn.pow", torch.pow, torch.tensor([0, 0, 0, 2, 3, 0.5]), torch.tensor([0, 1, 2, 0, 3, -1.5]))
    case("fmod", "nn.mod", torch.fmod, torch.tensor([7, -7, 5.5]), torch.tensor([2.2, 2.2, -1.7]),
         attributes="fmod = true")
    case("remainder", "nn.mod", torch.remainder, torch.tensor([7, -7, 5.5]), torch.tensor([2.2, 2.2, -1.7]))
    case("max", "nn.max", torch.maximum, tied(3, 4), tied(4))
    case("min", "nn.min", torch.minimum, tied(3, 1), tied(3, 4))
    case("prelu", "nn.prelu", lambda x, w: F.prelu(x, w.reshape(3)), torch.tensor([[[-1.0, 0]], [[0, 2]], [[-3, 1]]]).reshape(1, 3, 2),
         torch.tensor([0.1, 0.2, 0.3]).reshape(3, 1))
    case("where", "nn.where", torch.where, torch.tensor([True, False, True]), rand(2, 3), rand(3))


def linear():
    for name, x, y, tl, tr in [("plain", rand(2, 3), rand(3, 4), 0, 0), ("batch", rand(2, 2, 3), rand(3, 4), 0, 0),
                               ("broadcast", rand(2, 1, 2, 3), rand(4, 3, 2), 0, 0),
                               ("transposed", rand(3, 2), rand(4, 3), 1, 1), ("row", rand(3), rand(2, 3, 4), 0, 0),
                               ("column", rand(2, 4, 3), rand(3), 0, 0), ("dot", rand(3), rand(3), 0, 0)]:
        case(f"matmul_{name}", "nn.matmul",
             lambda a, b: torch.matmul(a.transpose(-1, -2) if tl else a, b.transpose(-1, -2) if tr else b), x, y,
             attributes=f"transpose_lhs = {str(bool(tl)).lower()}, transpose_rhs = {str(bool(tr)).lower()}")
    case("linear", "nn.matmul", F.linear, rand(5, 2, 3), rand(4, 3), rand(4), attributes="transpose_rhs = true")
    convolutions = [("1d", 1, 1, (2,), (2,), (1,)), ("2d", 2, 1, (2, 1), (1, 2), (1, 2)), ("groups", 2, 2, (1, 2), (1, 1), (0, 1)),
                    ("3d", 3, 1, (1, 2, 1), (1, 1, 2), (1, 0, 1))]
    for name, rank, groups, stride, dilation, pad in convolutions:
        window = (f"strides = {array(stride)}, dilations = {array(dilation)}, pads_begin = {array(pad)}, "
                  f"pads_end = {array(pad)}, groups = {groups} : i64")
        x, w = rand(2, 2, *[5, 6, 4][:rank]), rand(4, 2 // groups, *[3, 2, 2][:rank])
        function = [F.conv1d, F.conv2d, F.conv3d][rank - 1]
        case(f"conv_{name}", "nn.conv", lambda x, w, b: function(x, w, b, stride, pad, dilation, groups), x, w, rand(4),
             attributes=window)
        extra = [min(1, s - 1) for s in stride]
        transposed = [F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d][rank - 1]
        case(f"conv_transpose_{name}", "nn.conv_transpose",
             lambda x, w, b: transposed(x, w, b, stride, pad, extra, groups, dilation),
             rand(2, 4, *[3, 4, 2][:rank]), rand(4, 3, *[3, 2, 3][:rank]), rand(3 * groups),
             attributes=window + f", output_padding = {array(extra)}")


def normalization():
    x = rand(3, 4, 2, 2)
    case("batch_norm_train", "nn.batch_norm_train",
         lambda x, s, b: (F.batch_norm(x, None, None, s, b, training=True, eps=1e-3), x.mean((0, 2, 3)),
                          x.var((0, 2, 3), unbiased=False)),
         x, rand(4), rand(4), attributes="epsilon = 1.0e-3 : f64", results=3)
    case("instance_norm", "nn.instance_norm", lambda x, s, b: F.instance_norm(x, weight=s, bias=b, eps=1e-3), x, rand(4),
         rand(4), attributes="epsilon = 1.0e-3 : f64")
    case("group_norm", "nn.group_norm", lambda x, s, b: F.group_norm(x, 2, s, b, eps=1e-3), x, rand(4), rand(4),
         attributes="groups = 2 : i64, epsilon = 1.0e-3 : f64")
    case("layer_norm", "nn.layer_norm", lambda x, s, b: F.layer_norm(x, (2, 2), s, b, eps=1e-3), x, rand(2, 2), rand(2, 2),
         form=lambda v, t, r: f"nn.layer_norm {v[0]} scale({v[1]} : {t[1]}) bias({v[2]} : {t[2]}) "
                              f"{{axis = 2 : i64, epsilon = 1.0e-3 : f64}} : ({t[0]}) -> {r}")
    case("lrn", "nn.lrn", lambda x: F.local_response_norm(x, 3, 0.5, 0.75, 2.0), rand(2, 5, 2, 2),
         attributes="size = 3 : i64, alpha = 0.5 : f64, beta = 0.75 : f64, k = 2.0 : f64")
    case("lp_norm_1", "nn.lp_norm", lambda x: F.normalize(x, 1, 1, 0.0), rand(3, 4), attributes="axis = 1 : i64, p = 1 : i64")
    case("lp_norm_2", "nn.lp_norm", lambda x: F.normalize(x, 2, 1, 0.0), rand(3, 4), attributes="axis = 1 : i64, p = 2 : i64")
    case("softmax", "nn.softmax", lambda x: F.softmax(x, 1), rand(2, 3, 2), attributes="axis = 1 : i64")
    case("log_softmax", "nn.log_softmax", lambda x: F.log_softmax(x, 1), rand(2, 3, 2), attributes="axis = 1 : i64")


def pooling():
    for ceil in (False, True):
        window = (f"kernel = array<i64: 3, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, "
                  f"pads_begin = array<i64: 1, 0>, pads_end = array<i64: 1, 0>, ceil_mode = {str(ceil).lower()}")
        suffix = "_ceil" if ceil else ""
        # Ties: the first maximum has the gradient.
        case("max_pool" + suffix, "nn.max_pool", lambda x: F.max_pool2d(x, (3, 2), 2, (1, 0), 1, ceil), tied(1, 2, 6, 5),
             attributes=window)
        for include in (False, True):
            case(f"avg_pool{suffix}_{'all' if include else 'inside'}", "nn.avg_pool",
                 lambda x: F.avg_pool2d(x, (3, 2), 2, (1, 0), ceil, include), rand(1, 2, 6, 5),
                 attributes=window + f", count_include_pad = {str(include).lower()}")
    case("lp_pool", "nn.lp_pool", lambda x: F.lp_pool2d(x, 2, (2, 2), (1, 2)), rand(1, 2, 4, 4).abs(),
         attributes="p = 2 : i64, kernel = array<i64: 2, 2>, strides = array<i64: 1, 2>, dilations = array<i64: 1, 1>, "
                    "pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>")
    for mode, torch_mode, corners in [("nearest", "nearest", None), ("linear", "bilinear", False), ("linear", "bilinear", True),
                                      ("cubic", "bicubic", False), ("cubic", "bicubic", True)]:
        coordinates = "asymmetric" if corners is None else "align_corners" if corners else "half_pixel"
        for size in ((6, 8), (2, 5)):
            case(f"resize_{mode}_{coordinates}_{size[0]}", "nn.resize",
                 lambda x: F.interpolate(x, size, mode=torch_mode, align_corners=corners), rand(1, 2, 3, 4),
                 attributes=f"mode = #nn<resize_mode {mode}>, coordinate_mode = #nn<coordinate_mode {coordinates}>, "
                            f"nearest_mode = #nn<nearest_mode floor>, sizes = {array((1, 2) + size)}, "
                            f"scales = {array((1.0, 1.0, size[0] / 3, size[1] / 4), 'f64')}")


def reductions():
    axes = "axes = array<i64: 1>, keepdims = false"
    case("reduce_sum", "nn.reduce_sum", lambda x: x.sum(1), rand(3, 4), attributes=axes)
    case("reduce_mean", "nn.reduce_mean", lambda x: x.mean(1), rand(3, 4), attributes=axes)
    case("reduce_max", "nn.reduce_max", lambda x: x.amax(1), TIES, attributes=axes)
    case("reduce_min", "nn.reduce_min", lambda x: x.amin(1), TIES, attributes=axes)
    case("reduce_prod", "nn.reduce_prod", lambda x: x.prod(1), torch.tensor([[1, 0, 3.0], [0, 0, 2], [4, 5, -6]]), attributes=axes)
    case("reduce_l1", "nn.reduce_l1", lambda x: x.norm(1, 1), TIES - 2, attributes=axes)
    case("reduce_l2", "nn.reduce_l2", lambda x: x.norm(2, 1), TIES - 2, attributes=axes)
    case("reduce_log_sum_exp", "nn.reduce_log_sum_exp", lambda x: x.logsumexp(1), rand(3, 4), attributes=axes)
    case("cum_sum", "nn.cum_sum", lambda x: x.cumsum(1), rand(3, 4), attributes="axis = 1 : i64")


def movement():
    case("transpose", "nn.transpose", lambda x: x.permute(2, 0, 1), rand(2, 3, 4), attributes="permutation = array<i64: 2, 0, 1>")
    case("concat", "nn.concat", lambda x, y: torch.cat((x, y), 1), rand(2, 3), rand(2, 1), attributes="axis = 1 : i64")
    case("slice", "nn.slice", lambda x: x[1:2, 1::3], rand(3, 9),
         attributes="starts = array<i64: 1, 1>, sizes = array<i64: 1, 3>, steps = array<i64: 1, 3>")
    case("flip", "nn.slice", lambda x: x.flip(1), rand(2, 4),
         attributes="starts = array<i64: 0, 3>, sizes = array<i64: 2, 4>, steps = array<i64: 1, -1>")
    for mode, torch_mode in [("constant", "constant"), ("reflect", "reflect"), ("edge", "replicate"), ("wrap", "circular")]:
        case(f"pad_{mode}", "nn.pad", lambda x: F.pad(x, (1, 2, 2, 1), torch_mode), rand(1, 2, 3, 4),
             attributes=f"pads_begin = array<i64: 0, 0, 2, 1>, pads_end = array<i64: 0, 0, 1, 2>, mode = #nn<pad_mode {mode}>")
    case("broadcast", "nn.broadcast", lambda x: x.expand(4, 2, 3), rand(2, 1), attributes="shape = array<i64: 4, 2, 3>")
    case("tile", "nn.tile", lambda x: x.repeat(2, 3), rand(2, 2), attributes="repeats = array<i64: 2, 3>")
    case("trilu", "nn.trilu", lambda x: x.tril(-1), rand(2, 3, 3), attributes="k = -1 : i64, upper = false")
    indices = torch.tensor([[2, 0], [2, 1]])
    case("gather", "nn.gather", lambda x, i: x[:, i], rand(2, 3, 2), indices, attributes="axis = 1 : i64")
    case("embedding", "nn.gather", lambda x, i: F.embedding(i, x), rand(3, 4), indices, attributes="axis = 0 : i64")
    case("gather_elements", "nn.gather_elements", lambda x, i: x.gather(0, i), rand(3, 2), indices, attributes="axis = 0 : i64")
    one = torch.tensor([[2, 0], [1, 1]])
    case("scatter", "nn.scatter_elements", lambda x, i, u: x.scatter(0, i, u), rand(3, 2), one, rand(2, 2), attributes="axis = 0 : i64")
    for mode, reduction in [("add", "sum"), ("max", "amax"), ("min", "amin"), ("mul", "prod")]:
        case(f"scatter_{mode}", "nn.scatter_elements", lambda x, i, u: x.scatter_reduce(0, i, u, reduction),
             tied(3, 2) + 1, indices, tied(2, 2) + 1, attributes=f"axis = 0 : i64, mode = #nn<scatter_mode {mode}>")


def gates(weights, order):
    """Torch's rows of gates in ONNX's order."""
    parts = weights.chunk(len(order))
    return torch.cat([parts[i] for i in order])


def recurrent():
    """Arguments are in nn's form; torch gets its own made of them."""
    steps, batch, inputs, hidden = 3, 2, 2, 2
    # Torch's gate k is ONNX's gate order[k].
    for kind, function, order, attributes in [
            ("lstm", torch._VF.lstm, (0, 2, 3, 1), 'activations = ["sigmoid", "tanh", "tanh"]'),
            ("gru", torch._VF.gru, (1, 0, 2), 'activations = ["sigmoid", "tanh"], linear_before_reset = true'),
            ("rnn", torch._VF.rnn_tanh, (0,), 'activations = ["tanh"]')]:
        count = len(order)

        def run(x, w, r, b, h, c=None, kind=kind, function=function, order=order, count=count):
            reorder = lambda rows: gates(rows, order)
            parameters = [reorder(w[0]), reorder(r[0]), reorder(b[0, :count * hidden]), reorder(b[0, count * hidden:])]
            # One layer with biases, no dropout, forward, time first.
            output, *last = function(x, (h, c) if kind == "lstm" else h, parameters, True, 1, 0.0, False, False, False)
            return (output.unsqueeze(1),) + tuple(last)

        operands = [rand(steps, batch, inputs), rand(1, count * hidden, inputs), rand(1, count * hidden, hidden),
                    rand(1, 2 * count * hidden), rand(1, batch, hidden)]
        segments = "1, 1, 1, 1, 1"
        if kind == "lstm":
            operands.append(rand(1, batch, hidden))
            segments += ", 1, 0"
        case(kind, f"nn.{kind}", run, *operands, results=3 if kind == "lstm" else 2,
             attributes=attributes + ", direction = #nn<rnn_direction forward>, "
                                     f"operandSegmentSizes = array<i32: {segments}>")


print("""// Gradients of libtorch %s, written by torch_cases.py. Values of arguments and results are
// test.value, gradients of results test.cotangent, of arguments test.gradient.
""" % torch.__version__.split("a")[0])
for family in (elementwise, linear, normalization, pooling, reductions, movement, recurrent):
    family()
