"""GELU on int8 and float32, exact and approximated by tanh; against TensorFlow Lite's reference kernels."""

from builder import Quantization, options
from cases.single import unary


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
        yield f"beyond-gelu-{kind}-float32", lambda state, f=fields: unary("GELU", (3, 257), "float32", fields=f)
