"""RESIZE_NEAREST_NEIGHBOR on int8, int16 and float32."""

import itertools

from cases import resizes


def cases():
    """See the package."""
    pairs = itertools.product((False, True), (False, True))
    types = (("int8", 3), ("int16", 1), ("float32", 2))
    return resizes.cases(
        "RESIZE_NEAREST_NEIGHBOR", "ResizeNearestNeighborOptions", resizes.SIZES, tuple(pairs), types
    )
