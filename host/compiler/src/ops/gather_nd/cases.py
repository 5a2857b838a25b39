"""GATHER_ND of elements and of slices; positions known at compile time or computed at run time."""

import numpy as np

import quantities
from builder import Model, options
from single import named

# Input, positions' shape.
SHAPES = (
    ((2, 3), (2, 2)),
    ((2, 3), (2, 1)),
    ((2, 3, 4), (3, 2, 2)),
    ((2, 3), (2,)),
    ((9,), (4, 1)),
    ((2, 3, 2, 3, 2), (7, 5)),
    ((2, 3, 2, 1, 2, 3), (2, 2, 5)),
    ((5, 16), (6, 1)),
)


def cases():
    """See the package."""
    for dtype in ("int8", "float32"):
        for shape, chosen in SHAPES:
            for known in ("positions", "all", "none"):
                arguments = (dtype, shape, chosen, known)
                name = f"gather_nd-{dtype}-{named(shape)}-{named(chosen)}-{known}"
                yield name, lambda state, a=arguments: _gather(state, *a)
    yield "refused-gather_nd-int16", lambda state: _gather(state, "int16", (2, 3), (2, 2), "positions")
    yield "refused-gather_nd-depth", lambda state: _gather(state, "int8", (2, 3), (2, 3), "positions", (2,))
    # The reference reads outside the tensor, and computes the shape from its inputs.
    yield "contradiction-gather_nd-beyond", lambda state: _gather(state, "int8", (2, 3), (2, 2), "positions", beyond=1)
    yield "contradiction-gather_nd-shape", lambda state: _gather(state, "int8", (2, 3), (2, 1), "positions", (3, 2))


def _gather(state, dtype, shape, chosen, known, result=None, beyond=0):
    """One GATHER_ND; of constants only, its result is used beside an input."""
    model = Model()
    graph = model.graph()
    quantization = quantities.activations(state) if dtype == "int8" else None
    depth = chosen[-1]
    sizes = np.int32([*shape, 1][:depth])
    if known == "all":
        source = graph.constant("source", state.randint(-100, 100, shape).astype(dtype), quantization)
    else:
        source = graph.input("input", shape, quantization, dtype)
    if known == "none":
        positions = _clamped(graph, graph.input("positions", chosen, None, np.int32), sizes - 1)
    else:
        values = (state.randint(0, 1 << 20, chosen) % sizes + beyond * sizes).astype(np.int32)
        positions = graph.constant("positions", values)
    result = chosen[:-1] + shape[depth:] if result is None else result
    output = graph.tensor("output", result, quantization, dtype)
    graph.operator("GATHER_ND", [source, positions], [output], options("GatherNdOptions"))
    if known != "all":
        graph.output(output)
        return model.bytes()
    flat = graph.tensor("flat", (1, int(np.prod(result))), quantization, dtype)
    graph.operator("RESHAPE", [output, graph.constant("shape", np.int32(flat.shape))], [flat])
    both = graph.tensor("both", (1, 1 + flat.shape[1]), quantization, dtype)
    other = graph.input("input", (1, 1), quantization, dtype)
    graph.output(graph.operator("CONCATENATION", [flat, other], [both], options("ConcatenationOptions", axis=1)))
    return model.bytes()


def _clamped(graph, positions, last):
    """Whole numbers from 0 to `last`."""
    for operator, bound in (("MAXIMUM", np.int32(0)), ("MINIMUM", last)):
        result = graph.tensor(operator.lower(), positions.shape, None, np.int32)
        limit = graph.constant(f"{operator.lower()}/bound", bound)
        positions = graph.operator(operator, [positions, limit], [result], options("MaximumMinimumOptions"))
    return positions
