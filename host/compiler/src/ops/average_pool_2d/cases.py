"""AVERAGE_POOL_2D, int8."""

from cases import pools


def cases():
    """See the package."""
    return pools.cases("AVERAGE_POOL_2D")
