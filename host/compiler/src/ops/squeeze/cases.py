"""SQUEEZE of all dimensions of 1, of those counted from the front and from the back, down to a scalar."""

import numpy as np

import quantities
from builder import Model, options

SHAPES = (
    ((1, 3, 1, 4), ()),
    ((1, 3, 1, 4), (2,)),
    ((1, 3, 1, 4), (-2, 0)),
    ((1, 1), ()),
    ((1, 1, 5), (1, 1)),
    ((2, 3), ()),
)


def cases():
    """See the package."""
    for shape, named in SHAPES:
        for dtype in ("int8", "int16", "int32", "float32"):
            name = f"squeeze-{dtype}-{'x'.join(map(str, shape))}-{'_'.join(map(str, named)) or 'all'}"
            yield name, lambda state, args=(shape, named, dtype): _build(state, *args)
    yield "squeeze-no_table", lambda state: _build(state, (1, 3, 1), None, "int8")
    yield "contradiction-squeeze-shape", lambda state: _build(state, (1, 3, 1), (0,), "int8", (3,))
    yield "contradiction-squeeze-dimension", lambda state: _build(state, (1, 3, 1), (1,), "int8", (3,))


def _build(state, shape, named, dtype, result=None):
    model = Model()
    graph = model.graph()
    quantization = quantities.activations(state) if dtype == "int8" else None
    source = graph.input("input", shape, quantization, np.dtype(dtype))
    if result is None:
        result = np.squeeze(np.zeros(shape), tuple({n % len(shape) for n in named}) if named else None).shape
    output = graph.tensor("output", result, quantization, np.dtype(dtype))
    fields = None if named is None else options("SqueezeOptions", squeezeDims=list(named))
    graph.output(graph.operator("SQUEEZE", [source], [output], fields))
    return model.bytes()
