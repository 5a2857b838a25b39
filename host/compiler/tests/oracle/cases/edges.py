"""Limits of the reference's arithmetic, int8: results halfway between two steps, and scales far apart.

A product of scales in float32 or in float64, and a rounding up or away from zero, give the same bytes except for halves. The output
scales here are the product or ratio of the others times a power of two, and every input byte occurs: another release of the
reference, or other arithmetic here, is detected. Many operators share a graph, so that all of them are always run.
"""

import numpy as np

from builder import Model, Quantization, activation, options, padding

# Input and output scales of HARD_SWISH at which a factor in float32 gives other bytes than one in float64.
_FACTORS = (
    (0.0017048748, 0.0014337313),
    (0.0033185182, 0.0011974585),
    (0.1671583056, 0.1186081618),
    (0.0127484985, 0.0127955526),
    (1.6013398170, 8.5959177017),
    (0.0259894170, 0.0098917605),
)

# Every byte occurs in the ramp among the extremes.
_ALL = (1, 256)
_POWERS = (-2, -1, 0, 1, 2, 3, 5, 8)


def cases():
    """See the package."""
    for alpha in (0.25, 0.5, 0.75, 1.0, 1.25, 1.5):
        yield f"edges-leaky_relu-halves-{alpha:g}", lambda state, alpha=alpha: _unary(_leaky(alpha))
    for channels in ("one_scale", "per_channel"):
        yield f"edges-fully_connected-halves-{channels}", lambda state, channels=channels: _dense(channels != "one_scale")
    for operator in ("FULLY_CONNECTED", "CONV_2D", "DEPTHWISE_CONV_2D"):
        yield f"edges-{operator.lower()}-wraps", lambda state, operator=operator: _wraps(operator)
    yield "edges-mul-halves", lambda state: _mul()
    for operator in ("RELU", "QUANTIZE"):
        yield f"edges-{operator.lower()}-halves", lambda state, operator=operator: _unary(_halves(operator))
    yield "edges-quantize-zero_points", lambda state: _zero_points()
    for scale in (1.7e-9, 3e-5, 0.0079, 0.11, 340.0, 1.2e6):
        yield f"edges-hard_swish-scale{scale:g}", lambda state, scale=scale: _unary(_hard_swish(scale))
    fields = options("HardSwishOptions")
    layers = [("HARD_SWISH", fields, Quantization(source, 3), Quantization(result, -5)) for source, result in _FACTORS]
    yield "edges-hard_swish-factors", lambda state, layers=layers: _unary(layers)
    for operator, fixed in (("LOGISTIC", Quantization(1 / 256, -128)), ("TANH", Quantization(1 / 128, 0))):
        scales = (2.0**-28, 5e-9, 1e-5, 7.9, 15.0, 16.0, 1e4, 3e10)
        layers = [(operator, None, Quantization(scale, zero), fixed) for scale in scales for zero in (-3, 127)]
        yield f"edges-{operator.lower()}-scales", lambda state, layers=layers: _unary(layers)
    # 6 / scale is exactly halfway in float32, and below that in float64.
    scales = (0.0754717, 0.0794702, 0.0916031, 0.10084034, 0.21052632, 1.7142857, 2.9e-9, 1e9)
    layers = [("RELU6", None, Quantization(scale, -100), Quantization(scale, -100)) for scale in scales]
    yield "edges-relu6-scales", lambda state: _unary(layers)


def _scale(value):
    """The nearest scale that a file can hold."""
    return float(np.float32(value))


def _leaky(alpha):
    source = Quantization(_scale(0.0053044455), -28)
    return [
        (
            "LEAKY_RELU",
            options("LeakyReluOptions", alpha=sign * alpha),
            source,
            Quantization(_scale(source.scale * 2.0**power), zero),
        )
        for sign in (1, -1)
        for power, zero in ((-1, 74), (0, 74), (1, -5), (2, 127), (4, -128))
    ]


def _halves(operator):
    source = Quantization(_scale(0.0711), 19)
    return [(operator, None, source, Quantization(_scale(source.scale * 2.0**power), -7)) for power in _POWERS]


def _zero_points():
    """QUANTIZE between zero points 128 apart, which is only another sign bit from int8 to uint8 and back."""
    model = Model()
    graph = model.graph()
    types = {"int8": (-128, 0, 127), "uint8": (0, 128, 255), "int16": (0,)}
    pairs = [("int8", "int8"), ("int8", "int16"), ("int8", "uint8"), ("uint8", "int8")]
    for source, result in pairs:
        for zero in types[source]:
            for other in types[result]:
                name = f"{source}_{zero + 128}_{result}_{other + 128}"
                given = graph.input(f"from_{name}", _ALL, Quantization(_scale(0.0711), zero), np.dtype(source))
                output = graph.tensor(f"to_{name}", _ALL, Quantization(_scale(0.0711), other), np.dtype(result))
                graph.output(graph.operator("QUANTIZE", [given], [output]))
    return model.bytes()


