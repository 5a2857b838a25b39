"""EQUAL, NOT_EQUAL, GREATER, GREATER_EQUAL, LESS and LESS_EQUAL on each type, with broadcasting."""

import numpy as np

from builder import Model, Quantization
from cases.single import binary

OPERATORS = ("EQUAL", "NOT_EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL")
SHAPES = (((2, 3, 4, 5), (2, 3, 4, 5)), ((2, 3, 4, 5), (5,)), ((3, 1), (1, 40)), ((1,), (7, 9)))

# Scales that keep every difference, and scales that do not.
SCALES = ((0.9, 0.9), (0.05, 0.0321), (0.0003, 0.0003), (1e-9, 0.5))


NUMBERS = ("int8", "int32", "int64", "float32")
FOLDED = {
    **{name: NUMBERS for name in OPERATORS},
    **{name: (*NUMBERS, "bool") for name in ("EQUAL", "NOT_EQUAL")},
    **{name: ("bool",) for name in ("LOGICAL_AND", "LOGICAL_OR", "LOGICAL_NOT")},
}


def cases():
    """See the package."""
    for operator, dtypes in FOLDED.items():
        for dtype in dtypes:
            name = f"folded-{operator.lower()}-{dtype}"
            yield name, lambda state, operator=operator, dtype=dtype: _folded(state, operator, dtype)
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
        # Elements that are sometimes equal.
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


def _folded(state, operator, dtype):
    """An operator on constants, whose result the caller reads, and an operator that reads the input."""
    model = Model()
    graph = model.graph()
    data = graph.input("data", (1, 3), Quantization(0.5))
    relu = graph.operator("RELU", [data], [graph.tensor("relu", (1, 3), Quantization(0.5))])
    given = []
    for shape, scale in (((4, 9), 0.05), ((9,), 0.07)):
        values = state.randint(0, 2, shape) if dtype == "bool" else state.randint(-4, 5, shape)
        if dtype == "float32":
            values = np.where(values == 4, np.nan, values)
        quantization = Quantization(scale, 1) if dtype == "int8" else None
        given.append(graph.constant(f"constant{len(given)}", values.astype(dtype), quantization))
    if operator == "LOGICAL_NOT":
        given.pop()
    graph.output(relu, graph.operator(operator, given, [graph.tensor("result", (4, 9), None, np.dtype("bool"))]))
    return model.bytes()
