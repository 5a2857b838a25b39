"""Lists of axes, extents and positions that are empty: of scalars, for operators that change nothing, and in the arithmetic of shapes."""

import numpy as np

import quantities
from builder import FLOAT, Model, Quantization, options

from .concatenation import concatenation
from .folding import shape_of
from .strided_slice import strided_slice

# Reductions that accept no axes, and types.
REDUCTIONS = (("MEAN", "int8"), ("MEAN", "float32"), ("SUM", "int8"), ("SUM", "float32"), ("REDUCE_MAX", "int8"), ("REDUCE_MIN", "float32"))


def cases():
    """See the package."""
    for dtype in ("int8", "int16", "float32"):
        yield f"empty-reshape-{dtype}", lambda state, d=dtype: _one(state, "RESHAPE", "ReshapeOptions", (1, 1), d)
    for name, dtype in REDUCTIONS:
        for keep in (False, True):
            args = name, "ReducerOptions", (2, 3, 4), dtype, {"keepDims": keep}
            yield f"empty-{name.lower()}-{dtype}-{keep}", lambda state, a=args: _one(state, *a)
    for name in ("BROADCAST_TO", "TRANSPOSE", "TILE", "FILL"):
        yield f"empty-{name.lower()}", lambda state, name=name: _scalar(state, name)
    yield "empty-shape_of_batches", _batches
    yield "empty-product", _product


def _one(state, name, table, shape, dtype, fields=None):
    """An operator whose second input is an empty list."""
    model = Model()
    graph = model.graph()
    quantization = {"float32": None, "int16": Quantization(0.001)}.get(dtype, quantities.activations(state))
    source = graph.input("input", shape, quantization, np.dtype(dtype))
    none = graph.constant("none", np.zeros(0, np.int32))
    result = () if name == "RESHAPE" else shape
    output = graph.tensor("output", result, quantization, source.dtype)
    graph.output(graph.operator(name, [source, none], [output], options(table, **(fields or {}))))
    return model.bytes()


def _scalar(state, name):
    """A pair: RESHAPE of a scalar, and an operator that copies it; the reference takes a list of nothing for one of the run there."""
    pair = []
    for operator in ("RESHAPE", name):
        model = Model()
        graph = model.graph()
        source = graph.input("input", (), None, FLOAT)
        inputs = [source, graph.constant("none", np.zeros(0, np.int32))]
        table = options({"RESHAPE": "ReshapeOptions", "BROADCAST_TO": "BroadcastToOptions"}.get(operator, f"{operator.title()}Options"))
        output = graph.tensor("output", (), None, FLOAT)
        graph.output(graph.operator(operator, inputs[::-1] if operator == "FILL" else inputs, [output], table))
        pair.append(model.bytes())
    return tuple(pair)


def _lengths(graph, source, masks):
    """The lengths of a tensor that is no list: none, in front of those that a layer computes."""
    return strided_slice(graph, shape_of(graph, source), [0], [0], [1], "batches", **masks)


def _batches(state):
    """What converters write for a dense layer on any number of batch dimensions: those of a vector are none."""
    del state
    model = Model()
    graph = model.graph()
    source = graph.input("input", (6,), None, FLOAT)
    batches = _lengths(graph, source, {"beginMask": 1})
    wanted = concatenation(graph, [batches, graph.constant("rest", np.int32([2, 3]))], 0, "wanted")
    output = graph.tensor("output", (2, 3), None, FLOAT)
    graph.output(graph.operator("RESHAPE", [source, wanted], [output], options("ReshapeOptions")))
    return model.bytes()


def _product(state):
    """The product of no lengths is 1."""
    pair = []
    for known in (False, True):
        model = Model()
        graph = model.graph()
        source = graph.input("input", (6,), None, FLOAT)
        if known:
            batches = _lengths(graph, source, {"beginMask": 1})
            axis = graph.constant("axis", np.int32([0]))
            one = graph.tensor("one", (1,), None, np.int32)
            first = graph.operator("REDUCE_PROD", [batches, axis], [one], options("ReducerOptions", keepDims=True))
        else:
            first = graph.constant("one", np.int32([1]))
        wanted = concatenation(graph, [first, graph.constant("rest", np.int32([6]))], 0, "wanted")
        output = graph.tensor("output", (1, 6), None, FLOAT)
        graph.output(graph.operator("RESHAPE", [source, wanted], [output], options("ReshapeOptions")))
        pair.append(model.bytes())
    return tuple(pair)
