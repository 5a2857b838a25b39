"""The float32 form of the operators that every small model has."""

import itertools

import numpy as np

from builder import FLOAT, Model, activation, options, padding

from .conv_2d import extent
from .pools import Spec as Pool
from .pools import layer as pool
from .reshape import reshape


def cases():
    """See the package."""
    for name, make in _named():
        yield f"float32-{name}", lambda state, make=make: _build(state, make)


def _named():
    for channels, filters, stride, pad in (
        (1, 3, 1, "SAME"),
        (4, 5, 2, "SAME"),
        (3, 8, 1, "VALID"),
        (8, 17, 3, "VALID"),
    ):
        name = f"conv_2d-c{channels}-o{filters}-s{stride}-{pad.lower()}"
        yield name, lambda g, s, a=(channels, filters, stride, pad): conv(g, s, _image(g, a[0]), *a[1:])
    yield "conv_2d-relu6", lambda g, s: conv(g, s, _image(g, 3), 4, 1, "SAME", "RELU6")
    yield "conv_2d-dilated", lambda g, s: conv(g, s, _image(g, 3), 4, 1, "SAME", dilation=2)
    for groups, channels, filters in ((2, 4, 6), (3, 9, 3), (4, 4, 8)):
        name = f"conv_2d-groups{groups}-c{channels}-o{filters}"
        yield name, lambda g, s, a=(channels, filters, groups): conv(g, s, _image(g, a[0]), a[1], 1, "SAME", groups=a[2])
    for channels, multiplier, stride in ((1, 1, 1), (4, 1, 2), (3, 3, 1), (17, 1, 1)):
        name = f"depthwise_conv_2d-c{channels}-m{multiplier}-s{stride}"
        yield name, lambda g, s, a=(channels, multiplier, stride): depthwise(g, s, _image(g, a[0]), *a[1:])
    for size, units, act in ((1, 1, "NONE"), (7, 5, "RELU"), (16, 17, "NONE"), (3, 4, "RELU_N1_TO_1"), (65537, 2, "NONE")):
        name = f"fully_connected-i{size}-o{units}-{act.lower()}"
        yield name, lambda g, s, a=(size, units, act): dense(g, s, _input(g, (1, a[0])), *a[1:])
    yield "fully_connected-no_bias", lambda g, s: dense(g, s, _input(g, (2, 9)), 3, bias=False)
    for operator, pad in itertools.product(("AVERAGE_POOL_2D", "MAX_POOL_2D"), ("SAME", "VALID")):
        spec = Pool(window=(3, 2), stride=(2, 1), padding=pad)
        name = f"{operator.lower()}-{pad.lower()}"
        yield name, lambda g, s, operator=operator, spec=spec: pool(g, spec, _image(g, 5), operator)
    for act in ("RELU", "RELU6", "RELU_N1_TO_1"):
        spec = Pool(window=(2, 2), activation=act)
        yield f"max_pool_2d-{act.lower()}", lambda g, s, spec=spec: pool(g, spec, _image(g, 5), "MAX_POOL_2D")
    yield "average_pool_2d-relu", lambda g, s: pool(g, Pool(activation="RELU"), _image(g, 5), "AVERAGE_POOL_2D")
    yield "add", lambda g, s: add(g, _input(g, (1, 3, 4, 5)), _input(g, (1, 3, 4, 5)))
    yield "add-relu", lambda g, s: add(g, _input(g, (1, 3, 4, 5)), _input(g, (1, 3, 4, 5)), "RELU")
    yield "add-broadcast", lambda g, s: add(g, _input(g, (1, 3, 4, 5)), _input(g, (5,)))
    yield "reshape", lambda g, s: reshape(g, _input(g, (1, 3, 4)), (2, 6))
    for size, beta in ((2, 1.0), (10, 1.0), (17, 0.5)):
        yield f"softmax-n{size}-beta{beta:g}", lambda g, s, a=(size, beta): softmax(g, _input(g, (1, a[0])), a[1])
    yield "chain", _chain
    # fuzz/corpus/tflite/float32-everything.tflite, which the boards run.
    yield "everything", _everything
    for what, value in (("nan", np.nan), ("infinite", np.inf), ("minus_infinite", -np.inf)):
        for where in ("weights", "bias"):
            name = f"fully_connected-{what}_{where}"
            yield name, lambda g, s, a=(where, value): dense(g, s, _input(g, (1, 6)), 4, odd=a)


