"""ABS on int8 and int16; float32 is among the functions of `float_functions`."""

from builder import Quantization
from cases.single import unary


def cases():
    """See the package."""
    for name, source, result in (
        ("same", Quantization(0.05, -3), Quantization(0.05, -3)),
        ("equal_scales", Quantization(0.05, 12), Quantization(0.05, -128)),
        ("shrink", Quantization(0.02, -128), Quantization(0.11, -128)),
        ("stretch", Quantization(3.0, 127), Quantization(0.011, -128)),
        ("vanish", Quantization(1e-12, 0), Quantization(1e3, 5)),
        ("overflow", Quantization(0.05, -100), Quantization(0.05, 120)),
    ):
        yield f"abs-int8-{name}", lambda state, args=(source, result): unary("ABS", (1, 260), "int8", *args)
    for name, source, result in (
        ("same", Quantization(0.05), Quantization(0.05)),
        ("shrink", Quantization(0.02), Quantization(0.11)),
        ("stretch", Quantization(0.02), Quantization(0.011)),
        ("vanish", Quantization(1e-12), Quantization(1e3)),
        ("plain", None, None),
    ):
        yield f"abs-int16-{name}", lambda state, args=(source, result): unary("ABS", (3, 701), "int16", *args)
    zero = Quantization(0.05, 1)
    yield "refused-abs-int16-zero_point", lambda state: unary("ABS", (1, 5), "int16", zero)
    yield "refused-abs-int32", lambda state: unary("ABS", (1, 5), "int32", None)
