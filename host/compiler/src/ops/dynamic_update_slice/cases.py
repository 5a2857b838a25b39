"""DYNAMIC_UPDATE_SLICE on each type, at positions from the caller, inside and outside, and at constant ones."""

import numpy as np

import quantities
from builder import Model

SHAPES = (((7,), (3,)), ((4, 5), (2, 5)), ((1, 4, 4, 3), (1, 2, 2, 3)), ((2, 3, 2, 3, 2, 3), (1, 2, 2, 1, 2, 2)), ((3, 4), (3, 4)))


def cases():
    """See the package."""
    for dtype in ("int8", "int16", "int32", "float32"):
        for number, shapes in enumerate(SHAPES):
            for places in ("int32", "int64", "constant"):
                args = dtype, shapes, places
                yield f"dynamic_update_slice-{dtype}-{number}-{places}", lambda state, args=args: _build(state, *args)


def _build(state, dtype, shapes, places):
    model = Model()
    graph = model.graph()
    quantization = quantities.activations(state) if dtype == "int8" else None
    whole = graph.input("whole", shapes[0], quantization, np.dtype(dtype))
    part = graph.input("part", shapes[1], quantization, np.dtype(dtype))
    rank = len(shapes[0])
    if places == "constant":
        start = graph.constant("start", state.randint(-2, 6, rank).astype(np.int32))
    else:
        start = graph.input("start", (rank,), None, np.dtype(places))
    output = graph.tensor("output", shapes[0], quantization, np.dtype(dtype))
    graph.output(graph.operator("DYNAMIC_UPDATE_SLICE", [whole, part, start], [output]))
    return model.bytes()
