"""DENSIFY of constants: rows, columns and blocks, with lists of numbers of each width."""

import numpy as np

from builder import FLOAT, Model, Quantization, activation, options
from cases.sparse import sparse


def cases():
    """See the package."""
    for layout in ("dense", "rows", "columns", "blocks"):
        for dtype, width in (("float32", "Int32"), ("float32", "Uint8"), ("int8", "Uint16"), ("float16", "Int32")):
            name = f"beyond-densify-{layout}-{dtype}-{width.lower()}"
            yield name, lambda state, args=(layout, dtype, width): _build(state, *args)
        yield f"beyond-densify-{layout}-unread", lambda state, layout=layout: _weights(state, layout)


def _build(state, layout, dtype, width):
    """Its result is an output; of float16, what DEQUANTIZE makes of it."""
    model = Model()
    graph = model.graph()
    source = graph.input("input", (2,), None, FLOAT)
    quantization = Quantization(0.02) if dtype == "int8" else None
    found = _densified(graph, state, layout, dtype, width, quantization)
    if dtype == "float16":
        wide = graph.tensor("wide", found.shape, None, FLOAT)
        found = graph.operator("DEQUANTIZE", [found], [wide], options("DequantizeOptions"))
    flat = graph.tensor("flat", (1, 2), None, FLOAT)
    shape = graph.constant("shape", np.int32([1, 2]))
    graph.output(found, graph.operator("RESHAPE", [source, shape], [flat], options("ReshapeOptions")))
    return model.bytes()


def _densified(graph, state, layout, dtype, width, quantization):
    dense = (state.randint(1, 128, (8, 12)) * state.choice([1, -1], (8, 12)) * (state.randint(0, 4, (8, 12)) == 0)).astype(dtype)
    values, described = sparse(dense, layout, width)
    kept = graph.constant("kept", values, quantization)
    kept = graph.sparse(kept, dense.shape, described)
    output = graph.tensor("weights", dense.shape, quantization, np.dtype(dtype))
    return graph.operator("DENSIFY", [kept], [output], options("DensifyOptions"))


def _weights(state, layout):
    """Weights of FULLY_CONNECTED."""
    model = Model()
    graph = model.graph()
    source = graph.input("input", (3, 12), None, FLOAT)
    weights = _densified(graph, state, layout, "float32", "Int32", None)
    output = graph.tensor("output", (3, 8), None, FLOAT)
    fields = options("FullyConnectedOptions", fusedActivationFunction=activation("NONE"), keepNumDims=False)
    graph.output(graph.operator("FULLY_CONNECTED", [source, weights], [output], fields))
    return model.bytes()