def _hard_swish(scale):
    source = Quantization(_scale(scale), 5)
    ratios = (0.011, 0.09, 0.6, 1.0, 3.0, 40.0, 2.0**8, 2.0**9, 3e3, 1e5, 1e8, 1e9)
    layers = [("HARD_SWISH", options("HardSwishOptions"), source, Quantization(_scale(scale * r), -4)) for r in ratios]
    return layers


def _unary(layers):
    """A graph of operators on one tensor each: name, options, quantisation of input and output."""
    model = Model()
    graph = model.graph()
    sources = {}
    for number, (operator, fields, source, result) in enumerate(layers):
        key = (source.scale, source.zero_point)
        if key not in sources:
            sources[key] = graph.input(f"input{len(sources)}", _ALL, source)
        output = graph.tensor(f"output{number}", _ALL, result)
        graph.output(graph.operator(operator, [sources[key]], [output], fields))
    return model.bytes()


def _dense(per_channel):
    model = Model()
    graph = model.graph()
    source = graph.input("input", (256, 1), Quantization(_scale(0.031), 3))
    weights = np.int8([[1], [-1], [3], [5], [-7], [64], [127]])
    for number, scale in enumerate((0.07, 0.1, 0.013, 0.5)):
        scale = _scale(scale)
        for power in _POWERS:
            name = f"{number}_{power}"
            scales = [scale] * len(weights) if per_channel else scale
            inputs = [source, graph.constant(f"weights{name}", weights, Quantization(scales))]
            # The product in float32: where the products differ, a half there is not a half in float64.
            product = _scale(np.float32(source.scale) * np.float32(scale))
            output = graph.tensor(f"output{name}", (256, len(weights)), Quantization(_scale(product * 2.0**power), -11))
            fields = options("FullyConnectedOptions", fusedActivationFunction=activation("NONE"))
            graph.output(graph.operator("FULLY_CONNECTED", inputs, [output], fields))
    return model.bytes()


def _wraps(operator):
    """Factors above 1 with sums that overflow int32 when shifted to the left: the reference's code wraps there."""
    model = Model()
    graph = model.graph()
    source = graph.input("input", (1, 16, 16, 1), Quantization(_scale(0.031), 3))
    weights = np.int8([1, -1, 3, -128, 127])
    shape = (1, 1, 1, 5) if operator == "DEPTHWISE_CONV_2D" else (5, 1, 1, 1)
    fields = {"strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1, "padding": padding("VALID")}
    if operator == "FULLY_CONNECTED":
        shape, fields = (5, 1), {"keepNumDims": True}
    elif operator == "DEPTHWISE_CONV_2D":
        fields["depthMultiplier"] = 5
    name = {"CONV_2D": "Conv2DOptions", "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions"}
    fields = options(name.get(operator, "FullyConnectedOptions"), fusedActivationFunction=activation("NONE"), **fields)
    # The last ones reach the limits of int32 exactly; 32 636 is the largest sum's magnitude.
    biases = ((0,) * 5, (77, -30_000, 5_000_000, 1 << 29, -(1 << 29)), (2**31 - 32_637,) * 5, (-(2**31) + 32_637,) * 5)
    for number, bias in enumerate(biases):
        for power in (-20, -1, 0.3, 1, 7.7, 16.4, 24, 29.9):
            suffix = f"{number}_{power:g}"
            scale = _scale(0.07)
            # One for each channel: with a single scale the reference compares it with the bias's.
            scales = Quantization([scale] * 5, axis=shape.index(5))
            inputs = [source, graph.constant(f"weights{suffix}", weights.reshape(shape), scales)]
            product = source.scale * scale
            inputs.append(graph.constant(f"bias{suffix}", np.int32(bias), Quantization([_scale(product)] * 5)))
            result = Quantization(_scale(product * 2.0**-power), -11)
            output = graph.tensor(f"output{suffix}", (1, 16, 16, 5), result)
            graph.output(graph.operator(operator, inputs, [output], fields))
    return model.bytes()


def _mul():
    model = Model()
    graph = model.graph()
    first = graph.input("first", _ALL, Quantization(_scale(0.031), 3))
    for number, (scale, factor) in enumerate(((0.07, 1), (0.1, 3), (0.013, -5), (0.5, 7))):
        second = graph.constant(f"second{number}", np.int8([[factor]]), Quantization(_scale(scale), 0))
        for power in _POWERS:
            product = _scale(np.float32(first.scale) * np.float32(second.scale))
            output = graph.tensor(f"output{number}_{power}", _ALL, Quantization(_scale(product * 2.0**power), -11))
            fields = options("MulOptions", fusedActivationFunction=activation("NONE"))
            graph.output(graph.operator("MUL", [first, second], [output], fields))
    return model.bytes()
