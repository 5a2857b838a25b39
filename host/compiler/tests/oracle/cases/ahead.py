"""Constants through pools, PRELU and operators with weights, which the compiler computes: all inputs are constants."""

import numpy as np

from builder import FLOAT, Model, Quantization, activation, options

from .reshape import reshape

POOLS = ("MAX_POOL_2D", "AVERAGE_POOL_2D")
# Padding, stride, window, fused activation.
WINDOWS = ((0, 1, (2, 3), "NONE"), (1, 2, (3, 2), "RELU"), (0, 3, (4, 4), "RELU6"))
INPUT = (2, 5, 6, 4)


def cases():
    """See the package."""
    for name in POOLS:
        for dtype in ("int8", "int16", "float32"):
            for number, window in enumerate(WINDOWS):
                yield f"ahead-{name}-{dtype}-{number}", lambda state, a=(name, dtype, *window): _pool(state, *a)
    for dtype in ("int8", "float32"):
        for shape in ((2, 5, 6, 4), (1, 1, 4), (1,)):
            yield f"ahead-PRELU-{dtype}-{'x'.join(map(str, shape))}", lambda state, a=(dtype, shape): _prelu(state, *a)
        for number, window in enumerate(WINDOWS):
            for groups in (1, 2, 4):
                name = "DEPTHWISE_CONV_2D" if groups == 4 else f"CONV_2D-{groups}"
                yield f"ahead-{name}-{dtype}-{number}", lambda state, a=(dtype, *window, groups): _conv(state, *a)
        for bias in (False, True):
            yield f"ahead-FULLY_CONNECTED-{dtype}-{bias}", lambda state, a=(dtype, bias): _fully_connected(state, *a)
        for turned in range(4):
            yield f"ahead-BATCH_MATMUL-{dtype}-{turned}", lambda state, a=(dtype, turned): _matmul(state, *a)
    for name in ("ADD", "SUB", "MUL"):
        for shape in ((2, 5, 6, 4), (1, 1, 4)):
            yield f"ahead-{name}-int16-{'x'.join(map(str, shape))}", lambda state, a=(name, shape): _arithmetic(state, *a)
    for name in ("RELU", "LEAKY_RELU", "RELU6"):
        yield f"ahead-{name}-int16", lambda state, a=name: _unary(state, a)
    yield "ahead-float32-not_finite", lambda state: _conv(state, "float32", *WINDOWS[0], 1, odd=True)
    yield "ahead-PRELU-float32-not_finite", lambda state: _prelu(state, "float32", (1,), odd=True)
    yield "ahead-AVERAGE_POOL_2D-float32-not_finite", lambda state: _pool(state, POOLS[1], "float32", *WINDOWS[0], odd=True)
    yield "ahead-MAX_POOL_2D-float32-not_finite", lambda state: _pool(state, POOLS[0], "float32", *WINDOWS[0], odd=True)


def _values(state, dtype, shape, odd=False):
    if dtype == "float32":
        values = state.standard_normal(shape).astype(FLOAT) * 3
        if odd:
            values.flat[::7], values.flat[3::11], values.flat[4::13] = np.inf, np.nan, -np.inf
            values.flat[5::17] = -0.0
        return values
    return state.randint(*{"int8": (-128, 128), "int16": (-32768, 32768)}[dtype], shape).astype(dtype)


def _file(model, graph, known):
    """An operator on the input beside them, since the reference has no model without one."""
    source = graph.input("input", (2,), None, FLOAT)
    graph.output(known, reshape(graph, source, (1, 2)))
    return model.bytes()


