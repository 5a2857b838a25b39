"""Operators on uint8, as TensorFlow 1 quantised them: only nets that TensorFlow Lite's kernels run draw them."""

import numpy as np

import quantities
from builder import FLOAT, Quantization, activation, options, padding
from cases.conv_2d import extent

from ..net import is_type, size
from . import moves, rearranging
from .elementwise import _alpha, _fit, _second
from .weighted import ACTIVATIONS, _output_scale, _window, _window_fields

UINT8 = np.dtype("uint8")

# Kinds of weights, repeated by their weight: anywhere, within int8 of the zero point, at the ends.
_WEIGHTS = ("uniform", "uniform", "near", "near", "signs", "lowest", "highest", "zero")


def _source(net, accepts=lambda t: True):
    return net.source(lambda t: t.dtype == UINT8 and t.quantization is not None and accepts(t))


def _near(net, scale):
    return net.quantization(UINT8, scale)


def _weights(net, shape):
    """Values and their zero point."""
    state = net.state
    zero = net.pick((128, 127, 0, 255, net.between(100, 156), net.between(0, 255)))
    kind = net.pick(_WEIGHTS)
    low, high = {"near": (max(0, zero - 127), min(255, zero + 127)), "lowest": (0, 0), "highest": (255, 255)}.get(kind, (0, 255))
    low, high = (zero, zero) if kind == "zero" else (low, high)
    values = state.randint(low, high + 1, shape)
    return (np.where(values < 128, 0, 255) if kind == "signs" else values).astype(np.uint8), zero


def _parameters(net, source, shape, axis):
    """Weights and bias, and the quantisation of the output."""
    weight, zero = _weights(net, shape)
    scale = net.scale()
    if net.chance(0.3):
        # A power of two: ratios of exact powers of two give exact halves.
        scale = float(2.0 ** np.round(np.log2(scale)))
    others = tuple(i for i in range(weight.ndim) if i != axis)
    worst = np.abs(weight.astype(np.int64) - zero).sum(axis=others) * max(source.zero_point, 255 - source.zero_point)
    terms = weight.size // shape[axis]
    with np.errstate(over="ignore", under="ignore"):
        product = np.float32(source.scale) * np.float32(scale)
    quantization = Quantization(_output_scale(net, np.float64([product]), worst, terms), net.zero_point("uint8"))
    inputs = [net.graph.constant(net.name("weights"), weight, Quantization(np.float32(scale), zero))]
    bias = net.pick(("random", "random", "random", "limit", "zero", "none"))
    if bias != "none":
        values = quantities.biases(net.state, bias, worst, terms)
        for channel in range(values.size):
            if net.chance(net.stuck):
                # Larger than all sums: the channel has one value.
                values[channel] = net.pick((-1, 1)) * (1 << net.between(16, 28))
        inputs.append(net.graph.constant(net.name("bias"), values, Quantization(product)))
    return inputs, quantization


def _image(net):
    return _source(net, lambda t: len(t.shape) == 4)


