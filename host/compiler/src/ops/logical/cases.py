"""LOGICAL_AND, LOGICAL_OR, LOGICAL_NOT."""

import numpy as np

from builder import Model
from cases.single import binary, unary


def cases():
    """See the package."""
    for shape in ((1, 40), (2, 3, 4, 5), (1,)):
        yield f"logical_not-{'x'.join(map(str, shape))}", lambda state, shape=shape: unary("LOGICAL_NOT", shape, "bool")
    yield "refused-logical_not-int8", lambda state: unary("LOGICAL_NOT", (1, 4), "int8")
    for operator in ("LOGICAL_AND", "LOGICAL_OR"):
        for number, shapes in enumerate((((2, 3, 4, 5), (2, 3, 4, 5)), ((2, 3, 4, 5), (5,)), ((3, 1), (1, 40)))):
            name = f"{operator.lower()}-{number}"
            yield name, lambda state, operator=operator, shapes=shapes: binary(operator, shapes, "bool")
    # Bytes that are not bool.
    for operator in ("LOGICAL_AND", "LOGICAL_OR"):
        yield f"contradiction-{operator.lower()}-bytes", lambda state, operator=operator: _bytes(operator)


def _bytes(operator):
    model = Model()
    graph = model.graph()
    first = graph.input("first", (1, 4), dtype=np.bool_)
    second = graph.constant("second", np.uint8([[0, 1, 2, 254]]).view(np.bool_))
    output = graph.tensor("output", (1, 4), dtype=np.bool_)
    graph.output(graph.operator(operator, [first, second], [output]))
    return model.bytes()