def _reach(padding, stride, window):
    """Rows and columns of the output."""
    same = tuple(-(-size // stride) for size in INPUT[1:3])
    valid = tuple((size - of) // stride + 1 for size, of in zip(INPUT[1:3], window))
    return same if padding == 0 else valid


def _pool(state, name, dtype, padding, stride, window, fused, odd=False):
    model = Model()
    graph = model.graph()
    kept = {"int8": Quantization(0.05, -3), "int16": Quantization(0.0003)}.get(dtype)
    source = graph.constant("constant", _values(state, dtype, INPUT, odd), kept)
    known = graph.tensor("known", (INPUT[0], *_reach(padding, stride, window), INPUT[3]), kept, np.dtype(dtype))
    sizes = {"filterHeight": window[0], "filterWidth": window[1], "strideH": stride, "strideW": stride}
    fields = options("Pool2DOptions", padding=padding, fusedActivationFunction=activation(fused), **sizes)
    return _file(model, graph, graph.operator(name, [source], [known], fields))


def _prelu(state, dtype, shape, odd=False):
    model = Model()
    graph = model.graph()
    scales = (Quantization(0.05, -3), Quantization(0.01, 20), Quantization(0.04, 7)) if dtype == "int8" else (None,) * 3
    source = graph.constant("constant", _values(state, dtype, INPUT, odd), scales[0])
    alpha = graph.constant("alpha", _values(state, dtype, shape), scales[1])
    known = graph.tensor("known", INPUT, scales[2], np.dtype(dtype))
    return _file(model, graph, graph.operator("PRELU", [source, alpha], [known], None))


def _arithmetic(state, name, shape):
    model = Model()
    graph = model.graph()
    scales = Quantization(0.0003), Quantization(0.0002), Quantization(0.002 if name == "MUL" else 0.0004)
    inputs = [graph.constant(f"constant{i}", _values(state, "int16", s), scales[i]) for i, s in enumerate((INPUT, shape))]
    known = graph.tensor("known", INPUT, scales[2], np.int16)
    fields = options(f"{name.capitalize()}Options", fusedActivationFunction=activation("RELU" if name == "ADD" else "NONE"))
    return _file(model, graph, graph.operator(name, inputs, [known], fields))


def _unary(state, name):
    model = Model()
    graph = model.graph()
    from_, to = Quantization(0.0003), Quantization(0.0003 if name == "RELU6" else 0.0002)
    source = graph.constant("constant", _values(state, "int16", INPUT), from_)
    known = graph.tensor("known", INPUT, to, np.int16)
    fields = options("LeakyReluOptions", alpha=-0.3) if name == "LEAKY_RELU" else None
    return _file(model, graph, graph.operator(name, [source], [known], fields))


def _conv(state, dtype, padding, stride, window, fused, groups, odd=False):
    model = Model()
    graph = model.graph()
    channels = 8
    lanes = groups == INPUT[3]
    shape = (1, *window, channels) if lanes else (channels, *window, INPUT[3] // groups)
    weights = _values(state, dtype, shape)
    axis = 3 if lanes else 0
    if dtype == "int8":
        scales = np.float32(10.0 ** state.uniform(-3, -1.5, channels))
        kept = Quantization(0.05, -3), Quantization(scales, axis=axis), Quantization(0.9, -5)
        bias = state.randint(-9000, 9000, channels).astype(np.int32)
        of_bias = Quantization(np.float32(0.05) * scales)
    else:
        kept, of_bias, bias = (None,) * 3, None, _values(state, dtype, (channels,))
    source = graph.constant("constant", _values(state, dtype, INPUT, odd), kept[0])
    inputs = [source, graph.constant("weights", np.clip(weights, -127, 127), kept[1]), graph.constant("bias", bias, of_bias)]
    known = graph.tensor("known", (INPUT[0], *_reach(padding, stride, window), channels), kept[2], np.dtype(dtype))
    own = {"padding": padding, "strideH": stride, "strideW": stride, "dilationHFactor": 1, "dilationWFactor": 1}
    if lanes:
        own["depthMultiplier"] = channels // groups
    fields = options("DepthwiseConv2DOptions" if lanes else "Conv2DOptions", fusedActivationFunction=activation(fused), **own)
    return _file(model, graph, graph.operator("DEPTHWISE_CONV_2D" if lanes else "CONV_2D", inputs, [known], fields))


def _fully_connected(state, dtype, with_bias):
    model = Model()
    graph = model.graph()
    bytes_ = dtype == "int8"
    kept = (Quantization(0.05, -3), Quantization(0.02), Quantization(0.7, 11)) if bytes_ else (None,) * 3
    weights = np.clip(_values(state, dtype, (6, 9)), -127, 127)
    inputs = [graph.constant("constant", _values(state, dtype, (4, 9)), kept[0]), graph.constant("weights", weights, kept[1])]
    if with_bias:
        bias = state.randint(-9000, 9000, 6).astype(np.int32) if bytes_ else _values(state, dtype, (6,))
        inputs.append(graph.constant("bias", bias, Quantization(np.float32(0.05) * np.float32(0.02)) if bytes_ else None))
    known = graph.tensor("known", (4, 6), kept[2], np.dtype(dtype))
    fields = options("FullyConnectedOptions", fusedActivationFunction=activation("RELU" if with_bias else "NONE"))
    return _file(model, graph, graph.operator("FULLY_CONNECTED", inputs, [known], fields))


def _matmul(state, dtype, turned):
    """On int8 one matrix of weights; on float32 two, each for two of the others."""
    model = Model()
    graph = model.graph()
    bytes_ = dtype == "int8"
    kept = (Quantization(0.05, -3), Quantization(0.02), Quantization(0.7, 11)) if bytes_ else (None,) * 3
    first, second = ((3, 7), (7, 5)) if bytes_ else ((2, 2, 3, 7), (2, 1, 7, 5))
    shapes = [s if not turned & 1 << i else (*s[:-2], s[-1], s[-2]) for i, s in enumerate((first, second))]
    inputs = [graph.constant(f"known{i}", _values(state, dtype, shape), kept[i]) for i, shape in enumerate(shapes)]
    known = graph.tensor("known", (*first[:-1], 5), kept[2], np.dtype(dtype))
    fields = options("BatchMatMulOptions", adjX=bool(turned & 1), adjY=bool(turned & 2))
    return _file(model, graph, graph.operator("BATCH_MATMUL", inputs, [known], fields))
