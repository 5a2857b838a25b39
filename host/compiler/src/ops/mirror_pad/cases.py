"""MIRROR_PAD in both modes, one to five dimensions, amounts of int32 and int64."""

import numpy as np

from builder import options
from single import named, single

PADS = (
    ((1, 4, 5, 3), ((0, 0), (1, 1), (2, 1), (0, 0))),
    ((1, 4, 5, 3), ((0, 0), (3, 0), (0, 4), (2, 2))),
    ((7,), ((2, 6),)),
    ((3, 4), ((1, 2), (3, 3))),
    ((2, 3, 5), ((1, 1), (2, 0), (0, 0))),
    ((2, 2, 3, 2, 2), ((1, 0), (0, 1), (2, 1), (1, 1), (0, 1))),
    ((2, 3), ((0, 0), (0, 0))),
)


def cases():
    """See the package."""
    for mode, word in enumerate(("reflect", "symmetric")):
        for number, (shape, amounts) in enumerate(PADS):
            result = [n + sum(pair) for n, pair in zip(shape, amounts)]
            for dtype in ("int8", "float32"):
                constants = [(np.int64 if number % 2 else np.int32)(amounts)]
                make = single("MIRROR_PAD", shape, dtype, constants, [result], options("MirrorPadOptions", mode=mode))
                yield f"mirror_pad-{dtype}-{word}-{named(shape)}-{number}", make
    amounts = np.int32([[0, 0], [2, 3], [1, 4]])
    yield "mirror_pad-int8-without_options", single("MIRROR_PAD", (1, 4, 8), "int8", [amounts], [(1, 9, 13)])
    fields = options("MirrorPadOptions", mode=0)
    yield "contradiction-mirror_pad-too_much", single("MIRROR_PAD", (3,), "int8", [np.int32([[3, 0]])], [(6,)], fields)
    yield "refused-mirror_pad-int16", single("MIRROR_PAD", (3,), "int16", [np.int32([[2, 0]])], [(5,)], fields)
