"""BROADCAST_ARGS of constants: the shape becomes a constant that the caller reads beside another result."""

import numpy as np

from builder import Model, Quantization

SHAPES = (((3, 1), (2, 1, 4)), ((5,), (5,)), ((1,), (7, 1)), ((2, 3, 4, 1), (1, 5)))


def cases():
    """See the package."""
    for number, shapes in enumerate(SHAPES):
        for dtype in (np.int32, np.int64):
            args = shapes, dtype
            yield f"broadcast_args-{np.dtype(dtype).name}-{number}", lambda _, args=args: _build(*args)


def _build(shapes, dtype):
    model = Model()
    graph = model.graph()
    data = graph.input("data", (1, 3), Quantization(0.5))
    result = graph.operator("RELU", [data], [graph.tensor("relu", (1, 3), Quantization(0.5))])
    given = [graph.constant(f"shape{i}", np.asarray(shape, dtype)) for i, shape in enumerate(shapes)]
    shape = graph.tensor("shape", (max(map(len, shapes)),), None, np.dtype(dtype))
    graph.output(result, graph.operator("BROADCAST_ARGS", given, [shape]))
    return model.bytes()
