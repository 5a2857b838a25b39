"""HARD_SWISH, int8."""

from builder import Quantization
from cases import elements

SPECS = (
    ("common", Quantization(0.05, -4), Quantization(0.03, -115)),
    ("same", Quantization(0.0625, 0), Quantization(0.0625, 0)),
    ("in_zero-128", Quantization(0.031, -128), Quantization(0.03, -128)),
    ("in_zero127", Quantization(0.02, 127), Quantization(0.004, 127)),
    ("large", Quantization(1.3, 7), Quantization(0.8, -90)),
    ("tiny", Quantization(0.0003, 3), Quantization(0.0002, 1)),
)


def cases():
    """See the package."""
    return elements.cases("HARD_SWISH", SPECS)
