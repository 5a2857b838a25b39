"""RESHAPE, int8."""

import numpy as np

from builder import options
from cases.moves import model


def cases():
    """See the package."""
    for name, make in _specs():
        yield f"reshape-{name}", make


def reshape(graph, source, shape, said=None, way="both", name="reshaped"):
    """RESHAPE to `shape`; `said` is what the file says, with -1 where it leaves a dimension open."""
    said = shape if said is None else said
    output = graph.tensor(name, shape, source.quantization, source.dtype)
    inputs = [source]
    if way in ("both", "input"):
        inputs.append(graph.constant(f"{name}/shape", np.int32(said)))
    fields = options("ReshapeOptions", newShape=list(said)) if way in ("both", "options") else None
    return graph.operator("RESHAPE", inputs, [output], fields)


def _specs():
    yield "flatten", model([(1, 3, 4, 5)], lambda g, x: reshape(g, x, (1, 60)))
    yield "open_dimension", model([(1, 3, 4, 5)], lambda g, x: reshape(g, x, (4, 15), (-1, 15)))
    yield "input_only", model([(1, 24)], lambda g, x: reshape(g, x, (1, 2, 3, 4), way="input"))
    yield "options_only", model([(1, 24)], lambda g, x: reshape(g, x, (1, 2, 3, 4), way="options"))
    yield "same", model([(1, 7)], lambda g, x: reshape(g, x, (1, 7)))
    yield "rank5", model([(4, 8)], lambda g, x: reshape(g, x, (1, 2, 2, 2, 4)))
