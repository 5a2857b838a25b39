"""Operators on int16: those with weights of int8, arithmetic, activations, pools."""

import dataclasses
import itertools

import numpy as np

from builder import Model, Quantization, activation, options, padding

from .conv_2d import extent

INT16 = np.dtype(np.int16)


@dataclasses.dataclass(frozen=True)
class Spec:
    """One layer; pairs are (height, width). `bias` is a type or None. `gain` is the factor of the sums; chosen if None, so that
    outputs are of all sizes.
    """

    operator: str = "CONV_2D"
    image: tuple = (5, 6)
    channels: int = 4
    filters: int = 5
    kernel: tuple = (3, 3)
    stride: tuple = (1, 1)
    dilation: tuple = (1, 1)
    padding: str = "SAME"
    groups: int = 1
    batch: int = 1
    activation: str = "NONE"
    bias: str | None = "int64"
    weights: str = "uniform"
    per_channel: bool = True
    gain: float | None = None


def cases():
    """See the package."""
    for name, spec in _convolutions():
        yield f"conv_2d-int16-{name}", lambda state, spec=spec: build(state, spec)
    for name, spec in _depthwise():
        spec = dataclasses.replace(spec, operator="DEPTHWISE_CONV_2D")
        yield f"depthwise_conv_2d-int16-{name}", lambda state, spec=spec: build(state, spec)
    for name, spec in _dense():
        spec = dataclasses.replace(spec, operator="FULLY_CONNECTED", kernel=(1, 1), image=(1, 1))
        yield f"fully_connected-int16-{name}", lambda state, spec=spec: build(state, spec)


    yield from _elements()


def _two(operator, fields=None, first=(2, 3, 4, 5), second=(2, 3, 4, 5), scales=(1.0, 0.7, 1.3)):
    """A model of an operator on two tensors."""

    def make(state):
        model = Model()
        graph = model.graph()
        base = 2.0 ** state.uniform(-14, -8)
        last = base * base * 2.0**15 * scales[0] * scales[1] if operator == "MUL" else base
        inputs = [
            graph.input(f"input{i}", shape, Quantization(float(np.float32(base * scale))), INT16)
            for i, (shape, scale) in enumerate(zip((first, second), scales))
        ]
        output = graph.tensor(
            "output", np.broadcast_shapes(first, second), Quantization(float(np.float32(last * scales[2]))), INT16
        )
        graph.output(graph.operator(operator, inputs, [output], fields))
        return model.bytes()

    return make


def _one(operator, scales, fields=None, shape=(1, 8, 9, 5), result=None):
    """A model of an operator on one tensor."""

    def make(_):
        model = Model()
        graph = model.graph()
        source = graph.input("input", shape, Quantization(float(np.float32(scales[0]))), INT16)
        output = graph.tensor("output", result or shape, Quantization(float(np.float32(scales[1]))), INT16)
        graph.output(graph.operator(operator, [source], [output], fields))
        return model.bytes()

    return make


def _elements():
    for operator in ("ADD", "SUB", "MUL"):
        name = f"{operator.lower()}-int16"
        for i, scales in enumerate(((1.0, 0.7, 1.3), (0.01, 1.0, 0.9), (1.0, 1.0, 1.0), (1.0, 300.0, 200.0))):
            yield f"{name}-scales{i}", _two(operator, scales=scales)
        shapes = (((2, 3, 4, 5), (5,)), ((1, 3, 1, 5), (2, 1, 4, 1)), ((7,), (1,)))
        for i, (first, second) in enumerate(shapes):
            yield f"{name}-broadcast{i}", _two(operator, first=first, second=second)
        table = f"{operator.title()}Options"
        for act in ("RELU", "RELU6"):
            yield f"{name}-{act.lower()}", _two(operator, options(table, fusedActivationFunction=activation(act)))
    for operator in ("LOGISTIC", "TANH"):
        for i, scale in enumerate((2.0**-12, 2.0**-11, 2.0**-13, 0.00031, 0.0007, 0.01, 1.3, 3e-6, 1e-9, 1e-12, 3.9e-14)):
            yield f"{operator.lower()}-int16-scale{i}", _one(operator, (scale, 2.0**-15))
        # The reference's multiplier is 0, for which it shifts 3 by 31 bits.
        for scale in (3.7e-14, 8e-15, 1e-20, 1e-38):
            yield f"contradiction-{operator.lower()}-int16-scale-{scale:g}", _one(operator, (scale, 2.0**-15))
    for i, (scale, depth) in enumerate(((1e-4, 5), (3e-3, 10), (2.0**-12, 1), (7e-4, 33), (0.3, 4), (1e-5, 400), (2.0**-11, 2))):
        for beta in (1.0, 0.37):
            fields = options("SoftmaxOptions", beta=beta)
            yield f"softmax-int16-scale{i}-beta{beta:g}", _one("SOFTMAX", (scale, 2.0**-15), fields, (7, depth))
    for i, scales in enumerate(((0.01, 0.01), (0.01, 0.013), (0.02, 0.003), (1e-4, 0.3))):
        yield f"relu-int16-scales{i}", _one("RELU", scales)
        yield f"relu6-int16-scales{i}", _one("RELU6", scales)
        for alpha in (0.1, 0.3, -0.25, 1.7):
            fields = options("LeakyReluOptions", alpha=alpha)
            yield f"leaky_relu-int16-scales{i}-a{alpha:g}", _one("LEAKY_RELU", scales, fields)
    for operator in ("MAX_POOL_2D", "AVERAGE_POOL_2D"):
        shapes = (((2, 2), (2, 2)), ((3, 2), (1, 2)), ((5, 7), (3, 3)), ((8, 9), (1, 1)))
        for (window, stride), pad in itertools.product(shapes, ("SAME", "VALID")):
            for act in ("NONE", "RELU6") if window == (3, 2) else ("NONE",):
                yield _pool(operator, window, stride, pad, act)


