"""EQUAL, NOT_EQUAL, GREATER, GREATER_EQUAL, LESS and LESS_EQUAL on each type, with broadcasting."""

import numpy as np

from builder import Quantization
from cases.single import binary

OPERATORS = ("EQUAL", "NOT_EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL")
SHAPES = (((2, 3, 4, 5), (2, 3, 4, 5)), ((2, 3, 4, 5), (5,)), ((3, 1), (1, 40)), ((1,), (7, 9)))

# Scales that keep every difference, and such that do not.
SCALES = ((0.9, 0.9), (0.05, 0.0321), (0.0003, 0.0003), (1e-9, 0.5))


def cases():
    """See the package."""
    for operator in OPERATORS:
        types = ["int8", "int32", "int64", "float32"]
        types += ["bool"] if operator in ("EQUAL", "NOT_EQUAL") else []
        for dtype in types:
            scaled = dtype in ("int8", "int16")
            for (number, shapes), scales in ((s, c) for s in enumerate(SHAPES) for c in (SCALES if scaled else (None,))):
                name = f"{operator.lower()}-{dtype}-{number}{'' if scales is None else '-scales%g,%g' % scales}"
                zeros = (-3, 17) if dtype == "int8" else (0, 0)
                found = [None if scales is None else Quantization(s, z) for s, z in zip(scales or zeros, zeros)]
                args = operator, shapes, dtype, (*found, None), None, "bool"
                yield name, lambda state, args=args: binary(*args)
        # Elements that are equal now and then.
        row = np.arange(-8, 8)[:, None]
        yield f"{operator.lower()}-int8-row", lambda state, operator=operator, row=row: binary(
            operator, ((16, 16), (16, 1)), "int8", (Quantization(0.1, 0), Quantization(0.2, 0), None), None, "bool", row * 4
        )
        refused = [("uint8", None), ("int8", 1.0), ("int8", 1.5)]
        refused += [] if operator == "GREATER" else [("int16", 0.1)]
        refused += [] if operator in ("EQUAL", "NOT_EQUAL") else [("bool", None)]
        for dtype, scale in refused:
            quantization = None if scale is None else Quantization(scale)
            # The reference stops the process at a scale of 1 and more.
            word = "contradiction" if dtype == "int8" else "refused"
            args = operator, ((1, 4), (1, 4)), dtype, (quantization, quantization, None), None, "bool"
            yield f"{word}-{operator.lower()}-{dtype}-{scale}", lambda state, args=args: binary(*args)
