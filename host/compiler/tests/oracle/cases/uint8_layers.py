"""Layers with weights on uint8, as TensorFlow 1 quantised them: TensorFlow Lite's reference kernels run them."""

import numpy as np

import quantities
from builder import Model, Quantization, activation, options, padding

UINT8 = np.dtype("uint8")

# Zero points with which kernels may fail, and ordinary ones. Weights less 128, 200 and 0 need 8 and 9 bits.
ZERO_POINTS = (0, 255, 128, 127, 91, 165)
WEIGHT_ZERO_POINTS = (128, 127, 122, 151, 0, 255)


def cases():
    """Each operator with several zero points and scales."""
    for number, zero in enumerate(WEIGHT_ZERO_POINTS):
        for kind in ("uniform", "near"):
            name = f"beyond-uint8-conv_2d-{zero}-{kind}"
            yield name, lambda state, a=(number, zero, kind): _conv(state, *a)
            name = f"beyond-uint8-depthwise_conv_2d-{zero}-{kind}"
            yield name, lambda state, a=(number, zero, kind): _depthwise(state, *a)
    for number in range(6):
        yield f"beyond-uint8-chain-{number}", _chain
    for number in range(4):
        yield f"beyond-uint8-stuck-{number}", lambda state, number=number: _stuck(state, number)
    for number, zero in enumerate(WEIGHT_ZERO_POINTS):
        yield f"beyond-uint8-fully_connected-{zero}", lambda state, a=(number, zero): _fully_connected(state, *a)
    for number in range(4):
        yield f"beyond-uint8-fully_connected-middles-{number}", lambda state, number=number: _dense_middles(state, number)
    yield "contradiction-uint8-fully_connected-run", lambda state: _fully_connected(state, 0, 128, run=True)
    yield "contradiction-uint8-fully_connected-far", lambda state: _fully_connected(state, 0, 128, 1e-10)
    yield "contradiction-uint8-bias", lambda state: _conv(state, 0, 100, "uniform", 1e5)
    yield "contradiction-uint8-no_bias", lambda state: _conv(state, 0, 100, "uniform", None)
    yield "contradiction-uint8-bias-far", _far


def activations(state):
    """Scale and zero point of an activation."""
    given = quantities.activations(state)
    zero = ZERO_POINTS[state.randint(len(ZERO_POINTS))] if state.randint(2) else int(state.randint(0, 256))
    return Quantization(given.scale, zero)


def near(state, quantization, factor=1.0):
    """Another quantisation of a similar scale."""
    scale = np.float32(quantization.scale * factor * 2.0 ** state.uniform(-1, 1))
    return Quantization(scale, activations(state).zero_point)


def image(graph, state, shape):
    """An input of the model."""
    return graph.input("input", shape, activations(state), UINT8)


def _layer(graph, state, source, shape, axis, zero, kind, name="layer", bias_factor=1.0):
    """Inputs of a layer with weights of this zero point, and the quantisation of its output."""
    spread = 255 if kind == "uniform" else 40
    weight = np.clip(state.randint(zero - spread, zero + spread + 1, shape), 0, 255).astype(np.uint8)
    scale = np.float32(10.0 ** state.uniform(-3, -1))
    product = np.float32(np.float32(source.scale) * scale)
    terms = weight.size // shape[axis]
    others = tuple(i for i in range(weight.ndim) if i != axis)
    worst = np.abs(weight.astype(np.int64) - zero).sum(axis=others) * max(source.zero_point, 255 - source.zero_point)
    bias = quantities.biases(state, "random", worst, terms)
    inputs = [
        source,
        graph.constant(f"{name}/weights", weight, Quantization(scale, zero)),
        graph.constant(f"{name}/bias", bias, Quantization(np.float32(product * bias_factor))),
    ]
    result = quantities.output_scale(np.float64([product]), np.max(worst), terms)
    return inputs, Quantization(result, activations(state).zero_point)


