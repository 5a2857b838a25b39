"""RELU6, int8."""

from cases import elements


def cases():
    """See the package."""
    return elements.of_bounds("RELU6")
