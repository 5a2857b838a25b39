"""MAX_POOL_2D, int8."""

from cases import pools


def cases():
    """See the package."""
    return pools.cases("MAX_POOL_2D")
