"""ADD of int32 without scale, with broadcasting."""

import numpy as np

from builder import Model, activation, options

FIELDS = "AddOptions"


def cases():
    """See the package."""
    for second in ((3, 5), (), (5,), (3, 1)):
        name = f"add-int32-{'x'.join(map(str, second)) or 'scalar'}"
        yield name, lambda state, a=second: _integers(state, "NONE", a)
    # The reference leaves the activation out.
    yield "contradiction-add-int32-activation", lambda state: _integers(state, "RELU6", (5,))


def _integers(state, fused, second):
    model = Model()
    graph = model.graph()
    first = graph.input("input", (3, 5), None, np.int32)
    other = graph.constant("other", state.randint(-(1 << 31), 1 << 31, second).astype(np.int32))
    output = graph.tensor("output", (3, 5), None, np.int32)
    fields = options(FIELDS, fusedActivationFunction=activation(fused))
    graph.output(graph.operator("ADD", [first, other], [output], fields))
    return model.bytes()
