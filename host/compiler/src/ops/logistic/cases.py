"""LOGISTIC, int8."""

from cases import elements


def cases():
    """See the package."""
    return elements.of_fixed_output("LOGISTIC")
