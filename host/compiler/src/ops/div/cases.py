"""DIV on int32 and float32, with broadcasting and activations; of int32 by constants and by computed tensors."""

import numpy as np

from builder import Model, Quantization, activation, options
from cases.single import binary

SHAPES = (((2, 3, 4, 5), (5,)), ((1, 7, 13, 3), (1, 1, 3)), ((2, 3, 4), (2, 3, 4)), ((1,), (1, 260)))
ACTIVATIONS = ("NONE", "RELU", "RELU_N1_TO_1", "RELU6")


def cases():
    """See the package."""
    for number, shapes in enumerate(SHAPES):
        for fused in ACTIVATIONS:
            fields = options("DivOptions", fusedActivationFunction=activation(fused))
            args = "DIV", shapes, "float32", (None, None, None), fields
            yield f"div-float32-{number}-{fused.lower()}", lambda state, args=args: binary(*args)
            for known in (True, False):
                name = f"div-int32-{number}-{fused.lower()}{'' if known else '-run'}"
                yield name, lambda state, a=(shapes, fused, known): _integers(state, *a)
    pair = (Quantization(0.1), Quantization(0.1), Quantization(0.1))
    yield "contradiction-div-int8", lambda state: binary("DIV", SHAPES[0], "int8", pair, options("DivOptions"))
    yield "refused-div-int16", lambda state: binary("DIV", SHAPES[0], "int16", pair, options("DivOptions"))
    yield "refused-div-scaled", lambda state: binary("DIV", SHAPES[0], "int32", pair, options("DivOptions"))
    # The reference aborts the process.
    divisors = np.int32([3, 0, 1, 2, 5])
    args = "DIV", SHAPES[0], "int32", (None, None, None), options("DivOptions"), None, divisors
    yield "contradiction-div-zero", lambda state: binary(*args)


def _integers(state, shapes, fused, known):
    """Divisors from 1, or constants of both signs."""
    fields = options("DivOptions", fusedActivationFunction=activation(fused))
    if known:
        divisors = state.randint(2, 3 << state.randint(1, 29), shapes[1]) * (state.randint(0, 2, shapes[1]) * 2 - 1)
        return binary("DIV", shapes, "int32", (None, None, None), fields, None, divisors)
    model = Model()
    graph = model.graph()
    first, second = (graph.input(name, shape, None, np.int32) for name, shape in zip(("first", "second"), shapes))
    positive = graph.tensor("positive", shapes[1], None, np.int32)
    graph.operator("MAXIMUM", [second, graph.constant("one", np.int32(1))], [positive], options("MaximumMinimumOptions"))
    output = graph.tensor("output", np.broadcast_shapes(*shapes), None, np.int32)
    graph.output(graph.operator("DIV", [first, positive], [output], fields))
    return model.bytes()
