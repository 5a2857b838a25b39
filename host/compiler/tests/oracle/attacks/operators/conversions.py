"""QUANTIZE, DEQUANTIZE and CAST, between all types that the reference supports."""

from builder import options

from ..net import is_type

QUANTIZE = {
    "float32": ("int8", "int8", "int8", "int16"),
    "int8": ("int8", "int8", "int8", "uint8", "int16", "int32"),
    "uint8": ("int8",),
    "int16": ("int8", "int16", "int32"),
    "int32": ("int8", "int16"),
}


def quantize(net):
    """QUANTIZE."""
    source = net.source(lambda t: t.dtype.name in QUANTIZE and (t.dtype.name == "float32" or t.quantization is not None))
    if source is None:
        return False
    dtype = net.pick(QUANTIZE[source.dtype.name])
    near = source.scale if source.quantization is not None else None
    output = net.result("quantize", source.shape, dtype, net.quantization(dtype, near))
    net.operator("QUANTIZE", [source], [output], options("QuantizeOptions"))
    return True


def dequantize(net):
    """DEQUANTIZE."""
    source = net.source(is_type("int8", "uint8", "int16"))
    if source is None or source.quantization is None:
        return False
    output = net.result("dequantize", source.shape, "float32")
    net.operator("DEQUANTIZE", [source], [output], options("DequantizeOptions"))
    return True


def cast(net):
    """CAST, with a scale for the result if other operators would have one."""
    types = ("int8", "int16", "int32", "float32", "bool")
    source = net.source(is_type("uint32", *types), raw=True)
    if source is None:
        return False
    # The reference has none between uint32 and float32.
    dtype = net.pick([t for t in types if (source.dtype.name, t) != ("uint32", "float32")])
    output = net.result("cast", source.shape, dtype, net.quantization(dtype) if dtype != "int32" else None)
    net.operator("CAST", [source], [output], options("CastOptions"))
    return True


OPERATORS = {"QUANTIZE": (6, quantize), "DEQUANTIZE": (3, dequantize), "CAST": (3, cast)}
