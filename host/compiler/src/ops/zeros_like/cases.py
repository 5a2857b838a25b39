"""ZEROS_LIKE of an input, and of a result that no other operator reads."""

import numpy as np

from builder import Model, Quantization, options
from cases.single import unary


def cases():
    """See the package."""
    for dtype in ("int8", "int32", "int64", "float32"):
        quantization = Quantization(0.5, 3) if dtype == "int8" else None
        for number, shape in enumerate(((), (2, 3), (1, 5, 7, 3, 2))):
            args = "ZEROS_LIKE", shape, dtype, quantization, None, options("ZerosLikeOptions")
            yield f"zeros_like-{dtype}-{number}", lambda state, args=args: unary(*args)
    yield "zeros_like-between", lambda state: _between()
    yield "refused-zeros_like-int16", lambda state: unary("ZEROS_LIKE", (2, 3), "int16")


def _between():
    """Of a sum, beside another result of the input."""
    model = Model()
    graph = model.graph()
    entry = graph.input("input", (2, 9), None, np.dtype("float32"))
    square = graph.operator("SQUARE", [entry], [graph.tensor("square", (2, 9), None, np.dtype("float32"))])
    zeros = graph.tensor("zeros", (2, 9), None, np.dtype("float32"))
    graph.operator("ZEROS_LIKE", [square], [zeros], options("ZerosLikeOptions"))
    output = graph.tensor("output", (2, 9), None, np.dtype("float32"))
    graph.output(graph.operator("ADD", [zeros, entry], [output], options("AddOptions")))
    return model.bytes()
