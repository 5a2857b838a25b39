"""RESIZE_BILINEAR on int8 and float32."""

from cases import resizes

SIZES = (*resizes.SIZES, ((2, 2), (97, 50)))


def cases():
    """See the package."""
    pairs = ((False, False), (True, False), (False, True))
    types = (("int8", 3), ("float32", 2))
    return resizes.cases("RESIZE_BILINEAR", "ResizeBilinearOptions", SIZES, pairs, types)
