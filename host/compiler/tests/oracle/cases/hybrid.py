"""Weights of int8 or int4 with activations of float32, run by TensorFlow Lite's reference kernels: see `litert.py`."""

import numpy as np

from builder import FLOAT, Model, Quantization, activation, options, padding

ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")


def cases():
    """See the package."""
    yield from _rows_cases()
    yield from _window_cases()
    for operator in ("FULLY_CONNECTED", "CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV"):
        for kind in ("float16", "int8", "int4"):
            for per_channel in (False, True) if kind != "float16" else (False,):
                name = f"stored-{operator.lower()}-{kind}-{'channels' if per_channel else 'one'}"
                yield name, lambda state, a=(operator, kind, per_channel): _stored(state, *a)


def _stored(state, operator, kind, per_channel):
    """A pair: weights of float32, and the same as a file may store them, before DEQUANTIZE."""
    shape, axis = {"FULLY_CONNECTED": ((5, 33), 0), "DEPTHWISE_CONV_2D": ((1, 3, 2, 6), 3)}.get(operator, ((5, 3, 2, 3), 0))
    scales = np.float32(10.0 ** state.uniform(-3, -1, shape[axis] if per_channel else 1))
    if kind == "float16":
        kept = np.float16(state.standard_normal(shape) * 10.0 ** state.uniform(-8, 1, shape))
        values = np.float32(kept)
    else:
        kept = state.randint(*((-128, 128) if kind == "int8" else (-8, 8)), shape).astype(np.int8)
        broad = scales.reshape([-1 if i == axis and per_channel else 1 for i in range(len(shape))])
        values = np.float32(kept) * broad
    bias = state.standard_normal(shape[axis]).astype(np.float32)
    return tuple(_float_model(operator, values, bias, *how) for how in ((None, None), (kept, (kind, scales, axis))))


def _float_model(operator, values, bias, kept, how):
    model = Model()
    graph = model.graph()
    rows = operator == "FULLY_CONNECTED"
    source = graph.input("input", (2, 33) if rows else (1, 6, 5, 3), None, FLOAT)
    if kept is None:
        weights = graph.constant("weights", values)
    else:
        kind, scales, axis = how
        quantization = None if kind == "float16" else Quantization(scales, axis=axis if scales.size > 1 else 0)
        stored = (graph.int4 if kind == "int4" else graph.constant)("kept", kept, quantization)
        weights = graph.operator("DEQUANTIZE", [stored], [graph.tensor("weights", values.shape, None, FLOAT)])
    shape = None, None, None, (1, 2), (1, 1), "SAME", 1
    inputs = [source, weights, graph.constant("bias", bias)]
    if operator == "TRANSPOSE_CONV":
        result = (1, 11, 6, 5)
        inputs = [graph.constant("shape", np.int32(result)), weights, source, inputs[2]]
        fields = options("TransposeConvOptions", padding=padding("SAME"), strideH=2, strideW=1)
    elif rows:
        result, fields = (2, 5), options("FullyConnectedOptions")
    elif operator == "CONV_2D":
        result, fields = (1, 6, 3, 5), _fields("Conv2DOptions", shape, "RELU")
    else:
        shape = None, None, None, (2, 2), (1, 1), "SAME", 1
        result, fields = (1, 3, 3, 6), _fields("DepthwiseConv2DOptions", shape, "NONE", depthMultiplier=2)
    output = graph.tensor("output", result, None, FLOAT)
    graph.output(graph.operator(operator, inputs, [output], fields))
    return model.bytes()


def _rows_cases():
    sizes = ((1, 1, 1), (1, 7, 3), (3, 8, 4), (2, 33, 17), (1, 64, 16), (4, 100, 37), (1, 600, 5))
    for number, size in enumerate(sizes):
        for asymmetric in (False, True):
            for per_channel in (False, True):
                for bits in (8, 4) if asymmetric == per_channel and number % 2 else (8,):
                    kind = f"{'asymmetric' if asymmetric else 'symmetric'}-{'units' if per_channel else 'one'}-{bits}"
                    args = size, asymmetric, per_channel, bits, ACTIVATIONS[number % 4], number % 3 != 2
                    yield f"beyond-fully_connected-{kind}-{number}", lambda state, a=args: _rows(state, *a)
    yield "contradiction-hybrid-zero_point", lambda state: _rows(state, (1, 8, 4), False, False, 8, "NONE", True, zero=1)