def conv(graph, state, source, filters, stride, pad, fused="NONE", dilation=1, name="conv", groups=1):
    """CONV_2D with a 3x3 kernel."""
    weight = _normal(state, (filters, 3, 3, source.shape[3] // groups))
    inputs = [
        source,
        graph.constant(f"{name}/weights", weight),
        graph.constant(f"{name}/bias", _normal(state, (filters,))),
    ]
    size = [extent(n, 3, stride, dilation, pad) for n in source.shape[1:3]]
    output = graph.tensor(f"{name}/output", (1, *size, filters), dtype=FLOAT)
    fields = options(
        "Conv2DOptions",
        padding=padding(pad),
        strideH=stride,
        strideW=stride,
        dilationHFactor=dilation,
        dilationWFactor=dilation,
        fusedActivationFunction=activation(fused),
    )
    return graph.operator("CONV_2D", inputs, [output], fields)


def depthwise(graph, state, source, multiplier, stride, fused="NONE", name="depthwise"):
    """DEPTHWISE_CONV_2D with a 3x3 kernel and SAME padding."""
    filters = source.shape[3] * multiplier
    weight = _normal(state, (1, 3, 3, filters))
    inputs = [
        source,
        graph.constant(f"{name}/weights", weight),
        graph.constant(f"{name}/bias", _normal(state, (filters,))),
    ]
    size = [extent(n, 3, stride, 1, "SAME") for n in source.shape[1:3]]
    output = graph.tensor(f"{name}/output", (1, *size, filters), dtype=FLOAT)
    fields = options(
        "DepthwiseConv2DOptions",
        padding=padding("SAME"),
        strideH=stride,
        strideW=stride,
        depthMultiplier=multiplier,
        fusedActivationFunction=activation(fused),
    )
    return graph.operator("DEPTHWISE_CONV_2D", inputs, [output], fields)


def dense(graph, state, source, units, fused="NONE", bias=True, name="dense", odd=None):
    """FULLY_CONNECTED. `odd` names a constant in which one element has this value."""
    constants = {"weights": _normal(state, (units, source.shape[-1]))}
    if bias:
        constants["bias"] = _normal(state, (units,))
    if odd:
        constants[odd[0]].flat[1] = odd[1]
    inputs = [source, *[graph.constant(f"{name}/{kind}", value) for kind, value in constants.items()]]
    output = graph.tensor(f"{name}/output", (source.shape[0], units), dtype=FLOAT)
    fields = options("FullyConnectedOptions", fusedActivationFunction=activation(fused))
    return graph.operator("FULLY_CONNECTED", inputs, [output], fields)


def add(graph, first, second, fused="NONE", name="sum"):
    """ADD."""
    output = graph.tensor(name, np.broadcast_shapes(first.shape, second.shape), dtype=FLOAT)
    fields = options("AddOptions", fusedActivationFunction=activation(fused))
    return graph.operator("ADD", [first, second], [output], fields)


def softmax(graph, source, beta, name="softmax"):
    """SOFTMAX."""
    output = graph.tensor(name, source.shape, dtype=FLOAT)
    return graph.operator("SOFTMAX", [source], [output], options("SoftmaxOptions", beta=beta))


def _chain(graph, state):
    first = conv(graph, state, _image(graph, 1), 4, 2, "SAME", "RELU")
    second = depthwise(graph, state, first, 1, 1, "RELU6")
    total = add(graph, first, second)
    height, width = total.shape[1:3]
    pooled = pool(graph, Pool(window=(height, width), stride=(height, width)), total, "AVERAGE_POOL_2D")
    return softmax(graph, dense(graph, state, reshape(graph, pooled, (1, 4)), 3), 1.0)


def _everything(graph, state):
    """Each operator on float32, one after the other."""

    def unary(operator, source, fields=None):
        return graph.operator(operator, [source], [graph.tensor(operator.lower(), source.shape, dtype=FLOAT)], fields)

    def binary(operator, first, second, fields):
        return graph.operator(operator, [first, second], [graph.tensor(operator.lower(), first.shape, dtype=FLOAT)], fields)

    first = conv(graph, state, _image(graph, 1), 4, 1, "SAME")
    leaky = unary("LEAKY_RELU", first, options("LeakyReluOptions", alpha=0.1))
    second = depthwise(graph, state, leaky, 1, 1)
    swish = unary("HARD_SWISH", second, options("HardSwishOptions"))
    total = add(graph, leaky, swish, "RELU_N1_TO_1")
    product = binary("MUL", total, swish, options("MulOptions"))
    difference = binary("SUB", first, product, options("SubOptions"))
    largest = binary("MAXIMUM", difference, total, options("MaximumMinimumOptions"))
    smallest = binary("MINIMUM", largest, first, options("MaximumMinimumOptions"))
    pooled = pool(graph, Pool(window=(2, 2), stride=(2, 2)), smallest, "MAX_POOL_2D")
    average = pool(graph, Pool(window=(2, 2), stride=(1, 1)), pooled, "AVERAGE_POOL_2D")
    gate = unary("LOGISTIC", average)
    mean = graph.tensor("mean", (1, 4), dtype=FLOAT)
    axes = graph.constant("axes", np.int32((1, 2)))
    graph.operator("MEAN", [gate, axes], [mean], options("ReducerOptions", keepDims=False))
    return softmax(graph, dense(graph, state, unary("RELU6", unary("RELU", mean)), 5), 0.8)


def _image(graph, channels):
    return _input(graph, (1, 9, 8, channels))


def _input(graph, shape):
    return graph.input(f"input{len(graph.table.inputs)}", shape, dtype=FLOAT)


def _normal(state, shape):
    return (state.standard_normal(shape) * 0.3).astype(np.float32)


def _build(state, make):
    model = Model()
    graph = model.graph()
    graph.output(make(graph, state))
    return model.bytes()
