"""UNPACK along each dimension, of every type that the reference has."""

from builder import options
from single import named, single


def cases():
    """See the package."""
    for dtype in ("int8", "int16", "int32", "float32"):
        for shape, axis in (((3, 5), 0), ((2, 4), -1), ((1, 3, 4, 2), 1), ((2, 3, 4), 2), ((1, 6), 0), ((2, 1, 3, 2, 2), -3)):
            place = axis % len(shape)
            result = shape[:place] + shape[place + 1 :]
            fields = options("UnpackOptions", num=shape[axis], axis=axis)
            yield f"unpack-{dtype}-{named(shape)}-{axis}", single("UNPACK", shape, dtype, [], [result] * shape[axis], fields)
    fields = options("UnpackOptions", num=3, axis=0)
    yield "contradiction-unpack-fewer_parts", single("UNPACK", (3, 2), "int8", [], [(2,)] * 2, fields)
    yield "contradiction-unpack-number", single("UNPACK", (2, 2), "int8", [], [(2,)] * 2, fields)
    yield "refused-unpack-bool", single("UNPACK", (3, 2), "bool", [], [(2,)] * 3, fields)