def _window_cases():
    # Input, window and output channels, stride, dilation, padding, groups.
    shapes = (
        ((1, 5, 6, 3), (3, 3), 4, (1, 1), (1, 1), "SAME", 1),
        ((2, 7, 5, 4), (2, 3), 5, (2, 1), (1, 1), "VALID", 1),
        ((1, 9, 9, 2), (3, 3), 17, (1, 2), (2, 2), "SAME", 1),
        ((1, 4, 4, 16), (1, 1), 8, (1, 1), (1, 1), "VALID", 1),
        ((3, 1, 20, 5), (1, 5), 6, (1, 2), (1, 1), "SAME", 1),
        ((1, 6, 6, 6), (3, 3), 9, (1, 1), (1, 1), "SAME", 3),
        ((2, 5, 5, 8), (1, 3), 8, (2, 2), (1, 1), "VALID", 2),
        ((1, 1, 66001, 1), (1, 3), 2, (1, 300), (1, 1), "SAME", 1),
    )
    for number, shape in enumerate(shapes):
        for per_channel in (False, True) if shape[6] == 1 else (True,):
            for bits in (8, 4) if per_channel and number % 3 == 0 else (8,):
                kind = f"{'channels' if per_channel else 'one'}-{bits}"
                args = shape, per_channel, bits, ACTIVATIONS[number % 4]
                yield f"beyond-conv_2d-{kind}-{number}", lambda state, a=args: _conv(state, *a)
    for number, (shape, multiplier) in enumerate(zip(shapes, (1, 2, 1, 1, 3, 1, 2, 1))):
        args = shape, multiplier, ACTIVATIONS[number % 4]
        yield f"beyond-depthwise_conv_2d-{number}", lambda state, a=args: _depthwise(state, *a)
    for number, (size, window, stride, pad) in enumerate(
        (((1, 4, 4, 3), (3, 3), (2, 2), "SAME"), ((2, 3, 5, 4), (2, 3), (1, 2), "VALID"), ((1, 5, 4, 1), (2, 2), (3, 3), "VALID"))
    ):
        for per_channel in (False, True):
            for bias in (False, True):
                args = size, window, stride, pad, per_channel, bias
                name = f"{'channels' if per_channel else 'one'}-{'bias' if bias else 'none'}-{number}"
                yield f"beyond-transpose_conv-{name}", lambda state, a=args: _transpose(state, *a)
    for name, make in (("conv_2d", _conv_pair), ("fully_connected", _padded)):
        yield f"beyond-hybrid-{name}", make


def _weights(state, graph, shape, axis, per_channel, bits, zero=0):
    # Not -128, with which the reference's code for x86 overflows 16 bits.
    low, high = (-127, 127) if bits == 8 else (-8, 7)
    values = state.randint(low, high + 1, shape).astype(np.int8)
    values.reshape(-1)[:: 1 + state.randint(7)] = low
    count = shape[axis] if per_channel else 1
    scales = np.float32(10.0 ** state.uniform(-3, -1, count))
    quantization = Quantization(scales, zero, axis if count > 1 else 0)
    return (graph.constant if bits == 8 else graph.int4)("weights", values, quantization)


def _bias(state, graph, units):
    return graph.constant("bias", np.where(state.rand(units) < 0.2, -0.0, state.standard_normal(units)).astype(np.float32))


def _rows(state, size, asymmetric, per_channel, bits, act, bias, zero=0):
    rows, inputs, units = size
    model = Model()
    graph = model.graph()
    source = graph.input("input", (rows, inputs), None, FLOAT)
    given = [source, _weights(state, graph, (units, inputs), 0, per_channel, bits, zero)]
    given.append(_bias(state, graph, units) if bias else None)
    output = graph.tensor("output", (rows, units), None, FLOAT)
    fields = options(
        "FullyConnectedOptions", fusedActivationFunction=activation(act), asymmetricQuantizeInputs=asymmetric
    )
    graph.output(graph.operator("FULLY_CONNECTED", given, [output], fields))
    return model.bytes()


