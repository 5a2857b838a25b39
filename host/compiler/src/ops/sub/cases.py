"""SUB, int8."""

from cases import pairs


def cases():
    """See the package."""
    return pairs.cases("SUB")
