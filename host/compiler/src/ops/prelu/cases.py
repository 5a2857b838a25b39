"""PRELU on int8 and float32, with broadcasting."""

from builder import Quantization
from cases.single import binary

SHAPES = (((2, 3, 4, 5), (5,)), ((1, 7, 13, 3), (1, 1, 3)), ((2, 3, 4), (2, 3, 4)), ((1, 260), (1,)))
SCALES = (
    (Quantization(0.05, -3), Quantization(0.004, 11), Quantization(0.03, -60)),
    (Quantization(0.02, 127), Quantization(0.01, -128), Quantization(0.9, 127)),
    (Quantization(2.0, 0), Quantization(0.5, 0), Quantization(0.011, -128)),
)


def cases():
    """See the package."""
    for number, shapes in enumerate(SHAPES):
        yield f"prelu-float32-{number}", lambda state, shapes=shapes: binary("PRELU", shapes, "float32")
        for place, scales in enumerate(SCALES):
            args = "PRELU", shapes, "int8", scales
            yield f"prelu-int8-{number}-{place}", lambda state, args=args: binary(*args)
    # The reference aborts the process.
    five = ((1, 2, 3, 2, 3), (3,))
    yield "contradiction-prelu-five_dimensions", lambda state: binary("PRELU", five, "float32")
    yield "refused-prelu-int32", lambda state: binary("PRELU", SHAPES[0], "int32")