def _window(name, number, **more):
    fields = {
        "padding": padding(("SAME", "VALID")[number % 2]),
        "strideH": 1 + number % 3 // 2,
        "strideW": 1 + number % 2,
        "dilationHFactor": 1,
        "dilationWFactor": 1,
        "fusedActivationFunction": activation(("NONE", "RELU", "RELU6")[number % 3]),
    }
    return options(name, **fields, **more)


def _size(length, window, stride, number):
    """Length of the output of a window."""
    return -(-length // stride) if number % 2 == 0 else -(-(length - window + 1) // stride)


def _conv(state, number, zero, kind, bias_factor=1.0):
    model = Model()
    graph = model.graph()
    height, width, depth, channels = 1 + number % 3, 1 + number % 4, 3 + 5 * (number % 3), 4 + number
    source = image(graph, state, (1 + number % 2, 7, 6, depth))
    inputs, quantization = _layer(graph, state, source, (channels, height, width, depth), 0, zero, kind, bias_factor=bias_factor or 1)
    if bias_factor is None:
        inputs.pop()
    fields = _window("Conv2DOptions", number)
    shape = (source.shape[0], _size(7, height, fields.strideH, number), _size(6, width, fields.strideW, number), channels)
    output = graph.tensor("output", shape, quantization, UINT8)
    graph.output(graph.operator("CONV_2D", inputs, [output], fields))
    return model.bytes()


def _depthwise(state, number, zero, kind):
    model = Model()
    graph = model.graph()
    height, width, depth, times = 3 - number % 2, 3, 2 + 3 * (number % 3), 1 + number // 4
    source = image(graph, state, (1 + number % 2, 9, 8, depth))
    inputs, quantization = _layer(graph, state, source, (1, height, width, depth * times), 3, zero, kind)
    fields = _window("DepthwiseConv2DOptions", number, depthMultiplier=times)
    shape = (source.shape[0], _size(9, height, fields.strideH, number), _size(8, width, fields.strideW, number), depth * times)
    output = graph.tensor("output", shape, quantization, UINT8)
    graph.output(graph.operator("DEPTHWISE_CONV_2D", inputs, [output], fields))
    return model.bytes()


def _fully_connected(state, number, zero, factor=1, run=False):
    """Sums are multiplied by a float64 and rounded once. With a tiny scale of the output the products are beyond int32."""
    model = Model()
    graph = model.graph()
    source = graph.input("input", (3, 20 + 15 * number), activations(state), UINT8)
    inputs, quantization = _layer(graph, state, source, (5 + number, source.shape[1]), 0, zero, "near" if number % 2 else "uniform")
    inputs = inputs[: 3 - number // 5]
    if run:
        inputs[1] = graph.input("given", inputs[1].shape, inputs[1].quantization, UINT8)
    quantization = Quantization(np.float32(quantization.scale * factor), quantization.zero_point)
    output = graph.tensor("output", (3, 5 + number), quantization, UINT8)
    fields = options("FullyConnectedOptions", fusedActivationFunction=activation(("NONE", "RELU", "RELU6")[number % 3]))
    graph.output(graph.operator("FULLY_CONNECTED", inputs, [output], fields))
    return model.bytes()


def _dense_middles(state, number):
    """Sums of one or two products, of which many are in the middle of two results, or next to it."""
    model = Model()
    graph = model.graph()
    scale = (0.5, 1.0, 0.3, 0.7)[number]
    source = graph.input("input", (40, 2), Quantization(np.float32(scale), 128), UINT8)
    weight = np.uint8([[128 + n, 128 + n % 3] for n in range(1, 17)])
    factor = np.float32(scale * 0.25) * np.float32((2, 20, 8, 32)[number])
    inputs = [source, graph.constant("weights", weight, Quantization(np.float32(0.25), 128))]
    output = graph.tensor("output", (40, 16), Quantization(np.float32(factor), 100), UINT8)
    graph.output(graph.operator("FULLY_CONNECTED", inputs, [output], options("FullyConnectedOptions")))
    return model.bytes()


def _chain(state):
    """A residual block with bytes moved in between, whose input and intermediate results are outputs, too."""
    model = Model()
    graph = model.graph()
    source = image(graph, state, (1, 8, 6, 5))
    zero = WEIGHT_ZERO_POINTS[state.randint(len(WEIGHT_ZERO_POINTS))]
    inputs, quantization = _layer(graph, state, source, (5, 1, 1, 5), 0, zero, "near", "first")
    first = graph.operator("CONV_2D", inputs, [graph.tensor("first", source.shape, quantization, UINT8)], _window("Conv2DOptions", 0))
    padded = graph.tensor("padded", (1, 10, 8, 5), quantization, UINT8)
    graph.operator("PAD", [first, graph.constant("around", np.int32([[0, 0], [1, 1], [1, 1], [0, 0]]))], [padded], options("PadOptions"))
    inputs, quantization = _layer(graph, state, padded, (1, 3, 3, 5), 3, 130, "uniform", "second")
    fields = options(
        "DepthwiseConv2DOptions", padding=padding("VALID"), strideH=1, strideW=1, dilationHFactor=1, dilationWFactor=1, depthMultiplier=1
    )
    second = graph.tensor("second", source.shape, quantization, UINT8)
    graph.operator("DEPTHWISE_CONV_2D", inputs, [second], fields)
    total = graph.tensor("sum", source.shape, near(state, quantization), UINT8)
    graph.operator("ADD", [source, second], [total], options("AddOptions"))
    joined = graph.tensor("joined", (1, 8, 6, 10), total.quantization, UINT8)
    graph.operator("CONCATENATION", [total, total], [joined], options("ConcatenationOptions", axis=3))
    row = graph.tensor("row", (1, 480), total.quantization, UINT8)
    graph.operator("RESHAPE", [joined, graph.constant("shape", np.int32([1, 480]))], [row], options("ReshapeOptions", newShape=[1, 480]))
    real = graph.tensor("real", (1, 480), None, np.dtype("float32"))
    graph.operator("DEQUANTIZE", [row], [real])
    graph.output(row, real, first)
    return model.bytes()


def _stuck(state, number):
    """A layer of which some channels have one value for all inputs, and weights whose zero point is none of int8."""
    model = Model()
    graph = model.graph()
    source = image(graph, state, (1, 7, 6, 4))
    name, shape, axis = (("CONV_2D", (4, 2, 2, 4), 0), ("DEPTHWISE_CONV_2D", (1, 2, 2, 4), 3))[number % 2]
    zero = (255, 151)[number // 2]
    weight = state.randint(zero - 100, zero + 1, shape).astype(np.uint8)
    scale = np.float32(0.01)
    product = np.float32(np.float32(source.scale) * scale)
    bias = np.int32([1 << 24, 5, -(1 << 24), -7])
    inputs = [source, graph.constant("weights", weight, Quantization(scale, zero)), graph.constant("bias", bias, Quantization(product))]
    more = {"depthMultiplier": 1} if axis == 3 else {}
    fields = _window("DepthwiseConv2DOptions" if axis == 3 else "Conv2DOptions", 0, **more)
    output = graph.tensor("output", source.shape, Quantization(np.float32(product * 300), 100), UINT8)
    graph.output(graph.operator(name, inputs, [output], fields))
    return model.bytes()


def _far(state):
    """A bias whose scale is the product in float32, and too far from that in float64, which the reference checks."""
    model = Model()
    graph = model.graph()
    source = graph.input("input", (1, 4, 4, 2), Quantization(np.float32(2.2044938e10), 107), UINT8)
    weight = state.randint(0, 256, (1, 2, 2, 2)).astype(np.uint8)
    scale = np.float32(0.018220112)
    product = np.float32(np.float32(source.scale) * scale)
    inputs = [source, graph.constant("weights", weight, Quantization(scale, 156)), graph.constant("bias", np.int32([0, 0]), Quantization(product))]
    output = graph.tensor("output", source.shape, Quantization(np.float32(4.0), 69), UINT8)
    graph.output(graph.operator("DEPTHWISE_CONV_2D", inputs, [output], _window("DepthwiseConv2DOptions", 0, depthMultiplier=1)))
    return model.bytes()
