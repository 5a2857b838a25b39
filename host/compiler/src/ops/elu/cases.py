"""ELU on int8; float32 is among the functions of `float_functions`."""

from builder import Quantization
from cases.single import unary


def cases():
    """See the package."""
    for name, source, result in (
        ("same", Quantization(0.05, -3), Quantization(0.05, -3)),
        ("common", Quantization(0.037, 11), Quantization(0.021, -80)),
        ("fine", Quantization(0.0004, 0), Quantization(0.0004, 0)),
        ("coarse", Quantization(1.7, -128), Quantization(0.3, 127)),
        ("negative", Quantization(0.03, 127), Quantization(1 / 127, 127)),
        ("shrink", Quantization(0.02, 127), Quantization(3.0, -128)),
    ):
        yield f"elu-{name}", lambda state, args=(source, result): unary("ELU", (1, 260), "int8", *args)
    yield "refused-elu-int16", lambda state: unary("ELU", (1, 5), "int16", Quantization(0.05, 0))
