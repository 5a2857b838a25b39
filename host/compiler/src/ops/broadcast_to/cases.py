"""BROADCAST_TO up to five dimensions, of every type."""

import numpy as np

from builder import options
from single import named, single

SHAPES = (
    ((3, 4), (2, 3, 4)),
    ((1,), (2, 5)),
    ((3, 1), (3, 7)),
    ((1, 4, 1, 3), (2, 4, 5, 3)),
    ((2, 1, 3, 1, 2), (2, 4, 3, 2, 2)),
    ((1, 1, 1, 6), (2, 1, 3, 1, 6)),
    ((4, 2), (4, 2)),
)


def cases():
    """See the package."""
    for dtype in ("int8", "uint8", "int16", "int32", "int64", "float32", "bool"):
        for number, (shape, result) in enumerate(SHAPES):
            kind = np.int64 if number % 2 else np.int32
            make = single("BROADCAST_TO", shape, dtype, [kind(result)], [result], options("BroadcastToOptions"))
            yield f"broadcast_to-{dtype}-{named(shape)}-{named(result)}", make
    make = single("BROADCAST_TO", (2, 3), "int8", [np.int32((4, 3))], [(4, 3)], options("BroadcastToOptions"))
    yield "refused-broadcast_to-other_size", make
