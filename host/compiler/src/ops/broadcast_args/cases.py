"""BROADCAST_ARGS of constants, whose result the caller reads beside another, and of shapes that a run computes."""

import numpy as np

from builder import Model, Quantization, options

SHAPES = (((3, 1), (2, 1, 4)), ((5,), (5,)), ((1,), (7, 1)), ((2, 3, 4, 1), (1, 5)))


def cases():
    """See the package."""
    for number, shapes in enumerate(SHAPES):
        for dtype in (np.int32, np.int64):
            args = shapes, dtype
            yield f"broadcast_args-{np.dtype(dtype).name}-{number}", lambda _, args=args: _build(*args)
    # The reference keeps 32 bits of each.
    wide = (((1, 4), (-(2**63) + 1, 1)), ((2**32 + 5, 1), (1, 2**31)))
    for number, shapes in enumerate(wide):
        yield f"broadcast_args-wide-{number}", lambda _, args=(shapes, np.int64): _build(*args)
    for number, second in enumerate(((1, 2, 1), (2,), (2, 1, 1, 1))):
        for dtype in (np.int32, np.int64):
            name = f"broadcast_args-run-{np.dtype(dtype).name}-{number}"
            yield name, lambda _, args=(second, np.dtype(dtype)): _run(*args)


def _run(second, dtype):
    """A shape of three dimensions of 1 or 2, and a constant one."""
    model = Model()
    graph = model.graph()
    first = graph.input("first", (3,), None, dtype)
    for operator, bound in (("MAXIMUM", 1), ("MINIMUM", 2)):
        limit = graph.constant(operator.lower(), np.full(3, bound, dtype))
        result = graph.tensor(f"{operator.lower()}/result", (3,), None, dtype)
        first = graph.operator(operator, [first, limit], [result], options("MaximumMinimumOptions"))
    other = graph.constant("second", np.asarray(second, dtype))
    output = graph.tensor("output", (max(3, len(second)),), None, dtype)
    graph.output(graph.operator("BROADCAST_ARGS", [first, other], [output]))
    return model.bytes()


def _build(shapes, dtype):
    model = Model()
    graph = model.graph()
    data = graph.input("data", (1, 3), Quantization(0.5))
    result = graph.operator("RELU", [data], [graph.tensor("relu", (1, 3), Quantization(0.5))])
    given = [graph.constant(f"shape{i}", np.asarray(shape, dtype)) for i, shape in enumerate(shapes)]
    shape = graph.tensor("shape", (max(map(len, shapes)),), None, np.dtype(dtype))
    graph.output(result, graph.operator("BROADCAST_ARGS", given, [shape]))
    return model.bytes()
