"""LEAKY_RELU, int8."""

from builder import Quantization
from cases import elements


def cases():
    """See the package."""
    return elements.cases("LEAKY_RELU", _specs())


def _specs():
    for alpha in (0.0, 0.01, 0.3, 1.0, 1.7, -0.5):
        yield f"alpha{alpha:g}", Quantization(0.07, 12), Quantization(0.053, -60), alpha
    yield "in_zero-128", Quantization(0.07, -128), Quantization(0.2, 0), 0.2
    yield "in_zero127", Quantization(0.07, 127), Quantization(0.011, 127), 0.2
    yield "same", Quantization(0.25, 0), Quantization(0.25, 0), 0.2
