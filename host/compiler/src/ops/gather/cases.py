"""GATHER along every dimension with batches, EMBEDDING_LOOKUP; positions known at compile time or computed at run time."""

import numpy as np

import quantities
from builder import FLOAT, Model, Quantization, options
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
    yield from _tables()
    beyond = single("GATHER", (4, 2), "int8", [np.int32([1, 4])], [(2, 2)], options("GatherOptions"))
    yield "refused-gather-beyond", beyond
    yield "refused-gather-int16", single("GATHER", (4, 2), "int16", [np.int32([1])], [(1, 2)], options("GatherOptions"))
    other = single("GATHER", (4, 2), "int8", [np.int32([1])], [(2, 1)], options("GatherOptions"))
    yield "contradiction-gather-shape", other


def _tables():
    """Tables that become float32 when a run reads them."""
    for shape, count in (((6, 5), 3), ((4, 2, 3), 9), ((300, 8), 5)):
        for known in (True, False):
            name = f"{named(shape)}{'' if known else '-run'}"
            yield f"embedding_lookup-hybrid-{name}", lambda state, a=(shape, count, known): _lookup(state, *a)
            # TensorFlow Lite Micro takes the first scale for all rows, and has no int4.
            args = shape, count, known, 8, True
            yield f"beyond-embedding_lookup-rows-{name}", lambda state, a=args: _lookup(state, *a)
            if np.prod(shape[1:]) % 2 == 0:
                for rows in (False, True):
                    args, how = (shape, count, known, 4, rows), "rows" if rows else "one"
                    yield f"beyond-embedding_lookup-int4-{how}-{name}", lambda state, a=args: _lookup(state, *a)
    for kind in ("float16", "int8", "int4"):
        for shape, chosen, axis, batch in SHAPES[:6]:
            for each in (False, True) if kind != "float16" else (False,):
                args = kind, shape, chosen, axis, batch, each
                name = f"{kind}-{named(shape)}-{axis}-{batch}-{'each' if each else 'one'}"
                yield f"gather-stored-{name}", lambda state, a=args: _stored(state, *a)
    # The reference begins such rows in the middle of others, and copies the bytes of a table of another type.
    yield "contradiction-embedding_lookup-int4-odd", lambda state: _lookup(state, (6, 5), 3, True, 4)
    yield "contradiction-embedding_lookup-zero_point", lambda state: _lookup(state, (6, 4), 3, True, zero=3)
    # TensorFlow Lite refuses the same of int8, which TensorFlow Lite Micro runs: `cargo xtask attack mutants` draws such tables.
    yield "contradiction-embedding_lookup-rows-float32", _rows
    yield "contradiction-gather-hybrid", lambda state: _lookup(state, (6, 4), 3, True, operator="GATHER")


def _lookup(state, shape, count, known, bits=8, rows=False, zero=0, operator="EMBEDDING_LOOKUP"):
    """A table of int8 or int4 and results of float32."""
    model = Model()
    graph = model.graph()
    values = state.randint(*((-128, 128) if bits == 8 else (-8, 8)), shape).astype(np.int8)
    scales = np.float32(10.0 ** state.uniform(-3, 1, shape[0] if rows else 1))
    table = (graph.constant if bits == 8 else graph.int4)("table", values, Quantization(scales, zero))
    positions = _positions(state, graph, (count,), shape[0], known)
    other = [] if not known else [graph.input("input", (count, *shape[1:]), None, FLOAT)]
    output = graph.tensor("found", (count, *shape[1:]), None, FLOAT)
    if operator == "GATHER":
        output = graph.operator(operator, [table, positions], [output], options("GatherOptions"))
    else:
        output = graph.operator(operator, [positions, table], [output])
    if other:
        # A model without inputs has no samples.
        total = graph.tensor("sum", output.shape, None, FLOAT)
        output = graph.operator("ADD", [output, *other], [total], options("AddOptions"))
    graph.output(output)
    return model.bytes()


def _rows(state):
    """A table of float32 of which each row has a scale."""
    model = Model()
    graph = model.graph()
    table = graph.input("table", (6, 4), Quantization([0.5] * 6), FLOAT)
    found = graph.tensor("found", (3, 4), None, FLOAT)
    graph.output(graph.operator("EMBEDDING_LOOKUP", [_positions(state, graph, (3,), 6, True), table], [found]))
    return model.bytes()


def _positions(state, graph, shape, length, known):
    if known:
        return graph.constant("positions", state.randint(0, length, shape).astype(np.int32))
    return clamped(graph, graph.input("positions", shape, None, np.int32), length)


def _stored(state, kind, shape, chosen, axis, batch, each):
    """A pair: a table of float32, and the same as a file may store it, before DEQUANTIZE."""
    place = axis % len(shape)
    scales = np.float32(10.0 ** state.uniform(-3, 1, shape[place] if each else 1))
    if kind == "float16":
        kept = np.float16(state.standard_normal(shape) * 10.0 ** state.uniform(-8, 1, shape))
        values = np.float32(kept)
    else:
        kept = state.randint(*((-128, 128) if kind == "int8" else (-8, 8)), shape).astype(np.int8)
        values = np.float32(kept) * scales.reshape([-1 if i == place and each else 1 for i in range(len(shape))])
    models = []
    for how in (None, kind):
        model = Model()
        graph = model.graph()
        if how is None:
            table = graph.constant("table", values)
        else:
            quantization = None if kind == "float16" else Quantization(scales, axis=place if each else 0)
            stored = (graph.int4 if kind == "int4" else graph.constant)("kept", kept, quantization)
            table = graph.operator("DEQUANTIZE", [stored], [graph.tensor("table", shape, None, FLOAT)])
        positions = clamped(graph, graph.input("positions", chosen, None, np.int32), shape[place])
        result = shape[:place] + chosen[batch % (len(chosen) or 1) :] + shape[place + 1 :]
        output = graph.tensor("output", result, None, FLOAT)
        fields = options("GatherOptions", axis=axis, batchDims=batch)
        graph.output(graph.operator("GATHER", [table, positions], [output], fields))
        models.append(model.bytes())
    return tuple(models)


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
