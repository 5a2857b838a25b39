"""SELECT_V2 of each type, with broadcasting, conditions and tensors constant or not."""

import numpy as np

from builder import Model, Quantization, options

# Shapes of the condition and both tensors.
SHAPES = (
    ((2, 3, 4), (2, 3, 4), (2, 3, 4)),
    ((), (2, 3), (2, 3)),
    ((2, 1), (2, 3), (1,)),
    ((4, 5), (), ()),
    ((3,), (5, 3), (4, 1, 1)),
    ((2, 1, 1, 1, 1), (2, 1, 3, 1, 2), (1, 2, 1, 2, 1)),
    ((1,), (1, 1), ()),
    ((1, 2, 1, 2, 1, 3), (1, 2, 1, 2, 1, 3), (1, 2, 1, 2, 1, 3)),
)


def cases():
    """See the package."""
    for dtype in ("int8", "int16", "float32"):
        for number, shapes in enumerate(SHAPES):
            for known in ((), (0,), (1, 2), (0, 1, 2)):
                name = f"select_v2-{dtype}-{number}-{''.join(map(str, known)) or 'run'}"
                yield name, lambda state, a=(dtype, shapes, known): _select(state, *a)
    for dtype in ("int8", "uint8", "int16", "int32", "int64", "float32", "bool"):
        for number, shapes in enumerate((SHAPES[0], ((3,), (3, 2, 4), (3, 2, 4)), ((), (2, 3), (2, 3)))):
            args = dtype, shapes, (), None, "SELECT"
            yield f"beyond-select-{dtype}-{number}", lambda state, a=args: _select(state, *a)
    shapes = (4,), (3, 4), (3, 4)
    yield "contradiction-select-columns", lambda state: _select(state, "int8", shapes, (), (3, 4), "SELECT")
    yield "refused-select-one_row", lambda state: _select(state, "int8", ((1,), (3, 4), (3, 4)), operator="SELECT")
    yield "refused-select_v2-int32", lambda state: _select(state, "int32", SHAPES[0])
    yield "refused-select_v2-shapes", lambda state: _select(state, "int8", ((2,), (2, 3), (2, 3)), result=(2, 3))
    yield "contradiction-select_v2-shape", lambda state: _select(state, "int8", SHAPES[0], result=(2, 4, 3))


def _select(state, dtype, shapes, known=(), result=None, operator="SELECT_V2"):
    """One SELECT_V2; if all its inputs are constants, its result is used beside an input."""
    model = Model()
    graph = model.graph()
    quantization = Quantization(0.1, 3) if "int8" in dtype else None
    inputs = []
    for i, shape in enumerate(shapes):
        own = np.dtype(dtype if i else bool)
        if i in known:
            values = state.randint(-100, 100, shape) if i else state.randint(0, 2, shape)
            inputs.append(graph.constant(f"known{i}", np.asarray(values, own), quantization if i else None))
        else:
            inputs.append(graph.input(f"input{i}", shape, quantization if i else None, own))
    shape = shapes[1] if operator == "SELECT" else np.broadcast_shapes(*shapes) if result is None else result
    output = graph.tensor("output", shape, quantization, dtype)
    graph.operator(operator, inputs, [output], options("SelectV2Options" if operator == "SELECT_V2" else "SelectOptions"))
    if len(known) < 3:
        graph.output(output)
        return model.bytes()
    other = graph.input("input", (1, 1), quantization, np.dtype(dtype))
    flat = graph.tensor("flat", (1, int(np.prod(shape))), quantization, dtype)
    graph.operator("RESHAPE", [output, graph.constant("shape", np.int32(flat.shape))], [flat])
    both = graph.tensor("both", (1, 1 + flat.shape[1]), quantization, dtype)
    graph.output(graph.operator("CONCATENATION", [flat, other], [both], options("ConcatenationOptions", axis=1)))
    return model.bytes()
