"""CUMSUM along every dimension, with and without the element itself, from both ends."""

import numpy as np

from builder import Model, Quantization, options

SHAPES = ((2, 3, 4, 5), (9,), (3, 14), (5, 2, 3))
SCALES = ((Quantization(0.05, -3), Quantization(0.11, 7)), (Quantization(0.05, 127), Quantization(0.3, -128)))


def cases():
    """See the package."""
    for shape in SHAPES:
        for axis in range(-1, len(shape) - 1):
            for exclusive, reverse in ((False, False), (True, False), (False, True), (True, True)):
                name = f"{len(shape)}-{axis}{'-exclusive' * exclusive}{'-reverse' * reverse}-{shape[-1]}"
                arguments = (shape, axis, exclusive, reverse)
                yield f"cumsum-float32-{name}", lambda state, a=arguments: _cumsum(*a)
                for place, scales in enumerate(SCALES):
                    yield f"cumsum-int8-{name}-{place}", lambda state, a=(*arguments, *scales): _cumsum(*a)
    yield "refused-cumsum-int32", lambda state: _cumsum((2, 3), 0, False, False, dtype=np.int32)
    yield "refused-cumsum-axis", lambda state: _cumsum((2, 3), 2, False, False)
    # Beyond 32 bits in the reference.
    yield "contradiction-cumsum-long", lambda state: _cumsum((1, 40), 1, False, False, *SCALES[0])


def _cumsum(shape, axis, exclusive, reverse, source=None, result=None, dtype=None):
    """One CUMSUM."""
    model = Model()
    graph = model.graph()
    dtype = np.dtype(dtype or ("float32" if source is None else "int8"))
    inputs = [graph.input("input", shape, source, dtype), graph.constant("axis", np.int32(axis))]
    output = graph.tensor("output", shape, result, dtype)
    graph.output(graph.operator("CUMSUM", inputs, [output], options("CumsumOptions", exclusive=exclusive, reverse=reverse)))
    return model.bytes()
