"""ADD_N of int8 and float32: of two to fifteen tensors, constants among them, one of them twice."""

import numpy as np

from builder import Model, Quantization

SHAPES = ((2, 3, 4, 5), (1, 67), ())
# Of all inputs and of the output: zero points at the ends, output scales smaller and larger.
SCALES = (
    (Quantization(0.05, -3), Quantization(0.11, 7)),
    (Quantization(0.05, 127), Quantization(0.3, -128)),
    (Quantization(0.02, -128), Quantization(0.0004, 127)),
    (Quantization(0.5, 0), Quantization(0.5, 0)),
)


def cases():
    """See the package."""
    for number, shape in enumerate(SHAPES):
        for count in (2, 3, 7):
            yield f"add_n-float32-{number}-{count}", lambda state, a=(shape, count): _add_n(state, *a)
            for place, scales in enumerate(SCALES):
                name = f"add_n-int8-{number}-{count}-{place}"
                yield name, lambda state, a=(shape, count, *scales): _add_n(state, *a)
    yield "add_n-int8-many", lambda state: _add_n(state, (1, 300), 15, *SCALES[1])
    yield "add_n-int8-known", lambda state: _add_n(state, (3, 5), 3, *SCALES[0], known=True)
    yield "add_n-float32-known", lambda state: _add_n(state, (3, 5), 3, known=True)
    yield "refused-add_n-scales", lambda state: _add_n(state, (3, 5), 3, *SCALES[0], other=Quantization(0.06, -3))
    yield "refused-add_n-int32", lambda state: _add_n(state, (3, 5), 3, dtype="int32")


def _add_n(state, shape, count, source=None, result=None, known=False, other=None, dtype=None):
    """A sum whose last term is the same tensor as the first, with one constant if `known`."""
    model = Model()
    graph = model.graph()
    dtype = np.dtype(dtype or ("float32" if source is None else "int8"))
    inputs = [graph.input(f"input{i}", shape, source, dtype) for i in range(count - 1)]
    if known:
        inputs[1] = graph.constant("known", state.randint(-128, 128, shape).astype(dtype), other or source)
    elif other is not None:
        inputs[1] = graph.input("other", shape, other, dtype)
    output = graph.tensor("output", shape, result, dtype)
    graph.output(graph.operator("ADD_N", [*inputs, inputs[0]], [output]))
    return model.bytes()
