"""REVERSE_V2 along one dimension and along neighbouring ones, of every type."""

import numpy as np

from builder import options
from single import named, single


def cases():
    """See the package."""
    for dtype in ("int8", "uint8", "int16", "int32", "int64", "float32", "bool"):
        for shape, axes in (((9,), (0,)), ((3, 4), (-1,)), ((2, 3, 5), (1,)), ((1, 3, 4, 2), (2, 1)), ((2, 3, 2, 2, 3), (1, 3, 2))):
            make = single("REVERSE_V2", shape, dtype, [np.int32(axes)], [shape], options("ReverseV2Options"))
            yield f"reverse_v2-{dtype}-{named(shape)}", make
    make = single("REVERSE_V2", (2, 3, 4), "int8", [np.int32((0, 2))], [(2, 3, 4)], options("ReverseV2Options"))
    yield "refused-reverse_v2-axes_apart", make
