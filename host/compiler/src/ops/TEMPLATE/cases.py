"""LEAKY_RELU, as an example: cases for the oracle. They run like all others.

`cases.single` writes models of one operator with one or two inputs; `single`, a module beside `cases`, those with any constants and outputs.
"""

from builder import Quantization, options
from cases.single import unary


def cases():
    """See the package."""
    same = Quantization(0.05, -3)
    for name, source, result in (
        ("same", same, same),
        # Results that are clamped at both ends.
        ("stretch", Quantization(3.0, -128), Quantization(0.011, 127)),
        ("shrink", Quantization(0.02, 127), Quantization(0.11, -128)),
        # A power of two gives exact halves, where rounding modes differ.
        ("halves", Quantization(0.5, 3), Quantization(1.0, -7)),
    ):
        fields = options("LeakyReluOptions", alpha=0.25)
        yield f"template-{name}", lambda state, args=(source, result, fields): unary("LEAKY_RELU", (3, 257), "int8", *args)
    # What the reference refuses must be refused.
    yield "refused-template-int32", lambda state: unary("LEAKY_RELU", (1, 5), "int32", None)
