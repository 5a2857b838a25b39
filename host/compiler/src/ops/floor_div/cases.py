"""FLOOR_DIV and FLOOR_MOD of float32, with broadcasting; divisors constant or not."""

import numpy as np

from builder import Model, options
from cases.single import binary

SHAPES = (((2, 3, 4), (2, 3, 4)), ((2, 3, 4), (4,)), ((4, 1, 5), (1, 3, 1)), ((1,), (3, 7)))


def cases():
    """See the package."""
    for operator in ("FLOOR_DIV", "FLOOR_MOD"):
        name = operator.lower()
        for number, shapes in enumerate(SHAPES):
            yield f"{name}-float32-{number}-known", lambda state, a=(operator, shapes): _known(state, *a)
            name_run = f"{name}-float32-{number}-run"
            yield name_run, lambda state, a=(operator, shapes): _above(*a)
        # In the reference a divisor of 0, as some inputs have, ends the run, except for FLOOR_MOD.
        if operator == "FLOOR_MOD":
            for number, shapes in enumerate(SHAPES):
                yield f"{name}-float32-{number}", lambda state, a=(operator, shapes): binary(*a, "float32")
        yield f"refused-{name}-int8", lambda state, o=operator: binary(o, SHAPES[0], "int8")
        zeros = np.zeros(SHAPES[1][1])
        if operator == "FLOOR_DIV":
            yield f"refused-{name}-zero", lambda state, a=(operator, SHAPES[1]): binary(*a, "float32", constant=zeros)
        five = ((1, 2, 3, 2, 3), (3,))
        # The reference aborts the process.
        yield f"contradiction-{name}-five", lambda state, a=(operator, five): binary(*a, "float32")


def _known(state, operator, shapes):
    divisors = state.standard_normal(shapes[1]) * 10.0 ** state.uniform(-2, 1, shapes[1])
    return binary(operator, shapes, "float32", constant=divisors)


def _above(operator, shapes):
    """Divisors of 1 and more, computed at run time."""
    model = Model()
    graph = model.graph()
    first = graph.input("first", shapes[0], None, np.float32)
    second = graph.input("second", shapes[1], None, np.float32)
    size = graph.operator("ABS", [second], [graph.tensor("size", shapes[1], None, np.float32)])
    one = graph.constant("one", np.float32([1]))
    above = graph.operator("ADD", [size, one], [graph.tensor("above", shapes[1], None, np.float32)], options("AddOptions"))
    output = graph.tensor("output", np.broadcast_shapes(*shapes), None, np.float32)
    graph.output(graph.operator(operator, [first, above], [output]))
    return model.bytes()
