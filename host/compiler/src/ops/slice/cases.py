"""SLICE of one to five dimensions, of every type that the reference has, with begin and size of int32 and int64."""

import numpy as np

from builder import options
from single import named, single

SLICES = (
    ((1, 6, 7, 5), (0, 1, 2, 0), (1, 4, 3, 5)),
    ((1, 6, 7, 5), (0, 0, 2, 1), (-1, -1, -1, 3)),
    ((1, 6, 7, 8), (0, 3, 0, 0), (1, 1, 7, 8)),
    ((11,), (3,), (-1,)),
    ((3, 9), (1, 0), (1, 9)),
    ((3, 4, 5), (0, 1, 4), (3, 3, 1)),
    ((2, 3, 4, 2, 5), (1, 0, 1, 0, 2), (1, 2, 2, -1, 3)),
    ((4, 4), (0, 0), (-1, 4)),
)


def cases():
    """See the package."""
    for dtype in ("int8", "int16", "int32", "float32", "bool"):
        for number, (shape, begin, size) in enumerate(SLICES):
            kind = np.int64 if number % 2 else np.int32
            result = [n - b if s == -1 else s for n, b, s in zip(shape, begin, size)]
            constants = [kind(begin), kind(size)]
            make = single("SLICE", shape, dtype, constants, [result], options("SliceOptions"))
            yield f"slice-{dtype}-{named(shape)}-{number}", make
    make = single("SLICE", (3, 4), "int8", [np.int32((0, 2)), np.int32((3, 3))], [(3, 3)], options("SliceOptions"))
    yield "contradiction-slice-beyond", make
    shape = (1, 2, 1, 2, 1, 3)
    constants = [np.int32((0,) * 6), np.int32((1, 1, 1, 2, 1, 3))]
    yield "contradiction-slice-six_dimensions", single("SLICE", shape, "int8", constants, [(1, 1, 1, 2, 1, 3)], options("SliceOptions"))
