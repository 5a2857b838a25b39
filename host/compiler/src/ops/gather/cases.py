"""GATHER along every dimension with batches, EMBEDDING_LOOKUP; positions known at compile time or computed at run time."""

import numpy as np

import quantities
from builder import Model, options
from single import named, single

# Input, positions' shape, axis, batch dimensions.
SHAPES = (
    ((6, 5), (3,), 0, 0),
    ((2, 7, 4), (2, 3), 1, 0),
    ((2, 7, 4), (2, 3), 1, 1),
    ((2, 3, 4), (2, 3, 2), -1, -1),
    ((2, 3, 9), (2, 5), 2, 1),
    ((3, 5, 2, 3), (1,), 3, 0),
    ((8,), (), 0, 0),
    ((9,), (4, 2), 0, 0),
    ((5, 16), (7,), 0, 0),
)


def cases():
    """See the package."""
    for dtype in ("int8", "float32"):
        for shape, chosen, axis, batch in SHAPES:
            for known in (True, False):
                name = f"{dtype}-{named(shape)}-{named(chosen)}-{axis}-{batch}{'' if known else '-run'}"
                arguments = (dtype, shape, chosen, axis, batch, known)
                yield f"gather-{name}", lambda state, a=arguments: _gather(state, *a)
        for shape, chosen in (((6, 5), (3,)), ((4, 2, 3), (9,))):
            for known in (True, False):
                arguments = (dtype, shape, chosen, 0, None, known)
                name = f"{dtype}-{named(shape)}{'' if known else '-run'}"
                yield f"embedding_lookup-{name}", lambda state, a=arguments: _gather(state, *a)
    beyond = single("GATHER", (4, 2), "int8", [np.int32([1, 4])], [(2, 2)], options("GatherOptions"))
    yield "refused-gather-beyond", beyond
    yield "refused-gather-int16", single("GATHER", (4, 2), "int16", [np.int32([1])], [(1, 2)], options("GatherOptions"))
    other = single("GATHER", (4, 2), "int8", [np.int32([1])], [(2, 1)], options("GatherOptions"))
    yield "contradiction-gather-shape", other


def _gather(state, dtype, shape, chosen, axis, batch, known):
    """GATHER, or EMBEDDING_LOOKUP without batch dimensions."""
    model = Model()
    graph = model.graph()
    quantization = quantities.activations(state) if dtype == "int8" else None
    source = graph.input("input", shape, quantization, dtype)
    place = axis % len(shape)
    length = shape[place]
    if known:
        positions = graph.constant("positions", state.randint(0, length, chosen).astype(np.int32))
    else:
        positions = clamped(graph, graph.input("positions", chosen, None, np.int32), length)
    shared = (batch or 0) % (len(chosen) or 1)
    result = shape[:place] + chosen[shared:] + shape[place + 1 :]
    output = graph.tensor("output", result, quantization, dtype)
    if batch is None:
        graph.output(graph.operator("EMBEDDING_LOOKUP", [positions, source], [output]))
    else:
        fields = options("GatherOptions", axis=axis, batchDims=batch)
        graph.output(graph.operator("GATHER", [source, positions], [output], fields))
    return model.bytes()


def clamped(graph, positions, length):
    """Whole numbers from 0 to `length` - 1."""
    for operator, bound in (("MAXIMUM", 0), ("MINIMUM", length - 1)):
        result = graph.tensor(operator.lower(), positions.shape, None, np.int32)
        limit = graph.constant(f"{operator.lower()}/bound", np.int32(bound))
        positions = graph.operator(operator, [positions, limit], [result], options("MaximumMinimumOptions"))
    return positions
