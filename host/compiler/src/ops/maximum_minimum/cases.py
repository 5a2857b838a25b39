"""MINIMUM and MAXIMUM, int8."""

from cases import pairs


def cases():
    """See the package."""
    yield from pairs.cases("MINIMUM")
    yield from pairs.cases("MAXIMUM")
