"""SPACE_TO_DEPTH and DEPTH_TO_SPACE, square and oblong images, blocks of 1 to 4."""

from builder import options
from single import named, single


def cases():
    """See the package."""
    for dtype in ("int8", "float32"):
        for image, block in (((1, 4, 6, 3), 2), ((2, 3, 9, 1), 3), ((1, 8, 4, 5), 4), ((1, 3, 2, 4), 1), ((2, 2, 2, 8), 2)):
            batches, height, width, depth = image
            deep = (batches, height // block, width // block, depth * block * block)
            fields = options("SpaceToDepthOptions", blockSize=block)
            yield f"space_to_depth-{dtype}-{named(image)}", single("SPACE_TO_DEPTH", image, dtype, [], [deep], fields)
            fields = options("DepthToSpaceOptions", blockSize=block)
            yield f"depth_to_space-{dtype}-{named(image)}", single("DEPTH_TO_SPACE", deep, dtype, [], [image], fields)
    fields = options("SpaceToDepthOptions", blockSize=2)
    yield "refused-space_to_depth-odd", single("SPACE_TO_DEPTH", (1, 3, 4, 1), "int8", [], [(1, 1, 2, 4)], fields)
    yield "refused-space_to_depth-int16", single("SPACE_TO_DEPTH", (1, 2, 4, 1), "int16", [], [(1, 1, 2, 4)], fields)
    yield "contradiction-space_to_depth-shape", single("SPACE_TO_DEPTH", (1, 2, 4, 1), "int8", [], [(1, 2, 1, 4)], fields)
    fields = options("DepthToSpaceOptions", blockSize=2)
    yield "refused-depth_to_space-depth", single("DEPTH_TO_SPACE", (1, 2, 4, 6), "int8", [], [(1, 4, 8, 1)], fields)
    fields = options("DepthToSpaceOptions", blockSize=0)
    yield "contradiction-depth_to_space-block0", single("DEPTH_TO_SPACE", (1, 2, 4, 4), "int8", [], [(1, 4, 8, 1)], fields)
