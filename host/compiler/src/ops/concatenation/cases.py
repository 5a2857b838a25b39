"""CONCATENATION, int8."""

import numpy as np

from builder import activation, options
from cases.moves import model


def cases():
    """See the package."""
    for name, make in _specs():
        yield f"concatenation-{name}", make


def concatenation(graph, sources, axis, name="joined"):
    """CONCATENATION along `axis`."""
    shape = list(sources[0].shape)
    shape[axis] = sum(s.shape[axis] for s in sources)
    output = graph.tensor(name, shape, sources[0].quantization, sources[0].dtype)
    fields = options("ConcatenationOptions", axis=axis, fusedActivationFunction=activation("NONE"))
    return graph.operator("CONCATENATION", sources, [output], fields)


def _specs():
    for name, axis, *shapes in (
        ("axis3", 3, (1, 3, 4, 5), (1, 3, 4, 2)),
        ("axis3-three", 3, (1, 3, 4, 1), (1, 3, 4, 7), (1, 3, 4, 16)),
        ("axis-1", -1, (1, 3, 4, 5), (1, 3, 4, 2)),
        ("axis1-stream", 1, (1, 4, 1, 32), (1, 1, 1, 32)),
        ("axis2", 2, (1, 3, 1, 5), (1, 3, 6, 5)),
        ("axis0", 0, (1, 3), (2, 3)),
        ("one", 1, (1, 9)),
        ("six", 1, (1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6)),
    ):
        yield name, model(shapes, lambda g, *x, axis=axis: concatenation(g, list(x), axis))
    yield "twice_the_same", model([(1, 3, 2)], lambda g, x: concatenation(g, [x, x], 1))

    def with_constant(graph, source):
        constant = graph.constant("constant", np.int8([[-128, 127, 0, 5]]), source.quantization)
        return concatenation(graph, [constant, source, constant], 1)

    yield "constant", model([(1, 3)], with_constant)
