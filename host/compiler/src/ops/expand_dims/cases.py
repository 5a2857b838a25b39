"""EXPAND_DIMS at every position, from the front and from the back, between operators, at an input and at an output."""

import numpy as np

import quantities
from builder import Model, options


def cases():
    """See the package."""
    for shape in ((), (5,), (3, 4), (2, 3, 4)):
        for axis in range(-len(shape) - 1, len(shape) + 1):
            for dtype in ("int8", "int16", "float32"):
                name = f"expand_dims-{dtype}-{'x'.join(map(str, shape)) or 'scalar'}-{axis}"
                yield name, lambda state, args=(shape, axis, dtype): _build(state, *args)
    yield "expand_dims-scalar_axis", lambda state: _build(state, (3, 4), 1, "int8", ())
    yield "contradiction-expand_dims-shape", lambda state: _build(state, (3, 4), 1, "int8", (1,), (3, 4, 1))
    yield "contradiction-expand_dims-axis", lambda state: _build(state, (3, 4), 4, "int8", (1,), (3, 4, 1))


def _build(state, shape, axis, dtype, axis_shape=(1,), result=None):
    model = Model()
    graph = model.graph()
    quantization = quantities.activations(state) if dtype == "int8" else None
    source = graph.input("input", shape, quantization, np.dtype(dtype))
    place = graph.constant("axis", np.full(axis_shape, axis, np.int32))
    if result is None:
        result = np.expand_dims(np.zeros(shape), axis).shape
    output = graph.tensor("output", result, quantization, np.dtype(dtype))
    graph.output(graph.operator("EXPAND_DIMS", [source, place], [output], options("ExpandDimsOptions")))
    return model.bytes()
