"""L2_NORMALIZATION on int8 and float32: rows of all lengths, zero points at the ends."""

from builder import Quantization, options
from cases.single import unary

SHAPES = ((1, 7), (2, 3, 1), (1, 4, 5, 3), (40,), (3, 300), (1, 3000))


def cases():
    """See the package."""
    for shape in SHAPES:
        name = "x".join(map(str, shape))
        fields = options("L2NormOptions")
        yield f"l2_normalization-float32-{name}", lambda _, s=shape, f=fields: unary("L2_NORMALIZATION", s, "float32", fields=f)
        for zero in (-128, 0, 127, 33):
            yield (
                f"l2_normalization-int8-{name}-{zero}",
                lambda _, s=shape, z=zero, f=fields: unary(
                    "L2_NORMALIZATION", s, "int8", Quantization(0.02, z), Quantization(1 / 128, 0), f
                ),
            )
