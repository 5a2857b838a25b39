"""SQUARED_DIFFERENCE on all types, with broadcasting."""

from builder import Quantization
from cases.single import binary

SHAPES = (((2, 3, 4, 5), (5,)), ((1, 7, 13, 3), (1, 1, 3)), ((2, 3, 4), (2, 3, 4)), ((1,), (1, 260)))
# Inputs and output: typical, limits of the zero points, very different scales, a factor above 1 at the end.
SCALES = {
    "int8": (
        (Quantization(0.05, -3), Quantization(0.04, 11), Quantization(0.3, -128)),
        (Quantization(0.02, 127), Quantization(0.01, -128), Quantization(0.9, 127)),
        (Quantization(1e-6, 0), Quantization(0.5, 127), Quantization(64.0, -128)),
        (Quantization(0.5, -128), Quantization(0.5, -128), Quantization(0.25, -17)),
    ),
    "int16": (
        (Quantization(0.0005), Quantization(0.0004), Quantization(0.03)),
        (Quantization(0.001), Quantization(0.001), Quantization(0.000005)),
    ),
    "int32": ((None, None, None),),
    "float32": ((None, None, None),),
}


def cases():
    """See the package."""
    for dtype, quantizations in SCALES.items():
        for number, shapes in enumerate(SHAPES):
            for place, scales in enumerate(quantizations):
                args = "SQUARED_DIFFERENCE", shapes, dtype, scales
                yield f"squared_difference-{dtype}-{number}-{place}", lambda state, args=args: binary(*args)
    yield "refused-squared_difference-uint8", lambda state: binary("SQUARED_DIFFERENCE", SHAPES[0], "uint8")
    offset = (Quantization(0.1, 1), Quantization(0.1), Quantization(0.1))
    yield "refused-squared_difference-zero", lambda state: binary("SQUARED_DIFFERENCE", SHAPES[0], "int16", offset)
    # 2^14 times the output's scale is infinite in float32.
    far = (Quantization(1e38, 1), Quantization(1e38, -2), Quantization(1e38, 4))
    yield "contradiction-squared_difference-int8-far", lambda state: binary("SQUARED_DIFFERENCE", SHAPES[0], "int8", far)
