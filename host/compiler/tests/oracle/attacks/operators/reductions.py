"""Pooling, MEAN and others, ARG_MAX and SOFTMAX: operators that read several elements for each result."""

import numpy as np

from builder import FLOAT, Quantization, activation, options, padding
from cases.conv_2d import extent

from ..net import is_type
from .weighted import ACTIVATIONS


def pool(name):
    """The drawing function of a pooling."""

    def draw(net):
        types = ("float32",) if name == "L2_POOL_2D" else ("int8", "int16", "float32")
        source = net.source(lambda t: len(t.shape) == 4 and t.dtype.name in types)
        if source is None:
            return False
        pad = net.pick(("SAME", "VALID"))
        window = [net.pick((1, 2, 2, 3, 4, 6)) for _ in range(2)]
        stride = [net.pick((1, 1, 2, 2, 3)) for _ in range(2)]
        place = [extent(n, w, s, 1, pad) for n, w, s in zip(source.shape[1:3], window, stride)]
        if min(place) < 1:
            return False
        quantization = source.quantization
        if quantization is not None and net.chance(0.05):
            quantization = net.quantization(source.dtype, source.scale)
        fields = options(
            "Pool2DOptions",
            padding=padding(pad),
            strideH=stride[0],
            strideW=stride[1],
            filterHeight=window[0],
            filterWidth=window[1],
            fusedActivationFunction=activation(net.pick(ACTIVATIONS)),
        )
        shape = (source.shape[0], *place, source.shape[3])
        net.operator(name, [source], [net.result(name, shape, source.dtype, quantization)], fields)
        return True

    return draw


REDUCED = {
    "MEAN": ("int8", "int16", "float32"),
    "SUM": ("int8", "int16", "float32"),
    "REDUCE_MAX": ("int8", "float32"),
    "REDUCE_MIN": ("int8", "float32"),
    "REDUCE_ALL": ("bool",),
}


def reduce(name):
    """The drawing function of an operator that reduces some dimensions to one element."""

    def draw(net):
        source = net.source(lambda t: t.dtype.name in REDUCED[name] and 1 <= len(t.shape) <= 4)
        if source is None:
            return False
        rank = len(source.shape)
        axes = (1, 2) if rank == 4 and net.chance(0.5) else tuple(np.flatnonzero(net.state.randint(0, 2, rank)))
        axes = axes or (rank - 1,)
        keep = net.chance(0.5)
        shape = tuple(1 if i in axes else n for i, n in enumerate(source.shape) if keep or i not in axes)
        quantization = source.quantization
        if quantization is not None and net.chance(0.05 if name.startswith("REDUCE") else 0.5):
            quantization = net.quantization(source.dtype, source.scale)
        said = [int(a) - (rank if net.chance(0.2) else 0) for a in axes]
        inputs = [source, net.graph.constant(net.name("axes"), np.int32(said))]
        output = net.result(name, shape, source.dtype, quantization)
        net.operator(name, inputs, [output], options("ReducerOptions", keepDims=keep))
        return True

    return draw


def argument(name):
    """The drawing function of ARG_MAX and ARG_MIN."""

    def draw(net):
        source = net.source(lambda t: t.dtype.name in ("int8", "float32") and t.shape)
        if source is None:
            return False
        axis = net.between(0, len(source.shape) - 1)
        shape = tuple(n for i, n in enumerate(source.shape) if i != axis)
        said = axis - (len(source.shape) if net.chance(0.3) else 0)
        inputs = [source, net.graph.constant(net.name("axis"), np.int32(said))]
        fields = options("ArgMaxOptions" if name == "ARG_MAX" else "ArgMinOptions", outputType=2)
        net.operator(name, inputs, [net.result(name, shape, "int32")], fields)
        return True

    return draw


def softmax(net):
    """SOFTMAX, sometimes to int16.

    On int8 the reference's assertions end the process where the exponentials of a row sum up to 512 or more.
    """
    typed = is_type("int8", "int16", "float32")
    source = net.source(lambda t: typed(t) and (t.dtype.name != "int8" or t.shape[-1:] < (512,)))
    if source is None:
        return False
    floating, wide = source.dtype == FLOAT, net.chance(0.1)
    quantization = Quantization(1 / 65536, -32768) if wide else Quantization(1 / 256, -128)
    if source.dtype.name == "int16":
        quantization, wide = Quantization(2.0**-15, 0), True
    dtype = source.dtype if floating else np.int16 if wide else np.int8
    output = net.result("softmax", source.shape, dtype, None if floating else quantization)
    fields = options("SoftmaxOptions", beta=net.pick((1.0, 1.0, 1.0, 0.5, 2.0, 0.1, 10.0)))
    net.operator("SOFTMAX", [source], [output], fields, not floating)
    return True


def log_softmax(net):
    """LOG_SOFTMAX."""
    source = net.source(lambda t: t.dtype.name in ("int8", "float32") and len(t.shape) >= 1)
    if source is None:
        return False
    floating = source.dtype == FLOAT
    output = net.result("log_softmax", source.shape, source.dtype, None if floating else Quantization(1 / 16, 127))
    net.operator("LOG_SOFTMAX", [source], [output], options("LogSoftmaxOptions"), not floating)
    return True


def l2_normalization(net):
    """L2_NORMALIZATION."""
    source = net.source(lambda t: t.dtype.name in ("int8", "float32") and 1 <= len(t.shape) <= 4)
    if source is None:
        return False
    quantization = None if source.dtype == FLOAT else Quantization(1 / 128, 0)
    output = net.result("normal", source.shape, source.dtype, quantization)
    net.operator("L2_NORMALIZATION", [source], [output], options("L2NormOptions"))
    return True


def cumsum(net):
    """CUMSUM."""
    source = net.source(lambda t: t.dtype.name in ("int8", "float32") and len(t.shape) >= 1)
    if source is None:
        return False
    axis = net.between(-len(source.shape), len(source.shape) - 1)
    near = None if source.quantization is None else source.scale * net.pick((1, 2, source.shape[axis]))
    output = net.result("cumsum", source.shape, source.dtype, net.quantization(source.dtype, near))
    fields = options("CumsumOptions", exclusive=net.chance(0.5), reverse=net.chance(0.5))
    net.operator("CUMSUM", [source, net.graph.constant(net.name("axis"), np.int32(axis))], [output], fields)
    return True


OPERATORS = {
    "CUMSUM": (2, cumsum),
    "AVERAGE_POOL_2D": (5, pool("AVERAGE_POOL_2D")),
    "MAX_POOL_2D": (5, pool("MAX_POOL_2D")),
    "L2_POOL_2D": (1, pool("L2_POOL_2D")),
    "L2_NORMALIZATION": (2, l2_normalization),
    "LOG_SOFTMAX": (2, log_softmax),
    **{name: (4 if name == "MEAN" else 2, reduce(name)) for name in REDUCED},
    "ARG_MAX": (2, argument("ARG_MAX")),
    "ARG_MIN": (2, argument("ARG_MIN")),
    "SOFTMAX": (3, softmax),
}
