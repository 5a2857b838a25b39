"""Models of one operator, for the cases in the operators' directories."""

import numpy as np

from builder import Model


def unary(operator, shape, dtype, source=None, result=None, fields=None):
    """An operator of one tensor: quantisation of the source, and of the result if it is different."""
    model = Model()
    graph = model.graph()
    entry = graph.input("input", shape, source, np.dtype(dtype))
    output = graph.tensor("output", shape, result or source, np.dtype(dtype))
    graph.output(graph.operator(operator, [entry], [output], fields))
    return model.bytes()


def from_0(operator, shape, source, result):
    """An operator on int16 that has no result below 0, after a RELU."""
    model = Model()
    graph = model.graph()
    entry = graph.input("input", shape, source, np.dtype("int16"))
    rest = graph.operator("RELU", [entry], [graph.tensor("rest", shape, source, np.dtype("int16"))])
    graph.output(graph.operator(operator, [rest], [graph.tensor("output", shape, result, np.dtype("int16"))]))
    return model.bytes()


def binary(operator, shapes, dtype, quantizations=(None, None, None), fields=None, result=None, constant=None):
    """An operator of two tensors, the second of which may be a constant: quantisation of both and of the result, whose
    type may be another.
    """
    model = Model()
    graph = model.graph()
    inputs = [graph.input("first", shapes[0], quantizations[0], np.dtype(dtype))]
    if constant is None:
        inputs.append(graph.input("second", shapes[1], quantizations[1], np.dtype(dtype)))
    else:
        inputs.append(graph.constant("second", np.asarray(constant, dtype), quantizations[1]))
    shape = np.broadcast_shapes(*shapes)
    output = graph.tensor("output", shape, quantizations[2], np.dtype(result or dtype))
    graph.output(graph.operator(operator, inputs, [output], fields))
    return model.bytes()
