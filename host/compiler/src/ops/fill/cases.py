"""FILL with a value computed at run time."""

import numpy as np

from builder import Model, Quantization, options

SHAPES = ((2, 3), (1,), (5, 1, 7, 3, 2), (300,))


def cases():
    """See the package."""
    for dtype in ("int8", "int32", "float32"):
        for number, shape in enumerate(SHAPES):
            yield f"fill-{dtype}-{number}", lambda state, a=(dtype, shape): _fill(*a)
        yield f"fill-{dtype}-int64", lambda state, a=(dtype, (2, 3), (2, 3), np.int64): _fill(*a)
    yield "refused-fill-int16", lambda state: _fill("int16", (2, 3))
    yield "refused-fill-shape", lambda state: _fill("int8", (2, 3), (3, 2))


def _fill(dtype, shape, result=None, sizes=np.int32):
    """One FILL."""
    model = Model()
    graph = model.graph()
    quantization = Quantization(0.5, 3) if dtype == "int8" else None
    value = graph.input("value", (), quantization, np.dtype(dtype))
    output = graph.tensor("output", result or shape, quantization, dtype)
    inputs = [graph.constant("sizes", np.asarray(shape, sizes)), value]
    graph.output(graph.operator("FILL", inputs, [output], options("FillOptions")))
    return model.bytes()
