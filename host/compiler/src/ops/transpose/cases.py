"""TRANSPOSE, int8."""

import numpy as np

from builder import options
from cases.moves import model


def cases():
    """See the package."""
    for name, make in _specs():
        yield f"transpose-{name}", make


def transpose(graph, source, order, name="transposed"):
    """TRANSPOSE: dimension i of the output is dimension order[i] of the input."""
    output = graph.tensor(name, tuple(source.shape[i] for i in order), source.quantization, source.dtype)
    inputs = [source, graph.constant(f"{name}/order", np.int32(order))]
    return graph.operator("TRANSPOSE", inputs, [output], options("TransposeOptions"))


def _specs():
    for shape, order in (
        ((3, 5), (1, 0)),
        ((2, 3, 5), (2, 0, 1)),
        ((2, 3, 5), (0, 2, 1)),
        ((1, 3, 4, 5), (0, 3, 1, 2)),
        ((1, 3, 4, 5), (0, 2, 3, 1)),
        ((1, 3, 4, 5), (0, 2, 1, 3)),
        ((2, 3, 4, 5), (3, 2, 1, 0)),
        ((2, 3, 4, 5), (0, 1, 2, 3)),
        ((2, 1, 3, 2, 2), (4, 2, 0, 1, 3)),
    ):
        name = "x".join(map(str, shape)) + "-" + "".join(map(str, order))
        yield name, model([shape], lambda g, x, order=order: transpose(g, x, order))