def _pool(operator, window, stride, pad, act):
    fields = options(
        "Pool2DOptions",
        padding=padding(pad),
        strideH=stride[0],
        strideW=stride[1],
        filterHeight=window[0],
        filterWidth=window[1],
        fusedActivationFunction=activation(act),
    )
    size = [extent(i, w, s, 1, pad) for i, w, s in zip((8, 9), window, stride)]
    name = f"{operator.lower()}-int16-w{window[0]}x{window[1]}-{pad.lower()}-{act.lower()}"
    return name, _one(operator, (0.0004, 0.0004), fields, result=(1, *size, 5))


def _common():
    for kind in ("lowest", "highest"):
        yield f"weights_{kind}", Spec(weights=kind, channels=8)
        yield f"weights_{kind}-gain", Spec(weights=kind, channels=4, gain=0.9)
    for gain in (2.0**-3, 0.5, 1.0, 3.0, 100.0, 2.0**-17, 2.0**-20, 2.0**-30):
        yield f"gain{gain:g}", Spec(gain=gain, weights="small", channels=3, filters=6)
    for act in ("RELU", "RELU6", "RELU_N1_TO_1"):
        yield act.lower(), Spec(activation=act, channels=8, filters=8)
    yield "per_tensor", Spec(per_channel=False)
    yield "no_bias", Spec(bias=None)
    yield "batch3", Spec(batch=3)
    yield "bias_large", Spec(bias="large")


def _convolutions():
    yield from _common()
    for i, channels in enumerate((1, 2, 3, 4, 5, 7, 8, 9, 16, 17)):
        yield f"c{channels}-k3x3", Spec(channels=channels, filters=i + 1)
        yield f"c{channels}-k1x1", Spec(channels=channels, filters=10 - i, kernel=(1, 1))
    yield "s2x1-valid", Spec(stride=(2, 1), padding="VALID", image=(7, 8))
    yield "d2x3", Spec(dilation=(2, 3), image=(8, 9))
    yield "k1x1-s2x2", Spec(kernel=(1, 1), stride=(2, 2), image=(7, 5))
    yield "whole", Spec(image=(3, 3), padding="VALID", channels=6)
    yield "image1x66001-s1x300", Spec(image=(1, 66001), channels=1, kernel=(1, 5), stride=(1, 300))
    yield "batch2-odd", Spec(batch=2, image=(3, 3), kernel=(1, 1), channels=3)
    for groups, channels, filters in ((2, 8, 6), (3, 9, 15), (5, 5, 10)):
        yield f"groups{groups}", Spec(groups=groups, channels=channels, filters=filters)
    yield "groups-k1x1", Spec(groups=2, channels=8, filters=6, kernel=(1, 1))
    yield "int32", Spec(bias="int32")
    yield "int32-relu6-k1x1", Spec(bias="int32", activation="RELU6", kernel=(1, 1), channels=16)
    yield "int32-per_tensor", Spec(bias="int32", per_channel=False)
    for kind in ("uniform", "highest", "lowest"):
        yield f"long-{kind}", Spec(image=(2, 3), kernel=(1, 1), channels=1533, filters=3, weights=kind)
    yield "long-c130-k3x3", Spec(image=(3, 3), channels=130, weights="highest")


