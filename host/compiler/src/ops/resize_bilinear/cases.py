"""RESIZE_BILINEAR on int8, int16 and float32."""

from cases import resizes

SIZES = (*resizes.SIZES, ((2, 2), (97, 50)))


def cases():
    """See the package."""
    pairs = ((False, False), (True, False), (False, True))
    types = (("int8", 3), ("float32", 2))
    yield from resizes.cases("RESIZE_BILINEAR", "ResizeBilinearOptions", SIZES, pairs, types)
    # TensorFlow Lite Micro does not have it.
    for name, case in resizes.cases("RESIZE_BILINEAR", "ResizeBilinearOptions", SIZES, pairs, (("int16", 3),)):
        if "int16" in name:
            yield f"beyond-{name}", case
