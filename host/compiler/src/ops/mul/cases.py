"""MUL of int32 without scale, with every activation and broadcasting."""

import numpy as np

from builder import Model, activation, options

FIELDS = "MulOptions"


def cases():
    """See the package."""
    for fused in ("NONE", "RELU", "RELU6", "RELU_N1_TO_1"):
        for second in ((3, 5), (), (5,), (3, 1)):
            name = f"mul-int32-{fused}-{'x'.join(map(str, second)) or 'scalar'}"
            yield name, lambda state, a=(fused, second): _integers(state, *a)


def _integers(state, fused, second):
    model = Model()
    graph = model.graph()
    first = graph.input("input", (3, 5), None, np.int32)
    other = graph.constant("other", state.randint(-(1 << 31), 1 << 31, second).astype(np.int32))
    output = graph.tensor("output", (3, 5), None, np.int32)
    fields = options(FIELDS, fusedActivationFunction=activation(fused))
    graph.output(graph.operator("MUL", [first, other], [output], fields))
    return model.bytes()