def _size(length, window, stride, dilation, padding):
    reach = (window - 1) * dilation + 1
    return -(-length // stride) if padding == "SAME" else -(-(length - reach + 1) // stride)


def _fields(name, shape, act, **more):
    _, _, _, stride, dilation, padding, _ = shape
    return options(
        name,
        padding=0 if padding == "SAME" else 1,
        strideH=stride[0],
        strideW=stride[1],
        dilationHFactor=dilation[0],
        dilationWFactor=dilation[1],
        fusedActivationFunction=activation(act),
        **more,
    )


def _add_conv(state, graph, source, shape, per_channel, bits, act):
    _, window, channels, stride, dilation, padding, groups = shape
    batches, height, width, depth = source.shape
    weights = _weights(state, graph, (channels, *window, depth // groups), 0, per_channel, bits)
    sizes = [_size(*z, padding) for z in zip((height, width), window, stride, dilation)]
    output = graph.tensor("output", (batches, *sizes, channels), None, FLOAT)
    fields = _fields("Conv2DOptions", shape, act)
    return graph.operator("CONV_2D", [source, weights, _bias(state, graph, channels)], [output], fields)


def _conv(state, shape, per_channel, bits, act):
    model = Model()
    graph = model.graph()
    source = graph.input("input", shape[0], None, FLOAT)
    graph.output(_add_conv(state, graph, source, shape, per_channel, bits, act))
    return model.bytes()


def _conv_pair(state):
    """Two convolutions and a RELU, which is fused."""
    model = Model()
    graph = model.graph()
    source = graph.input("input", (1, 8, 8, 3), None, FLOAT)
    shape = None, (3, 3), 6, (1, 1), (1, 1), "SAME", 1
    first = _add_conv(state, graph, source, shape, True, 8, "NONE")
    positive = graph.operator("RELU", [first], [graph.tensor("positive", first.shape, None, FLOAT)])
    shape = None, (2, 2), 5, (2, 2), (1, 1), "VALID", 1
    graph.output(_add_conv(state, graph, positive, shape, False, 8, "RELU6"))
    return model.bytes()


def _padded(state):
    """PAD, which becomes a convolution's, then rows."""
    model = Model()
    graph = model.graph()
    source = graph.input("input", (1, 5, 5, 2), None, FLOAT)
    around = graph.constant("around", np.int32([[0, 0], [1, 1], [1, 1], [0, 0]]))
    padded = graph.operator("PAD", [source, around], [graph.tensor("padded", (1, 7, 7, 2), None, FLOAT)])
    shape = None, (3, 3), 4, (1, 1), (1, 1), "VALID", 1
    image = _add_conv(state, graph, padded, shape, True, 8, "RELU")
    flat = graph.constant("shape", np.int32([1, 100]))
    row = graph.operator("RESHAPE", [image, flat], [graph.tensor("row", (1, 100), None, FLOAT)])
    given = [row, _weights(state, graph, (10, 100), 0, True, 8), _bias(state, graph, 10)]
    output = graph.tensor("units", (1, 10), None, FLOAT)
    fields = options("FullyConnectedOptions", asymmetricQuantizeInputs=True)
    graph.output(graph.operator("FULLY_CONNECTED", given, [output], fields))
    return model.bytes()


def _transpose(state, shape, window, stride, padding, per_channel, bias):
    model = Model()
    graph = model.graph()
    source = graph.input("input", shape, None, FLOAT)
    lengths = [n * s if padding == "SAME" else (n - 1) * s + w for n, s, w in zip(shape[1:3], stride, window)]
    result = (shape[0], *lengths, 5)
    weights = _weights(state, graph, (5, *window, shape[3]), 0, per_channel, 8)
    given = [graph.constant("shape", np.int32(result)), weights, source, *([_bias(state, graph, 5)] if bias else [])]
    fields = options(
        "TransposeConvOptions", padding=0 if padding == "SAME" else 1, strideH=stride[0], strideW=stride[1]
    )
    output = graph.tensor("output", result, None, FLOAT)
    graph.output(graph.operator("TRANSPOSE_CONV", given, [output], fields))
    return model.bytes()


def _depthwise(state, shape, multiplier, act):
    _, window, _, stride, dilation, padding, _ = shape
    if stride[0] != stride[1]:
        shape = (*shape[:3], (stride[0], stride[0]), *shape[4:])
        stride = shape[3]
    model = Model()
    graph = model.graph()
    source = graph.input("input", shape[0], None, FLOAT)
    batches, height, width, depth = source.shape
    channels = depth * multiplier
    weights = _weights(state, graph, (1, *window, channels), 3, True, 8)
    sizes = [_size(*z, padding) for z in zip((height, width), window, stride, dilation)]
    output = graph.tensor("output", (batches, *sizes, channels), None, FLOAT)
    fields = _fields("DepthwiseConv2DOptions", shape, act, depthMultiplier=multiplier)
    given = [source, weights, _bias(state, graph, channels)]
    graph.output(graph.operator("DEPTHWISE_CONV_2D", given, [output], fields))
    return model.bytes()