def _depthwise():
    yield from (pair for pair in _common())
    for channels in (1, 2, 3, 4, 5, 7, 8, 16, 17):
        yield f"c{channels}", Spec(channels=channels, filters=channels)
    yield "m3", Spec(channels=4, filters=12)
    yield "s2x2-valid", Spec(channels=5, stride=(2, 2), padding="VALID", image=(9, 8))
    yield "d2x2", Spec(channels=4, dilation=(2, 2), image=(8, 8))
    for kind in ("uniform", "lowest"):
        yield f"long-{kind}", Spec(image=(40, 20), kernel=(40, 20), padding="VALID", channels=5, weights=kind)


def _dense():
    yield from _common()
    for inputs, units in ((1, 1), (2, 3), (3, 8), (5, 2), (16, 16), (33, 10), (64, 12), (511, 3), (1530, 5)):
        yield f"i{inputs}-o{units}", Spec(channels=inputs, filters=units)
    yield "long-lowest", Spec(channels=1530, weights="lowest")


def _weights(state, shape, kind):
    values = state.randint(-128, 128, shape)
    if kind == "small":
        values = state.randint(-3, 4, shape)
    if kind in ("lowest", "highest"):
        values[:] = -128 if kind == "lowest" else 127
    return values.astype(np.int8)


def _bias(state, kind, channels, terms):
    if kind == "large":
        return state.randint(-(2**34), 2**34, channels).astype(np.int64)
    reach = min(terms * 2**15, 2**28)
    return state.randint(-reach, reach, channels).astype(kind)


def layer(graph, state, spec, source, name="layer"):
    """Puts the layer on `source` and returns its output."""
    depth = source.shape[-1]
    if spec.operator == "DEPTHWISE_CONV_2D":
        filters = depth * max(1, spec.filters // depth)
        shape, axis, terms = (1, *spec.kernel, filters), 3, int(np.prod(spec.kernel))
    elif spec.operator == "CONV_2D":
        filters, shape, axis = spec.filters, (spec.filters, *spec.kernel, depth // spec.groups), 0
        terms = int(np.prod(shape[1:]))
    else:
        filters, shape, axis, terms = spec.filters, (spec.filters, depth), 0, depth
    weights = _weights(state, shape, spec.weights)
    scales = np.float32(0.01 * 2.0 ** state.uniform(-2, 2, filters if spec.per_channel else 1))
    typical = max(1.0, float(np.abs(weights.astype(float)).mean()) * np.sqrt(terms))
    gain = spec.gain or 2.0 ** state.uniform(-1, 1) / typical
    products = np.float64(source.scale) * np.float64(scales)
    scale = float(np.float32(products.max() / gain))
    inputs = [source, graph.constant(f"{name}/weights", weights, Quantization(scales, axis=axis if scales.size > 1 else 0))]
    if spec.bias:
        bias = _bias(state, spec.bias, filters, terms)
        inputs.append(graph.constant(f"{name}/bias", bias, Quantization(np.float32(products))))
    size = [
        extent(i, k, s, d, spec.padding)
        for i, k, s, d in zip(source.shape[1:3], spec.kernel, spec.stride, spec.dilation)
    ]
    shape = (*source.shape[:-1], filters) if spec.operator == "FULLY_CONNECTED" else (source.shape[0], *size, filters)
    output = graph.tensor(f"{name}/output", shape, Quantization(scale), INT16)
    return graph.operator(spec.operator, inputs, [output], _options(spec, filters // depth))


def _options(spec, multiplier):
    act = activation(spec.activation)
    if spec.operator == "FULLY_CONNECTED":
        return options("FullyConnectedOptions", fusedActivationFunction=act)
    more = {"depthMultiplier": multiplier} if spec.operator == "DEPTHWISE_CONV_2D" else {}
    return options(
        "Conv2DOptions" if spec.operator == "CONV_2D" else "DepthwiseConv2DOptions",
        padding=padding(spec.padding),
        strideH=spec.stride[0],
        strideW=spec.stride[1],
        dilationHFactor=spec.dilation[0],
        dilationWFactor=spec.dilation[1],
        fusedActivationFunction=act,
        **more,
    )


def build(state, spec):
    """A model of one layer."""
    model = Model()
    graph = model.graph()
    shape = (spec.batch, *spec.image, spec.channels)
    if spec.operator == "FULLY_CONNECTED":
        shape = (spec.batch, spec.channels)
    source = graph.input("input", shape, Quantization(float(np.float32(2.0 ** state.uniform(-16, -10)))), INT16)
    graph.output(layer(graph, state, spec, source))
    return model.bytes()
