"""GELU on int8, int16 and float32, exact and approximated by tanh; against TensorFlow Lite's reference kernels."""

from builder import Quantization, options
from cases.single import unary


# Scales of int16: as exporters write them, a table of few values, outputs beyond the limits, differences of neighbours beyond 16 bits.
TABLES = ((5.9e-5, 5.7e-5), (1e-3, 1e-3), (2.0**-15, 2.0**-12), (1.5, 0.9), (0.02, 3e-4), (40.0, 1e-4))


def cases():
    """See the package."""
    for approximate in (False, True):
        kind = "tanh" if approximate else "erf"
        fields = options("GeluOptions", approximate=approximate)
        for name, source, result in (
            ("same", Quantization(0.05, -3), Quantization(0.05, -3)),
            ("common", Quantization(0.037, 11), Quantization(0.021, -118)),
            ("fine", Quantization(0.0004, 0), Quantization(0.0004, 0)),
            ("coarse", Quantization(1.7, -128), Quantization(0.3, 127)),
            ("shrink", Quantization(0.02, 127), Quantization(3.0, -128)),
            ("dip", Quantization(0.02, 127), Quantization(0.0014, 127)),
        ):
            args = source, result, fields
            yield f"beyond-gelu-{kind}-{name}", lambda state, a=args: unary("GELU", (1, 260), "int8", *a)
        for number, (source, result) in enumerate(TABLES):
            args = (1, 4099), "int16", Quantization(source, 0), Quantization(result, 0), fields
            yield f"beyond-gelu-{kind}-int16-{number}", lambda state, a=args: unary("GELU", *a)
        yield f"beyond-gelu-{kind}-float32", lambda state, f=fields: unary("GELU", (3, 257), "float32", fields=f)
