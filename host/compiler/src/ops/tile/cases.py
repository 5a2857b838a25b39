"""TILE of each type, along one dimension and several; against TensorFlow Lite's reference kernels."""

import numpy as np

from builder import Model, Quantization

SHAPES = (
    ((1, 4, 1, 4, 3), (1, 1, 2, 1, 1)),
    ((1, 8, 4, 1, 3), (1, 1, 1, 2, 1)),
    ((2, 3), (3, 2)),
    ((5,), (4,)),
    ((2, 1, 3), (1, 1, 1)),
    ((1, 7), (5, 1)),
    ((3, 1, 2, 2), (2, 3, 1, 1)),
)


def cases():
    """See the package."""
    for dtype in ("int8", "uint8", "int32", "int64", "float32", "bool"):
        for number, (shape, often) in enumerate(SHAPES):
            yield f"beyond-tile-{dtype}-{number}", lambda state, a=(dtype, shape, often): _tile(*a)
    yield "beyond-tile-int64_multiples", lambda state: _tile("float32", (2, 3), (3, 2), np.int64)
    yield "contradiction-tile-zero", lambda state: _tile("int8", (2, 3), (0, 2))
    yield "contradiction-tile-count", lambda state: _tile("int8", (2, 3), (2,))
    yield "contradiction-tile-shape", lambda state: _tile("int8", (2, 3), (2, 1), result=(2, 6))


def _tile(dtype, shape, often, numbers=np.int32, result=None):
    model = Model()
    graph = model.graph()
    quantization = Quantization(0.1, 3) if "int8" in dtype else None
    source = graph.input("input", shape, quantization, np.dtype(dtype))
    times = [*often, *[1] * (len(shape) - len(often))]
    wanted = result or tuple(n * m for n, m in zip(shape, times))
    output = graph.tensor("output", wanted, quantization, np.dtype(dtype))
    graph.output(graph.operator("TILE", [source, graph.constant("often", np.asarray(often, numbers))], [output]))
    return model.bytes()
