"""Functions of int8 and int16 that TensorFlow Lite has and TensorFlow Lite Micro does not: only nets that its kernels run draw them."""

import numpy as np

from builder import Quantization, options

from ..net import is_type
from .rearranging import resize

# What the largest number becomes, for the scale of the output.
LARGEST = {
    "EXP": lambda most: np.exp(min(most, 9.0)),
    "GELU": lambda most: most,
    "LOG": lambda most: max(abs(np.log(most)), 1.0),
    "SQRT": np.sqrt,
}

STEPS = {"int8": 127, "int16": 32767}


def function(name, *types):
    """The drawing function of one of them; SQRT after a RELU, since the reference ends its run at a number below 0."""

    def draw(net):
        source = net.source(is_type(*types))
        if source is None:
            return False
        kind = source.dtype.name
        if name == "SQRT":
            same = Quantization(source.scale, -128 if kind == "int8" else 0)
            source = net.operator("RELU", [source], [net.result("from_0", source.shape, source.dtype, same)])[0]
        quantization = net.quantization(kind, float(LARGEST[name](STEPS[kind] * source.scale)) / STEPS[kind])
        fields = options("GeluOptions", approximate=net.chance(0.5)) if name == "GELU" else None
        output = net.result(name, source.shape, source.dtype, quantization)
        # The entries of a table of int16 are rounded from results of the C library, some of which are close to halves.
        net.operator(name, [source], [output], fields, exact=name == "SQRT" or kind == "int8")
        return True

    return draw


OPERATORS = {
    "EXP": (2, function("EXP", "int8", "int16")),
    "GELU": (4, function("GELU", "int8", "int16")),
    "LOG": (2, function("LOG", "int8", "int16")),
    "RESIZE_BILINEAR": (4, resize("RESIZE_BILINEAR", "int16")),
    "SQRT": (3, function("SQRT", "int8", "int16")),
}