def conv_2d(net):
    """CONV_2D."""
    source = _image(net)
    window = source and _window(net, source)
    if not window:
        return False
    groups = net.pick([n for n in range(1, 9) if source.shape[3] % n == 0]) if net.chance(0.15) else 1
    filters = net.pick((1, 2, 3, 4, 5, 7, 8, 16, 17)) * groups
    shape, weights = (source.shape[0], *window[4], filters), (filters, *window[1], source.shape[3] // groups)
    if size(shape) > net.largest or size(weights) > 2 * net.largest:
        return False
    inputs, quantization = _parameters(net, source, weights, 0)
    output = net.result("conv_2d", shape, UINT8, quantization)
    net.operator("CONV_2D", [source, *inputs], [output], _window_fields("Conv2DOptions", window, net))
    return True


def depthwise_conv_2d(net):
    """DEPTHWISE_CONV_2D."""
    source = _image(net)
    window = source and _window(net, source)
    if not window:
        return False
    times = net.pick((1, 1, 1, 2, 3))
    filters = source.shape[3] * times
    shape = (source.shape[0], *window[4], filters)
    if size(shape) > net.largest:
        return False
    inputs, quantization = _parameters(net, source, (1, *window[1], filters), 3)
    output = net.result("depthwise", shape, UINT8, quantization)
    fields = _window_fields("DepthwiseConv2DOptions", window, net, depthMultiplier=times)
    net.operator("DEPTHWISE_CONV_2D", [source, *inputs], [output], fields)
    return True


def fully_connected(net):
    """FULLY_CONNECTED."""
    source = _source(net, lambda t: len(t.shape) > 1)
    if source is None:
        return False
    keep = len(source.shape) > 2 and net.chance(0.3)
    depth = source.shape[-1] if keep else size(source.shape[1:])
    units = net.pick((1, 2, 3, 4, 5, 8, 16, 17))
    shape = (*source.shape[:-1], units) if keep else (source.shape[0], units)
    if size(shape) > net.largest or depth * units > 3 * net.largest:
        return False
    inputs, quantization = _parameters(net, source, (units, depth), 0)
    fields = options("FullyConnectedOptions", fusedActivationFunction=activation(net.pick(ACTIVATIONS)), keepNumDims=keep)
    net.operator("FULLY_CONNECTED", [source, *inputs], [net.result("dense", shape, UINT8, quantization)], fields)
    return True


def pool(name):
    """The drawing function of a pooling."""

    def draw(net):
        source = _image(net)
        if source is None:
            return False
        pad = net.pick(("SAME", "VALID"))
        window = [net.pick((1, 2, 2, 3, 4, 6, 8)) for _ in range(2)]
        stride = [net.pick((1, 1, 2, 2, 3)) for _ in range(2)]
        place = [extent(n, w, s, 1, pad) for n, w, s in zip(source.shape[1:3], window, stride)]
        if min(place) < 1:
            return False
        fields = options(
            "Pool2DOptions",
            padding=padding(pad),
            strideH=stride[0],
            strideW=stride[1],
            filterHeight=window[0],
            filterWidth=window[1],
            fusedActivationFunction=activation(net.pick(ACTIVATIONS)),
        )
        quantization = _near(net, source.scale) if net.chance(0.05) else source.quantization
        shape = (source.shape[0], *place, source.shape[3])
        net.operator(name, [source], [net.result(name, shape, UINT8, quantization)], fields)
        return True

    return draw


def binary(name):
    """The drawing function of an operator of two tensors."""

    def draw(net):
        first = _source(net)
        if first is None:
            return False
        second = _second(net, first, 4)
        compares = name in ("MAXIMUM", "MINIMUM")
        shape = np.broadcast_shapes(first.shape, second.shape)
        if second.quantization is None or size(shape) > net.largest or not _fit(net, first.shape, second.shape):
            return False
        if net.chance(0.5):
            first, second = second, first
        if compares:
            quantization = first.quantization
        elif name == "MUL":
            quantization = _near(net, first.scale * second.scale * 2.0 ** net.between(0, 8))
        else:
            quantization = _near(net, max(first.scale, second.scale) * net.pick((1.0, 1.3, 2.0)))
        fields = options("MaximumMinimumOptions" if compares else f"{name.capitalize()}Options")
        if not compares:
            fields.fusedActivationFunction = activation(net.pick(ACTIVATIONS))
        net.operator(name, [first, second], [net.result(name, shape, UINT8, quantization)], fields)
        return True

    return draw


def unary(name):
    """The drawing function of an operator of one tensor."""

    def draw(net):
        source = _source(net)
        if source is None:
            return False
        quantization = source.quantization if net.chance(0.15) else _near(net, source.scale)
        if name == "LOGISTIC" and net.chance(0.9):
            quantization = Quantization(1 / 256, 0)
        if name == "TANH" and net.chance(0.9):
            quantization = Quantization(1 / 128, 128)
        fields = options("LeakyReluOptions", alpha=_alpha(net)) if name == "LEAKY_RELU" else None
        net.operator(name, [source], [net.result(name, source.shape, UINT8, quantization)], fields)
        return True

    return draw


def softmax(net):
    """SOFTMAX."""
    source = _source(net, lambda t: 1 <= len(t.shape) <= 4)
    if source is None:
        return False
    fields = options("SoftmaxOptions", beta=net.pick((1.0, 1.0, 1.0, 0.5, 2.0, 0.1, 10.0)))
    net.operator("SOFTMAX", [source], [net.result("softmax", source.shape, UINT8, Quantization(1 / 256, 0))], fields)
    return True


def reduce(name):
    """The drawing function of MEAN or SUM."""

    def draw(net):
        source = _source(net, lambda t: 1 <= len(t.shape) <= 4)
        if source is None:
            return False
        rank = len(source.shape)
        axes = (1, 2) if rank == 4 and net.chance(0.5) else tuple(np.flatnonzero(net.state.randint(0, 2, rank))) or (rank - 1,)
        keep = net.chance(0.5)
        shape = tuple(1 if i in axes else n for i, n in enumerate(source.shape) if keep or i not in axes)
        quantization = _near(net, source.scale * (size(source.shape) / size(shape) if name == "SUM" and net.chance(0.5) else 1))
        quantization = source.quantization if net.chance(0.3) else quantization
        said = [int(a) - (rank if net.chance(0.2) else 0) for a in axes]
        inputs = [source, net.graph.constant(net.name("axes"), np.int32(said))]
        net.operator(name, inputs, [net.result(name, shape, UINT8, quantization)], options("ReducerOptions", keepDims=keep))
        return True

    return draw


def concatenation(net):
    """CONCATENATION of two to four tensors, of other scales, too."""
    source = _source(net, lambda t: 1 <= len(t.shape) <= 4)
    if source is None:
        return False
    axis = net.between(0, len(source.shape) - 1)

    def cut(shape):
        return len(shape), shape[:axis], shape[axis + 1 :]

    sources = [source]
    for _ in range(net.between(1, 3)):
        other = _source(net, lambda t: cut(t.shape) == cut(source.shape)) if net.chance(0.7) else None
        if other is None:
            shape = tuple(net.between(1, 4) if i == axis else n for i, n in enumerate(source.shape))
            quantization = source.quantization if net.chance(0.5) else _near(net, source.scale)
            other = net.constant(shape, UINT8, quantization) if net.chance(0.4) else net.input(shape, UINT8, quantization)
        sources.append(other)
    shape = list(source.shape)
    shape[axis] = sum(t.shape[axis] for t in sources)
    if size(shape) > net.largest:
        return False
    net.state.shuffle(sources)
    said = axis - (len(shape) if net.chance(0.3) else 0)
    fields = options("ConcatenationOptions", axis=said, fusedActivationFunction=activation("NONE"))
    quantization = net.pick(sources).quantization if net.chance(0.6) else _near(net, source.scale)
    net.operator("CONCATENATION", sources, [net.result("concatenation", shape, UINT8, quantization)], fields)
    return True


def quantize(net):
    """QUANTIZE from float32, int8 or uint8, to uint8 or int8."""
    source = net.source(is_type("float32", "int8", "uint8"))
    if source is None:
        return False
    dtype = UINT8 if source.dtype != UINT8 or net.chance(0.7) else np.dtype("int8")
    near = None if source.dtype == FLOAT else source.scale
    output = net.result("quantize", source.shape, dtype, net.quantization(dtype, near))
    net.operator("QUANTIZE", [source], [output], options("QuantizeOptions"))
    return True


def dequantize(net):
    """DEQUANTIZE."""
    source = _source(net)
    if source is None:
        return False
    net.operator("DEQUANTIZE", [source], [net.result("dequantize", source.shape, "float32")], options("DequantizeOptions"))
    return True


_MOVES = {
    **{name: moves.OPERATORS[name][1] for name in ("RESHAPE", "EXPAND_DIMS", "SQUEEZE", "PAD", "TRANSPOSE", "STRIDED_SLICE", "SPLIT", "SPLIT_V")},
    **{name: rearranging.OPERATORS[name][1] for name in ("SLICE", "UNPACK", "GATHER", "SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND", "DEPTH_TO_SPACE")},
    **{name: rearranging.OPERATORS[name][1] for name in ("SPACE_TO_DEPTH", "REVERSE_V2", "MIRROR_PAD")},
}

OPERATORS = {
    **{name: (1, draw) for name, draw in _MOVES.items()},
    "CONV_2D": (12, conv_2d),
    "DEPTHWISE_CONV_2D": (9, depthwise_conv_2d),
    "FULLY_CONNECTED": (9, fully_connected),
    **{name: (5, pool(name)) for name in ("AVERAGE_POOL_2D", "MAX_POOL_2D")},
    **{name: (5, binary(name)) for name in ("ADD", "SUB", "MUL")},
    **{name: (2, binary(name)) for name in ("MAXIMUM", "MINIMUM")},
    **{name: (3, unary(name)) for name in ("RELU", "RELU6", "LEAKY_RELU", "HARD_SWISH", "LOGISTIC", "TANH")},
    **{name: (4, reduce(name)) for name in ("MEAN", "SUM")},
    "SOFTMAX": (3, softmax),
    "CONCATENATION": (6, concatenation),
    "QUANTIZE": (3, quantize),
    "DEQUANTIZE": (2, dequantize),
    "RESIZE_BILINEAR": (3, rearranging.resize("RESIZE_BILINEAR", "uint8")),
    "RESIZE_NEAREST_NEIGHBOR": (2, rearranging.resize("RESIZE_NEAREST_NEIGHBOR", "uint8")),
}
